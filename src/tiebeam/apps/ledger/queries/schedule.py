"""What of each commitment is to be paid when, what is ordered and paid of it, and the forecast by month."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from django.db.models import Q

from tiebeam.apps.ledger.models import Batch
from tiebeam.apps.ledger.schedule_models import Tranche
from tiebeam.platform.audit.history import list_states
from tiebeam.platform.time.periods import AsOf

State = Literal["paid", "ordered", "overdue", "planned"]
SIGNS = {
    "decommitment": ("left", -1),
    "shipment": ("left", -1),
    "goods_returned": ("left", 1),
    "goods_lost": ("left", 1),
    "order": ("ordered", 1),
    "cancel_order": ("ordered", -1),
    "payment": ("paid", 1),
    "bounce": ("paid", -1),
}
"""What follows a commitment, and how it moves what is left of it for money, ordered, paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleLine:
    """
    A tranche, and how much of it is met.

    Attributes:
        ordered: Of its amount, whether or not paid by now.
        paid: Of its amount.
    """

    tranche: Tranche
    ordered: int
    paid: int

    @property
    def unpaid(self) -> int:
        """Return what is still to be paid."""
        return int(self.tranche.amount) - self.paid

    def state_on(self, today: date) -> State:
        """Return where it stands: paid, ordered in full, overdue, or planned."""
        if not self.unpaid:
            return "paid"
        if self.tranche.due_on < today:
            return "overdue"
        return "ordered" if self.ordered == self.tranche.amount else "planned"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentSchedule:
    """
    A commitment with its tranches, by day.

    Attributes:
        left: What it holds for money: released and what goes in kind taken off.
        settled: Of it, paid before the first of its tranches was planned.
        ordered: Of it beyond that, whether or not paid by now.
        paid: Of it beyond that, less what came back.
    """

    commitment: Batch
    left: int
    settled: int
    ordered: int
    paid: int
    lines: tuple[ScheduleLine, ...]

    @property
    def planned(self) -> int:
        """Return what its tranches come to."""
        return sum(line.tranche.amount for line in self.lines)

    @property
    def unplanned(self) -> int:
        """Return what is neither settled nor planned; below zero, what the tranches plan too much."""
        return self.left - self.settled - self.planned


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthForecast:
    """What falls due in the month that begins on *first*, and how much of that is ordered and paid."""

    first: date
    due: int
    ordered: int
    paid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """
    What falls due by month.

    Attributes:
        overdue: What was due before the day, and is not paid.
        unplanned: What is committed without a day.
    """

    months: tuple[MonthForecast, ...]
    overdue: int
    unplanned: int


def get_tranche(tranche_id: UUID) -> Tranche:
    """
    Return one tranche.

    Raises:
        Tranche.DoesNotExist: There is none that may be read.
    """
    found: Tranche = Tranche.objects.select_related("commitment").get(pk=tranche_id)
    return found


def list_schedules(
    *,
    pairing_ids: Iterable[UUID] | None = None,
    donor_id: UUID | None = None,
    commitment_ids: Iterable[UUID] | None = None,
    as_of: AsOf | None = None,
) -> list[CommitmentSchedule]:
    """
    List the commitments that stand of pairings, or of a donor, each with its tranches.

    With *as_of* what was true on its day: posted by then, and planned as was known at its moment.
    """
    commitments = Batch.objects.filter(_standing(as_of), kind="commitment", amount__gt=0)
    if pairing_ids is not None:
        commitments = commitments.filter(pairing_id__in=list(pairing_ids))
    if donor_id is not None:
        commitments = commitments.filter(pairing__donor_id=donor_id)
    if commitment_ids is not None:
        commitments = commitments.filter(pk__in=list(commitment_ids))
    related = commitments.select_related("pairing__donor", "pairing__recipient")
    found = list(related.order_by("valid_on", "recorded_at", "pk"))
    by_id = {row.pk: row for row in found}
    tranches: dict[UUID, list[Tranche]] = {row.pk: [] for row in found}
    for tranche in _list_tranches(found, as_of):
        tranche.commitment = by_id[tranche.commitment_id]
        tranche.pairing = tranche.commitment.pairing
        tranches[tranche.commitment_id].append(tranche)
    sums = _sum_chains(found, tranches, as_of)
    return [_meet(row, tranches[row.pk], sums[row.pk]) for row in found]


