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
    """A place: its address by name, the code of its word, who has use for it (all if empty), what lies below it."""

    name: str
    words: str
    roles: frozenset[Role] = frozenset()
    below: tuple[str, ...] = ()


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


# Parties see of the desk what they are sent for opinion: the page itself has nothing for them.
OVERSEERS = frozenset({Role.COORDINATOR, Role.MINISTRY, Role.AUDITOR})

PLACES = (
    Place("home", "web.rail.home"),
    Place("programmes", "web.rail.programmes", below=("/lists/", "/obligations/")),
    Place("pairs", "web.rail.pairs", below=("/hand-overs/", "/responsibilities/")),
    Place("returns", "web.rail.returns", PLANNERS),
    Place("desk", "web.rail.desk", OVERSEERS),
    Place("agreements", "web.rail.agreements"),
    Place("money", "web.rail.money"),
    Place("overview", "web.rail.overview", OVERSEERS | {Role.ASSESSOR}),
    Place("emergencies", "emergencies.title", below=("/reports/", "/supplies/")),
    Place("phone", "phone.name", frozenset({Role.FRONT_TEAM})),
    Place("people", "web.rail.people", frozenset({Role.ADMINISTRATOR})),
    Place("log", "web.rail.log"),
)


def list_steps(request: HttpRequest, actor: Actor | None) -> list[Step]:
    """Return the rail of *actor*: places that exist and that one of the roles held has use for."""
    if actor is None:
        return []
    return [
        Step(place.words, address, _is_current(request.path, address, *place.below))
        for place in PLACES
        if not place.roles or any(actor.has_role(role) for role in place.roles)
        if (address := _find_address(place.name))
    ]


def _is_current(path: str, *addresses: str) -> bool:
    return any(path == row if row == "/" else path.startswith(row) for row in addresses)


def _find_address(name: str) -> str:
    # Not every page of the rail is there in every state of the workspace.
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
