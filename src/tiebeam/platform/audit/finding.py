"""
Find entries of the log, the newest first, however long it is.

What the acting organisation may read comes from three sides: what it wrote, what
is open to all, and what lies in scopes it was given to read. Each side is asked
for by its own index and for one page only; nothing is counted.
"""

import heapq
from collections.abc import Collection
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
RECENT = timedelta(days=30)


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


def list_entries(sought: Sought, *, before: Entry | None = None, limit: int = 50) -> list[Entry]:
    """Return the newest entries that are asked for and may be read, those after *before* in the order."""
    if sought.since is None:
        # Most pages are filled by the last weeks, which the indexes reach without the years before.
        start = (before.at if before is not None else timezone.now()) - RECENT
        recent = _list_entries(replace(sought, since=start), before, limit)
        if len(recent) == limit:
            return recent
    return _list_entries(sought, before, limit)


def _list_entries(sought: Sought, before: Entry | None, limit: int) -> list[Entry]:
    actor = find_actor()
    if actor is None:
        return []
    rows = Entry.objects.filter(sought.condition)
    if before is not None:
        # The first part is what the index can jump to.
        rows = rows.filter(at__lte=before.at).filter(
            Q(at__lt=before.at) | Q(at=before.at, id__lt=before.pk)
        )
    granted = Grant.objects.filter(
        valid_on(timezone.localdate()), organisation_id=actor.organisation_id
    )
    sides: list[QuerySet[Entry]] = [
        rows.filter(tenant_id=actor.organisation_id),
        rows.filter(is_for_all=True).exclude(tenant_id=actor.organisation_id),
        rows.filter(is_for_all=False, scope_id__in=granted.values("scope_id")).exclude(
            tenant_id=actor.organisation_id
        ),
    ]
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
