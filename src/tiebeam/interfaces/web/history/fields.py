"""What the log keeps of a field, in words: names for ids, yes and no, days and times."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

from tiebeam.apps.pairings.models import PairList
from tiebeam.apps.pairings.queries.lists import list_versions_by_id
from tiebeam.apps.regions.models import Organisation, Region
from tiebeam.apps.regions.queries.names import list_organisations_by_id, list_regions_by_id
from tiebeam.interfaces.messages import has_message
from tiebeam.interfaces.web.page import name_of, say_to
from tiebeam.platform.audit.history import Change
from tiebeam.platform.identity.people import list_names

HIDDEN = frozenset(
    {"id", "tenant_id", "scope_id", "grams", "programme_id", "round_id", "plan_sha256"}
)
ORGANISATIONS = frozenset({"donor_id", "recipient_id", "organisation_id", "party_id"})
ENTRIES = frozenset({"parent_id", "successor_id", "region_id"})
"""Entries of the directory, where they are in it; the parent of a pair is another pair."""
LISTS = frozenset({"of_list_id", "ended_by_id", "reinstates_id"})
WORDS = {
    "state": "lists.state",
    "side": "programmes.side",
    "kind": "directory.kind",
    "indicator": "directory.indicator",
    "unit": "directory.unit",
    "reliability": "directory.reliability",
}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field: its name, and what stood there before and after, in words."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Known:
    """Names for the ids that a page of changes mentions."""

    people: Mapping[UUID, str]
    organisations: Mapping[UUID, Organisation]
    lists: Mapping[UUID, PairList]
    regions: Mapping[UUID, Region]


def know(changes: Iterable[Change]) -> Known:
    """Return the names of everybody and everything in *changes*, in four queries at most."""
    rows = list(changes)
    values = [
        (name, value)
        for row in rows
        for name, before, after in row.fields
        for value in (before, after)
        if value
    ]
    people = {row.person_id for row in rows}
    people |= {UUID(value) for name, value in values if _is_person(name)}
    organisations = {row.organisation_id for row in rows}
    entries = {UUID(value) for name, value in values if name in ENTRIES}
    organisations |= entries | {UUID(value) for name, value in values if name in ORGANISATIONS}
    return Known(
        people=list_names(people),
        organisations=list_organisations_by_id(organisations),
        lists=list_versions_by_id(UUID(value) for name, value in values if name in LISTS),
        regions=list_regions_by_id(entries),
    )


def list_field_changes(request: HttpRequest, change: Change, known: Known) -> list[FieldChange]:
    """Return what changed in words; what is of no use to a reader, and what stayed empty, is left out."""
    return [
        FieldChange(
            say_to(request, f"history.field.{name}")
            if has_message(f"history.field.{name}")
            else name,
            _in_words(request, name, before, known),
            _in_words(request, name, after, known),
        )
        for name, before, after in change.fields
        if name not in HIDDEN and not (_is_empty(before) and _is_empty(after))
    ]


def _is_empty(value: Any) -> bool:
    return value in (None, "", [], {})


def _is_person(name: str) -> bool:
    return (
        name.endswith(("_by_id", "_signed_for_id")) and name not in LISTS
    ) or name == "person_id"


def _in_words(request: HttpRequest, name: str, value: Any, known: Known) -> str:
    if _is_empty(value):
        return say_to(request, "history.nothing")
    if isinstance(value, bool):
        return say_to(request, "web.yes" if value else "web.no")
    if name in ORGANISATIONS:
        found = known.organisations.get(UUID(value))
        return str(value) if found is None else name_of(request, found)
    if name in ENTRIES:
        pk = UUID(value)
        entry = known.regions.get(pk) or known.organisations.get(pk)
        return str(value) if entry is None else name_of(request, entry)
    if name in LISTS:
        version = known.lists.get(UUID(value))
        return (
            str(value)
            if version is None
            else say_to(request, "lists.version", version=version.version)
        )
    if _is_person(name):
        return known.people.get(UUID(value), str(value))
    if name.endswith("_at"):
        return f"{timezone.localtime(datetime.fromisoformat(value)):%Y-%m-%d %H:%M}"
    code = f"{WORDS.get(name, '')}.{value}"
    if name in WORDS and has_message(code):
        return say_to(request, code)
    return say_to(request, "history.value", value=value)
