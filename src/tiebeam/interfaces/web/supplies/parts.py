"""What the pages of supplies share: their tabs, the way to them, and who may do what."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from tiebeam.interfaces.web.emergencies.words import trail_to_incidents
from tiebeam.interfaces.web.page import Link, by_name, name_of, say_to
from tiebeam.interfaces.web.seated import actor_of
from tiebeam.interfaces.web.tables import Column
from tiebeam.platform.permissions.operations import is_allowed

NUMBERS = frozenset({"quantity", "sent", "received", "returned", "lost", "open", "age"})
"""Columns that hold numbers."""

TABS = ("supplies", "shipments", "holds", "supply_items")


def tabs_of(request: HttpRequest, current: str) -> tuple[Link, ...]:
    """Return the sides of supplies."""
    return tuple(
        Link(say_to(request, f"supplies.tab.{name}"), reverse(name), name == current)
        for name in TABS
    )


def trail_to(request: HttpRequest, name: str = "supplies") -> list[Link]:
    """Return the places above a page of supplies."""
    trail = [
        *trail_to_incidents(request),
        Link(say_to(request, "emergencies.tab.supplies"), reverse("supplies")),
    ]
    if name != "supplies":
        trail.append(Link(say_to(request, f"supplies.tab.{name}"), reverse(name)))
    return trail


def action_of(request: HttpRequest, operation: str, words: str, address: str) -> Link | None:
    """Return the primary action of a page, where the reader may do it."""
    if not is_allowed(actor_of(request), operation):
        return None
    return Link(say_to(request, words), reverse(address))


def columns_of(request: HttpRequest, names: Iterable[str]) -> tuple[Column, ...]:
    """Return the columns of these names."""
    return tuple(
        Column(name, say_to(request, f"supplies.column.{name}"), is_number=name in NUMBERS)
        for name in names
    )


def choices_by_name(
    request: HttpRequest, records: Iterable[Any], *, first: str = ""
) -> Sequence[tuple[str, str]]:
    """Return choices of records by name; *first* is the word of choosing none."""
    found = [(str(row.pk), name_of(request, row)) for row in by_name(request, list(records))]
    return [("", first), *found] if first else found
