"""Read every entry of the log, whoever owns it: for verifying and proving alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from tiebeam.platform.audit.models import Entry, Leaf, SealedLeaf
from tiebeam.platform.tenancy.records import OwnedQuerySet

ROWS_AT_ONCE = 900


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry, as its columns stand."""

    id: UUID
    tenant_id: UUID
    scope_id: UUID
    transaction_id: UUID
    person_id: UUID
    action: str
    record_type: str
    record_id: UUID
    at: datetime
    is_for_all: bool
    body: str


@dataclass(frozen=True, slots=True)
class LeafRow:
    """A leaf at its place, with its entry where there is one."""

    position: int
    entry_id: UUID
    algorithm: str
    leaf_hash: bytes
    entry: EntryRow | None


@contextmanager
def audit_duty() -> Iterator[None]:
    """Read all entries within the block: on PostgreSQL the row policy lets this duty see them."""
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.duty', 'audit', true)")
        yield
        cursor.execute("SELECT set_config('app.duty', '', true)")


def all_entries() -> QuerySet[Entry]:
    """Return the entries of everybody; the row policies of PostgreSQL still ask for the duty."""
    return OwnedQuerySet(Entry)


def iterate_leaves(end: int) -> Iterator[LeafRow]:
    """Yield the leaves of the positions below *end* in their order, a few thousand at a time."""
    start = 0
    while True:
        rows = list(
            SealedLeaf.objects.filter(position__gte=start, position__lt=end)
            .order_by("position")
            .values_list("position", "entry_id", "algorithm", "leaf_hash")[:ROWS_AT_ONCE]
        )
        if not rows:
            return
        last = rows[-1][0]
        ids = SealedLeaf.objects.filter(position__gte=start, position__lte=last)
        entries = _find_entries(ids.values("entry_id"))
        for position, entry_id, algorithm, leaf_hash in rows:
            yield LeafRow(position, entry_id, algorithm, bytes(leaf_hash), entries.get(entry_id))
        start = last + 1


def iterate_waiting() -> Iterator[LeafRow]:
    """Yield the leaves that wait for a place (their position is −1), by entry."""
    last: UUID | None = None
    while True:
        after = Leaf.objects.all() if last is None else Leaf.objects.filter(entry_id__gt=last)
        waiting = after.order_by("entry_id")
        rows = list(waiting.values_list("entry_id", "algorithm", "leaf_hash")[:ROWS_AT_ONCE])
        if not rows:
            return
        # By their ids: a leaf may find its place meanwhile, and its entry stays.
        entries = _find_entries([row[0] for row in rows])
        for entry_id, algorithm, leaf_hash in rows:
            yield LeafRow(-1, entry_id, algorithm, bytes(leaf_hash), entries.get(entry_id))
        last = rows[-1][0]


def iterate_strays() -> Iterator[EntryRow]:
    """Yield the entries that have no place in the tree and wait for none."""
    strays = all_entries().filter(
        ~Q(Exists(SealedLeaf.objects.filter(entry_id=OuterRef("id"))))
        & ~Q(Exists(Leaf.objects.filter(entry_id=OuterRef("id"))))
    )
    for row in strays.order_by("id").values_list(*_COLUMNS).iterator(chunk_size=ROWS_AT_ONCE):
        yield EntryRow(*row)


_COLUMNS = tuple(EntryRow.__dataclass_fields__)


def _find_entries(ids: Any) -> dict[UUID, EntryRow]:
    rows = all_entries().filter(id__in=ids).values_list(*_COLUMNS)
    return {row[0]: EntryRow(*row) for row in rows}
