"""How far the returns of many rounds are, and what one organisation returned in all of them."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from tiebeam.apps.programmes.models import Participant, Return, ReturnDecision, Round
from tiebeam.apps.programmes.queries.returns import (
    RETURNING_SIDES,
    list_decisions,
    put_together,
    state_with,
)
from tiebeam.platform.tenancy.acting import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundProgress:
    """
    How far the returns of one round are.

    Attributes:
        states: State -> how many returns stand there; "missing" among them.
        overdue: How many are due and not handed in.
    """

    of_round: Round
    states: Counter[str]
    overdue: int

    @property
    def expected(self) -> int:
        """How many organisations return for the round."""
        return self.states.total()

    @property
    def open_ones(self) -> int:
        """How many are not handed in, or were sent back."""
        return self.states["missing"] + self.states["draft"] + self.states["returned"]


def list_rounds_steered(actor: Actor, today: date) -> list[RoundProgress]:
    """Return the rounds that the organisation of *actor* steers, what is due last first."""
    rounds = list(
        Round.objects.filter(tenant_id=actor.organisation_id)
        .select_related("programme")
        .order_by(F("returns_due_on").desc(nulls_last=True), "-starts_on", "pk")
    )
    participants: dict[UUID, list[Participant]] = defaultdict(list)
    for part in Participant.objects.filter(
        programme_id__in={row.programme_id for row in rounds}, side__in=RETURNING_SIDES
    ).select_related("organisation"):
        participants[part.programme_id].append(part)
    returns: dict[UUID, list[Return]] = defaultdict(list)
    found = list(Return.objects.filter(round__in=rounds).select_related("tenant"))
    for row in found:
        returns[row.round_id].append(row)
    decisions = list_decisions(found)
    listed = []
    for of_round in rounds:
        taking_part = [
            part
            for part in participants[of_round.programme_id]
            if part.valid_until is None or part.valid_until > of_round.starts_on
        ]
        statuses = put_together(of_round, taking_part, returns[of_round.pk], decisions, today)
        states = Counter(status.state for status in statuses)
        overdue = sum(status.is_overdue for status in statuses)
        listed.append(RoundProgress(of_round=of_round, states=states, overdue=overdue))
    return listed


def list_rounds_by_id(ids: Iterable[UUID]) -> dict[UUID, Round]:
    """Return those of the rounds that may be read, by id, each with its programme, in one query."""
    rows = Round.objects.filter(pk__in=set(ids)).select_related("programme")
    return {row.pk: row for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundDue:
    """A round whose returns have a day: how many are asked for, and how many were handed in."""

    of_round: Round
    asked: int
    handed_in: int


def list_rounds_due(actor: Actor, today: date) -> list[RoundDue]:
    """Return the running rounds that the organisation of *actor* steers and whose returns are not all in."""
    taking_part = Participant.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=OuterRef("starts_on")),
        programme_id=OuterRef("programme_id"),
        side__in=RETURNING_SIDES,
    )
    handed_in = Return.objects.filter(round_id=OuterRef("pk")).exclude(submitted_at=None)
    rounds = (
        Round.objects.filter(
            Q(ends_on=None) | Q(ends_on__gt=today),
            tenant_id=actor.organisation_id,
            returns_due_on__isnull=False,
        )
        .annotate(asked=_count(taking_part), handed_in=_count(handed_in))
        .select_related("programme")
        .order_by("returns_due_on", "pk")
    )
    return [
        RoundDue(of_round=row, asked=row.asked, handed_in=row.handed_in)
        for row in rounds
        if row.handed_in < row.asked
    ]


def _count(rows: QuerySet[Any]) -> Coalesce:
    """Return how many *rows* there are to one row of the outer question."""
    counted = rows.order_by().annotate(one=Value(1)).values("one").annotate(count=Count("pk"))
    return Coalesce(Subquery(counted.values("count"), output_field=IntegerField()), 0)


def list_own_returns(actor: Actor) -> list[tuple[Return, str]]:
    """Return the returns of the organisation of *actor*, each with its state, the latest round first."""
    own = list(
        Return.objects.owned()
        .filter(tenant_id=actor.organisation_id)
        .select_related("round__programme")
        .order_by("-round__starts_on", "side", "pk")
    )
    decisions = list_decisions(own)
    return [(row, state_with(row, decisions.get(row.pk))) for row in own]


def list_decisions_of(of_return: Return) -> list[ReturnDecision]:
    """Return every answer that the return was given, the latest first."""
    return list(ReturnDecision.objects.filter(of_return=of_return).order_by("-decided_at"))
