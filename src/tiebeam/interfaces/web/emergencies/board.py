"""The board of an incident: what lacks where on the next days, the patients and what is expected, the hub, the map."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from tiebeam.apps.emergencies.models import Incident
from tiebeam.apps.emergencies.queries.held import find_next_lapse, list_held
from tiebeam.apps.emergencies.queries.incidents import get_incident
from tiebeam.apps.emergencies.queries.marks import find_mark
from tiebeam.apps.emergencies.queries.reports import DayOfPlace, table_of
from tiebeam.apps.emergencies.queries.situation import (
    NeedFigures,
    PlaceSituation,
    Situation,
    lacking_on,
    outline,
)
from tiebeam.apps.emergencies.queries.standing import Standing, list_under_way
from tiebeam.apps.regions.queries import Place, find_places
from tiebeam.core.surge.forecast import LEVELS, Known, damped_trend
from tiebeam.interfaces.messages.figures import number, percent
from tiebeam.interfaces.report.course import Course, draw_course
from tiebeam.interfaces.report.heat import HeatRow, draw_heat
from tiebeam.interfaces.report.picture import NARROW, WIDE
from tiebeam.interfaces.web.emergencies.incidents import title_of
from tiebeam.interfaces.web.emergencies.tables import places_table, states_line
from tiebeam.interfaces.web.emergencies.words import (
    say_state,
    tabs_of_incident,
    title_of_deployment,
    trail_to,
)
from tiebeam.interfaces.web.forming import find_or_404
from tiebeam.interfaces.web.overview.pictures import Drawn, tick_figures
from tiebeam.interfaces.web.page import language_of, name_of, say_to, show_page
from tiebeam.interfaces.web.polled import Kept, find_unchanged, tag_of
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.platform.time.periods import AsOf

AHEAD, BACK, EXPECTED = 14, 28, 7
"""Days ahead of the heat map, days back of the patients, days of the forecast."""
LOW, MIDDLE, HIGH = LEVELS.index(0.1), LEVELS.index(0.5), LEVELS.index(0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """How full the hospitals of the hub are, by its last report that says both."""

    name: str
    patients: int
    beds: int
    day: date
    share: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """
    What the board of an incident shows to one organisation in one language.

    Attributes:
        until: When something on it lapses; until then it stands as long as the mark does.
    """

    values: Mapping[str, Any]
    has_map: bool
    until: datetime | None


_built: Kept[Built] = Kept(most=64)


@require_safe
@seated
@vary_on_headers("HX-Request")
def show_board(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """Show the board; it asks again every few seconds, and is answered at once where nothing changed."""
    now = timezone.now()
    # Read before what it stands for: what is built may be newer than its mark, and never older.
    mark = find_or_404(find_mark, incident_id)
    # Rights to read are those of an organisation, and begin and end with a day.
    key = (incident_id, mark, actor_of(request).organisation_id, language_of(request),
           timezone.localdate(now))  # fmt: skip
    is_part = bool(request.headers.get("HX-Request"))
    if is_part and (tag := find_unchanged(request, key, now)):
        return HttpResponseNotModified(headers={"ETag": tag})
    incident = find_or_404(get_incident, incident_id)
    built = _built.get(
        key, lambda: _build(request, incident, now),
        lambda found: found.until is None or now < found.until,
    )  # fmt: skip
    if is_part:
        answer = render(request, "web/emergencies/board_part.html", dict(built.values))
        answer.headers["ETag"] = tag_of(key, built.until)
        return answer
    return show_page(
        request,
        "web/emergencies/board.html",
        trail=trail_to(request, incident),
        tabs=tabs_of_incident(request, incident, "incident_board"),
        address=reverse("incident_board", args=[incident.pk]),
        map_address=reverse("incident_map", args=[incident.pk]),
        has_map=built.has_map,
        **built.values,
    )


def _build(request: HttpRequest, incident: Incident, now: datetime) -> Built:
    today = timezone.localdate(now)
    held = list_held(incident, now)
    found = outline(incident, AsOf(true_on=today), held)
    reports = table_of(incident, today - timedelta(days=BACK), today, now)
    ways = {(row.home_id, row.host_id) for row in held if row.is_under_way}
    places = find_places({pk for way in ways for pk in way})
    return Built(
        values={
            "title": title_of(request, found),
            "lead": states_line(request, found.states),
            "hub": _hub_of(request, incident, reports),
            "pictures": [
                picture
                for picture in (_heat_of(request, found), _course_of(request, reports))
                if picture is not None
            ],
            "table": places_table(request, found.places),
            "at": timezone.localtime(now),
        },
        has_map=any(home in places and host in places for home, host in ways),
        until=find_next_lapse(held),
    )


@require_safe
@seated
def show_map(request: HttpRequest, incident_id: UUID) -> JsonResponse:
    """Answer with what the map of the deployments under way is drawn from."""
    incident = find_or_404(get_incident, incident_id)
    standings = list_under_way(incident, timezone.now())
    places = find_places(
        {pk for row in standings for pk in (row.deployment.home_id, row.deployment.host_id)}
    )
    drawn = [
        row
        for row in standings
        if row.deployment.home_id in places and row.deployment.host_id in places
    ]
    most = max((row.last.heads or 0 for row in drawn), default=0) or 1
    sides = {("donor", row.deployment.home_id): row.deployment.home for row in drawn} | {
        ("recipient", row.deployment.host_id): row.deployment.host for row in drawn
    }
    return JsonResponse(
        {
            "points": [
                {
                    "at": [places[pk].latitude, places[pk].longitude],
                    "side": side,
                    "text": name_of(request, organisation),
                    "address": reverse(side, args=[pk]),
                }
                for (side, pk), organisation in sides.items()
            ],
            "lines": [_line_of(request, row, places, most) for row in drawn],
            "missing": len(standings) - len(drawn),
        }
    )


def _line_of(
    request: HttpRequest, row: Standing, places: Mapping[UUID, Place], most: int
) -> dict[str, Any]:
    start, end = places[row.deployment.home_id], places[row.deployment.host_id]
    name = title_of_deployment(request, row.deployment)
    return {
        "from": [start.latitude, start.longitude],
        "to": [end.latitude, end.longitude],
        "width": 1 + 4 * (row.last.heads or 0) / most,
        "isDoubtful": row.state != "on_duty",
        "address": reverse("deployment", args=[row.deployment.pk]),
        "text": say_to(
            request, "emergencies.deployment_title", deployment=name,
            state=say_state(request, row.state),
        ),
    }  # fmt: skip


def _hub_of(
    request: HttpRequest, incident: Incident, reports: Mapping[UUID, list[DayOfPlace]]
) -> Hub | None:
    """Return how full the hub is, None where there is no hub or nothing is known of it."""
    for day in reversed(reports.get(incident.hub_id, []) if incident.hub_id else []):
        patients, beds = day.figure("patients"), day.figure("beds")
        if patients is not None and beds:
            share = percent(patients / beds, language_of(request))
            return Hub(
                name=name_of(request, day.place), patients=patients, beds=beds, day=day.day,
                share=share,
            )  # fmt: skip
    return None


def _heat_of(request: HttpRequest, found: Situation[NeedFigures]) -> Drawn | None:
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
    return Drawn(title=title, wide=wide, narrow=narrow, note=note, file="lacking-by-day")


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


def _course_of(request: HttpRequest, reports: Mapping[UUID, list[DayOfPlace]]) -> Drawn | None:
    """Return the patients of all places with what is expected next; None where too little is known."""
    sums = _sum_by_day(reports)
    known = [day for day, figure in sums.items() if figure is not None]
    if len(known) < 2:
        return None
    first, last = known[0], known[-1]
    shown = [day for day in sorted(sums) if first <= day <= last]
    reported = tuple(sums[day] for day in shown)
    expected = damped_trend(Known(figures={"all": reported}), EXPECTED).quantiles["all"]
    days = (*shown, *(last + timedelta(days=at + 1) for at in range(EXPECTED)))
    course = Course(
        days,
        reported,
        *(tuple(float(x) for x in expected[:, at]) for at in (LOW, MIDDLE, HIGH)),
    )
    title = say_to(
        request, "emergencies.course_title", on=last.isoformat(), patients=reported[-1] or 0,
        days=EXPECTED, low=round(course.low[-1]), high=round(course.high[-1]),
    )  # fmt: skip
    most = math.ceil(max([*(x or 0 for x in reported), *course.high]))
    words = [(float(at), number(at)) for at in tick_figures(most)]
    names = (say_to(request, "emergencies.reported"), say_to(request, "emergencies.expected"))
    wide, narrow = (
        draw_course(course, tick_words=words, names=names, alternative=title, width=width)
        for width in (WIDE, NARROW)
    )
    note = say_to(request, "emergencies.course_note", count=len(reports))
    return Drawn(title=title, wide=wide, narrow=narrow, note=note, file="patients-by-day")


def _sum_by_day(reports: Mapping[UUID, list[DayOfPlace]]) -> dict[date, int | None]:
    """Return the patients of each day; a day on which one place says nothing is not known, never less."""
    sums: dict[date, int | None] = {}
    for days in reports.values():
        for day in days:
            figure, before = day.figure("patients"), sums.get(day.day, 0)
            sums[day.day] = None if figure is None or before is None else before + figure
    return sums
