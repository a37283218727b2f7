"""Take in bank statements, and have a person say what each line is."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from tiebeam.apps.ledger.models import Batch, Proposal
from tiebeam.apps.ledger.operations.owners import DONORS, RECIPIENTS
from tiebeam.apps.ledger.operations.proposals import propose
from tiebeam.apps.ledger.operations.terms import Terms
from tiebeam.apps.ledger.queries.bank_statements import FLOWS, LineStanding, stand
from tiebeam.apps.ledger.statement_models import BankLine, BankStatement
from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.regions.operations.checks import refuse_without_reason
from tiebeam.core.ledger.events import KINDS
from tiebeam.errors import Fault, InvalidInput, Refused
from tiebeam.interchange.statements.lines import (
    MOST_LINES,
    MOST_SIGNS,
    StatementLine,
    is_own_currency,
)
from tiebeam.platform.audit.writing import record_change, record_creation, state_of
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.holding import hold
from tiebeam.units import MOST_FEN

BOTH = DONORS | RECIPIENTS
_NAME_MOST = 200


class StatementKnown(Refused):
    """Every line of the statement was taken in before; facts: ``name`` of the statement that brought them."""

    code = "statements.known"


class LineDecided(Refused):
    """It was said before what the line is; facts: ``state``."""

    code = "statements.line_decided"


class NoBankEvent(Refused):
    """A bank does not see events of this kind; facts: ``kind``, ``known``."""

    code = "statements.no_bank_event"


class WrongDirection(Refused):
    """The line came in where the event goes out, or the other way round; facts: ``kind``."""

    code = "statements.wrong_direction"


class OtherAmount(Refused):
    """The event is of another amount than the line; facts: ``event``, ``line`` in fen."""

    code = "statements.other_amount"


class EventTaken(Refused):
    """Another line of a statement is this event already."""

    code = "statements.event_taken"


class NotOwnEvent(Refused):
    """The event is told by another organisation, or was reversed."""

    code = "statements.not_own_event"


@operation("ledger.take_in_statement", roles=BOTH)
def take_in_statement(
    *, name: str, lines: Sequence[StatementLine], actor: Actor, now: datetime, account: str = ""
) -> BankStatement:
    """
    Take in the lines of a bank statement; those that an earlier one brought are not taken twice.

    Args:
        name: Of the file.
        account: As the bank numbers it.

    Raises:
        StatementKnown: All of its lines were taken in before.
        InvalidInput: A line moves nothing, or is in another currency.
    """
    _refuse_unsound(name, account, lines)
    hold(actor.organisation_id)
    days = [line.booked_on for line in lines]
    prints = _fingerprints(account, lines)
    rows = BankLine.objects.owned().filter(booked_on__range=(min(days), max(days)))
    known = dict(rows.values_list("fingerprint", "statement__name"))
    new = [(mark, line) for mark, line in zip(prints, lines, strict=True) if mark not in known]
    if not new:
        raise StatementKnown(name=known[prints[0]])
    statement = BankStatement(
        tenant_id=actor.organisation_id,
        name=name.strip(),
        account=account.strip(),
        first_on=min(days),
        last_on=max(days),
        lines_count=len(new),
        repeated_count=len(lines) - len(new),
        lines_sha256=hashlib.sha256("".join(prints).encode()).hexdigest(),
        person_id=actor.person_id,
        taken_in_at=now,
    )
    statement.save(force_insert=True)
    BankLine.objects.bulk_create(
        [
            BankLine(
                tenant_id=actor.organisation_id,
                scope_id=statement.scope_id,
                statement=statement,
                number=line.number,
                booked_on=line.booked_on,
                amount=line.amount,
                counterparty=line.counterparty,
                text=line.text,
                reference=line.reference,
                fingerprint=mark,
            )
            for mark, line in new
        ],
        batch_size=500,
    )
    record_creation(actor=actor, now=now, action="ledger.take_in_statement", record=statement)
    return statement


@operation("ledger.confirm_line", roles=BOTH)
def confirm_line(
    *,
    line: BankLine,
    kind: str,
    pairing: Pairing,
    actor: Actor,
    now: datetime,
    follows: Batch | None = None,
    document: str = "",
    nature: str = "",
    purpose: str = "",
    note: str = "",
) -> Proposal:
    """
    Say which event a line is; it is proposed with the line's day and amount, for a second person to post.

    Args:
        kind: Such as ``receipt``.
        follows: The batch of whose amount it takes a part, such as the payment.
        document: What it rests on; the bank's reference where it is left out.

    Raises:
        LineDecided: It was said before.
        NoBankEvent, WrongDirection: As their names say.
        Refused: The terms lack something, or the chain does not allow it.
    """
    kept = _lock(line)
    _demand_open(kept)
    _demand_direction(kind, kept.line.amount)
    terms = Terms(
        kind=kind,
        valid_on=kept.line.booked_on,
        amount=abs(kept.line.amount),
        follows_id=follows.pk if follows else None,
        document=document.strip() or kept.line.reference[:_NAME_MOST],
        nature=nature,
        purpose=purpose,
        note=note,
    )
    proposal = propose(pairing=pairing, terms=terms, key=uuid4(), actor=actor, now=now)
    _decide(kept.line, "ledger.confirm_line", actor, now, event_id=proposal.pk)
    return proposal


@operation("ledger.match_line", roles=BOTH)
def match_line(*, line: BankLine, batch: Batch, actor: Actor, now: datetime) -> BankLine:
    """
    Say that a line is an event that was posted already.

    Raises:
        LineDecided, NoBankEvent, WrongDirection, OtherAmount, NotOwnEvent, EventTaken: As their names say.
    """
    hold(actor.organisation_id)
    kept = _lock(line)
    _demand_open(kept)
    event = Batch.objects.select_related("pairing").get(pk=batch.pk)
    _demand_direction(event.kind, kept.line.amount)
    by_donor = KINDS[event.kind].by == "donor"
    teller = event.pairing.donor_id if by_donor else event.pairing.recipient_id
    if teller != actor.organisation_id or Batch.objects.filter(reverses=event.pk).exists():
        raise NotOwnEvent
    if event.amount != abs(kept.line.amount):
        raise OtherAmount(event=event.amount, line=abs(kept.line.amount))
    if BankLine.objects.owned().filter(event_id=event.pk).exclude(pk=kept.line.pk).exists():
        raise EventTaken
    return _decide(kept.line, "ledger.match_line", actor, now, event_id=event.pk)


@operation("ledger.set_line_aside", roles=BOTH)
def set_line_aside(*, line: BankLine, reason: str, actor: Actor, now: datetime) -> BankLine:
    """
    Say why a line is no event of ours.

    Raises:
        ReasonMissing: No reason is given.
        LineDecided: It was said before what it is.
    """
    refuse_without_reason(reason)
    kept = _lock(line)
    _demand_open(kept)
    return _decide(kept.line, "ledger.set_line_aside", actor, now, reason=reason.strip())


@operation("ledger.reopen_line", roles=BOTH)
def reopen_line(*, line: BankLine, reason: str, actor: Actor, now: datetime) -> BankLine:
    """
    Take back what was said of a line: it was set aside, or matched with the wrong event.

    Raises:
        ReasonMissing: No reason is given.
        LineDecided: Its proposal waits: that is withdrawn first.
    """
    refuse_without_reason(reason)
    kept = _lock(line)
    if kept.state == "proposed":
        raise LineDecided(state=kept.state)
    return _decide(kept.line, "ledger.reopen_line", actor, now, reason=reason.strip(), is_open=True)


def _lock(line: BankLine) -> LineStanding:
    """Return an own line as it stands, locked."""
    return stand([BankLine.objects.lock(line.pk)])[0]


def _demand_open(standing: LineStanding) -> None:
    if standing.state != "open":
        raise LineDecided(state=standing.state)


def _demand_direction(kind: str, amount: int) -> None:
    if kind not in FLOWS:
        raise NoBankEvent(kind=kind, known=tuple(FLOWS))
    if (amount > 0) != (FLOWS[kind] > 0):
        raise WrongDirection(kind=kind)


def _decide(
    line: BankLine,
    action: str,
    actor: Actor,
    now: datetime,
    *,
    event_id: UUID | None = None,
    reason: str = "",
    is_open: bool = False,
) -> BankLine:
    """Write what a line is: an event, or, without one, set aside unless it is open again."""
    before = state_of(line)
    line.event_id = event_id
    line.is_set_aside = event_id is None and not is_open
    line.reason, line.decided_by_id, line.decided_at = reason, actor.person_id, now
    line.save()
    record_change(actor=actor, now=now, action=action, record=line, before=before, reason=reason)
    return line


def _refuse_unsound(name: str, account: str, lines: Sequence[StatementLine]) -> None:
    """Refuse lines that no reader of ours would give: they may come by the API."""
    faults = []
    if not name.strip() or max(len(name), 2 * len(account)) > _NAME_MOST:
        faults.append(
            Fault(
                code="read.too_large", column="name", facts={"what": "signs", "limit": _NAME_MOST}
            )
        )
    if not lines:
        faults.append(Fault(code="statements.no_lines", place=name[:80]))
    if len(lines) > MOST_LINES:
        faults.append(Fault(code="read.too_large", facts={"what": "rows", "limit": MOST_LINES}))
    for line in lines[:MOST_LINES]:
        if not line.amount:
            faults.append(Fault(code="statements.nothing_moved", row=line.number))
        if abs(line.amount) > MOST_FEN:
            value = str(line.amount)[:40]
            faults.append(
                Fault(
                    code="units.too_large", row=line.number, value=value, facts={"limit": MOST_FEN}
                )
            )
        if not is_own_currency(line.currency):
            faults.append(
                Fault(code="statements.other_currency", row=line.number, value=line.currency[:80])
            )
        if max(map(len, (line.counterparty, line.text, line.reference))) > MOST_SIGNS:
            faults.append(
                Fault(
                    code="read.too_large",
                    row=line.number,
                    facts={"what": "signs", "limit": MOST_SIGNS},
                )
            )
    if faults:
        raise InvalidInput(faults)


def _fingerprints(account: str, lines: Sequence[StatementLine]) -> list[str]:
    """Return what tells each line from all others of the account; of lines that say the same, their count."""
    met: Counter[str] = Counter()
    prints = []
    for line in lines:
        said = json.dumps(
            [
                account.strip(),
                line.booked_on.isoformat(),
                line.amount,
                line.balance,
                line.counterparty,
                line.text,
                line.reference,
            ],
            ensure_ascii=False,
        )
        met[said] += 1
        prints.append(hashlib.sha256(f"{said}{met[said]}".encode()).hexdigest())
    return prints
