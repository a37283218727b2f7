"""Daily reports as a sheet that goes out, is filled in, and comes back (§D2, §D3)."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.grounds import ground
from tests.pages.test_workbooks import acts, confirm, heads_of, reasons, send, sheet_of
from tests.records.emergency_grounds import make_emergency

from tiebeam.apps.emergencies.operations.reports import add_reporting_place
from tiebeam.apps.emergencies.queries.reports import list_lines, list_standing
from tiebeam.apps.supplies.operations.items import enter_item
from tiebeam.platform.tenancy.acting import acting


@pytest.fixture
@ground
def emergency(workspace, now):
    found = make_emergency(workspace, now)
    today = timezone.localdate()
    for key in ("huanggang", "nyingchi"):
        add_reporting_place(
            incident=found.incident, place=workspace.organisations[key],
            since=today - timedelta(2), actor=found.actors["coordinator"], now=now,
        )  # fmt: skip
    enter_item(
        name_zh="口罩", name_en="Masks", unit="个", actor=found.actors["coordinator"], now=now
    )
    return found


def write(sheet, row, **values):
    heads = heads_of(sheet)
    for head, value in values.items():
        sheet.cell(row, heads[head.replace("_", " ")]).value = value


def standing(emergency):
    with acting(emergency.actors["coordinator"]):
        rows = list_standing([emergency.incident.pk])
        lines = list_lines(row.pk for row in rows)
        return [
            (row.day, row.version, row.patients, row.beds, row.reason,
             [line.quantity for line in lines.get(row.pk, [])])
            for row in rows
        ]  # fmt: skip


class TestSheet:
    def test_has_a_row_for_each_day_that_may_be_reported_and_comes_back_unchanged(
        self, emergency, as_huanggang, as_coordinator
    ):
        book, sheet = sheet_of(as_huanggang, "daily_reports")
        heads = heads_of(sheet)
        days = [sheet.cell(row, heads["Day"]).value for row in range(2, sheet.max_row + 1)]

        assert len(days) == 3
        assert {sheet.cell(row, heads["Place"]).value for row in (2, 3, 4)} == {"黄冈"}
        assert [act for _, act in acts(send(as_huanggang, "daily_reports", book))] == [
            "unchanged"
        ] * 3
        _, all_places = sheet_of(as_coordinator, "daily_reports")
        assert all_places.max_row == 7

    def test_reports_and_corrects_all_in_one_and_is_known_again(self, emergency, as_huanggang):
        book, sheet = sheet_of(as_huanggang, "daily_reports")
        write(sheet, 2, Patients=40, Beds=100, Stock="口罩=1200")
        page = send(as_huanggang, "daily_reports", book)
        assert [act for _, act in acts(page)] == ["new", "unchanged", "unchanged"]
        confirm(as_huanggang, page)
        today = timezone.localdate()
        assert standing(emergency) == [(today, 1, 40, 100, "", [1200])]

        # The same sheet again says nothing new.
        again = send(as_huanggang, "daily_reports", book)
        assert [act for _, act in acts(again)] == ["unchanged"] * 3

        book, sheet = sheet_of(as_huanggang, "daily_reports")
        write(sheet, 2, Patients=44, Beds=None)
        write(sheet, 3, Patients=0)
        page = send(as_huanggang, "daily_reports", book)
        assert [act for _, act in acts(page)] == ["new", "change", "unchanged"]
        confirm(as_huanggang, page, reason="Counted again")
        assert standing(emergency) == [
            (today - timedelta(1), 1, 0, None, "", []),
            (today, 2, 44, None, "Counted again", [1200]),
        ]

    def test_names_every_cell_that_cannot_be_taken(self, emergency, as_huanggang):
        tomorrow = (timezone.localdate() + timedelta(1)).isoformat()
        for values, told in (
            ({"Patients": -1}, "below zero"),
            ({"Patients": 2.5}, "not a whole number"),
            ({"Patients": 1, "Of_these_severe": 2}, "severe or critical"),
            ({"Patients": 1, "Place": "林芝"}, "is reported by itself"),
            ({"Patients": 1, "Place": "福建"}, "does not report"),
            ({"Patients": 1, "Day": tomorrow}, "has not come yet"),
            ({"Patients": 1, "Stock": "口罩 many"}, "cannot be read"),
            ({"Patients": 1, "Stock": "口罩=1；口罩=2"}, "named twice"),
            ({"Patients": 1, "Stock": "手套=1"}, "手套"),
            ({"Patients": 1, "Stock": f"口罩={'9' * 5000}"}, "cannot be read"),
        ):
            book, sheet = sheet_of(as_huanggang, "daily_reports")
            sheet.delete_rows(3, 9)
            write(sheet, 2, **values)
            page = send(as_huanggang, "daily_reports", book)
            assert told in reasons(page), (values, reasons(page))
            assert not page.context["may_confirm"]
        assert standing(emergency) == []

    def test_reports_no_day_twice_and_moves_no_report(self, emergency, as_huanggang):
        book, sheet = sheet_of(as_huanggang, "daily_reports")
        write(sheet, 2, Patients=40)
        confirm(as_huanggang, send(as_huanggang, "daily_reports", book))

        write(sheet, 2, Patients=41)
        assert "Correct that report" in reasons(send(as_huanggang, "daily_reports", book))
        book, sheet = sheet_of(as_huanggang, "daily_reports")
        write(sheet, 2, Day=sheet.cell(3, heads_of(sheet)["Day"]).value)
        page = send(as_huanggang, "daily_reports", book)
        assert "would be another report" in reasons(page)
        assert "Said again" in reasons(page)

    def test_knows_a_day_again_by_another_name_of_its_place(self, emergency, as_huanggang):
        book, sheet = sheet_of(as_huanggang, "daily_reports")
        day = sheet.cell(2, heads_of(sheet)["Day"]).value
        write(sheet, 2, Patients=40)
        write(sheet, 3, Patients=41, Place="Huanggang", Day=day)

        page = send(as_huanggang, "daily_reports", book)

        assert [act for _, act in acts(page)] == ["refused", "refused", "unchanged"]
        assert "Said again" in reasons(page)
