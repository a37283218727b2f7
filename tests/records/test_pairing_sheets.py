"""A sheet of second-tier pairings: rehearsed first, then written whole or not at all."""

from datetime import date

import pytest

from records.programme_at_work import set_to_work
from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.pairings.operations.history import record_list
from tiebeam.apps.pairings.operations.lines import Line
from tiebeam.apps.pairings.operations.sheets import above_label, plan_pairings, take_in_pairings
from tiebeam.apps.programmes.operations import add_document
from tiebeam.apps.regions.operations.rows import GivenRow
from tiebeam.errors import InvalidInput
from tiebeam.platform.tenancy.acting import acting


@pytest.fixture
def above(workspace, coordinator, now):
    work = set_to_work(workspace, coordinator, now)
    sides = workspace.organisations
    with acting(coordinator):
        document = add_document(
            programme=work.programme, title_zh="通知", actor=coordinator, now=now
        )
        record_list(
            round=work.of_round, document=document, in_force_from=date(2020, 2, 10),
            lines=[Line(donor=sides["fujian"].pk, recipient=sides["nyingchi"].pk)],
            actor=coordinator, now=now,
        )  # fmt: skip
        return Pairing.objects.select_related("donor", "recipient").get()


def row(number, above, donor="湖南", recipient="黄冈", **more):
    values = {"above": above_label(above), "donor": donor, "recipient": recipient}
    return GivenRow(number=number, values={"valid_from": "2020-03-01", **values, **more})


class TestSheetOfPairings:
    def test_is_rehearsed_without_a_trace_and_then_written(self, above, coordinator, now):
        rows = [row(2, above)]
        assert [one.act for one in plan_pairings(rows, coordinator, now)] == ["create"]
        with acting(coordinator):
            assert Pairing.objects.count() == 1
        (made,) = take_in_pairings(rows=rows, reason="Yearly", actor=coordinator, now=now)
        ends = [GivenRow(number=2, values={"id": str(made), "valid_until": "2020-05-01"})]
        assert [one.act for one in plan_pairings(ends, coordinator, now)] == ["update"]
        take_in_pairings(rows=ends, reason="Over", actor=coordinator, now=now)
        with acting(coordinator):
            assert Pairing.objects.get(pk=made).valid_until == date(2020, 5, 1)

    def test_with_one_refused_row_writes_nothing(self, above, coordinator, now):
        rows = [row(2, above), row(3, above, recipient="湖南"), row(4, above, donor="nobody")]
        with pytest.raises(InvalidInput) as refused:
            take_in_pairings(rows=rows, reason="Yearly", actor=coordinator, now=now)
        assert [(one.row, one.code) for one in refused.value.faults] == [
            (3, "pairings.paired_with_itself"),
            (4, "workbooks.unknown_reference"),
        ]
        with acting(coordinator):
            assert Pairing.objects.count() == 1
