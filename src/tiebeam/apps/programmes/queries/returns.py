"""What was returned for a round, what is missing, and what is due."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from tiebeam.apps.programmes.models import (
    Participant,
    Return,
    ReturnDecision,
    ReturnLine,
    Round,
)
from tiebeam.apps.regions.models import Organisation
from tiebeam.platform.tenancy.acting import Actor

RETURNING_SIDES = ("donor", "recipient")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnStatus:
    """
    Where the return of one participant stands.

    Attributes:
        state: "missing" (nothing handed in; drafts of others are not seen),
            "draft", "submitted", "returned" or "accepted".
        is_late: Handed in after the day it was due.
        is_overdue: Due, and not handed in.
        decision: The answer to what was handed in last, if there is one.
    """

    organisation: Organisation
    side: str
    of_return: Return | None
    state: str
    is_late: bool
    is_overdue: bool
    decision: ReturnDecision | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DueReturn:
    """A return that the acting organisation still has to hand in."""

    of_round: Round
    side: str
    state: str
    due_on: date | None
    days_left: int | None
    of_return: Return | None

    @property
    def is_overdue(self) -> bool:
        """Whether the day it was due has passed."""
        return self.days_left is not None and self.days_left < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedLines:
    """One return with its state and its figures, resource to quantity."""

    of_return: Return
    state: str
    amounts: dict[str, float]


def list_returns_of(organisation: Organisation, side: str) -> list[ReturnedLines]:
    """Return what *organisation* returned on *side* in all rounds that may be read, the latest first."""
    found = list(
        Return.objects.filter(tenant_id=organisation.pk, side=side)
        .select_related("round__programme")
        .prefetch_related("lines")
        .order_by("-round__starts_on", "pk")
    )
    decisions = list_decisions(found)
    return [
        ReturnedLines(
            of_return=row,
            state=state_with(row, decisions.get(row.pk)),
            amounts={line.resource: float(line.quantity) for line in row.lines.all()},
        )
        for row in found
    ]


def get_return(return_id: UUID) -> Return:
    """
    Return one return, with its round and programme.

    Raises:
        Return.DoesNotExist: There is none, or it may not be read.
    """
    found: Return = Return.objects.select_related("round__programme", "tenant").get(pk=return_id)
    return found


def list_lines(of_return: Return) -> list[ReturnLine]:
    """Return the lines of a return in the order of the round's resources."""
    return in_order_of_resources(of_return, of_return.lines.all())


def in_order_of_resources(of_return: Return, lines: Iterable[ReturnLine]) -> list[ReturnLine]:
    """Return *lines* in the order in which the round of the return names its resources."""
    order = {row["id"]: place for place, row in enumerate(of_return.round.resources)}
    return sorted(lines, key=lambda line: (order.get(line.resource, len(order)), line.resource))


def find_decision(of_return: Return) -> ReturnDecision | None:
    """Return the answer to what was handed in last, or None."""
    return list_decisions([of_return]).get(of_return.pk)


def state_of_return(of_return: Return) -> str:
    """Return "draft", "submitted", "returned" or "accepted"."""
    return state_with(of_return, find_decision(of_return))


def list_returns(of_round: Round, today: date | None = None) -> list[ReturnStatus]:
    """
    Return where each donor and recipient of the round stands, also those that returned nothing.

    Args:
        today: The day on which something counts as overdue; None for no such mark.
    """
    found = list(Return.objects.filter(round=of_round).select_related("tenant"))
    return put_together(of_round, _list_participants(of_round), found, list_decisions(found), today)


