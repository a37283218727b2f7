"""
The transfer ledger: two books of a pairing, their accounts, and what was posted.

What is posted never changes. A balance is kept beside each account so that bounds are
asked quickly; it can be rebuilt from the rows at any time.
"""

from collections.abc import Collection
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from tiebeam.apps.ledger.claim_models import Reimbursement, Voucher  # noqa: F401  # kept by this app too
from tiebeam.apps.ledger.gift_models import Gift  # noqa: F401
from tiebeam.apps.ledger.import_models import ImportProposal  # noqa: F401
from tiebeam.apps.ledger.obligation_models import (  # noqa: F401
    DonorRate,
    ObligationNotice,
    ObligationRule,
)
from tiebeam.apps.ledger.schedule_models import Tranche  # noqa: F401
from tiebeam.apps.ledger.statement_models import BankLine, BankStatement  # noqa: F401
from tiebeam.core.ledger.chart import LARGEST_AMOUNT, LARGEST_BALANCE
from tiebeam.platform.tenancy.records import OwnedRecord

SIDES = ["donor", "recipient"]
GROUPS = ["B", "F", "Q"]
PROFILES = ["on_expenditure", "on_receipt"]
PROPOSAL_STATES = ["proposed", "posted", "returned", "withdrawn"]


def _choices(words: list[str]) -> list[tuple[str, str]]:
    return [(word, word) for word in words]


def _two_people(name: str) -> models.CheckConstraint:
    """Return the demand that maker and checker are two people, by whatever hand."""
    return models.CheckConstraint(
        condition=~Q(checker_id=F("maker_id"))
        & (Q(maker_for_id=None) | ~Q(checker_id=F("maker_for_id")))
        & (Q(checker_for_id=None) | ~Q(checker_for_id=F("maker_id")))
        & (Q(maker_for_id=None) | Q(checker_for_id=None) | ~Q(checker_for_id=F("maker_for_id"))),
        name=name,
    )


class ProgrammeYear(OwnedRecord):
    """What both sides of a programme agree on for a fiscal year, before anything is posted in it (§L8)."""

    programme = models.ForeignKey(
        "programmes.Programme", on_delete=models.PROTECT, related_name="fiscal_years"
    )
    year = models.PositiveSmallIntegerField()
    profile = models.CharField(max_length=20, choices=_choices(PROFILES))
    refund_reopens = models.BooleanField()

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.UniqueConstraint(fields=["programme", "year"], name="ledger_year_set_once")
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.year} {self.profile}"


class Book(OwnedRecord):
    """One side's book of a pairing; that side's organisation owns it, and whoever follows its money reads it."""

    pairing = models.ForeignKey("pairings.Pairing", on_delete=models.PROTECT, related_name="books")
    programme = models.ForeignKey(
        "programmes.Programme", on_delete=models.PROTECT, related_name="+"
    )
    side = models.CharField(max_length=10, choices=_choices(SIDES))

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.UniqueConstraint(fields=["pairing", "side"], name="ledger_book_once_for_a_side")
        ]

    def __str__(self) -> str:
        return f"{self.pairing_id} {self.side}"


