"""Incidents: which there are, how one stands, its level, and its end."""

from datetime import date
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tiebeam.apps.emergencies.models import Incident
from tiebeam.apps.emergencies.operations.answers import expire_overdue
from tiebeam.apps.emergencies.operations.incidents import (
    activate_incident,
    change_level,
    stand_down_incident,
)
from tiebeam.apps.emergencies.queries.held import list_held
from tiebeam.apps.emergencies.queries.incidents import get_incident, list_incidents
from tiebeam.apps.emergencies.queries.situation import N, Situation, outline
from tiebeam.apps.programmes.models import Programme
from tiebeam.apps.programmes.queries import get_programme
from tiebeam.apps.programmes.queries.programmes import (
    get_round,
    list_participants,
    list_programmes,
    list_rounds,
)
from tiebeam.apps.regions.queries import list_regions
from tiebeam.apps.regions.queries.names import list_regions_by_id
from tiebeam.interfaces.web.as_of import read_as_of
from tiebeam.interfaces.web.emergencies.forms import ActivationForm, DocumentForm, LevelForm
from tiebeam.interfaces.web.emergencies.tables import (
    deployments_list,
    incidents_table,
    needs_table,
    places_table,
    states_line,
)
from tiebeam.interfaces.web.emergencies.words import (
    may,
    tabs_of,
    tabs_of_incident,
    trail_to,
    trail_to_incidents,
)
from tiebeam.interfaces.web.errors import show_forbidden
from tiebeam.interfaces.web.forming import FORM, answer_form, find_or_404
from tiebeam.interfaces.web.forms import PageForm
from tiebeam.interfaces.web.page import Fact, Link, by_name, name_of, say_to, show_page
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.interfaces.web.tables import table_as_file
from tiebeam.interfaces.web.timeline import timeline_of
from tiebeam.platform.identity.people import list_names
from tiebeam.platform.permissions.operations import is_allowed
from tiebeam.platform.time.periods import AsOf


@require_safe
@seated
def show_incidents(request: HttpRequest) -> HttpResponse:
    """List the incidents that may be read."""
    actor, incidents = actor_of(request), list_incidents()
    activate = Link(say_to(request, "emergencies.activate"), reverse("activate_incident"))
    allowed = is_allowed(actor, "emergencies.activate_incident")
    under_way = sum(row.stood_down_at is None for row in incidents)
    code = "emergencies.count" if under_way else "emergencies.count_none"
    return show_page(
        request,
        "web/emergencies/tables.html",
        title=say_to(request, code, count=under_way),
        action=activate if allowed else None,
        tabs=tabs_of(request, "emergencies"),
        tables=[("", incidents_table(request, incidents, activate if allowed else None))],
    )


@FORM
@seated
def activate(request: HttpRequest) -> HttpResponse:
    """Activate an incident."""
    actor, today = actor_of(request), timezone.localdate()
    programmes = [
        row
        for row in list_programmes()
        if row.tenant_id == actor.organisation_id
        and is_allowed(actor, "emergencies.activate_incident", row.pk)
    ]
    if not programmes:
        return show_forbidden(request)
    places = {
        str(row.organisation_id): name_of(request, row.organisation)
        for programme in programmes
        for row in list_participants(programme, AsOf(true_on=today), "recipient")
    }
    form = ActivationForm(
        request,
        programmes=[(str(row.pk), name_of(request, row)) for row in programmes],
        places=list(places.items()),
        regions=_regions(request),
        rounds=[
            (str(row.pk), f"{name_of(request, programme)} · {name_of(request, row)}")
            for programme in programmes
            for row in list_rounds(programme)
        ],
    )

    def act(given: dict[str, object]) -> Incident:
        programme: Programme = get_programme(UUID(str(given.pop("programme"))))
        hub, area, of_round = (given.pop(name) for name in ("hub", "area", "round"))
        found = [
            row.organisation
            for row in list_participants(programme, AsOf(true_on=today), "recipient")
            if str(row.organisation_id) == hub
        ]
        return activate_incident(
            programme=programme, hub=found[0] if found else None, actor=actor,
            area=list(list_regions_by_id(map(UUID, area)).values()),  # type: ignore[call-overload]
            round=get_round(UUID(str(of_round))) if of_round else None,
            now=timezone.now(), **given,  # type: ignore[arg-type]  # the fields of the form
        )  # fmt: skip

    return answer_form(
        request, form, lambda given: act(dict(given)),
        done=say_to(request, "emergencies.activated"),
        title=say_to(request, "emergencies.activate_title"),
        text=say_to(request, "emergencies.activate_text"),
        verb=say_to(request, "emergencies.activate"),
        back=reverse("emergencies"),
        onto=lambda made: reverse("incident", args=[made.pk]),
        trail=trail_to_incidents(request),
    )  # fmt: skip