def put_together(
    of_round: Round,
    participants: Iterable[Participant],
    returns: Iterable[Return],
    decisions: Mapping[UUID, ReturnDecision],
    today: date | None,
) -> list[ReturnStatus]:
    """Return where each participant of the round stands, from what was read of it."""
    found = {(row.tenant_id, row.side): row for row in returns}
    due_on = of_round.returns_due_on
    parties = {(row.organisation_id, row.side): row.organisation for row in participants} | {
        (row.tenant_id, row.side): row.tenant for row in found.values()
    }
    listed = []
    for (organisation_id, side), organisation in parties.items():
        row = found.get((organisation_id, side))
        decision = None if row is None else decisions.get(row.pk)
        state = "missing" if row is None else state_with(row, decision)
        is_open = state in {"missing", "draft", "returned"}
        listed.append(
            ReturnStatus(
                organisation=organisation,
                side=side,
                of_return=row,
                state=state,
                is_late=row is not None and _is_late(row, due_on),
                is_overdue=is_open and None not in {due_on, today} and due_on < today,  # type: ignore[operator]  # neither is None
                decision=decision,
            )
        )
    return sorted(
        listed, key=lambda row: (row.side, row.organisation.name_en, str(row.organisation.pk))
    )


def list_due(actor: Actor, today: date) -> list[DueReturn]:
    """Return what the organisation of *actor* still has to hand in, what is due first first."""
    parts = Participant.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=today),
        organisation_id=actor.organisation_id,
        side__in=RETURNING_SIDES,
    )
    sides: dict[UUID, list[str]] = {}
    for part in parts.order_by("side"):
        sides.setdefault(part.programme_id, []).append(part.side)
    rounds = list(
        Round.objects.filter(
            Q(ends_on=None) | Q(ends_on__gt=today), programme_id__in=sides
        ).select_related("programme")
    )
    own = Return.objects.owned().filter(round__in=rounds)
    returns = {(row.round_id, row.side): row for row in own}
    decisions = list_decisions(returns.values())
    due = []
    for of_round in rounds:
        for side in dict.fromkeys(sides[of_round.programme_id]):
            row = returns.get((of_round.pk, side))
            state = "missing" if row is None else state_with(row, decisions.get(row.pk))
            if state in {"submitted", "accepted"}:
                continue
            due_on = of_round.returns_due_on
            due.append(
                DueReturn(
                    of_round=of_round,
                    side=side,
                    state=state,
                    due_on=due_on,
                    days_left=None if due_on is None else (due_on - today).days,
                    of_return=row,
                )
            )
    return sorted(due, key=lambda row: (row.due_on or date.max, str(row.of_round.pk), row.side))


def list_undecided(actor: Actor) -> list[Return]:
    """Return what was handed in to the organisation of *actor* and waits for its answer, oldest first."""
    handed_in = list(
        Return.objects.filter(round__tenant_id=actor.organisation_id, state="submitted")
        .select_related("round__programme", "tenant")
        .order_by("submitted_at")
    )
    decisions = list_decisions(handed_in)
    return [row for row in handed_in if row.pk not in decisions]


def _list_participants(of_round: Round) -> list[Participant]:
    """Return the donors and recipients that take part in the time of the round."""
    return list(
        Participant.objects.filter(
            Q(valid_until=None) | Q(valid_until__gt=of_round.starts_on),
            programme_id=of_round.programme_id,
            side__in=RETURNING_SIDES,
        ).select_related("organisation")
    )


def list_decisions(returns: Iterable[Return]) -> dict[UUID, ReturnDecision]:
    """Return the answer to what was handed in last, by return; one query for all."""
    handed_in = [row for row in returns if row.submitted_at is not None]
    ids = [row.pk for row in handed_in]
    return latest_decisions(handed_in, ReturnDecision.objects.filter(of_return_id__in=ids))


def latest_decisions(
    returns: Iterable[Return], decisions: Iterable[ReturnDecision]
) -> dict[UUID, ReturnDecision]:
    """Return those of *decisions* that answer what was handed in last, by return."""
    times = {row.pk: row.submitted_at for row in returns}
    return {
        row.of_return_id: row for row in decisions if row.submitted_at == times[row.of_return_id]
    }


def state_with(of_return: Return, decision: ReturnDecision | None) -> str:
    """Return the state of a return whose last answer is *decision*."""
    if of_return.submitted_at is None:
        return "draft"
    if decision is None:
        return "submitted"
    return "accepted" if decision.is_accepted else "returned"


def _is_late(of_return: Return, due_on: date | None) -> bool:
    handed_in = of_return.submitted_at
    return due_on is not None and handed_in is not None and timezone.localdate(handed_in) > due_on