class Account(OwnedRecord):
    """
    One account of a book, for a fiscal year where it is yearly (0 where not), in one unit.

    ``balance`` is what its rows come to, in its natural sign: what raises it is positive.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="accounts")
    code = models.CharField(max_length=8)
    group = models.CharField(max_length=1, choices=_choices(GROUPS))
    year = models.PositiveSmallIntegerField(default=0)
    unit = models.CharField(max_length=60)
    balance = models.BigIntegerField(default=0)
    may_be_negative = models.BooleanField(default=False)

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["book", "code", "year", "unit"], name="ledger_account_opened_once"
            ),
            models.CheckConstraint(
                condition=Q(may_be_negative=True) | Q(balance__gte=0),
                name="ledger_account_is_not_overdrawn",
            ),
            models.CheckConstraint(
                condition=Q(balance__gte=-LARGEST_BALANCE, balance__lte=LARGEST_BALANCE),
                name="ledger_account_can_be_counted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.book_id} {self.code} {self.year or ''} {self.unit} {self.balance}"


class Batch(OwnedRecord):
    """
    One event, posted: its halves stand in the books, its terms here, where both sides read them.

    Its id is the key that the caller chose, so that posting it again changes nothing.
    ``donor_year`` and ``recipient_year`` are the fiscal years in which its halves stand, 0
    where it has none: the year of the event, or the earliest open one of that book.
    ``head`` is the commitment at the beginning of a chain of orders, payments and receipts.
    ``rows_sha256`` is the hash of its rows, by which the log proves them.
    """

    pairing = models.ForeignKey(
        "pairings.Pairing", on_delete=models.PROTECT, related_name="batches"
    )
    programme = models.ForeignKey(
        "programmes.Programme", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    donor_year = models.PositiveSmallIntegerField(default=0)
    recipient_year = models.PositiveSmallIntegerField(default=0)
    valid_on = models.DateField()
    recorded_at = models.DateTimeField()
    amount = models.BigIntegerField()
    quantity = models.BigIntegerField(default=0)
    quantity_unit = models.CharField(max_length=40, blank=True, default="")
    nature = models.CharField(max_length=20, blank=True, default="")
    stage = models.CharField(max_length=8, blank=True, default="")
    is_beyond_due = models.BooleanField(default=False)
    purpose = models.CharField(max_length=120, blank=True, default="")
    reason_code = models.CharField(max_length=40, blank=True, default="")
    agreement = models.ForeignKey(
        "pairings.Agreement", null=True, on_delete=models.PROTECT, related_name="batches"
    )
    document = models.CharField(max_length=200, blank=True, default="")
    document_id = models.UUIDField(null=True)
    note = models.TextField(blank=True, default="")
    follows = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="followers"
    )
    head = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="chain", db_index=False
    )
    reverses = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="reversed_by"
    )
    reversed_kind = models.CharField(max_length=20, blank=True, default="")
    maker_id = models.UUIDField()
    maker_for_id = models.UUIDField(null=True)
    checker_id = models.UUIDField()
    checker_for_id = models.UUIDField(null=True)
    body_sha256 = models.CharField(max_length=64)
    rows_sha256 = models.CharField(max_length=64, null=True)  # none was kept of the first batches
    import_id = models.UUIDField(null=True)

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=0, amount__lte=LARGEST_AMOUNT)
                & Q(quantity__gte=0, quantity__lte=LARGEST_AMOUNT),
                name="ledger_batch_moves_a_countable_amount",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0)
                | Q(quantity__gt=0)
                | Q(kind__in=["year_end", "reversal"]),
                name="ledger_batch_moves_something",
            ),
            models.CheckConstraint(
                condition=Q(reverses=None) | Q(kind="reversal"),
                name="ledger_batch_that_reverses_is_a_reversal",
            ),
            _two_people("ledger_batch_made_and_checked_by_two_people"),
        ]
        indexes = [
            models.Index(fields=["pairing", "valid_on"], name="ledger_batch_by_day"),
            models.Index(fields=["head", "kind"], name="ledger_batch_chain"),
            models.Index(fields=["programme", "kind", "year"], name="ledger_batch_by_kind"),
            models.Index(
                fields=["import_id"],
                condition=Q(import_id__isnull=False),
                name="ledger_batch_by_import",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} {self.valid_on} {self.id}"


class Transfer(OwnedRecord):
    """
    One amount moved from one account to another of the same book, group, year and unit.

    ``year`` is the fiscal year in which it stands, ``relates_to_year`` the earlier, closed one
    of which it speaks, 0 for its own; ``is_late`` says that the book had closed the year of the day
    on which it is true. That book, accounts and owner belong together is checked
    by the database for all rows of a statement at once, in place of a check for each key.
    """

    tenant = models.ForeignKey(
        "regions.Organisation",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    scope_id = models.UUIDField()
    batch = models.ForeignKey(
        Batch, on_delete=models.PROTECT, related_name="transfers", db_index=False
    )
    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    number = models.PositiveSmallIntegerField()
    debit = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    credit = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    amount = models.BigIntegerField()
    unit = models.CharField(max_length=60)
    year = models.PositiveSmallIntegerField()
    relates_to_year = models.PositiveSmallIntegerField(default=0)
    valid_on = models.DateField()
    recorded_at = models.DateTimeField()
    is_late = models.BooleanField(default=False)
    reverses = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "number"], name="ledger_transfer_numbered_once"
            ),
            models.UniqueConstraint(
                fields=["reverses"],
                condition=Q(reverses__isnull=False),
                name="ledger_transfer_reversed_once",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=1, amount__lte=LARGEST_AMOUNT),
                name="ledger_transfer_moves_an_amount",
            ),
            models.CheckConstraint(
                condition=~Q(debit=F("credit")), name="ledger_transfer_has_two_ends"
            ),
        ]
        indexes = [
            models.Index(fields=["debit", "valid_on"], name="ledger_debits_by_day"),
            models.Index(fields=["credit", "valid_on"], name="ledger_credits_by_day"),
            models.Index(fields=["book", "valid_on"], name="ledger_transfer_by_day"),
            models.Index(fields=["book", "recorded_at"], name="ledger_transfer_by_recording"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.number} {self.amount} {self.unit}"


class ClosedYear(OwnedRecord):
    """A fiscal year of a book that takes no further rows, with the batch that ended it."""

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="closed_years")
    year = models.PositiveSmallIntegerField()
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField()

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.UniqueConstraint(fields=["book", "year"], name="ledger_year_closed_once")
        ]

    def __str__(self) -> str:
        return f"{self.book_id} {self.year}"


class MonthSum(OwnedRecord):
    """
    What the rows of one account come to that are true in one month and were recorded in one month.

    ``through`` is the last day of the first month, ``recorded_before`` the end of the second, at which
    it took its last row: all sums of a book and a month of recording are kept together, once it
    is over. They only make questions quicker, and can be made anew from the rows.
    """

    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="month_sums", db_index=False
    )
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    through = models.DateField()
    recorded_before = models.DateTimeField()
    debit_sum = models.BigIntegerField()
    credit_sum = models.BigIntegerField()

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account", "recorded_before", "through"], name="ledger_month_kept_once"
            )
        ]
        indexes = [models.Index(fields=["book", "recorded_before"], name="ledger_month_by_book")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.through} {self.recorded_before:%Y-%m-%d}"


class Proposal(OwnedRecord):
    """
    What one person proposes to post, until another of the same organisation posts it or sends it back.

    Its id is the key of the batch to come. Whoever follows the own book reads it, never the other side.
    """

    pairing = models.ForeignKey(
        "pairings.Pairing", on_delete=models.PROTECT, related_name="proposals"
    )
    programme = models.ForeignKey(
        "programmes.Programme", on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=20)
    amount = models.BigIntegerField()
    valid_on = models.DateField()
    terms = models.JSONField()
    body_sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=_choices(PROPOSAL_STATES), default="proposed")
    maker_id = models.UUIDField()
    maker_for_id = models.UUIDField(null=True)
    proposed_at = models.DateTimeField()
    decided_by_id = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True, default="")

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(reason=""),
                name="ledger_proposal_sent_back_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_at=None)
                | (~Q(state="proposed") & Q(decided_at__isnull=False)),
                name="ledger_proposal_decided_has_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "proposed_at"],
                condition=Q(state="proposed"),
                name="ledger_proposal_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} {self.state} {self.id}"


class Dispute(OwnedRecord):
    """
    What the recipient says of a payment that did not come, or came in part; the rest stays on its way.

    Of goods sent, it is about their value, their ``quantity`` in the unit in which they were sent, or both.
    """

    payment = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="disputes")
    amount = models.BigIntegerField(default=0)
    quantity = models.BigIntegerField(default=0)
    reason = models.TextField()
    person_id = models.UUIDField()
    disputed_at = models.DateTimeField()

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=0, quantity__gte=0)
                & (Q(amount__gte=1) | Q(quantity__gte=1)),
                name="ledger_dispute_is_about_something",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="ledger_dispute_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} {self.amount}"


class Import(OwnedRecord):
    """
    One commit of an import: many batches at once, made by one person and checked by another.

    ``bodies_sha256`` is the hash over the hashes of all its batches, in their order. ``posted`` holds
    the kinds of its events with both sides of each, while it is being posted: they say whom it concerns.
    """

    posted: Collection[tuple[str, UUID, UUID]] = ()

    programme = models.ForeignKey(
        "programmes.Programme", on_delete=models.PROTECT, related_name="+"
    )
    import_id = models.UUIDField()
    part = models.PositiveIntegerField()
    source = models.CharField(max_length=200, blank=True, default="")
    batches_count = models.PositiveIntegerField()
    rows_count = models.PositiveIntegerField()
    bodies_sha256 = models.CharField(max_length=64)
    maker_id = models.UUIDField()
    maker_for_id = models.UUIDField(null=True)
    checker_id = models.UUIDField()
    checker_for_id = models.UUIDField(null=True)
    imported_at = models.DateTimeField()

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.UniqueConstraint(fields=["import_id", "part"], name="ledger_import_part_once"),
            _two_people("ledger_import_made_and_checked_by_two_people"),
        ]

    def __str__(self) -> str:
        return f"{self.import_id}/{self.part}"
