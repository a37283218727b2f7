"""One posted event: what it follows, what follows it, and the rows of the books that may be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from tiebeam.apps.ledger.models import Batch, Dispute, Transfer
from tiebeam.apps.pairings.models import Pairing

EVENT_ORDERS = {"day": "valid_on", "amount": "amount", "recorded": "recorded_at"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """
    What an event is part of.

    Attributes:
        before: What it follows, from the first step on.
        after: What follows it directly, with its reversal, the oldest first.
        disputes: What the recipient said of it.
    """

    before: tuple[Batch, ...]
    after: tuple[Batch, ...]
    disputes: tuple[Dispute, ...]


def get_event(batch_id: UUID) -> Batch:
    """
    Return a posted event with its pairing.

    Raises:
        Batch.DoesNotExist: There is none that may be read.
    """
    found: Batch = Batch.objects.select_related(
        "pairing__donor", "pairing__recipient", "programme", "tenant", "agreement", "reversed_by"
    ).get(pk=batch_id)
    return found


def find_event(batch_id: UUID) -> Batch | None:
    """Return a posted event, or None where there is none that may be read."""
    found: Batch | None = Batch.objects.filter(pk=batch_id).first()
    return found


def list_events(
    pairing: Pairing,
    *,
    year: int = 0,
    kind: str = "",
    order: str = "day",
    is_descending: bool = True,
    start: int = 0,
    stop: int | None = None,
) -> tuple[list[Batch], int]:
    """Return some of the events of *pairing* in the asked order, and how many there are."""
    rows = Batch.objects.filter(pairing_id=pairing.pk)
    if year:
        rows = rows.filter(year=year)
    if kind:
        rows = rows.filter(kind=kind)
    sign = "-" if is_descending else ""
    ordered = rows.order_by(sign + EVENT_ORDERS[order], sign + "recorded_at", "pk")
    shown = ordered.select_related("tenant", "reversed_by")
    return list(shown[start:stop]), rows.count()


def find_chain(batch: Batch) -> Chain:
    """Return what *batch* follows and what follows it."""
    before: list[Batch] = []
    above = batch.reverses_id or batch.follows_id
    # A chain has five steps at most, from commitment to refund.
    while above is not None:
        step = Batch.objects.get(pk=above)
        before.insert(0, step)
        above = step.follows_id
    # A reversal names what the reversed one followed, so that this has its amount again.
    after = Batch.objects.filter(Q(follows_id=batch.pk, reverses=None) | Q(reverses_id=batch.pk))
    return Chain(
        before=tuple(before),
        after=tuple(after.select_related("reversed_by").order_by("valid_on", "recorded_at", "pk")),
        disputes=tuple(Dispute.objects.filter(payment_id=batch.pk).order_by("disputed_at")),
    )


def list_rows(batch: Batch) -> Sequence[Transfer]:
    """Return the rows of *batch* that stand in books which may be read."""
    rows = Transfer.objects.filter(batch_id=batch.pk)
    return list(rows.select_related("book", "debit", "credit").order_by("number"))
