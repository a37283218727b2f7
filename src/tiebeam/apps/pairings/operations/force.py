"""What a list in force does to the pairings: opens, keeps and ends them."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Q

from tiebeam.apps.pairings.models import ListLine, Pairing, PairList
from tiebeam.apps.pairings.operations.readers import (
    BOTH_SIDES,
    OVERSEERS,
    let_read,
    list_participants,
)
from tiebeam.apps.programmes.models import Programme
from tiebeam.errors import Refused
from tiebeam.platform.audit.writing import record_change, record_creation, state_of
from tiebeam.platform.tenancy.acting import Actor


class ForceBeforeStanding(Refused):
    """A version cannot be in force before the one that it supersedes."""

    code = "pairings.force_before_standing"


def put_in_force(pair_list: PairList, *, actor: Actor, now: datetime, action: str) -> list[Pairing]:
    """
    Let *pair_list*, with its date of force set, supersede what stands, and return its pairings.

    A pairing that goes on stays the same record, unbroken, also where the version
    between had ended it on this very day. The programme is locked by the caller.

    Raises:
        ForceBeforeStanding: A version in force begins later.
    """
    programme = pair_list.round.programme
    _supersede(pair_list, programme, actor, now, action)
    start, until = pair_list.in_force_from, pair_list.in_force_until
    assert start is not None
    touched = _list_touched(programme, start)
    going_on = {
        (pairing.donor_id, pairing.recipient_id): pairing
        for pairing in touched
        if pairing.valid_from <= start
    }
    pairings = []
    for line in ListLine.objects.filter(of_list=pair_list):
        pairing = going_on.pop((line.donor_id, line.recipient_id), None)
        kept = pairing or Pairing(
            id=uuid4(),
            tenant_id=actor.organisation_id,
            programme=programme,
            of_list=pair_list,
            donor_id=line.donor_id,
            recipient_id=line.recipient_id,
            valid_from=start,
        )
        _write(kept, line, until, is_new=pairing is None, actor=actor, now=now, action=action)
        pairings.append(kept)
    kept_ids = {pairing.pk for pairing in pairings}
    ending = [pairing for pairing in touched if pairing.pk not in kept_ids]
    _end(ending, start, pair_list, actor=actor, now=now, action=action)
    _let_read(pair_list, programme, pairings, actor, now)
    return pairings


def end_force(
    pair_list: PairList, until: date, *, actor: Actor, now: datetime, action: str, reason: str
) -> None:
    """End *pair_list* and every pairing in force by it, from the day *until* on."""
    start = pair_list.in_force_from
    assert start is not None
    day = max(until, start)
    ending = _list_touched(pair_list.round.programme, day)
    _end(ending, day, pair_list, actor=actor, now=now, action=action, reason=reason)
    before = state_of(pair_list)
    pair_list.in_force_until = day
    pair_list.save(update_fields=["in_force_until"])
    record_change(
        actor=actor, now=now, action=action, record=pair_list, before=before, reason=reason
    )


def _supersede(
    pair_list: PairList, programme: Programme, actor: Actor, now: datetime, action: str
) -> None:
    start = pair_list.in_force_from
    assert start is not None
    standing = PairList.objects.filter(round__programme=programme, state="issued")
    for earlier in standing.exclude(pk=pair_list.pk):
        if start < earlier.in_force_from:
            raise ForceBeforeStanding(version=earlier.version, since=earlier.in_force_from)
        before = state_of(earlier)
        earlier.state = "superseded"
        earlier.in_force_until = min(earlier.in_force_until or start, start)
        earlier.save(update_fields=["state", "in_force_until"])
        record_change(actor=actor, now=now, action=action, record=earlier, before=before)


def _list_touched(programme: Programme, start: date) -> list[Pairing]:
    """List the first-tier pairings that stand on *start*, end on it, or begin later."""
    standing = Pairing.objects.filter(
        Q(valid_until=None) | Q(valid_until__gte=start), programme=programme, parent=None
    )
    return list(standing.order_by("valid_from", "valid_until"))


def _write(
    pairing: Pairing, line: ListLine, until: date | None, *, is_new: bool, **log: Any
) -> None:
    """Bring *pairing* to what *line* says; write it where that changes anything."""
    before = None if is_new else state_of(pairing)
    pairing.is_lead, pairing.is_doubtful = line.is_lead, line.is_doubtful
    pairing.amounts, pairing.note = line.amounts, line.note
    pairing.valid_until, pairing.ended_by = until, None
    if is_new:
        pairing.save(force_insert=True)
        record_creation(record=pairing, **log)
    elif state_of(pairing) != before:
        pairing.save()
        record_change(record=pairing, before=before, **log)


def _end(
    pairings: Iterable[Pairing], day: date, pair_list: PairList, *, actor: Actor, **log: Any
) -> None:
    """End pairings on *day*, and those below them that the same organisation wrote."""
    for pairing in pairings:
        below = Pairing.objects.owned().filter(parent=pairing)
        for record in [pairing, *below]:
            last = max(day, record.valid_from)
            if record.valid_until is not None and record.valid_until <= last:
                continue
            before = state_of(record)
            record.valid_until, record.ended_by = last, pair_list
            record.save(update_fields=["valid_until", "ended_by"])
            record_change(record=record, before=before, actor=actor, **log)


def _let_read(
    pair_list: PairList,
    programme: Programme,
    pairings: Iterable[Pairing],
    actor: Actor,
    now: datetime,
) -> None:
    """Let both sides and the overseers read the list, and each pairing those whom it concerns."""
    overseers = list_participants(programme.pk, OVERSEERS, now)
    named: dict[UUID, None] = {}
    for pairing in pairings:
        sides = (pairing.donor_id, pairing.recipient_id)
        named |= dict.fromkeys(sides)
        readers = [*sides, *overseers]
        let_read(
            actor=actor,
            scope_id=pairing.scope_id,
            organisation_ids=readers,
            role="pairing",
            now=now,
        )
    taking_part = [*list_participants(programme.pk, BOTH_SIDES, now), *named]
    for scope_id, readers in (
        (pair_list.scope_id, [*taking_part, *overseers]),
        # Who is on a list reads the programme that it belongs to.
        (programme.scope_id, list(named)),
    ):
        let_read(actor=actor, scope_id=scope_id, organisation_ids=readers, role="list", now=now)
