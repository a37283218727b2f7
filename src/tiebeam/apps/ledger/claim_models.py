"""Reimbursements: what is asked from the special account, and the vouchers that show it."""

from django.db import models
from django.db.models import Q

from tiebeam.core.ledger.chart import LARGEST_AMOUNT
from tiebeam.platform.tenancy.records import OwnedRecord

NATURES = ["current", "capital"]


class Reimbursement(OwnedRecord):
    """
    What an implementing unit asks to be paid from the special account of a pairing.

    The recipient owns it, and whoever follows its book reads it. Its state is computed, never
    stored: from ``proposal``, by which the person who checked it proposes the expenditure, and
    from whether it was refused.
    """

    pairing = models.ForeignKey(
        "pairings.Pairing", on_delete=models.PROTECT, related_name="reimbursements"
    )
    programme = models.ForeignKey(
        "programmes.Programme", on_delete=models.PROTECT, related_name="+"
    )
    title = models.CharField(max_length=200)
    payee = models.CharField(max_length=200)
    purpose = models.CharField(max_length=120)
    nature = models.CharField(max_length=20, choices=[(nature, nature) for nature in NATURES])
    amount = models.BigIntegerField()
    requested_by_id = models.UUIDField()
    requested_for_id = models.UUIDField(null=True)
    requested_at = models.DateTimeField()
    proposal = models.OneToOneField(
        "ledger.Proposal", null=True, on_delete=models.PROTECT, related_name="reimbursement"
    )
    refused_by_id = models.UUIDField(null=True)
    refused_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True, default="")

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=1, amount__lte=LARGEST_AMOUNT),
                name="ledger_reimbursement_is_an_amount",
            ),
            models.CheckConstraint(
                condition=Q(refused_at=None, refused_by_id=None)
                | (Q(refused_at__isnull=False, refused_by_id__isnull=False) & ~Q(reason="")),
                name="ledger_reimbursement_refused_by_somebody_for_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["pairing", "requested_at"], name="ledger_reimbursement_by_time")
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.amount} {self.id}"


class Voucher(OwnedRecord):
    """
    An invoice or receipt that shows what a reimbursement is for.

    An organisation uses one once: by issuer, number and amount, as read without regard to
    width, case and spaces. That of a refused reimbursement is free again.
    """

    reimbursement = models.ForeignKey(
        Reimbursement, on_delete=models.PROTECT, related_name="vouchers"
    )
    issuer = models.CharField(max_length=200)
    issuer_key = models.CharField(max_length=200)
    number = models.CharField(max_length=80)
    number_key = models.CharField(max_length=80)
    amount = models.BigIntegerField()
    issued_on = models.DateField()
    is_free = models.BooleanField(default=False)

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "issuer_key", "number_key", "amount"],
                condition=Q(is_free=False),
                name="ledger_voucher_used_once",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=1, amount__lte=LARGEST_AMOUNT),
                name="ledger_voucher_is_an_amount",
            ),
            models.CheckConstraint(
                condition=~Q(issuer_key="") & ~Q(number_key=""),
                name="ledger_voucher_has_issuer_and_number",
            ),
        ]
        indexes = [
            models.Index(
                fields=["issuer_key", "number_key", "amount"],
                condition=Q(is_free=False),
                name="ledger_voucher_by_number",
            )
        ]

    def __str__(self) -> str:
        return f"{self.issuer} {self.number} {self.amount} {self.id}"
