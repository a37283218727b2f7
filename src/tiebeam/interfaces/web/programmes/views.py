"""The list of programmes, the page of one, and the map of its pairs."""

import json
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from tiebeam.apps.pairings.queries.lists import find_in_force, list_lists_of_programme
from tiebeam.apps.pairings.queries.pairings import PairCount, count_sides, list_pairings
from tiebeam.apps.programmes.models import Programme
from tiebeam.apps.programmes.queries import (
    get_programme,
    list_documents,
    list_participants,
    list_rounds,
)
from tiebeam.apps.regions.queries import find_places
from tiebeam.interfaces.web import forming
from tiebeam.interfaces.web.amounts import name_resources
from tiebeam.interfaces.web.as_of import read_as_of
from tiebeam.interfaces.web.documents.part import documents_part
from tiebeam.interfaces.web.page import Fact, Link, name_of, say_to, show_page
from tiebeam.interfaces.web.periods import period_text
from tiebeam.interfaces.web.programmes.picture import map_of_pairs, source_of_map
from tiebeam.interfaces.web.programmes.rights import may
from tiebeam.interfaces.web.programmes.tables import (
    documents_table,
    pairs_of_programme_table,
    participants_table,
    programmes_table,
    rounds_table,
)
from tiebeam.interfaces.web.programmes.timeline import draw_timeline
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.interfaces.web.tables import table_as_file
from tiebeam.platform.permissions.operations import is_allowed
from tiebeam.platform.time.periods import AsOf


@require_safe
@seated
def list_all(request: HttpRequest) -> HttpResponse:
    """Show the programmes that may be read, with their pairs of the day."""
    as_of = read_as_of(request)
    may_create = is_allowed(actor_of(request), "programmes.create_programme")
    step = Link(say_to(request, "programmes.create"), reverse("create_programme"))
    table = programmes_table(request, as_of, step if may_create else None)
    return table_as_file(table) or show_page(
        request,
        "web/programmes/list.html",
        title=say_to(request, "programmes.title", count=table.row_count),
        action=step if may_create else None,
        takes_dates=True,
        table=table,
    )


@require_safe
@seated
def show_programme(request: HttpRequest, programme_id: UUID) -> HttpResponse:
    """Show a programme: its pairs on a map and as a list, its rounds, and the documents it rests on."""
    as_of = read_as_of(request)
    programme = find_or_404(programme_id, as_of)
    pairings = list_pairings(programme, as_of)
    rounds = list_rounds(programme, as_of)
    lists = list_lists_of_programme(programme, as_of)
    table = pairs_of_programme_table(request, programme, pairings, name_resources(request, rounds))
    file = table_as_file(table)
    if file is not None:
        return file
    count = count_sides(pairings)
    places = find_places(pk for row in pairings for pk in (row.donor_id, row.recipient_id))
    has_map = any(row.donor_id in places and row.recipient_id in places for row in pairings)
    standing, documents = find_in_force(lists, as_of), list_documents(programme, as_of)
    steps = _list_steps(request, programme)
    return show_page(
        request,
        "web/programmes/programme.html",
        title=_title_of(request, programme, count),
        trail=trail_of(request),
        tabs=tabs_of(request, programme, "overview"),
        takes_dates=True,
        programme=programme,
        facts=_list_facts(request, programme),
        count=count,
        standing=standing,
        steps=list(steps.values()),
        table=table,
        has_map=has_map,
        map_address=_with_query(request, reverse("programme_map", args=[programme.pk])),
        map_source=source_of_map(request, as_of, standing, documents),
        map_file=f"{name_of(request, programme)} {as_of.true_on:%Y-%m-%d}",
        boundary_address=reverse("boundary") if _find_boundary() else "",
        timeline=draw_timeline(request, rounds, lists, as_of.true_on),
        rounds=rounds_table(request, rounds, lists, as_of, steps.get("open_round")),
        files=documents_part(request, programme, as_of),
        documents=documents_table(
            request,
            documents,
            may_correct=may(request, "programmes.correct_document", programme),
            step=steps.get("add_document"),
        ),
    )


@require_safe
@seated
def show_participants(request: HttpRequest, programme_id: UUID) -> HttpResponse:
    """Show who takes part in a programme on which side."""
    as_of = read_as_of(request)
    programme = find_or_404(programme_id, as_of)
    participants = list_participants(programme, as_of)
    step = (
        Link(
            say_to(request, "programmes.add_participant_verb"),
            reverse("add_participant", args=[programme.pk]),
        )
        if may(request, "programmes.add_participant", programme)
        else None
    )
    sides = [row.side for row in participants]
    return show_page(
        request,
        "web/programmes/participants.html",
        title=say_to(
            request,
            "programmes.participants_title",
            programme=name_of(request, programme),
            donors=sides.count("donor"),
            recipients=sides.count("recipient"),
        ),
        trail=trail_of(request),
        action=step,
        tabs=tabs_of(request, programme, "participants"),
        takes_dates=True,
        table=participants_table(
            request,
            participants,
            may_end=may(request, "programmes.end_participation", programme),
            step=step,
        ),
    )


