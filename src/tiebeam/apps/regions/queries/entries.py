"""
Regions and organisations as they stood on a day, as known at a moment.

An entry names one parent. When that parent has ended, its successor is the
parent from then on, so the tree of any day follows from the entries as they are.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Generic, TypeVar
from uuid import UUID

from tiebeam.apps.regions.models import Organisation, Region
from tiebeam.platform.audit.history import list_states
from tiebeam.platform.search.grams import matches, matching
from tiebeam.platform.time.periods import AsOf, holds_on, valid_on

T = TypeVar("T", Region, Organisation)


class _Knowledge(Generic[T]):
    """The entries of one kind: as they are, or from the log as known at a moment."""

    def __init__(self, model: type[T], known_at: datetime | None) -> None:
        self._model: type[T] = model
        self._found: dict[UUID, T] = {}
        self._known: dict[UUID, T] | None = None
        if known_at is not None:
            self._known = {row.pk: row for row in list_states(model, known_at)}

    def get(self, pk: UUID) -> T:
        """Return one entry; raise DoesNotExist where it is not known."""
        if self._known is None:
            # Children of one parent ask for it again and again.
            if pk not in self._found:
                self._found[pk] = self._model.objects.get(pk=pk)
            return self._found[pk]
        if pk not in self._known:
            raise self._model.DoesNotExist
        return self._known[pk]

    def list_linked(self, link: str, pks: Iterable[UUID]) -> list[T]:
        """Return the entries whose *link* is one of *pks*."""
        wanted = set(pks)
        if self._known is None:
            return list(self._model.objects.filter(**{f"{link}__in": wanted}))
        return [row for row in self._known.values() if getattr(row, link) in wanted]

    def list_standing(self, day: date, search: str) -> list[T]:
        """Return the entries of a day that hold every word of *search*."""
        if self._known is None:
            return list(self._model.objects.filter(valid_on(day), matching(search)))
        return [
            row
            for row in self._known.values()
            if holds_on(day, row.valid_from, row.valid_until) and matches(search, row.grams)
        ]


def get_region(region_id: UUID, as_of: AsOf | None = None) -> Region:
    """
    Return one region; with *as_of*, as it was known then, whether it stands on the day or not.

    Raises:
        Region.DoesNotExist: There is none, or it was not known.
    """
    return _Knowledge(Region, as_of.known_at if as_of else None).get(region_id)


def get_organisation(organisation_id: UUID, as_of: AsOf | None = None) -> Organisation:
    """
    Return one organisation; with *as_of*, as it was known then.

    Raises:
        Organisation.DoesNotExist: There is none, or it was not known.
    """
    return _Knowledge(Organisation, as_of.known_at if as_of else None).get(organisation_id)


def list_regions(as_of: AsOf, *, search: str = "", kind: str = "") -> list[Region]:
    """Return the regions of the day whose names or codes hold every word of *search*, by name."""
    found = _Knowledge(Region, as_of.known_at).list_standing(as_of.true_on, search)
    return _in_order(row for row in found if kind in {"", row.kind})


def list_organisations(
    as_of: AsOf, *, search: str = "", kind: str = "", region_id: UUID | None = None
) -> list[Organisation]:
    """Return the organisations of the day whose names hold every word of *search*, by name."""
    found = _Knowledge(Organisation, as_of.known_at).list_standing(as_of.true_on, search)
    return _in_order(
        row for row in found if kind in {"", row.kind} and region_id in {None, row.region_id}
    )


def list_roots(model: type[T], as_of: AsOf) -> list[T]:
    """Return the regions or organisations of the day that lie below none, by name."""
    knowledge = _Knowledge(model, as_of.known_at)
    found = knowledge.list_standing(as_of.true_on, "")
    return _in_order(row for row in found if row.parent_id is None)


def find_parent(record: T, as_of: AsOf) -> T | None:
    """Return what *record* belongs to on the day, or None."""
    return _find_parent(_Knowledge(type(record), as_of.known_at), record, as_of.true_on)


def find_successor(record: T, as_of: AsOf) -> T | None:
    """Return what follows *record*, as known then, or None."""
    if record.successor_id is None:
        return None
    return _Knowledge(type(record), as_of.known_at).get(record.successor_id)


def list_path(record: T, as_of: AsOf) -> list[T]:
    """Return what *record* lies below on the day, the topmost first, without itself."""
    knowledge = _Knowledge(type(record), as_of.known_at)
    path: list[T] = []
    above = _find_parent(knowledge, record, as_of.true_on)
    while above is not None:
        path.insert(0, above)
        above = _find_parent(knowledge, above, as_of.true_on)
    return path


def list_children(record: T, as_of: AsOf) -> list[T]:
    """Return what lies directly below *record* on the day, by name, also what a predecessor left it."""
    knowledge = _Knowledge(type(record), as_of.known_at)
    parents, newest = {record.pk}, {record.pk}
    while newest:
        newest = {row.pk for row in knowledge.list_linked("successor_id", newest)} - parents
        parents |= newest
    return _in_order(
        row
        for row in knowledge.list_linked("parent_id", parents)
        if holds_on(as_of.true_on, row.valid_from, row.valid_until)
        and (above := _find_parent(knowledge, row, as_of.true_on)) is not None
        and above.pk == record.pk
    )


def _find_parent(knowledge: _Knowledge[T], record: T, day: date) -> T | None:
    if record.parent_id is None:
        return None
    above = knowledge.get(record.parent_id)
    while above.valid_until is not None and above.valid_until <= day and above.successor_id:
        above = knowledge.get(above.successor_id)
    return above


def _in_order(rows: Iterable[T]) -> list[T]:
    return sorted(rows, key=lambda row: (row.name_en, row.name_zh, str(row.pk)))
