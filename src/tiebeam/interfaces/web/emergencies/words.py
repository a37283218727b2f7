"""What pages of emergencies say: steps, states and places in words, and who may do what."""

from django.http import HttpRequest
from django.urls import reverse

from tiebeam.apps.emergencies.models import Deployment, Incident, Need
from tiebeam.apps.emergencies.states import OVER, UNDER_WAY, WAITING
from tiebeam.interfaces.messages import has_message
from tiebeam.interfaces.messages.figures import number
from tiebeam.interfaces.web.page import Link, name_of, say_to
from tiebeam.interfaces.web.seated import actor_of
from tiebeam.interfaces.web.tables import Cell, Column, Status
from tiebeam.platform.permissions.operations import is_allowed
from tiebeam.platform.tenancy.acting import Actor

KINDS = ("medical", "nursing", "disease_control", "engineering", "rescue", "logistics", "other")
"""Kinds of teams that have a word; others stand as they were entered."""


def say_state(request: HttpRequest, state: str) -> str:
    """Return the word for the state of a need or a deployment."""
    return say_to(request, f"emergencies.state.{state}")


def say_event(request: HttpRequest, event: str) -> str:
    """Return the word for a step."""
    return say_to(request, f"emergencies.event.{event}")


def say_kind(request: HttpRequest, kind: str) -> str:
    """Return the word for a kind of team, else the kind as it was entered."""
    code = f"emergencies.kind.{kind}"
    return say_to(request, code) if has_message(code) else kind


def mark_of(state: str) -> Status:
    """Return the mark of a state: good under way, at risk while an answer is awaited."""
    if state in (*UNDER_WAY, "paid", "closed", "verified", "agreed", "accepted"):
        return "good"
    if state in (*WAITING, "claimed", "released", "open"):
        return "risk"
    return "none" if state not in OVER or state == "withdrawn" else "bad"


def state_cell(request: HttpRequest, state: str) -> Cell:
    """Return a cell for a state, with its mark."""
    return Cell(say_state(request, state), status=mark_of(state))


def heads_cell(request: HttpRequest, heads: int | None) -> Cell:
    """Return a cell for a number of people; what the reader does not read is said to be not known."""
    if heads is None:
        return Cell(say_to(request, "web.unknown"))
    return Cell(number(heads), exact=heads)


def head(request: HttpRequest, key: str, *, is_number: bool = False) -> Column:
    """Return the column *key*."""
    unit = say_to(request, "emergencies.unit.people") if is_number else ""
    return Column(key, say_to(request, f"emergencies.column.{key}"), unit=unit, is_number=is_number)


def title_of_need(request: HttpRequest, need: Need) -> str:
    """Return what a need is called: the place, how many, of which kind."""
    return say_to(
        request,
        "emergencies.need_name",
        place=name_of(request, need.place),
        heads=need.heads,
        kind=say_kind(request, need.kind),
    )


def title_of_deployment(request: HttpRequest, deployment: Deployment) -> str:
    """Return what a deployment is called: from where to where."""
    return say_to(
        request,
        "emergencies.deployment_name",
        home=name_of(request, deployment.home),
        host=name_of(request, deployment.host),
        rotation=deployment.rotation,
    )


def may(actor: Actor, name: str, incident: Incident) -> bool:
    """Return whether *actor* may call an operation in the programme of *incident*."""
    return is_allowed(actor, f"emergencies.{name}", incident.programme_id)


def may_ask(actor: Actor, need: Need) -> bool:
    """Return whether *actor* may ask a home for people of a need, once that is verified."""
    incident = need.incident
    is_steering = actor.organisation_id == incident.tenant_id
    is_place = actor.organisation_id == need.place_id and incident.mode == "request"
    return (is_steering or is_place) and may(actor, "ask_home", incident)


def trail_to_incidents(request: HttpRequest) -> list[Link]:
    """Return the place above an incident."""
    return [Link(say_to(request, "emergencies.title"), reverse("emergencies"))]


def trail_to(request: HttpRequest, incident: Incident) -> list[Link]:
    """Return the places above what belongs to an incident."""
    address = reverse("incident", args=[incident.pk])
    return [*trail_to_incidents(request), Link(name_of(request, incident), address)]


def trail_to_need(request: HttpRequest, need: Need) -> list[Link]:
    """Return the places above what belongs to a need."""
    address = reverse("need", args=[need.pk])
    return [*trail_to(request, need.incident), Link(title_of_need(request, need), address)]


def tabs_of(request: HttpRequest, shown: str) -> list[Link]:
    """Return the sides of the work in emergencies."""
    names = ("emergencies", "emergency_inbox", "packages", "teams", "supplies")
    return [
        Link(say_to(request, f"emergencies.tab.{name}"), reverse(name), name == shown)
        for name in names
    ]


def tabs_of_incident(request: HttpRequest, incident: Incident, shown: str) -> list[Link]:
    """Return the sides of an incident: its records, its board, what its places report."""
    is_steering = incident.tenant_id == actor_of(request).organisation_id
    names = [
        "incident",
        "incident_board",
        "incident_report",
        "situation_by_day",
        "incident_supplies",
    ]
    if is_steering and may(actor_of(request), "ask_home", incident):
        names.insert(2, "incident_dispatch")
    return [
        Link(
            say_to(request, f"emergencies.tab.{name}"),
            reverse(name, args=[incident.pk]),
            name == shown,
        )
        for name in names
    ]
