"""What banks say of an organisation's accounts, line by line, and which events the lines are."""

from django.db import models
from django.db.models import Q

from tiebeam.core.ledger.chart import LARGEST_AMOUNT
from tiebeam.platform.tenancy.records import OwnedRecord


class BankStatement(OwnedRecord):
    """
    A statement that was taken in; its organisation alone reads it.

    ``lines_sha256`` is the hash over all its lines, ``repeated_count`` how many of them an
    earlier statement had brought already: they stand there.
    """

    name = models.CharField(max_length=200)
    account = models.CharField(max_length=100, blank=True, default="")
    first_on = models.DateField()
    last_on = models.DateField()
    lines_count = models.PositiveIntegerField()
    repeated_count = models.PositiveIntegerField()
    lines_sha256 = models.CharField(max_length=64)
    person_id = models.UUIDField()
    taken_in_at = models.DateTimeField()

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "lines_sha256"], name="ledger_statement_taken_in_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.first_on} {self.last_on}"


class BankLine(OwnedRecord):
    """
    One booking of a bank: money that came in, or went out (below zero).

    ``fingerprint`` tells it from every other line of the account, also of a later statement
    that overlaps. ``event_id`` is the batch that it is, or the proposal that it became, whose
    batch will have the same id. A line that is none of ours is set aside with a reason.
    """

    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="lines")
    number = models.PositiveIntegerField()
    booked_on = models.DateField()
    amount = models.BigIntegerField()
    counterparty = models.TextField(blank=True, default="")
    text = models.TextField(blank=True, default="")
    reference = models.TextField(blank=True, default="")
    fingerprint = models.CharField(max_length=64)
    event_id = models.UUIDField(null=True)
    is_set_aside = models.BooleanField(default=False)
    reason = models.TextField(blank=True, default="")
    decided_by_id = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "fingerprint"], name="ledger_bank_line_taken_in_once"
            ),
            models.UniqueConstraint(
                fields=["tenant", "event_id"],
                condition=Q(event_id__isnull=False),
                name="ledger_event_is_one_bank_line",
            ),
            models.CheckConstraint(
                condition=~Q(amount=0) & Q(amount__gte=-LARGEST_AMOUNT, amount__lte=LARGEST_AMOUNT),
                name="ledger_bank_line_moves_an_amount",
            ),
            models.CheckConstraint(
                condition=Q(is_set_aside=False) | (~Q(reason="") & Q(event_id=None)),
                name="ledger_bank_line_set_aside_with_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "booked_on"], name="ledger_bank_line_by_day")]

    def __str__(self) -> str:
        return f"{self.booked_on} {self.amount} {self.counterparty}"
