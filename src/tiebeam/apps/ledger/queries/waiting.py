"""What waits: for the second person, and for the next step of either side."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from tiebeam.apps.ledger.models import Batch, Dispute, Proposal
from tiebeam.core.ledger.events import KINDS

GIVING_BACK = tuple(kind for kind, known in KINDS.items() if known.gives_back)

COMPARED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBatch:
    """
    A batch of which something is left for a next step.

    Attributes:
        amount: Fen that no later event has taken.
        quantity: The same of what is counted.
        dispute: What the recipient last said of it, where it was disputed.
    """

    batch: Batch
    amount: int
    quantity: int = 0
    dispute: Dispute | None = None

    def age(self, today: date) -> int:
        """Return for how many days it has been open."""
        return max(0, (today - self.batch.valid_on).days)


def list_open(
    kinds: Collection[str], pairing_id: UUID | None = None, batch_id: UUID | None = None
) -> list[OpenBatch]:
    """
    Return the batches of *kinds* of which something is left, the oldest first (§L4).

    Args:
        kinds: Such as ``payment``: what neither came back nor was confirmed.
        pairing_id: Of one pair alone.
        batch_id: Of this one alone.
    """
    rows = Batch.objects.filter(kind__in=kinds, reverses=None, reversed_by=None)
    if pairing_id is not None:
        rows = rows.filter(pairing_id=pairing_id)
    if batch_id is not None:
        rows = rows.filter(pk=batch_id)
    followers = _standing().filter(follows=OuterRef("pk")).values("follows")
    given_back = _standing().filter(head=OuterRef("pk"), kind__in=GIVING_BACK).values("head")
    rows = (
        rows.annotate(
            left=F("amount") - _sum(followers, "amount") + _sum(given_back, "amount"),
            left_counted=F("quantity") - _sum(followers, "quantity"),
        )
        .exclude(left__lte=0, left_counted__lte=0)
        .select_related("pairing__donor", "pairing__recipient", "programme")
        .order_by("valid_on", "recorded_at", "pk")
    )
    found = list(rows)
    disputes = {
        row.payment_id: row
        for row in Dispute.objects.filter(payment_id__in=[row.pk for row in found]).order_by(
            "disputed_at"
        )
    }
    return [
        OpenBatch(
            batch=row,
            amount=max(0, row.left),
            quantity=max(0, row.left_counted),
            dispute=disputes.get(row.pk),
        )
        for row in found
    ]


def list_amounts(kind: str, programme_id: UUID) -> list[int]:
    """Return the latest amounts of a kind in a programme, with which a new one is compared."""
    rows = Batch.objects.filter(kind=kind, programme_id=programme_id, reversed_by=None)
    return list(rows.order_by("-recorded_at").values_list("amount", flat=True)[:COMPARED])


def list_proposals(
    *, pairing_id: UUID | None = None, states: Collection[str] = ("proposed", "returned")
) -> list[Proposal]:
    """Return the proposals of the own organisation that are in one of *states*, the oldest first."""
    rows = Proposal.objects.owned().filter(state__in=states)
    if pairing_id is not None:
        rows = rows.filter(pairing_id=pairing_id)
    return list(
        rows.select_related("pairing__donor", "pairing__recipient", "programme").order_by(
            "proposed_at", "pk"
        )
    )


def was_proposed(batch_id: UUID) -> bool:
    """Return whether the batch was proposed by somebody of the own organisation, and not made by a notice or import."""
    return bool(Proposal.objects.owned().filter(pk=batch_id).exists())


def get_proposal(proposal_id: UUID) -> Proposal:
    """
    Return a proposal of the own organisation.

    Raises:
        Proposal.DoesNotExist: There is none that is its own.
    """
    found: Proposal = (
        Proposal.objects.owned()
        .select_related("pairing__donor", "pairing__recipient", "programme")
        .get(pk=proposal_id)
    )
    return found


def _standing() -> QuerySet[Batch]:
    rows: QuerySet[Batch] = Batch.objects.filter(reverses=None, reversed_by=None).order_by()
    return rows


def _sum(rows: QuerySet[Batch, Any], column: str) -> Coalesce:
    return Coalesce(Subquery(rows.annotate(total=Sum(column)).values("total")), 0)
