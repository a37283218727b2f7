"""
Find entries of the log, the newest first, however long it is.

What the acting organisation may read comes from three sides: what it wrote, what
is open to all, and what lies in scopes it was given to read. Each side is asked
for by its own index and for one page only; nothing is counted.
"""

import heapq
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from tiebeam.platform.audit.models import Entry, Head, Leaf, SealedLeaf
from tiebeam.platform.tenancy.acting import find_actor
from tiebeam.platform.tenancy.models import Grant
from tiebeam.platform.time.periods import valid_on

WAITING_MOST = 10_000
COUNTED_MOST = 10_000
"""Entries are counted up to here: a log of years is not counted for a line at its foot."""
RECENT = timedelta(days=30)
ENTRIES_OF_STEPS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """
    Which entries are asked for; what is empty or None is not asked about.

    Attributes:
        kind: The kind of record, such as ``regions.region``.
        action: The operation.
        record_id: One record.
        person_ids: Who did it.
        organisation_ids: For whom it was done.
        since: The first moment.
        until: The first moment after the last.
    """

    kind: str = ""
    action: str = ""
    record_id: UUID | None = None
    person_ids: Collection[UUID] | None = None
    organisation_ids: Collection[UUID] | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def condition(self) -> Q:
        """The same, for the database."""
        asked = {
            "record_type": self.kind or None,
            "action": self.action or None,
            "record_id": self.record_id,
            "person_id__in": self.person_ids,
            "tenant_id__in": self.organisation_ids,
            "at__gte": self.since,
            "at__lt": self.until,
        }
        return Q(**{name: value for name, value in asked.items() if value is not None})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealing:
    """
    How far the log is sealed.

    Attributes:
        head: The last signed head; None where none was made.
        waiting: Entries that wait for one, counted up to :data:`WAITING_MOST`.
    """

    head: Head | None
    waiting: int


def list_latest_steps(
    since: datetime, *, without: Collection[str], limit: int
) -> list[list[Entry]]:
    """
    Return the latest steps that concern the acting organisation, each with its entries of one transaction.

    What it wrote, and what lies in scopes that it was given to read; what is open to
    everybody, such as the directory, is no news to anybody in particular.

    Args:
        since: The first moment.
        without: Actions that are left out.
        limit: Of steps.
    """
    steps: dict[UUID, list[Entry]] = {}
    rows = Entry.objects.filter(at__gte=since).exclude(action__in=without)
    sides = [side for is_news, side in _list_sides(rows) if is_news]
    for entry in _merge(sides, ENTRIES_OF_STEPS):
        steps.setdefault(entry.transaction_id, []).append(entry)
    return list(steps.values())[:limit]


def list_entries(sought: Sought, *, before: Entry | None = None, limit: int = 50) -> list[Entry]:
    """Return the newest entries that are asked for and may be read, those after *before* in the order."""
    if sought.since is None:
        # Most pages are filled by the last weeks, which the indexes reach without the years before.
        start = (before.at if before is not None else timezone.now()) - RECENT
        recent = _list_entries(replace(sought, since=start), before, limit)
        if len(recent) == limit:
            return recent
    return _list_entries(sought, before, limit)


def count_entries(sought: Sought) -> int:
    """Return how many entries are asked for and may be read; beyond :data:`COUNTED_MOST` only that there are more."""
    rows = Entry.objects.filter(sought.condition)
    return sum(side[: COUNTED_MOST + 1].count() for _, side in _list_sides(rows))


def _list_entries(sought: Sought, before: Entry | None, limit: int) -> list[Entry]:
    rows = Entry.objects.filter(sought.condition)
    if before is not None:
        # The first part is what the index can jump to.
        rows = rows.filter(at__lte=before.at).filter(
            Q(at__lt=before.at) | Q(at=before.at, id__lt=before.pk)
        )
    return _merge([side for _, side in _list_sides(rows)], limit)


def _list_sides(rows: QuerySet[Entry]) -> list[tuple[bool, QuerySet[Entry]]]:
    """Return *rows* from each side that the acting organisation may read, and whether it concerns it alone."""
    actor = find_actor()
    if actor is None:
        return []
    granted = Grant.objects.filter(
        valid_on(timezone.localdate()), organisation_id=actor.organisation_id
    )
    others = rows.exclude(tenant_id=actor.organisation_id)
    return [
        (True, rows.filter(tenant_id=actor.organisation_id)),
        (False, others.filter(is_for_all=True)),
        (True, others.filter(is_for_all=False, scope_id__in=granted.values("scope_id"))),
    ]


def _merge(sides: Sequence[QuerySet[Entry]], limit: int) -> list[Entry]:
    pages = [list(side.order_by("-at", "-id")[:limit]) for side in sides]
    merged = heapq.merge(*pages, key=lambda entry: (entry.at, entry.pk), reverse=True)
    return list(islice(merged, limit))


def find_entry(entry_id: UUID) -> Entry | None:
    """Return the entry, or None where there is none that may be read."""
    found: Entry | None = Entry.objects.filter(pk=entry_id).first()
    return found


def find_position(entry: Entry) -> int | None:
    """Return the place of the entry in the sealed tree, or None while it waits."""
    found = SealedLeaf.objects.filter(entry_id=entry.pk).values_list("position", flat=True)
    return found.first()


def find_sealing() -> Sealing:
    """Return how far the log is sealed, and how many entries wait."""
    return Sealing(
        head=Head.objects.order_by("-size").first(),
        waiting=Leaf.objects.all()[: WAITING_MOST + 1].count(),
    )
