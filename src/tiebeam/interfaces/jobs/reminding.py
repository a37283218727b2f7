"""
Remind of what falls due: returns to be handed in, opinions to be given, money to be paid and confirmed.

A reminder is written before the digest of its day goes out, so that whoever reads
mail once a day learns of it on that day as well. Where nothing ran on the day, it
follows within three days; each is told once, and anew when the date is moved.
"""

from collections.abc import Collection, Iterator
from datetime import date, datetime, time

from django.utils import timezone

from tiebeam.apps.pairings.queries.waiting import list_lists_to_reply_to
from tiebeam.apps.programmes.operations.rights import OFFICE_OF
from tiebeam.apps.programmes.queries.returns import list_due
from tiebeam.interfaces.jobs.dues import (
    DONORS,
    RECIPIENTS,
    REMINDED_DAYS,
    Due,
    list_receipts_due,
    list_tranches_due,
)
from tiebeam.platform.identity.queries import find_actor_for, list_office_seats
from tiebeam.platform.notices.models import Notice
from tiebeam.platform.notices.posting import remind
from tiebeam.platform.notices.reading import list_ways
from tiebeam.platform.notices.telling import both_names
from tiebeam.platform.permissions.operations import is_allowed
from tiebeam.platform.tenancy.acting import Actor, acting

REMIND_AT = time(6, 30)
REMINDED_ROLES = frozenset({*OFFICE_OF.values(), *DONORS, *RECIPIENTS})
LATE_MOST = 3
"""For how many days a reminder is still written that could not be on its own day."""


def remind_of_dates() -> int:
    """Tell whoever has something to do by a day, on some days before and after it; return how many were told."""
    now = timezone.now()
    today = timezone.localdate(now)
    if timezone.localtime(now).time() < REMIND_AT:
        return 0
    told = 0
    for person_id, organisation_id in list_office_seats(REMINDED_ROLES, today):
        actor = find_actor_for(person_id, organisation_id, today)
        if actor is not None:
            with acting(actor):
                told += _remind(actor, today, now)
    return told


def find_reminded_day(days_left: int, days: Collection[int] = REMINDED_DAYS) -> int | None:
    """Return which of *days* a reminder of today stands for, None where for none."""
    passed = [day for day in days if days_left <= day]
    latest = min(passed, default=None)
    return latest if latest is not None and latest - days_left <= LATE_MOST else None


def _remind(actor: Actor, today: date, now: datetime) -> int:
    told = 0
    ways: dict[str, str] = {}
    dues = (
        *_list_returns(actor, today),
        *_list_opinions(actor, today),
        *list_tranches_due(actor, today),
        *list_receipts_due(actor),
    )
    for due in dues:
        day = find_reminded_day((due.due_on - today).days, due.days)
        if day is None:
            continue
        ways = ways or list_ways(actor)
        told += remind(
            Notice(
                person_id=actor.person_id,
                organisation_id=actor.organisation_id,
                kind=due.kind,
                variant=due.variant,
                facts=due.facts | {"due": str(due.due_on)},
                record_type=due.about._meta.label_lower,
                record_id=due.about.pk,
                way=ways[due.kind],
                once=f"{due.about.pk} {due.what} {due.due_on} {day}",
                told_at=now,
            )
        )
    return told


def _list_returns(actor: Actor, today: date) -> Iterator[Due]:
    for row in list_due(actor, today):
        # Who holds the office in another programme alone can hand nothing in here.
        has_office = actor.has_role(OFFICE_OF[row.side], row.of_round.programme_id)
        if row.due_on is not None and has_office:
            yield Due(
                kind="return_due",
                variant="late" if row.is_overdue else "",
                facts={"round": both_names(row.of_round)},
                about=row.of_round,
                what=row.side,
                due_on=row.due_on,
            )


def _list_opinions(actor: Actor, today: date) -> Iterator[Due]:
    for row in list_lists_to_reply_to(actor, today):
        may = is_allowed(actor, "pairings.give_opinion", row.round.programme_id)
        if row.opinions_due_on is not None and may:
            yield Due(
                kind="opinion_due",
                variant="",
                facts={"round": both_names(row.round), "version": row.version},
                about=row,
                what="opinion",
                due_on=row.opinions_due_on,
            )
