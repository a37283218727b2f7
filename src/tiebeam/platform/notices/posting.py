"""Which notices go out by mail now, and reminders. Who sends them claims them first, so that none goes twice."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone

from tiebeam.platform.notices.models import Notice, post_duty

DIGEST_AT = time(7, 0)
MOST = 2_000


def claim(*, way: str, now: datetime) -> dict[UUID, list[Notice]]:
    """
    Return the notices to be mailed now by person, and mark them as mailed.

    A daily digest holds what was told before seven in the morning of the day. What was
    read in the workspace by then is not mailed.
    """
    with post_duty():
        rows = Notice.objects.filter(way=way, mailed_at=None)
        if way == "daily":
            rows = rows.filter(told_at__lt=_begin_of_digest(now), read_at=None)
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        found = list(rows.order_by("told_at", "id")[:MOST])
        Notice.objects.filter(pk__in=[row.pk for row in found]).update(mailed_at=now)
    claimed: dict[UUID, list[Notice]] = {}
    for row in found:
        claimed.setdefault(row.person_id, []).append(row)
    return claimed


def give_back(notices: Iterable[Notice]) -> None:
    """Take back the mark of notices whose mail did not go out: it is tried again."""
    with post_duty():
        Notice.objects.filter(pk__in=[row.pk for row in notices]).update(mailed_at=None)


def remind(notice: Notice) -> bool:
    """Write a reminder to the acting person; return False where it was told before."""
    if Notice.objects.filter(once=notice.once).exists():
        return False
    notice.save(force_insert=True)
    return True


def _begin_of_digest(now: datetime) -> datetime:
    local = timezone.localtime(now)
    begin = local.replace(hour=DIGEST_AT.hour, minute=0, second=0, microsecond=0)
    # Before seven, yesterday's digest is the one that is due.
    return begin if local >= begin else begin - timedelta(days=1)
