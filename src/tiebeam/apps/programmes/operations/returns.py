"""Returns of a round: an office states needs or capacities, and hands them in."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Q
from django.utils import timezone

from tiebeam.apps.programmes.models import (
    Participant,
    Return,
    ReturnLine,
    Round,
)
from tiebeam.apps.programmes.operations.lines import EnteredLine, read_lines
from tiebeam.apps.programmes.operations.rights import (
    OFFICE_OF,
)
from tiebeam.apps.programmes.operations.rounds import RoundClosed
from tiebeam.apps.programmes.queries.returns import state_of_return
from tiebeam.errors import Fault, InvalidInput, Refused
from tiebeam.platform.audit.writing import (
    State,
    record_change,
    record_changes,
    record_creation,
    save_change,
    state_of,
)
from tiebeam.platform.permissions.operations import NotAllowed, operation
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.grants import grant_reading
from tiebeam.platform.tenancy.holding import hold

OFFICES = frozenset(OFFICE_OF.values())


class NotParticipant(Refused):
    """The organisation does not take part in the programme on that side."""

    code = "programmes.not_a_participant"


class ReturnExists(Refused):
    """The organisation has a return for this round and side already."""

    code = "programmes.return_exists"


class ReturnHandedIn(Refused):
    """A return that was handed in is not changed until it is sent back."""

    code = "programmes.return_handed_in"


class ReturnAccepted(Refused):
    """An accepted return is not changed."""

    code = "programmes.return_accepted"


class ReturnEmpty(Refused):
    """A return without a line is not handed in."""

    code = "programmes.return_empty"


@operation("programmes.start_return", roles=OFFICES)
def start_return(*, of_round: Round, side: str, actor: Actor, now: datetime) -> Return:
    """
    Start the return of the own organisation: needs of a recipient, capacities of a donor.

    Raises:
        InvalidInput: The side is neither donor nor recipient.
        NotAllowed: The office of that side is not held in this programme.
        Round.DoesNotExist: The round may not be read.
        RoundClosed: The round has ended.
        NotParticipant: The organisation does not take part on that side.
        ReturnExists: There is one already.
    """
    if side not in OFFICE_OF:
        facts: dict[str, object] = {"known": tuple(OFFICE_OF)}
        fault = Fault(
            code="programmes.side_unknown", place="return", column="side", value=side, facts=facts
        )
        raise InvalidInput([fault])
    of_round = Round.objects.get(pk=of_round.pk)
    _require_office(actor, "programmes.start_return", of_round, side)
    _refuse_closed(of_round, now)
    today = timezone.localdate(now)
    part = Participant.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=today),
        programme_id=of_round.programme_id,
        organisation_id=actor.organisation_id,
        side=side,
    )
    if not part.exists():
        raise NotParticipant
    # There is no row yet to lock: two beginnings of one office meet at its name.
    hold(actor.organisation_id)
    if Return.objects.owned().filter(round=of_round, side=side).exists():
        raise ReturnExists
    of_return = Return(tenant_id=actor.organisation_id, round=of_round, side=side, state="draft")
    of_return.save(force_insert=True)
    record_creation(actor=actor, now=now, action="programmes.start_return", record=of_return)
    return of_return


@operation("programmes.enter_lines", roles=OFFICES)
def enter_lines(
    *,
    of_return: Return,
    lines: Sequence[EnteredLine],
    actor: Actor,
    now: datetime,
    note: str | None = None,
) -> Return:
    """
    Replace all lines of a return, and its note where one is given.

    Raises:
        InvalidInput: Every fault found: a resource that the round does not have or
            that is given twice, a quantity that is no number, below 0, or no whole
            multiple of the lot.
        ReturnHandedIn: It was handed in and not sent back.
        ReturnAccepted: It was accepted.
        RoundClosed: The round has ended.
    """
    of_return = _own_return(of_return, actor, "programmes.enter_lines", now)
    read = read_lines(lines, of_return.round.resources)
    before = state_of(of_return)
    # What was sent back is a draft again; its time stays and says that it was handed in before.
    of_return.state = "draft"
    of_return.note = of_return.note if note is None else note
    if state_of(of_return) != before:
        save_change(of_return, before, "programmes.enter_lines", actor, now)
    _replace_lines(of_return, read, actor, now)
    return of_return


@operation("programmes.submit_return", roles=OFFICES)
def submit_return(*, of_return: Return, actor: Actor, now: datetime) -> Return:
    """
    Hand a return in: the coordinator may read it from now on, and it is not changed meanwhile.

    Raises:
        InvalidInput: A line no longer fits the resources of the round.
        ReturnEmpty: It has no line.
        ReturnHandedIn: It was handed in and not sent back.
        ReturnAccepted: It was accepted.
        RoundClosed: The round has ended.
    """
    of_return = _own_return(of_return, actor, "programmes.submit_return", now)
    entered = [
        EnteredLine(resource=line.resource, quantity=line.quantity, evidence=line.evidence)
        for line in of_return.lines.order_by("resource")
    ]
    if not entered:
        raise ReturnEmpty
    read_lines(entered, of_return.round.resources)
    before = state_of(of_return)
    is_first = of_return.submitted_at is None
    of_return.state, of_return.submitted_at = "submitted", now
    of_return.save()
    coordinator_id = of_return.round.tenant_id
    record_change(
        actor=actor,
        now=now,
        action="programmes.submit_return",
        record=of_return,
        before=before,
        parties=[coordinator_id],
    )
    if is_first:
        grant_reading(
            actor=actor,
            scope_id=of_return.scope_id,
            organisation_ids=[coordinator_id],
            role="coordinator",
            valid_from=timezone.localdate(now),
        )
    return of_return


def _own_return(of_return: Return, actor: Actor, name: str, now: datetime) -> Return:
    """Return the return locked and open to change; refuse it otherwise."""
    locked: Return = Return.objects.lock(of_return.pk)
    _require_office(actor, name, locked.round, locked.side)
    _refuse_closed(locked.round, now)
    state = state_of_return(locked)
    if state == "accepted":
        raise ReturnAccepted
    if state == "submitted":
        raise ReturnHandedIn
    return locked


def _require_office(actor: Actor, name: str, of_round: Round, side: str) -> None:
    """Raise NotAllowed unless the office of that side is held: a donor's states no needs."""
    role = OFFICE_OF[side]
    if not actor.has_role(role, of_round.programme_id):
        raise NotAllowed(operation=name, roles=(role,))


