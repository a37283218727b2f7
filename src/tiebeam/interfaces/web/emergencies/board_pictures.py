"""Pictures of the board of an incident, each with the table behind it: the hub, what lacks, the patients."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.http import HttpRequest

from tiebeam.apps.emergencies.models import Incident
from tiebeam.apps.emergencies.queries.reports import DayOfPlace
from tiebeam.apps.emergencies.queries.situation import (
    NeedFigures,
    PlaceSituation,
    Situation,
    lacking_on,
)
from tiebeam.core.surge.forecast import LEVELS, Known, damped_trend
from tiebeam.interfaces.messages.figures import number, percent
from tiebeam.interfaces.report.course import Course, draw_course
from tiebeam.interfaces.report.heat import HeatRow, draw_heat
from tiebeam.interfaces.report.picture import NARROW, WIDE
from tiebeam.interfaces.web.emergencies.words import head
from tiebeam.interfaces.web.overview.pictures import Drawn, tick_figures
from tiebeam.interfaces.web.page import language_of, name_of, say_to
from tiebeam.interfaces.web.tables import Cell, Column, Row, Table, day, figure

AHEAD, EXPECTED = 14, 7
"""Days ahead of the heat map, days of the forecast."""
LOW, MIDDLE, HIGH = LEVELS.index(0.1), LEVELS.index(0.5), LEVELS.index(0.9)
Reports = Mapping[UUID, list[DayOfPlace]]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, and the table that it is drawn from."""

    drawn: Drawn
    table: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """How full the hospitals of the hub are, by its last report that says both; and day by day."""

    name: str
    patients: int
    beds: int
    day: date
    share: str
    table: Table


def hub_of(request: HttpRequest, incident: Incident, reports: Reports) -> Hub | None:
    """Return how full the hub is, None where there is no hub or nothing is known of it."""
    days = reports.get(incident.hub_id, []) if incident.hub_id else []
    known = [
        (each, patients, beds, percent(patients / beds, language_of(request)))
        for each in reversed(days)
        if (patients := each.figure("patients")) is not None and (beds := each.figure("beds"))
    ]
    if not known:
        return None
    last, patients, beds, share = known[0]
    columns = (
        head(request, "day"), _count(request, "patients"), _count(request, "beds"),
        Column("share", say_to(request, "emergencies.column.share"), is_number=True),
    )  # fmt: skip
    rows = [
        Row((day(each.day), figure(one), figure(two), Cell(of))) for each, one, two, of in known
    ]
    return Hub(
        name=name_of(request, last.place), patients=patients, beds=beds, day=last.day, share=share,
        table=Table(name="hub", columns=columns, rows=tuple(rows)),
    )  # fmt: skip


def heat_of(request: HttpRequest, found: Situation[NeedFigures]) -> Picture | None:
    """Return place by day what lacks; None where nothing does."""
    days = [found.day + timedelta(days=at) for at in range(AHEAD)]
    rows = [_heat_row(request, place, days) for place in found.places]
    if not any(value != 0 for row in rows for value in row.values):
        return None
    rows.sort(key=lambda row: -sum(value or 0 for value in row.values))
    worst = max(rows, key=lambda row: max(value or 0 for value in row.values))
    title = say_to(
        request, "emergencies.heat_title", place=worst.name, days=AHEAD,
        lacking=max(value or 0 for value in worst.values),
    )  # fmt: skip
    wide, narrow = (
        draw_heat(
            rows,
            [f"{day:%m-%d}" for day in days],
            unknown="?",
            alternative=title,
            width=width,
        )
        for width in (WIDE, NARROW)
    )
    note = say_to(request, "emergencies.heat_note")
    drawn = Drawn(title=title, wide=wide, narrow=narrow, note=note, file="lacking-by-day")
    return Picture(drawn, _heat_table(request, rows, days))


def _heat_table(request: HttpRequest, rows: Sequence[HeatRow], days: Sequence[date]) -> Table:
    unknown = say_to(request, "web.unknown")
    heads = (Column(f"{on:%m-%d}", f"{on:%m-%d}", is_number=True) for on in days)
    return Table(
        name="lacking-by-day",
        columns=(head(request, "place"), *heads),
        rows=tuple(
            Row((Cell(row.name), *(figure(value, unknown) for value in row.values))) for row in rows
        ),
    )


