"""The board of an incident: what lacks where on the next days, the patients and what is expected, the hub, the map."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from tiebeam.apps.emergencies.models import Incident
from tiebeam.apps.emergencies.queries.held import find_next_lapse, list_held
from tiebeam.apps.emergencies.queries.incidents import get_incident
from tiebeam.apps.emergencies.queries.marks import find_mark
from tiebeam.apps.emergencies.queries.reports import table_of
from tiebeam.apps.emergencies.queries.situation import outline
from tiebeam.apps.emergencies.queries.standing import Standing, list_under_way
from tiebeam.apps.regions.queries import Place, find_places
from tiebeam.interfaces.web.emergencies.board_pictures import Reports, course_of, heat_of, hub_of
from tiebeam.interfaces.web.emergencies.incidents import title_of
from tiebeam.interfaces.web.emergencies.tables import places_table, states_line
from tiebeam.interfaces.web.emergencies.words import (
    say_state,
    tabs_of_incident,
    title_of_deployment,
    trail_to,
)
from tiebeam.interfaces.web.forming import find_or_404
from tiebeam.interfaces.web.page import language_of, name_of, say_to, show_page
from tiebeam.interfaces.web.polled import Kept, find_unchanged, tag_of
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.platform.time.periods import AsOf

BACK = 28
"""Days back of the patients."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """
    What the board of an incident shows to one organisation in one language.

    Attributes:
        reports: What its places reported, of which one may be chosen.
        until: When something on it lapses; until then it stands as long as the mark does.
    """

    values: Mapping[str, Any]
    reports: Reports
    has_map: bool
    until: datetime | None

    def stands_at(self, now: datetime) -> bool:
        """Return whether nothing has lapsed."""
        return self.until is None or now < self.until


@dataclass(frozen=True, slots=True)
class Shown:
    """The part that asks again, written for one choice of place, and the head above it; of what was *built*."""

    head: SafeString
    part: SafeString
    built: Built


_built: Kept[Built] = Kept(most=64)
_shown: Kept[Shown] = Kept(most=128)


@require_safe
@seated
@vary_on_headers("HX-Request")
def show_board(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """Show the board; it asks again every few seconds, and is answered at once where nothing changed."""
    now, place_id = timezone.now(), _read_place(request)
    # Read before what it stands for: what is built may be newer than its mark, and never older.
    mark = find_or_404(find_mark, incident_id)
    # Rights to read are those of an organisation, and begin and end with a day.
    of_all = (incident_id, mark, actor_of(request).organisation_id, language_of(request),
              timezone.localdate(now))  # fmt: skip
    key = (*of_all, place_id)
    is_part = bool(request.headers.get("HX-Request"))
    if is_part and (tag := find_unchanged(request, key, now)):
        return HttpResponseNotModified(headers={"ETag": tag})
    incident = find_or_404(get_incident, incident_id)
    built = _built.get(
        of_all, lambda: _build(request, incident, now), lambda found: found.stands_at(now)
    )
    if place_id is not None and place_id not in built.reports:
        raise Http404
    shown = _shown.get(
        key, lambda: _write(request, built, place_id), lambda found: found.built is built
    )
    if is_part:
        swapped = render_to_string("web/emergencies/board_polled.html", {"shown": shown})
        return HttpResponse(swapped, headers={"ETag": tag_of(key, built.until)})
    address = reverse("incident_board", args=[incident.pk])
    return show_page(
        request,
        "web/emergencies/board.html",
        title=built.values["title"],
        trail=trail_to(request, incident),
        tabs=tabs_of_incident(request, incident, "incident_board"),
        address=f"{address}?place={place_id}" if place_id else address,
        map_address=reverse("incident_map", args=[incident.pk]),
        table_address=f"{reverse('incident', args=[incident.pk])}#deployments",
        has_map=built.has_map,
        shown=shown,
    )


def _read_place(request: HttpRequest) -> UUID | None:
    """Return the place that was chosen, None for all."""
    chosen = request.GET.get("place", "")
    try:
        return UUID(chosen) if chosen else None
    except ValueError:
        raise Http404 from None


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
            "hub": hub_of(request, incident, reports),
            "heat": heat_of(request, found),
            "table": places_table(request, found.places),
            "at": timezone.localtime(now),
        },
        reports=reports,
        has_map=any(home in places and host in places for home, host in ways),
        until=find_next_lapse(held),
    )


def _write(request: HttpRequest, built: Built, place_id: UUID | None) -> Shown:
    """Write the board once for all who look at it: many do, and each change is told to all of them."""
    places = [(pk, name_of(request, days[0].place)) for pk, days in built.reports.items() if days]
    values = {
        **built.values,
        "request": request,
        "language": language_of(request),
        "places": places,
        "place_id": place_id,
        "course": course_of(request, built.reports, place_id),
    }
    head, part = (
        render_to_string(f"web/emergencies/board_{name}.html", values) for name in ("head", "part")
    )
    return Shown(head, part, built)


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