def _refuse_closed(of_round: Round, now: datetime) -> None:
    if of_round.ends_on is not None and of_round.ends_on <= timezone.localdate(now):
        raise RoundClosed(last_on=of_round.ends_on - timedelta(days=1))


def _replace_lines(
    of_return: Return, read: dict[str, tuple[Decimal, str]], actor: Actor, now: datetime
) -> None:
    """Change, add and remove lines until they are those that were *read*, by resource."""
    standing = {line.resource: line for line in of_return.lines.select_for_update()}
    made: list[tuple[ReturnLine, State | None]] = []
    changed: list[tuple[ReturnLine, State | None]] = []
    for resource, (quantity, evidence) in read.items():
        line = standing.pop(resource, None)
        if line is None:
            line = ReturnLine(
                tenant_id=actor.organisation_id,
                scope_id=of_return.scope_id,
                of_return=of_return,
                resource=resource,
                quantity=quantity,
                evidence=evidence,
            )
            made.append((line, None))
        elif (line.quantity, line.evidence) != (quantity, evidence):
            changed.append((line, state_of(line)))
            line.quantity, line.evidence = quantity, evidence
    ReturnLine.objects.bulk_create([line for line, _ in made], batch_size=500)
    ReturnLine.objects.save_changed([line for line, _ in changed])
    record_changes(actor=actor, now=now, action="programmes.enter_lines", changes=[*made, *changed])
    for line in standing.values():
        # The entry is written first: a deleted record has lost its key.
        record_change(
            actor=actor,
            now=now,
            action="programmes.enter_lines",
            record=line,
            before=state_of(line),
            is_gone=True,
        )
        line.delete()
