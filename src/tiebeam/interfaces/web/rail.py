"""
The rail: the places of the workspace, of which a page shows those that its reader has use for.

A page comes onto it by giving its address the name that stands here.
"""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor


@dataclass(frozen=True, slots=True)
class Place:
    """A place: the name of its address, the code of its word, and who has use for it (all if empty)."""

    name: str
    words: str
    roles: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class Step:
    """A place as one page shows it."""

    words: str
    address: str
    is_current: bool


PLANNERS = frozenset(
    {
        Role.COORDINATOR,
        Role.MINISTRY,
        Role.DONOR_OFFICE,
        Role.RECIPIENT_OFFICE,
        Role.FRONT_HEADQUARTERS,
        Role.AUDITOR,
    }
)

PLACES = (
    Place("home", "web.rail.home"),
    Place("programmes", "web.rail.programmes"),
    Place("pairs", "web.rail.pairs"),
    Place("returns", "web.rail.returns", PLANNERS),
    Place("desk", "web.rail.desk", PLANNERS),
    Place("agreements", "web.rail.agreements"),
    Place("people", "web.rail.people", frozenset({Role.ADMINISTRATOR})),
    Place("log", "web.rail.log"),
)


def list_steps(request: HttpRequest, actor: Actor | None) -> list[Step]:
    """Return the rail of *actor*: places that exist and that one of the roles held has use for."""
    if actor is None:
        return []
    return [
        Step(place.words, address, _is_current(request.path, address))
        for place in PLACES
        if not place.roles or any(actor.has_role(role) for role in place.roles)
        if (address := _find_address(place.name))
    ]


def _is_current(path: str, address: str) -> bool:
    return path == address if address == "/" else path.startswith(address)


def _find_address(name: str) -> str:
    # Not every page of the rail is there in every state of the workspace.
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
