"""Programmes: their legal basis, who takes part, their rounds, and what both sides return for a round."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tiebeam.platform.tenancy.records import OwnedRecord

SIDES = ["donor", "recipient", "ministry", "assessor", "auditor", "reader"]
FORMS = ["funds", "projects", "people", "supplies", "industry", "trade", "medicine", "education"]
RETURN_STATES = ["draft", "submitted", "returned", "accepted"]


def _choices(words: list[str]) -> list[tuple[str, str]]:
    return [(word, word) for word in words]


class Programme(OwnedRecord):
    """A body of partner assistance with one legal basis, a term and forms of assistance."""

    published_rows: ClassVar[Q | None] = Q(is_published=True)

    slug = models.SlugField(max_length=60)
    name_en = models.CharField(max_length=160)
    name_zh = models.CharField(max_length=160)
    purpose_en = models.TextField(blank=True, default="")
    purpose_zh = models.TextField(blank=True, default="")
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    forms = models.JSONField(default=list, blank=True)
    is_published = models.BooleanField(default=False)
    is_demo = models.BooleanField(default=False)
    grams = models.TextField(blank=True, default="")

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "slug"], name="programmes_programme_has_its_own_slug"
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
                name="programmes_programme_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name_zh} {self.name_en} {self.id}"


class LegalDocument(OwnedRecord):
    """A document on which a programme rests. What is not known of it is empty, and said so."""

    published_rows: ClassVar[Q | None] = Q(programme__is_published=True)

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="documents")
    title_en = models.CharField(max_length=300, blank=True, default="")
    title_zh = models.CharField(max_length=300, blank=True, default="")
    issuer = models.CharField(max_length=160, blank=True, default="")
    number = models.CharField(max_length=80, blank=True, default="")
    dated_on = models.DateField(null=True, blank=True)
    article = models.CharField(max_length=80, blank=True, default="")
    source = models.CharField(max_length=300, blank=True, default="")

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~Q(title_en="", title_zh=""), name="programmes_document_has_a_title"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title_zh or self.title_en} {self.id}"


class Participant(OwnedRecord):
    """An organisation that takes part in a programme, on one side, for a period."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="participants")
    organisation = models.ForeignKey(
        "regions.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    side = models.CharField(max_length=20, choices=_choices(SIDES))
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "organisation", "side", "valid_from"],
                name="programmes_participant_once_on_a_side",
            ),
            # SQLite takes two empty dates for different ones.
            models.UniqueConstraint(
                fields=["programme", "organisation", "side"],
                condition=Q(valid_from=None),
                name="programmes_participant_without_a_start_once_on_a_side",
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None)
                | Q(valid_until=None)
                | Q(valid_until__gt=F("valid_from")),
                name="programmes_participant_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.side} {self.organisation_id}"


class Round(OwnedRecord):
    """A period of a programme during which one pair list, through its versions, is in force."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="rounds")
    name_en = models.CharField(max_length=160)
    name_zh = models.CharField(max_length=160)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    returns_due_on = models.DateField(null=True, blank=True)
    resources = models.JSONField(default=list, blank=True)

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
                name="programmes_round_ends_after_it_starts",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name_zh} {self.name_en} {self.id}"


class Return(OwnedRecord):
    """
    What one organisation states for a round: its needs, or what it can give.

    The stating organisation owns it; the coordinator reads it and answers in a
    record of its own (:class:`ReturnDecision`).
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="returns")
    side = models.CharField(max_length=20, choices=_choices(["donor", "recipient"]))
    state = models.CharField(max_length=20, choices=_choices(["draft", "submitted"]))
    submitted_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True, default="")

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["round", "tenant", "side"], name="programmes_return_once_for_a_round"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(submitted_at__isnull=False),
                name="programmes_return_submitted_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.side} {self.tenant_id}"


class ReturnLine(OwnedRecord):
    """One resource of a return: how much is needed or can be given, on what evidence."""

    of_return = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="lines")
    resource = models.CharField(max_length=40)
    quantity = models.DecimalField(max_digits=18, decimal_places=6)
    evidence = models.CharField(max_length=300, blank=True, default="")

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["of_return", "resource"], name="programmes_return_line_once_per_resource"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=0), name="programmes_return_line_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.of_return_id} {self.resource}"


class ReturnDecision(OwnedRecord):
    """The coordinator's answer to a submitted return: accepted, or returned with a reason."""

    of_return = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="decisions")
    submitted_at = models.DateTimeField()
    is_accepted = models.BooleanField()
    reason = models.TextField(blank=True, default="")
    decided_at = models.DateTimeField()

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["of_return", "submitted_at"],
                name="programmes_return_decided_once_per_submission",
            ),
            models.CheckConstraint(
                condition=Q(is_accepted=True) | ~Q(reason=""),
                name="programmes_return_sent_back_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.of_return_id} {self.is_accepted}"
