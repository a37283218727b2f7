"""Bank statements, and what their lines are or could be."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from tiebeam.apps.ledger.models import Batch, Proposal
from tiebeam.apps.ledger.queries.waiting import list_open
from tiebeam.apps.ledger.statement_models import BankLine, BankStatement
from tiebeam.core.ledger.events import KINDS
from tiebeam.interchange.statements.lines import StatementLine
from tiebeam.interchange.statements.matching import (
    MOST_DAYS,
    Candidate,
    Suggestion,
    suggest_matches,
)

FLOWS: Mapping[str, int] = {
    "payment": -1,
    "bounce": 1,
    "refund_confirmed": 1,
    "receipt": 1,
    "expenditure": -1,
    "refund_paid": -1,
}
"""Events that a bank sees, on the account of whoever tells them: in (1) or out (-1)."""

_UNDECIDED = Q(is_set_aside=False, event_id=None)

State = Literal["open", "proposed", "posted", "set_aside"]


@dataclass(frozen=True, slots=True)
class StatementStanding:
    """A statement, and of how many of its lines nobody has said what they are."""

    statement: BankStatement
    undecided: int


@dataclass(frozen=True, slots=True)
class LineStanding:
    """
    A line, and what it is by now.

    Attributes:
        state: ``open`` too where its proposal was sent back, or its batch reversed.
        batch: The event that it is; None while it is none.
        proposal: What waits for a second person.
    """

    line: BankLine
    state: State
    batch: Batch | None = None
    proposal: Proposal | None = None


@dataclass(frozen=True, slots=True)
class LineSuggestion:
    """
    What a line could be.

    Attributes:
        kind: Of the event.
        batch: The event itself where ``is_posted``, else what a new event would follow.
    """

    kind: str
    batch: Batch
    is_posted: bool
    why: Suggestion


def list_statements() -> list[StatementStanding]:
    """Return the statements of the own organisation, the latest first."""
    rows = _counted().order_by("-taken_in_at", "pk")
    return [StatementStanding(row, row.undecided) for row in rows]


def find_statement(statement_id: UUID) -> StatementStanding:
    """
    Return a statement of the own organisation.

    Raises:
        BankStatement.DoesNotExist: There is none.
    """
    row = _counted().get(pk=statement_id)
    return StatementStanding(row, row.undecided)


def _counted() -> QuerySet[Any]:
    lines = BankLine.objects.owned().filter(_UNDECIDED, statement=OuterRef("pk")).order_by()
    count = Subquery(lines.values("statement").annotate(count=Count("pk")).values("count"))
    rows: QuerySet[Any] = BankStatement.objects.owned().annotate(undecided=Coalesce(count, 0))
    return rows


def list_lines(
    statement_id: UUID, *, is_undecided: bool = False, start: int = 0, stop: int | None = None
) -> list[LineStanding]:
    """
    Return the lines of a statement of the own organisation, by number.

    Args:
        is_undecided: Only those of which nobody has said what they are.
        start, stop: Which of them.
    """
    rows = BankLine.objects.owned().filter(statement_id=statement_id).order_by("number", "pk")
    if is_undecided:
        rows = rows.filter(_UNDECIDED)
    return stand(list(rows.select_related("statement")[start:stop]))


def find_line(line_id: UUID) -> LineStanding:
    """
    Return one line of the own organisation.

    Raises:
        BankLine.DoesNotExist: There is none.
    """
    return stand([BankLine.objects.owned().select_related("statement").get(pk=line_id)])[0]


def stand(lines: Sequence[BankLine]) -> list[LineStanding]:
    """Return what each of *lines* is by now."""
    ids = [line.event_id for line in lines if line.event_id]
    paired = ("pairing__donor", "pairing__recipient", "programme")
    standing = Batch.objects.filter(pk__in=ids, reversed_by=None).select_related(*paired)
    batches = {row.pk: row for row in standing}
    waiting = Proposal.objects.filter(pk__in=ids, state="proposed").select_related(*paired)
    proposals = {row.pk: row for row in waiting}

    def of(line: BankLine) -> LineStanding:
        if line.is_set_aside:
            return LineStanding(line, "set_aside")
        if line.event_id in batches:
            return LineStanding(line, "posted", batches[line.event_id])
        if line.event_id in proposals:
            return LineStanding(line, "proposed", proposal=proposals[line.event_id])
        return LineStanding(line, "open")

    return [of(line) for line in lines]


def suggest_events(
    standings: Sequence[LineStanding], organisation_id: UUID
) -> dict[UUID, list[LineSuggestion]]:
    """
    Return what each open line could be, likeliest first: what was posted, or the next step of it.

    What another line is already is suggested to none.
    """
    lines = [standing.line for standing in standings if standing.state == "open"]
    if not lines:
        return {}
    found = {
        _key(kind, batch, is_posted): (candidate, kind, batch, is_posted)
        for candidate, kind, batch, is_posted in _list_candidates(lines, organisation_id)
    }
    told = suggest_matches(
        [
            StatementLine(
                number=line.number,
                booked_on=line.booked_on,
                amount=line.amount,
                counterparty=line.counterparty,
                text=line.text,
                reference=line.reference,
            )
            for line in lines
        ],
        [candidate for candidate, *_ in found.values()],
    )
    return {
        line.pk: [LineSuggestion(*found[why.key][1:], why) for why in suggested]
        for line, suggested in zip(lines, told, strict=True)
    }


def _list_candidates(
    lines: Sequence[BankLine], organisation_id: UUID
) -> Iterator[tuple[Candidate, str, Batch, bool]]:
    first, last = _span(lines)
    taken = set(_taken_ids())
    posted = (
        Batch.objects.filter(
            kind__in=FLOWS, reverses=None, reversed_by=None, valid_on__range=(first, last)
        )
        .select_related("pairing__donor", "pairing__recipient", "programme")
        .order_by("valid_on", "pk")
    )
    for batch in posted:
        if batch.pk not in taken and _is_told_by(batch.kind, batch, organisation_id):
            yield _candidate(batch.kind, batch, batch.amount, True), batch.kind, batch, True
    steps = [(kind, before) for kind in FLOWS for before in KINDS[kind].follows]
    for opened in list_open({before for _, before in steps}):
        for kind, before in steps:
            if before == opened.batch.kind and _is_told_by(kind, opened.batch, organisation_id):
                candidate = _candidate(kind, opened.batch, opened.amount, False)
                yield candidate, kind, opened.batch, False


def _candidate(kind: str, batch: Batch, amount: int, is_posted: bool) -> Candidate:  # noqa: FBT001
    other = batch.pairing.recipient if KINDS[kind].by == "donor" else batch.pairing.donor
    return Candidate(
        key=_key(kind, batch, is_posted),
        on=batch.valid_on,
        amount=FLOWS[kind] * amount,
        names=(other.name_en, other.name_zh),
        numbers=(batch.document,),
    )


def _key(kind: str, batch: Batch, is_posted: bool) -> str:  # noqa: FBT001
    return f"{'is' if is_posted else 'next'}:{kind}:{batch.pk}"


def _is_told_by(kind: str, batch: Batch, organisation_id: UUID) -> bool:
    pairing = batch.pairing
    teller = pairing.donor_id if KINDS[kind].by == "donor" else pairing.recipient_id
    return bool(teller == organisation_id)


def _span(lines: Sequence[BankLine]) -> tuple[date, date]:
    days, reach = [line.booked_on for line in lines], timedelta(days=MOST_DAYS)
    return min(days) - reach, max(days) + reach


def _taken_ids() -> list[UUID]:
    rows = BankLine.objects.owned().exclude(event_id=None)
    return list(rows.values_list("event_id", flat=True))
