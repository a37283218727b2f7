"""What is on its way: sent, and neither received nor settled (§U3, §U4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from tiebeam.apps.supplies.models import Receipt, Settlement, Shipment, ShipmentLine


@dataclass(frozen=True, slots=True, kw_only=True)
class LineInTransit:
    """A line with what became of it."""

    line: ShipmentLine
    received: int
    returned: int
    lost: int

    @property
    def open(self) -> int:
        """Return how much is on its way."""
        return self.line.quantity - self.through

    @property
    def through(self) -> int:
        """Return of how much is said what became of it."""
        return self.received + self.returned + self.lost

    def value_of(self, quantity: int) -> int:
        """
        Return what the next *quantity* of it is worth, in fen.

        Rounded down over all that was told so far, so that the parts of a whole line sum to its value (§U6).
        """
        worth, of = self.line.amount, self.line.quantity
        return max(0, worth * (self.through + quantity) // of - worth * self.through // of)

    def age(self, today: date) -> int:
        """Return for how many days it has been on its way."""
        return (today - self.line.shipment.sent_on).days

    def is_overdue(self, today: date) -> bool:
        """Return whether something is still on its way after the day on which it was expected."""
        expected = self.line.shipment.expected_on
        return self.open > 0 and expected is not None and expected < today


def list_shipments(
    organisation_id: UUID | None = None, programme_id: UUID | None = None
) -> "QuerySet[Shipment]":
    """Return the shipments that may be read, the newest first; of one sender or recipient where named."""
    rows = Shipment.objects.select_related("tenant", "recipient", "origin", "programme")
    if organisation_id is not None:
        rows = rows.filter(Q(tenant_id=organisation_id) | Q(recipient_id=organisation_id))
    if programme_id is not None:
        rows = rows.filter(programme_id=programme_id)
    found: QuerySet[Shipment] = rows.order_by("-sent_on", "-recorded_at")
    return found


def get_shipment(shipment_id: UUID) -> Shipment:
    """
    Return a shipment.

    Raises:
        Shipment.DoesNotExist: There is none that may be read.
    """
    rows = Shipment.objects.select_related("tenant", "recipient", "origin", "programme", "pairing")
    found: Shipment = rows.get(pk=shipment_id)
    return found


def get_line(line_id: UUID) -> ShipmentLine:
    """
    Return a line of a shipment.

    Raises:
        ShipmentLine.DoesNotExist: There is none that may be read.
    """
    rows = ShipmentLine.objects.select_related("shipment__recipient", "item")
    found: ShipmentLine = rows.get(pk=line_id)
    return found


def list_told(shipment_id: UUID) -> list[Receipt | Settlement]:
    """Return what was confirmed and settled of a shipment, in the order in which it was told."""
    told: list[Receipt | Settlement] = [
        *Receipt.objects.filter(line__shipment_id=shipment_id).select_related(
            "line__item", "tenant"
        ),
        *Settlement.objects.filter(line__shipment_id=shipment_id).select_related(
            "line__item", "tenant"
        ),
    ]
    return sorted(told, key=lambda row: row.recorded_at)


def follow_lines(
    shipment_ids: Iterable[UUID],
    *,
    day: date | None = None,
    known_at: datetime | None = None,
) -> list[LineInTransit]:
    """Return the lines of shipments with what became of each up to *day*, as known at a moment."""
    lines = ShipmentLine.objects.filter(shipment_id__in=list(shipment_ids)).select_related(
        "item", "despite", "shipment__tenant", "shipment__recipient", "shipment__origin"
    )
    receipts, settlements = Receipt.objects.all(), Settlement.objects.all()
    if day is not None:
        receipts, settlements = (
            receipts.filter(received_on__lte=day),
            settlements.filter(settled_on__lte=day),
        )
    if known_at is not None:
        lines = lines.filter(shipment__recorded_at__lte=known_at)
        receipts, settlements = (
            receipts.filter(recorded_at__lte=known_at),
            settlements.filter(recorded_at__lte=known_at),
        )
    found = list(lines.order_by("-shipment__sent_on", "shipment_id", "item__name_zh"))
    ids = [line.pk for line in found]
    received: dict[UUID, int] = dict(_sum(receipts.filter(line_id__in=ids), "line_id"))
    settled = {
        (line_id, outcome): total
        for line_id, outcome, total in _sum(
            settlements.filter(line_id__in=ids), "line_id", "outcome"
        )
    }
    return [
        LineInTransit(
            line=line,
            received=received.get(line.pk, 0),
            returned=settled.get((line.pk, "returned"), 0),
            lost=settled.get((line.pk, "lost"), 0),
        )
        for line in found
    ]


def list_in_transit(
    day: date,
    known_at: datetime | None = None,
    recipient_id: UUID | None = None,
    sender_id: UUID | None = None,
) -> list[LineInTransit]:
    """Return what was on its way on *day*, the oldest first."""
    rows = Shipment.objects.filter(sent_on__lte=day)
    if recipient_id is not None:
        rows = rows.filter(recipient_id=recipient_id)
    if sender_id is not None:
        rows = rows.filter(tenant_id=sender_id)
    lines = follow_lines(rows.values_list("pk", flat=True), day=day, known_at=known_at)
    return sorted(
        (each for each in lines if each.open), key=lambda each: each.line.shipment.sent_on
    )


def _sum(rows: "QuerySet[Receipt] | QuerySet[Settlement]", *by: str) -> list[tuple[Any, ...]]:
    return list(rows.values_list(*by).annotate(total=Sum("quantity")).order_by())
