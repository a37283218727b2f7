"""What of valued goods is not in the ledger yet, neither posted nor proposed (§U6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from tiebeam.apps.ledger.models import Batch, Proposal
from tiebeam.apps.supplies.models import Receipt, Settlement, Shipment, ShipmentLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Unbooked:
    """What one side has told of a shipment and not proposed."""

    lines: list[ShipmentLine]
    receipts: list[Receipt]
    settlements: list[Settlement]

    def __len__(self) -> int:
        """Return how much it is."""
        return len(self.lines) + len(self.receipts) + len(self.settlements)


def list_unbooked(shipment: Shipment, by: UUID) -> Unbooked:
    """Return the valued lines, receipts and settlements that the organisation *by* told and has not proposed."""
    lines = ShipmentLine.objects.filter(shipment=shipment, tenant_id=by, commitment__isnull=False)
    told = {"line__shipment": shipment, "line__commitment__isnull": False, "tenant_id": by}
    receipts, settlements = (
        model.objects.filter(**told, quantity__gt=0, amount__isnull=False)
        .select_related("line__shipment__pairing", "line__item")
        .order_by("recorded_at")
        for model in (Receipt, Settlement)
    )
    rows = [
        list(lines.select_related("shipment__pairing", "item")),
        list(receipts),
        list(settlements),
    ]
    booked = find_booked(row.pk for of in rows for row in of)
    left = [[row for row in of if row.pk not in booked] for of in rows]
    return Unbooked(lines=left[0], receipts=left[1], settlements=left[2])


def find_booked(keys: Iterable[UUID]) -> dict[UUID, str]:
    """Return which of *keys* the ledger knows: ``posted``, or the state of the proposal."""
    wanted = list(keys)
    states = dict(Proposal.objects.filter(pk__in=wanted).values_list("pk", "state"))
    posted = Batch.objects.filter(pk__in=wanted).values_list("pk", flat=True)
    return states | dict.fromkeys(posted, "posted")
