"""What a person was told: list it, count it, mark it as read."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from tiebeam.platform.notices.models import KINDS, Notice, Subscription
from tiebeam.platform.tenancy.acting import Actor


def count_unread() -> int:
    """Return how many notices the acting person has not read at this seat."""
    return Notice.objects.filter(read_at=None).count()


def list_notices(
    *, is_unread: bool = False, kind: str = "", start: int = 0, stop: int = 50
) -> tuple[list[Notice], int]:
    """Return the notices of the acting person at this seat, the newest first, and how many there are."""
    rows = Notice.objects.order_by("-told_at", "-id")
    if is_unread:
        rows = rows.filter(read_at=None)
    if kind:
        rows = rows.filter(kind=kind)
    return list(rows[start:stop]), rows.count()


def list_unread(kind: str, most: int) -> list[Notice]:
    """List the notices of one kind that the acting person has not read at this seat, the newest first."""
    rows = Notice.objects.filter(kind=kind, read_at=None)
    return list(rows.order_by("-told_at", "-id")[:most])


def find_notice(notice_id: UUID) -> Notice | None:
    """Return a notice of the acting person at this seat, or None."""
    return Notice.objects.filter(pk=notice_id).first()


def mark_read(*, now: datetime, ids: Iterable[UUID] | None = None) -> int:
    """
    Mark notices of the acting person as read, all where none are named; return how many were.

    No operation: nothing but one's own mark changes, and the log is not for that.
    """
    rows = Notice.objects.filter(read_at=None)
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    return rows.update(read_at=now)


def list_ways(actor: Actor) -> dict[str, str]:
    """Return how the acting person wants each kind by mail."""
    chosen = Subscription.objects.filter(person_id=actor.person_id).values_list("kind", "way")
    return KINDS | dict(chosen)
