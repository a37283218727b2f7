"""A sheet of second-tier pairings: rehearsed first, then written whole or not at all."""

import json
from datetime import date

import pytest
from tests.grounds import ground

from records.programme_at_work import set_to_work
from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.pairings.operations import sheet_rows
from tiebeam.apps.pairings.operations.history import record_list
from tiebeam.apps.pairings.operations.lines import Line
from tiebeam.apps.pairings.operations.sheet_rows import above_label, plan_pairings
from tiebeam.apps.pairings.operations.sheets import take_in_pairings
from tiebeam.apps.programmes.operations import add_document
from tiebeam.apps.regions.operations.rows import GivenRow
from tiebeam.errors import InvalidInput
from tiebeam.platform.audit.models import Entry
from tiebeam.platform.tenancy.acting import acting


@pytest.fixture
@ground
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


def acts_of(rows, actor):
    with acting(actor):
        return [one.act for one in plan_pairings(rows, actor)]


class TestSheetOfPairings:
    def test_is_rehearsed_without_a_trace_and_then_written(self, above, coordinator, now):
        rows = [row(2, above)]
        assert acts_of(rows, coordinator) == ["create"]
        with acting(coordinator):
            assert Pairing.objects.count() == 1
        (made,) = take_in_pairings(rows=rows, reason="Yearly", actor=coordinator, now=now)
        ends = [GivenRow(number=2, values={"id": str(made), "valid_until": "2020-05-01"})]
        assert acts_of(ends, coordinator) == ["update"]
        take_in_pairings(rows=ends, reason="Over", actor=coordinator, now=now)
        with acting(coordinator):
            assert Pairing.objects.get(pk=made).valid_until == date(2020, 5, 1)

    def test_may_end_a_pair_and_open_it_anew_wherever_the_rows_stand(self, above, coordinator, now):
        (made,) = take_in_pairings(rows=[row(2, above)], reason="", actor=coordinator, now=now)
        again = row(2, above, valid_from="2020-06-01")
        ends = GivenRow(number=3, values={"id": str(made), "valid_until": "2020-06-01"})
        assert acts_of([again], coordinator) == ["refused"]
        take_in_pairings(rows=[again, ends], reason="Over", actor=coordinator, now=now)
        with acting(coordinator):
            days = Pairing.objects.exclude(parent=None).order_by("valid_from")
            assert list(days.values_list("valid_from", "valid_until")) == [
                (date(2020, 3, 1), date(2020, 6, 1)),
                (date(2020, 6, 1), None),
            ]
            told = Entry.objects.filter(action="pairings.take_in_pairings", record_id=made)
            states = [json.loads(one.body) for one in told.order_by("id")]
            assert [one["before"] and one["before"]["valid_until"] for one in states] == [
                None,
                None,
            ]
            assert states[1]["after"]["valid_until"] == "2020-06-01"

    def test_tells_the_row_of_two_that_are_paired_out_of_sight(
        self, above, coordinator, now, monkeypatch
    ):
        take_in_pairings(rows=[row(2, above)], reason="", actor=coordinator, now=now)
        monkeypatch.setattr(sheet_rows._Sheet, "_refuse_paired", lambda *_: None)
        rows = [row(2, above, recipient="福建"), row(3, above)]
        with pytest.raises(InvalidInput) as refused:
            take_in_pairings(rows=rows, reason="", actor=coordinator, now=now)
        assert [(one.row, one.code) for one in refused.value.faults] == [
            (3, "pairings.already_paired")
        ]
        with acting(coordinator):
            assert Pairing.objects.exclude(parent=None).count() == 1

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
