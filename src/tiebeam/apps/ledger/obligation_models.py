"""What a donor owes by rule: the rule of a programme, a donor's own rate, and the yearly notice (law of obligations, §P)."""

from django.db import models
from django.db.models import F, Q

from tiebeam.core.ledger.chart import LARGEST_AMOUNT
from tiebeam.platform.tenancy.records import OwnedRecord

NOTICE_STATES = ["draft", "issued", "superseded", "discarded"]


class ObligationRule(OwnedRecord):
    """
    Which rule obliges the donors of a programme, with what the programme enters where no source says it.

    ``indicator`` is what the directory calls the statistic that is the base.
    ``base_offset`` is entered where the rule does not know which year's figure it takes;
    ``entered_because`` says by which document, or that it is assumed.
    """

    programme = models.OneToOneField(
        "programmes.Programme", on_delete=models.PROTECT, related_name="obligation_rule"
    )
    rule_id = models.CharField(max_length=60)
    rule_version = models.PositiveSmallIntegerField()
    indicator = models.CharField(max_length=60)
    base_offset = models.SmallIntegerField(null=True, blank=True)
    entered_because = models.CharField(max_length=300, blank=True, default="")
    chosen_at = models.DateTimeField()

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(base_offset=None) | ~Q(entered_because=""),
                name="ledger_rule_part_entered_with_its_reason",
            ),
            models.CheckConstraint(
                condition=Q(base_offset=None) | Q(base_offset__gte=-9, base_offset__lte=0),
                name="ledger_rule_takes_no_later_year",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.rule_id} {self.rule_version}"


class DonorRate(OwnedRecord):
    """The rate that one donor was given in a programme, from a year on, with the document that gives it (§P3)."""

    programme = models.ForeignKey(
        "programmes.Programme", on_delete=models.PROTECT, related_name="donor_rates"
    )
    donor = models.ForeignKey("regions.Organisation", on_delete=models.PROTECT, related_name="+")
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField()
    from_year = models.PositiveSmallIntegerField()
    document_title = models.CharField(max_length=300, blank=True, default="")
    document_number = models.CharField(max_length=80, blank=True, default="")
    document_page = models.CharField(max_length=300, blank=True, default="")
    article = models.CharField(max_length=80, blank=True, default="")
    is_assumption = models.BooleanField(default=False)

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "donor", "from_year"], name="ledger_rate_entered_once"
            ),
            models.CheckConstraint(
                condition=Q(numerator__gte=0, denominator__gt=0, numerator__lte=F("denominator")),
                name="ledger_rate_is_a_share",
            ),
            models.CheckConstraint(
                condition=~Q(document_number="", document_page=""),
                name="ledger_rate_has_a_document",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.donor_id} {self.numerator}/{self.denominator} {self.from_year}"


class ObligationNotice(OwnedRecord):
    """
    What one donor owes in a programme for a year, told with the whole derivation (§P8).

    A later version supersedes it and says why; what was issued never changes.
    ``derivation`` is the derivation as plain values, its shares by the id of the pairing.
    """

    programme = models.ForeignKey(
        "programmes.Programme", on_delete=models.PROTECT, related_name="obligation_notices"
    )
    donor = models.ForeignKey("regions.Organisation", on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    version = models.PositiveSmallIntegerField()
    state = models.CharField(
        max_length=12, choices=[(word, word) for word in NOTICE_STATES], default="draft"
    )
    rule_id = models.CharField(max_length=60)
    rule_version = models.PositiveSmallIntegerField()
    base = models.ForeignKey("regions.Statistic", on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    derivation = models.JSONField()
    is_illustrative = models.BooleanField(default=False)
    supersedes = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="revisions"
    )
    reason = models.TextField(blank=True, default="")
    maker_id = models.UUIDField()
    maker_for_id = models.UUIDField(null=True)
    drafted_at = models.DateTimeField()
    checker_id = models.UUIDField(null=True)
    checker_for_id = models.UUIDField(null=True)
    issued_at = models.DateTimeField(null=True)

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "donor", "year", "version"],
                name="ledger_notice_has_its_own_version",
            ),
            models.UniqueConstraint(
                fields=["programme", "donor", "year"],
                condition=Q(state="draft"),
                name="ledger_notice_drafted_once",
            ),
            models.UniqueConstraint(
                fields=["programme", "donor", "year"],
                condition=Q(state="issued"),
                name="ledger_notice_stands_once",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0, amount__lte=LARGEST_AMOUNT),
                name="ledger_notice_owes_a_countable_amount",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "discarded"], issued_at=None, checker_id=None)
                | Q(
                    state__in=["issued", "superseded"],
                    issued_at__isnull=False,
                    checker_id__isnull=False,
                ),
                name="ledger_notice_issued_has_a_time_and_a_checker",
            ),
            models.CheckConstraint(
                condition=~Q(checker_id=F("maker_id"))
                & (Q(maker_for_id=None) | ~Q(checker_id=F("maker_for_id")))
                & (Q(checker_for_id=None) | ~Q(checker_for_id=F("maker_id")))
                & (
                    Q(maker_for_id=None)
                    | Q(checker_for_id=None)
                    | ~Q(checker_for_id=F("maker_for_id"))
                ),
                name="ledger_notice_drafted_and_issued_by_two_people",
            ),
            models.CheckConstraint(
                condition=Q(supersedes=None) | ~Q(reason=""),
                name="ledger_notice_revised_with_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["donor", "year"], name="ledger_notice_by_donor")]

    def __str__(self) -> str:
        return f"{self.donor_id} {self.year} v{self.version} {self.amount} {self.state}"