def forecast(schedules: Sequence[CommitmentSchedule], today: date) -> Forecast:
    """Return what falls due by month; a month in which nothing does is left out."""
    lines = [line for schedule in schedules for line in schedule.lines]
    by_month: dict[date, list[ScheduleLine]] = {}
    for line in lines:
        by_month.setdefault(line.tranche.due_on.replace(day=1), []).append(line)
    months = [
        MonthForecast(
            first=first,
            due=sum(line.tranche.amount for line in held),
            ordered=sum(line.ordered for line in held),
            paid=sum(line.paid for line in held),
        )
        for first, held in sorted(by_month.items())
    ]
    return Forecast(
        months=tuple(months),
        overdue=sum(line.unpaid for line in lines if line.state_on(today) == "overdue"),
        unplanned=sum(max(0, schedule.unplanned) for schedule in schedules),
    )


def _standing(as_of: AsOf | None) -> Q:
    """Return which batches stand: posted, and not reversed, by then."""
    if as_of is None:
        return Q(reversed_by=None)
    posted, undone_later = (
        Q(valid_on__lte=as_of.true_on),
        Q(reversed_by__valid_on__gt=as_of.true_on),
    )
    if as_of.known_at is not None:
        posted &= Q(recorded_at__lte=as_of.known_at)
        undone_later |= Q(reversed_by__recorded_at__gt=as_of.known_at)
    return posted & (Q(reversed_by=None) | undone_later)


def _list_tranches(commitments: Sequence[Batch], as_of: AsOf | None) -> list[Tranche]:
    """Return the tranches that count, by day."""
    if as_of is None or as_of.known_at is None:
        rows = list(Tranche.objects.filter(commitment__in=commitments, is_dropped=False))
    else:
        held = {row.pk for row in commitments}
        scopes = {row.scope_id for row in commitments}
        states = list_states(Tranche, as_of.known_at, scope_ids=scopes, is_dropped=False)
        rows = [row for row in states if row.commitment_id in held]
    return sorted(rows, key=lambda row: (row.due_on, row.pk))


def _sum_chains(
    commitments: Sequence[Batch], tranches: dict[UUID, list[Tranche]], as_of: AsOf | None
) -> dict[UUID, dict[str, int]]:
    """Return of each commitment what is left, settled, ordered and paid; what was reversed counts for nothing."""
    sums = {
        row.pk: {"left": row.amount, "settled": 0, "ordered": 0, "paid": 0} for row in commitments
    }
    begun = {
        pk: min((row.planned_at for row in rows), default=None) for pk, rows in tranches.items()
    }
    moved = Batch.objects.filter(_standing(as_of), head__in=commitments, kind__in=SIGNS)
    columns = ("head_id", "kind", "amount", "recorded_at", "follows__recorded_at")
    for head_id, kind, amount, told_at, followed_at in moved.values_list(*columns):
        held, (name, sign) = sums[head_id], SIGNS[kind]
        held[name] += sign * amount
        if kind == "bounce":
            held["ordered"] -= amount
        # What comes back undoes its payment, whenever that was.
        first, at = begun[head_id], followed_at if kind == "bounce" else told_at
        if name == "paid" and (first is None or at < first):
            held["settled"] += sign * amount
    for held in sums.values():
        held["ordered"] -= held["settled"]
        held["paid"] -= held["settled"]
    return sums


def _meet(
    commitment: Batch, tranches: Sequence[Tranche], sums: dict[str, int]
) -> CommitmentSchedule:
    """Return the schedule of a commitment: what is ordered and paid meets the tranches in their order."""
    left = {"ordered": sums["ordered"], "paid": sums["paid"]}
    lines = []
    for tranche in tranches:
        met = {name: max(0, min(tranche.amount, amount)) for name, amount in left.items()}
        left = {name: amount - met[name] for name, amount in left.items()}
        lines.append(ScheduleLine(tranche=tranche, **met))
    return CommitmentSchedule(commitment=commitment, lines=tuple(lines), **sums)
