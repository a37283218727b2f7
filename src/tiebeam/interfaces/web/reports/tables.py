"""Daily reports as tables: places by day, one day over all places, one place over all days."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from tiebeam.apps.emergencies.models import Incident
from tiebeam.apps.emergencies.queries.reports import DayOfPlace
from tiebeam.apps.emergencies.report_models import FIGURES
from tiebeam.apps.emergencies.report_rules import Flag
from tiebeam.interfaces.web.listing import read_asked
from tiebeam.interfaces.web.page import by_name, name_of, say_to
from tiebeam.interfaces.web.tables import Cell, Column, Row, Status, Table, day, figure

STATUSES: Mapping[str, Status] = {
    "in_time": "good", "late": "risk", "missing": "bad", "awaited": "none",
}  # fmt: skip


def places_by_day(
    request: HttpRequest, incident: Incident, table: Mapping[UUID, Sequence[DayOfPlace]]
) -> Table:
    """Return the patients of each place on each of the days, with its marks."""
    days = sorted({each.day for row in table.values() for each in row})
    asked = read_asked(request)
    rows = []
    named = by_name(request, [row[0].place for row in table.values() if row])
    for place in named:
        found = {each.day: each for each in table[place.pk]}
        rows.append(
            Row(
                (
                    Cell(name_of(request, place)),
                    *(_patients_cell(request, found.get(each)) for each in days),
                ),
                address=reverse("place_by_day", args=[incident.pk, place.pk]),
            )
        )
    return Table(
        name="situation-by-day",
        caption=say_to(request, "reports.by_day_caption"),
        columns=(
            Column("place", say_to(request, "reports.column.place")),
            *(Column(f"{each}", f"{each:%m-%d}", is_number=True) for each in days),
        ),
        rows=tuple(rows),
        asked=asked,
        empty=say_to(request, "reports.no_places"),
        can_be_saved=False,
    )


def places_on_day(
    request: HttpRequest, rows: Sequence[DayOfPlace], reportable: Collection[UUID]
) -> Table:
    """Return all figures of one day, a row for each place; one that the reader may report leads there."""
    named = {each.place.pk: each for each in rows}
    table = _table(
        request,
        "reports-of-day",
        Column("place", say_to(request, "reports.column.place")),
        [
            (Cell(name_of(request, place)), named[place.pk])
            for place in by_name(request, [each.place for each in rows])
        ],
        reportable,
    )
    # The file is that of the table above it.
    return replace(table, asked=None)


def days_of_place(
    request: HttpRequest, rows: Sequence[DayOfPlace], reportable: Collection[UUID]
) -> Table:
    """Return all figures of one place, a row for each day, the newest first."""
    return _table(
        request,
        "reports-of-place",
        Column("day", say_to(request, "reports.column.day")),
        [(day(each.day), each) for each in reversed(rows)],
        reportable,
    )


def say_flags(request: HttpRequest, flags: Sequence[Flag]) -> list[str]:
    """Return what is hard to believe, a sentence each."""
    return [
        say_to(
            request,
            f"reports.flag.{flag.rule}",
            column=say_to(request, f"reports.column.{flag.column}"),
            figure=flag.figure,
            before=flag.before,
            day=flag.before_on or "",
        )
        for flag in flags
    ]


def _table(
    request: HttpRequest,
    name: str,
    first: Column,
    rows: Sequence[tuple[Cell, DayOfPlace]],
    reportable: Collection[UUID],
) -> Table:
    unknown = say_to(request, "web.unknown")
    return Table(
        name=name,
        columns=(
            first,
            *(Column(f, say_to(request, f"reports.column.{f}"), is_number=True) for f in FIGURES),
            Column("state", say_to(request, "reports.column.state")),
            Column("flags", say_to(request, "reports.column.flags")),
        ),
        rows=tuple(
            Row(
                (
                    head,
                    *(figure(each.figure(f), unknown if each.report else "") for f in FIGURES),
                    state_cell(request, each),
                    Cell(
                        " ".join(say_flags(request, each.flags)),
                        status="risk" if each.flags else "",
                    ),
                ),
                address=_address_of(each, reportable),
            )
            for head, each in rows
        ),
        asked=read_asked(request),
        empty=say_to(request, "reports.no_places"),
        can_be_saved=False,
    )


def _address_of(each: DayOfPlace, reportable: Collection[UUID]) -> str:
    if each.report is not None:
        return reverse("daily_report", args=[each.report.pk])
    if each.place.pk not in reportable:
        return ""
    address = reverse("report_day", args=[each.incident_id])
    return f"{address}?{urlencode({'place': each.place.pk, 'day': each.day})}"


def state_cell(request: HttpRequest, each: DayOfPlace) -> Cell:
    """Return whether a day was reported, and when; how often it was corrected below it."""
    note = (
        say_to(request, "reports.corrected", count=each.versions - 1) if each.versions > 1 else ""
    )
    return Cell(
        say_to(request, f"reports.state.{each.state}"), status=STATUSES[each.state], note=note
    )


def _patients_cell(request: HttpRequest, each: DayOfPlace | None) -> Cell:
    if each is None:
        return Cell("")
    if each.report is None:
        return Cell(say_to(request, f"reports.state.{each.state}"), status=STATUSES[each.state])
    shown = figure(each.figure("patients"), say_to(request, "web.unknown"))
    marks = [say_to(request, "reports.state.late")] if each.state == "late" else []
    marks += [say_to(request, f"reports.mark.{flag.rule}") for flag in each.flags]
    status: Status = "risk" if marks else ""
    return Cell(shown.text, exact=shown.exact, status=status, note=" · ".join(dict.fromkeys(marks)))


def last_days(until: date, count: int) -> date:
    """Return the first of the *count* days up to *until*."""
    return date.fromordinal(until.toordinal() - count + 1)
