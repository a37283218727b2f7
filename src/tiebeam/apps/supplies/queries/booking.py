"""What of valued goods is not in the ledger yet, neither posted nor proposed (§U6)."""

from collections.abc import Iterable
from uuid import UUID

from tiebeam.apps.ledger.models import Batch, Proposal
from tiebeam.apps.supplies.models import Receipt, Shipment, ShipmentLine


def list_unbooked(shipment: Shipment, by: UUID) -> tuple[list[ShipmentLine], list[Receipt]]:
    """Return the valued lines and receipts that the organisation *by* told and has not proposed."""
    lines = ShipmentLine.objects.filter(shipment=shipment, tenant_id=by, commitment__isnull=False)
    receipts = Receipt.objects.filter(
        line__shipment=shipment, line__commitment__isnull=False, tenant_id=by, quantity__gt=0
    )
    told_lines = list(lines.select_related("shipment__pairing", "item"))
    told_receipts = list(
        receipts.select_related("line__shipment__pairing", "line__item").order_by("recorded_at")
    )
    booked = find_booked([*(row.pk for row in told_lines), *(row.pk for row in told_receipts)])
    return (
        [row for row in told_lines if row.pk not in booked],
        [row for row in told_receipts if row.pk not in booked],
    )


def find_booked(keys: Iterable[UUID]) -> dict[UUID, str]:
    """Return which of *keys* the ledger knows: ``posted``, or the state of the proposal."""
    wanted = list(keys)
    states = dict(Proposal.objects.filter(pk__in=wanted).values_list("pk", "state"))
    posted = Batch.objects.filter(pk__in=wanted).values_list("pk", flat=True)
    return states | dict.fromkeys(posted, "posted")
