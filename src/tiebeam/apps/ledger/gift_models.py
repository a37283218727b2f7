"""What others than the two governments give: registers beside the books (§L13)."""

from django.db import models
from django.db.models import Q

from tiebeam.core.ledger.chart import LARGEST_AMOUNT
from tiebeam.platform.tenancy.records import OwnedRecord

GIFT_KINDS = ["donation", "investment"]


class Gift(OwnedRecord):
    """
    A social donation, or an enterprise's investment, that came about through a pairing.

    Its side that entered it owns it, both sides read it. ``amount`` is money, or the value of
    what is described where ``quantity`` counts it; 0 where it was not valued. It never enters a
    book, and one that was struck out counts for nothing.
    """

    pairing = models.ForeignKey("pairings.Pairing", on_delete=models.PROTECT, related_name="gifts")
    programme = models.ForeignKey(
        "programmes.Programme", on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=12, choices=[(kind, kind) for kind in GIFT_KINDS])
    giver = models.CharField(max_length=200)
    received_on = models.DateField()
    amount = models.BigIntegerField(default=0)
    description = models.CharField(max_length=300, blank=True, default="")
    quantity = models.BigIntegerField(default=0)
    quantity_unit = models.CharField(max_length=40, blank=True, default="")
    document = models.CharField(max_length=200)
    is_struck = models.BooleanField(default=False)

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=0, amount__lte=LARGEST_AMOUNT)
                & Q(quantity__gte=0, quantity__lte=LARGEST_AMOUNT)
                & (Q(amount__gt=0) | Q(quantity__gt=0)),
                name="ledger_gift_is_something",
            ),
            models.CheckConstraint(
                condition=Q(quantity=0, quantity_unit="")
                | (Q(quantity__gt=0) & ~Q(quantity_unit="") & ~Q(description="")),
                name="ledger_gift_in_kind_is_described_and_counted",
            ),
            models.CheckConstraint(
                condition=~Q(giver="") & ~Q(document=""),
                name="ledger_gift_names_its_giver_and_document",
            ),
        ]
        indexes = [models.Index(fields=["pairing", "received_on"], name="ledger_gift_by_day")]

    def __str__(self) -> str:
        return f"{self.kind} {self.giver} {self.received_on} {self.id}"