@require_safe
@seated
def show_map(request: HttpRequest, programme_id: UUID) -> JsonResponse:
    """Answer with what the map of a programme is drawn from."""
    as_of = read_as_of(request)
    pairings = list_pairings(find_or_404(programme_id, as_of), as_of)
    places = find_places(pk for row in pairings for pk in (row.donor_id, row.recipient_id))
    return JsonResponse(map_of_pairs(request, pairings, places))


@require_safe
@seated
def show_boundary(request: HttpRequest) -> JsonResponse:
    """Answer with the boundary layer that the operator of the workspace laid ready."""
    del request
    path = _find_boundary()
    if path is None:
        raise Http404
    return JsonResponse(json.loads(path.read_text(encoding="utf-8")))


def find_or_404(programme_id: UUID, as_of: AsOf | None = None) -> Programme:
    """Return a programme that may be read, as known; another's is not there."""
    return forming.find_or_404(get_programme, programme_id, as_of)


def trail_of(request: HttpRequest, programme: Programme | None = None) -> list[Link]:
    """Return the places above a page: the programmes, and *programme* where the page lies below it."""
    trail = [Link(say_to(request, "web.rail.programmes"), reverse("programmes"))]
    if programme is not None:
        trail.append(Link(name_of(request, programme), reverse("programme", args=[programme.pk])))
    return trail


def tabs_of(request: HttpRequest, programme: Programme, current: str) -> list[Link]:
    """Return the sides of a programme's page."""
    addresses = {
        "overview": reverse("programme", args=[programme.pk]),
        "participants": reverse("participants", args=[programme.pk]),
        "obligations": reverse("programme_obligations", args=[programme.pk]),
        "history": reverse("history", args=["programme", programme.pk]),
    }
    return [
        Link(
            say_to(request, f"programmes.tab.{key}"), _with_query(request, address), key == current
        )
        for key, address in addresses.items()
    ]


def _find_boundary() -> Path | None:
    path = getattr(settings, "TIEBEAM_BOUNDARY", None)
    return path if path is not None and path.is_file() else None


def _with_query(request: HttpRequest, address: str) -> str:
    """Return *address* asking for the two dates that this page was asked for."""
    dates = request.GET.copy()
    for name in list(dates):
        if name not in {"on", "known"}:
            del dates[name]
    return f"{address}?{dates.urlencode()}" if dates else address


def _title_of(request: HttpRequest, programme: Programme, count: PairCount) -> str:
    return say_to(
        request,
        "programmes.programme_title" if count.pairs else "programmes.programme_title_none",
        name=name_of(request, programme),
        pairs=count.pairs,
        donors=count.donors,
        recipients=count.recipients,
    )


def _list_steps(request: HttpRequest, programme: Programme) -> dict[str, Link]:
    """Return what the reader may do with the programme, by the name of the operation."""
    return {
        name: Link(say_to(request, f"programmes.{name}_verb"), reverse(name, args=[programme.pk]))
        for name in ("change_programme", "open_round", "add_document", "publish_programme")
        if may(request, f"programmes.{name}", programme)
    }


def _list_facts(request: HttpRequest, programme: Programme) -> list[Fact]:
    chinese, english = programme.purpose_zh, programme.purpose_en
    purpose = (
        (chinese or english) if getattr(request, "language", "zh") == "zh" else (english or chinese)
    )
    forms = [say_to(request, f"pairings.area.{form}") for form in programme.forms]
    published = "published" if programme.is_published else "not_published"
    if programme.is_published and not settings.TIEBEAM_IS_PORTAL_OPEN:
        published = "published_closed"
    return [
        Fact(
            say_to(request, "programmes.column.starts"),
            period_text(request, programme.starts_on, programme.ends_on),
        ),
        Fact(
            say_to(request, "programmes.field.forms"),
            say_to(request, "programmes.forms", forms=forms)
            if forms
            else say_to(request, "web.unknown"),
        ),
        Fact(say_to(request, "programmes.purpose"), purpose or say_to(request, "web.unknown")),
        Fact(say_to(request, "programmes.portal"), say_to(request, f"programmes.{published}")),
    ]
