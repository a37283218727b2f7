"""What of a commitment is to be paid when."""

from django.db import models
from django.db.models import Q

from tiebeam.core.ledger.chart import LARGEST_AMOUNT
from tiebeam.platform.tenancy.records import OwnedRecord


class Tranche(OwnedRecord):
    """
    A planned part of a commitment: how much is to be paid by which day, and for what.

    The donor owns it, both sides read it. What is paid after the first of a commitment was
    planned meets them in the order of their days. One that was dropped stays on record, and
    counts for nothing.
    """

    pairing = models.ForeignKey(
        "pairings.Pairing", on_delete=models.PROTECT, related_name="tranches"
    )
    programme = models.ForeignKey(
        "programmes.Programme", on_delete=models.PROTECT, related_name="+"
    )
    commitment = models.ForeignKey(
        "ledger.Batch", on_delete=models.PROTECT, related_name="tranches"
    )
    amount = models.BigIntegerField()
    due_on = models.DateField()
    purpose = models.CharField(max_length=120, blank=True, default="")
    planned_at = models.DateTimeField()
    is_dropped = models.BooleanField(default=False)

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=1, amount__lte=LARGEST_AMOUNT),
                name="ledger_tranche_is_an_amount",
            )
        ]
        indexes = [models.Index(fields=["pairing", "due_on"], name="ledger_tranche_by_day")]

    def __str__(self) -> str:
        return f"{self.commitment_id} {self.amount} {self.due_on} {self.id}"