def _heat_row(
    request: HttpRequest, place: PlaceSituation[NeedFigures], days: Sequence[date]
) -> HeatRow:
    name = name_of(request, place.place)
    values = tuple(lacking_on(place.needs, day) for day in days)
    unknown = say_to(request, "web.unknown")
    titles = tuple(
        f"{name} {day.isoformat()}: {unknown if value is None else number(value)}"
        for day, value in zip(days, values, strict=True)
    )
    return HeatRow(name, values, titles)


def course_of(request: HttpRequest, reports: Reports, place_id: UUID | None) -> Picture | None:
    """
    Return the patients with what is expected next; None where too little is known.

    Args:
        place_id: Of this place; None for the sum of all.
    """
    of_place = reports[place_id] if place_id else []
    sums = _sum_by_day({place_id: of_place} if place_id else reports)
    known = [on for on, patients in sums.items() if patients is not None]
    if len(known) < 2:
        return None
    first, last = known[0], known[-1]
    shown = [on for on in sorted(sums) if first <= on <= last]
    reported = tuple(sums[on] for on in shown)
    expected = damped_trend(Known(figures={"all": reported}), EXPECTED).quantiles["all"]
    days = (*shown, *(last + timedelta(days=at + 1) for at in range(EXPECTED)))
    course = Course(
        days,
        reported,
        *(tuple(float(x) for x in expected[:, at]) for at in (LOW, MIDDLE, HIGH)),
    )
    place = name_of(request, of_place[0].place) if place_id else ""
    return Picture(
        _draw(request, course, last, place, len(reports)), _course_table(request, course)
    )


def _draw(request: HttpRequest, course: Course, last: date, place: str, count: int) -> Drawn:
    """Return the course of the patients of *place*, of the sum of *count* places where that is empty."""
    title = say_to(
        request, f"emergencies.course_title{'_of' if place else ''}", place=place,
        on=last.isoformat(), patients=course.reported[-1] or 0, days=EXPECTED,
        low=round(course.low[-1]), high=round(course.high[-1]),
    )  # fmt: skip
    most = math.ceil(max([*(x or 0 for x in course.reported), *course.high]))
    words = [(float(at), number(at)) for at in tick_figures(most)]
    names = (say_to(request, "emergencies.reported"), say_to(request, "emergencies.expected"))
    wide, narrow = (
        draw_course(course, tick_words=words, names=names, alternative=title, width=width)
        for width in (WIDE, NARROW)
    )
    code = "emergencies.course_note_of" if place else "emergencies.course_note"
    note = say_to(request, code, place=place, count=count)
    return Drawn(title=title, wide=wide, narrow=narrow, note=note, file="patients-by-day")


def _course_table(request: HttpRequest, course: Course) -> Table:
    """Return the days of a course, the last first: what was reported, and what is expected."""
    unknown, begins = say_to(request, "web.unknown"), len(course.reported)
    none = Cell("")
    rows = [
        Row((day(on), figure(value, unknown), none, none, none))
        for on, value in zip(course.days, course.reported, strict=False)
    ] + [
        Row((day(on), none, *(figure(round(value)) for value in values)))
        for on, *values in zip(
            course.days[begins:], course.low, course.middle, course.high, strict=True
        )
    ]
    names = ("reported", "expected_low", "expected_middle", "expected_high")
    return Table(
        name="patients-by-day",
        columns=(head(request, "day"), *(_count(request, name) for name in names)),
        rows=tuple(reversed(rows)),
    )


def _count(request: HttpRequest, key: str) -> Column:
    return Column(key, say_to(request, f"emergencies.column.{key}"), is_number=True)


def _sum_by_day(reports: Reports) -> dict[date, int | None]:
    """Return the patients of each day; a day on which one place says nothing is not known, never less."""
    sums: dict[date, int | None] = {}
    for days in reports.values():
        for each in days:
            patients, before = each.figure("patients"), sums.get(each.day, 0)
            sums[each.day] = None if patients is None or before is None else before + patients
    return sums
