"""Which pairs have anything in the ledger."""

from uuid import UUID

from django.db.models import Exists, OuterRef

from tiebeam.apps.ledger.models import Batch
from tiebeam.apps.pairings.models import Pairing


def list_pairs_with_money(programme_id: UUID | None = None) -> list[Pairing]:
    """Return the pairings of which an event was posted, with both sides and the programme."""
    rows = Pairing.objects.filter(Exists(Batch.objects.filter(pairing_id=OuterRef("pk"))))
    if programme_id is not None:
        rows = rows.filter(programme_id=programme_id)
    return list(rows.select_related("donor", "recipient", "programme").order_by("pk"))