def _regions(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what an area is made of: provinces, then prefectures."""
    rows = list_regions(AsOf(true_on=timezone.localdate()))
    kinds = ("province", "prefecture")
    return [
        (str(row.pk), name_of(request, row)) for kind in kinds for row in rows if row.kind == kind
    ]


@require_safe
@seated
def show_incident(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """Show how an incident stands: by place, by need, and every deployment that may be read."""
    incident, actor = find_or_404(get_incident, incident_id), actor_of(request)
    as_of = read_as_of(request)
    held = list_held(incident, timezone.now(), as_of.known_at)
    found = outline(incident, as_of, held)
    is_now = as_of.known_at is None and as_of.true_on == timezone.localdate()
    enter = Link(
        say_to(request, "emergencies.verb.enter_need"), reverse("enter_need", args=[incident.pk])
    )
    is_open = is_now and incident.stood_down_at is None
    action = enter if is_open and may(actor, "enter_need", incident) else None
    needs = [need for place in found.places for need in place.needs]
    order = {each.need.pk: place for place, each in enumerate(needs)}
    shown = sorted(
        (row for row in held if row.need_id in order), key=lambda row: order[row.need_id]
    )
    deployments = deployments_list(request, shown, as_of.known_at)
    file = table_as_file(deployments)
    if file is not None:
        return file
    return show_page(
        request,
        "web/emergencies/record.html",
        title=title_of(request, found),
        trail=trail_to_incidents(request),
        action=action,
        tabs=tabs_of_incident(request, incident, "incident"),
        takes_dates=True,
        lead=states_line(request, found.states),
        facts=_facts(request, incident),
        links=[
            *(_links(request, incident) if is_open else []),
            Link(
                say_to(request, "emergencies.thread"),
                reverse("incident_thread", args=[incident.pk]),
            ),
        ],
        tables=[
            (say_to(request, "emergencies.section.places"), places_table(request, found.places)),
            (say_to(request, "emergencies.section.needs"), needs_table(request, needs, action)),
            (say_to(request, "emergencies.section.deployments"), deployments),
        ],
        timeline=timeline_of(request, [incident.pk], as_of.known_at),
    )


def title_of(request: HttpRequest, found: Situation[N]) -> str:
    """Return what is true of an incident, as a sentence."""
    name = name_of(request, found.incident)
    needed = sum(place.needed for place in found.places)
    bound = [place.bound for place in found.places]
    if not needed:
        return say_to(request, "emergencies.title_no_need", incident=name)
    if None in bound:
        return say_to(request, "emergencies.title_unknown", incident=name, needed=needed)
    # What one place has too much does not help another.
    held = sum(min(place.needed, place.bound or 0) for place in found.places)
    return say_to(
        request, "emergencies.title_filled", incident=name, needed=needed, bound=held,
        lacking=needed - held,
    )  # fmt: skip


def _facts(request: HttpRequest, incident: Incident) -> list[Fact]:
    people = list_names(
        pk for pk in (incident.activated_by_id, incident.stood_down_by_id) if pk is not None
    )

    def word(key: str, text: str, address: str = "") -> Fact:
        return Fact(say_to(request, f"emergencies.column.{key}"), text, address)

    unknown = say_to(request, "web.unknown")
    facts = [
        word("level", say_to(request, f"emergencies.level.{incident.level}")),
        word("mode", say_to(request, f"emergencies.mode.{incident.mode}")),
        word(
            "programme",
            name_of(request, incident.programme),
            reverse("programme", args=[incident.programme_id]),
        ),
        word("area", _area_of(request, incident)),
        word("hub", name_of(request, incident.hub) if incident.hub else "—"),
        word("activated", _by(incident.activated_on, people.get(incident.activated_by_id, unknown),
                              incident.document)),
    ]  # fmt: skip
    if incident.round is not None:
        address = reverse("round", args=[incident.round_id])
        facts.append(word("lists", name_of(request, incident.round), address))
    if incident.stood_down_at is not None and incident.stood_down_by_id is not None:
        person = people.get(incident.stood_down_by_id, unknown)
        on = timezone.localdate(incident.stood_down_at)
        facts.append(word("stood_down", _by(on, person, incident.stood_down_document)))
    return facts


def _area_of(request: HttpRequest, incident: Incident) -> str:
    rows = list_regions_by_id(map(UUID, incident.area)).values()
    return say_to(request, "emergencies.comma").join(name_of(request, row) for row in rows) or "—"


def _by(day: date, person: str, document: str) -> str:
    return f"{day.isoformat()} · {person} · {document}"


def _links(request: HttpRequest, incident: Incident) -> list[Link]:
    """Return what else may be done to an open incident."""
    actor = actor_of(request)
    steps = (
        ("change_level", "incident_level"),
        ("stand_down_incident", "stand_down_incident"),
        ("expire_overdue", "expire_overdue"),
    )
    if actor.organisation_id != incident.tenant_id:
        return []
    return [
        Link(say_to(request, f"emergencies.verb.{name}"), reverse(address, args=[incident.pk]))
        for name, address in steps
        if may(actor, name, incident)
    ]


@FORM
@seated
def change_level_of(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """Raise or lower the level of an incident."""
    incident, actor = find_or_404(get_incident, incident_id), actor_of(request)
    if not may(actor, "change_level", incident):
        return show_forbidden(request)
    return answer_form(
        request,
        LevelForm(request, incident.level),
        lambda given: change_level(incident=incident, **given, actor=actor, now=timezone.now()),
        done=say_to(request, "emergencies.level_changed"),
        verb=say_to(request, "emergencies.verb.change_level"),
        title=say_to(request, "emergencies.level_title", incident=name_of(request, incident)),
        back=reverse("incident", args=[incident.pk]),
        trail=trail_to(request, incident),
    )


@FORM
@seated
def stand_down(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """End an incident."""
    incident, actor = find_or_404(get_incident, incident_id), actor_of(request)
    if not may(actor, "stand_down_incident", incident):
        return show_forbidden(request)
    return answer_form(
        request,
        DocumentForm(request),
        lambda given: stand_down_incident(
            incident=incident, **given, actor=actor, now=timezone.now()
        ),
        done=say_to(request, "emergencies.stood_down_done"),
        verb=say_to(request, "emergencies.verb.stand_down_incident"),
        title=say_to(request, "emergencies.stand_down_title", incident=name_of(request, incident)),
        text=say_to(request, "emergencies.stand_down_text"),
        is_dangerous=True,
        back=reverse("incident", args=[incident.pk]),
        trail=trail_to(request, incident),
    )


@FORM
@seated
def expire(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """Write down where answers did not come in time."""
    incident, actor = find_or_404(get_incident, incident_id), actor_of(request)
    if not may(actor, "expire_overdue", incident):
        return show_forbidden(request)
    return answer_form(
        request,
        PageForm(request),
        lambda _: expire_overdue(incident=incident, actor=actor, now=timezone.now()),
        done=lambda made: say_to(request, "emergencies.expired_done", count=len(made)),
        verb=say_to(request, "emergencies.verb.expire_overdue"),
        title=say_to(request, "emergencies.expire_title"),
        text=say_to(request, "emergencies.expire_text"),
        back=reverse("incident", args=[incident.pk]),
        trail=trail_to(request, incident),
    )


def places_of(request: HttpRequest, incident: Incident) -> list[tuple[str, str]]:
    """Return the places for which the reader may enter a need: the own one, or all for who coordinates."""
    actor = actor_of(request)
    rows = list_participants(incident.programme, AsOf(true_on=timezone.localdate()), "recipient")
    is_steering = actor.organisation_id == incident.tenant_id
    found = [
        row.organisation
        for row in rows
        if is_steering or row.organisation_id == actor.organisation_id
    ]
    return [(str(row.pk), name_of(request, row)) for row in by_name(request, found)]
