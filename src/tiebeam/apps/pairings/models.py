"""
From a scenario to pairings in force: variants, lists with versions, opinions,
responsibilities, agreements, hand-overs.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tiebeam.platform.tenancy.acting import find_actor
from tiebeam.platform.tenancy.records import OwnedManager, OwnedQuerySet, OwnedRecord

LIST_STATES = [
    "draft",
    "consulted",
    "signed_by_one",
    "signed_by_both",
    "issued",
    "superseded",
    "withdrawn",
]
REPLIES = ["agree", "object", "propose"]
SHARES = ["accountable", "responsible", "consulted", "informed"]
AGREEMENT_KINDS = ["five_year", "annual", "letter", "emergency", "other"]
HAND_OVER_STATES = ["open", "signed"]


def _choices(words: list[str]) -> list[tuple[str, str]]:
    return [(word, word) for word in words]


class BuiltScenario(OwnedRecord):
    """
    A scenario frozen for a round: the exact input of every plan made from it.

    ``content`` is the folder form, file name to text, so that what was solved can
    be read again anywhere. ``organisations`` says which organisation an id of it is.
    """

    round = models.ForeignKey(
        "programmes.Round", on_delete=models.PROTECT, related_name="scenarios"
    )
    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    content = models.JSONField()
    organisations = models.JSONField(default=dict)
    built_at = models.DateTimeField()
    note = models.TextField(blank=True, default="")

    class Meta(OwnedRecord.Meta):
        pass

    def __str__(self) -> str:
        return f"{self.name} {self.sha256[:12]} {self.id}"


class Variant(OwnedRecord):
    """
    A named way to pair: a scenario, the locks set by hand, and the plan found.

    Locks outlive every recomputation: they are rules of the next solve.
    ``input_sha256`` is what a plan has to be made for today: the hash of the
    scenario with changes and locks. A plan made for another is stale.
    """

    scenario = models.ForeignKey(BuiltScenario, on_delete=models.PROTECT, related_name="variants")
    name = models.CharField(max_length=120)
    changes = models.JSONField(default=list, blank=True)
    input_sha256 = models.CharField(max_length=64, default="")
    plan = models.JSONField(null=True, blank=True)
    plan_status = models.CharField(max_length=20, blank=True, default="")
    plan_sha256 = models.CharField(max_length=64, blank=True, default="")
    plan_check = models.JSONField(default=dict, blank=True)
    solved_at = models.DateTimeField(null=True, blank=True)
    run_id = models.UUIDField(null=True, blank=True)

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["scenario", "name"], name="pairings_variant_has_its_own_name"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.id}"


class Lock(OwnedRecord):
    """A decision by hand that a pair must or must not be in a plan, with its reason."""

    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="locks")
    donor = models.CharField(max_length=60)
    recipient = models.CharField(max_length=60)
    must_be = models.BooleanField()
    reason = models.TextField(blank=True, default="")

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["variant", "donor", "recipient"], name="pairings_lock_once_per_pair"
            )
        ]

    def __str__(self) -> str:
        return f"{self.donor}:{self.recipient} {self.must_be}"


class PairList(OwnedRecord):
    """
    A numbered version of the pair list of a round. An issued one never changes; a later one supersedes it.

    It is in force on the days of [``in_force_from``, ``in_force_until``): on none,
    where a further version has the same date of force. ``without_opinions_because`` says
    why it was signed before both sides were heard, where it was. Who signs for somebody else
    is kept beside whom, since one person must not sign twice, by whatever hand.
    """

    round = models.ForeignKey("programmes.Round", on_delete=models.PROTECT, related_name="lists")
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=20, choices=_choices(LIST_STATES), default="draft")
    variant = models.ForeignKey(
        Variant, null=True, blank=True, on_delete=models.PROTECT, related_name="lists"
    )
    plan_sha256 = models.CharField(max_length=64, blank=True, default="")
    reinstates = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="reinstated_as"
    )
    is_recorded = models.BooleanField(default=False)
    document = models.ForeignKey(
        "programmes.LegalDocument",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    opinions_due_on = models.DateField(null=True, blank=True)
    without_opinions_because = models.TextField(blank=True, default="")
    first_signed_by_id = models.UUIDField(null=True, blank=True)
    first_signed_for_id = models.UUIDField(null=True, blank=True)
    first_signed_at = models.DateTimeField(null=True, blank=True)
    second_signed_by_id = models.UUIDField(null=True, blank=True)
    second_signed_for_id = models.UUIDField(null=True, blank=True)
    second_signed_at = models.DateTimeField(null=True, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    in_force_from = models.DateField(null=True, blank=True)
    in_force_until = models.DateField(null=True, blank=True)
    note = models.TextField(blank=True, default="")

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["round", "version"], name="pairings_list_version_is_given_once"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["issued", "superseded"]) | Q(in_force_from__isnull=False),
                name="pairings_list_issued_has_a_date_of_force",
            ),
            models.CheckConstraint(
                condition=Q(second_signed_by_id=None)
                | ~Q(second_signed_by_id=F("first_signed_by_id")),
                name="pairings_list_signed_by_two_people",
            ),
            models.CheckConstraint(
                condition=(
                    Q(first_signed_for_id=None)
                    | Q(second_signed_by_id=None)
                    | ~Q(second_signed_by_id=F("first_signed_for_id"))
                )
                & (
                    Q(second_signed_for_id=None)
                    | (
                        ~Q(second_signed_for_id=F("first_signed_by_id"))
                        & (
                            Q(first_signed_for_id=None)
                            | ~Q(second_signed_for_id=F("first_signed_for_id"))
                        )
                    )
                ),
                name="pairings_list_signed_for_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["signed_by_both", "issued", "superseded"])
                | Q(is_recorded=True)
                | Q(first_signed_by_id__isnull=False, second_signed_by_id__isnull=False),
                name="pairings_list_issued_is_signed",
            ),
            models.CheckConstraint(
                condition=Q(is_recorded=False) | Q(document__isnull=False),
                name="pairings_list_recorded_cites_a_document",
            ),
            models.CheckConstraint(
                condition=Q(in_force_until=None) | Q(in_force_until__gte=F("in_force_from")),
                name="pairings_list_force_does_not_end_before_it_begins",
            ),
            models.UniqueConstraint(
                fields=["round"],
                condition=Q(state="issued"),
                name="pairings_list_stands_alone_in_its_round",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} v{self.version} {self.state}"


class ListLine(OwnedRecord):
    """One pair of one version of a list."""

    of_list = models.ForeignKey(PairList, on_delete=models.CASCADE, related_name="lines")
    donor = models.ForeignKey("regions.Organisation", on_delete=models.PROTECT, related_name="+")
    recipient = models.ForeignKey(
        "regions.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    is_lead = models.BooleanField(default=False)
    is_doubtful = models.BooleanField(default=False)
    amounts = models.JSONField(default=dict, blank=True)
    note = models.CharField(max_length=300, blank=True, default="")

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["of_list", "donor", "recipient"], name="pairings_list_names_a_pair_once"
            ),
            models.UniqueConstraint(
                fields=["of_list", "recipient"],
                condition=Q(is_lead=True),
                name="pairings_list_has_one_lead_per_recipient",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.of_list_id} {self.donor_id} {self.recipient_id}"


class Opinion(OwnedRecord):
    """What one side says of a draft list, before it is issued."""

    of_list = models.ForeignKey(PairList, on_delete=models.PROTECT, related_name="opinions")
    reply = models.CharField(max_length=20, choices=_choices(REPLIES))
    text = models.TextField(blank=True, default="")
    given_at = models.DateTimeField()

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["of_list", "tenant"], name="pairings_opinion_once_per_list"
            ),
            models.CheckConstraint(
                condition=Q(reply="agree") | ~Q(text=""),
                name="pairings_opinion_against_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.of_list_id} {self.tenant_id} {self.reply}"


class OpinionAnswer(OwnedRecord):
    """The coordinator's answer to one opinion."""

    opinion = models.OneToOneField(Opinion, on_delete=models.PROTECT, related_name="answer")
    is_followed = models.BooleanField()
    text = models.TextField()
    answered_at = models.DateTimeField()

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="pairings_opinion_answered_in_words")
        ]

    def __str__(self) -> str:
        return f"{self.opinion_id} {self.is_followed}"


class Pairing(OwnedRecord):
    """
    The tie of one donor to one recipient in a programme, in force for a period.

    ``of_list`` is the version that opened it, ``ended_by`` the one that ended it;
    versions between them keep it as it is.
    """

    published_rows: ClassVar[Q | None] = Q(programme__is_published=True, parent=None)

    programme = models.ForeignKey(
        "programmes.Programme", on_delete=models.PROTECT, related_name="pairings"
    )
    of_list = models.ForeignKey(
        PairList, null=True, blank=True, on_delete=models.PROTECT, related_name="pairings"
    )
    ended_by = models.ForeignKey(
        PairList, null=True, blank=True, on_delete=models.PROTECT, related_name="ended"
    )
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="second_tier"
    )
    donor = models.ForeignKey("regions.Organisation", on_delete=models.PROTECT, related_name="+")
    recipient = models.ForeignKey(
        "regions.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    is_lead = models.BooleanField(default=False)
    is_doubtful = models.BooleanField(default=False)
    amounts = models.JSONField(default=dict, blank=True)
    note = models.CharField(max_length=300, blank=True, default="")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="pairings_pairing_does_not_end_before_it_begins",
            ),
            models.CheckConstraint(
                condition=~Q(donor=F("recipient")), name="pairings_pairing_has_two_sides"
            ),
            models.UniqueConstraint(
                fields=["programme", "donor", "recipient"],
                condition=Q(valid_until=None),
                name="pairings_pairing_stands_once",
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "recipient"], name="pairings_by_recipient"),
            models.Index(fields=["donor", "valid_from"], name="pairings_by_donor"),
        ]

    def __str__(self) -> str:
        return f"{self.donor_id} → {self.recipient_id} {self.valid_from}"


class Responsibility(OwnedRecord):
    """Who is what for an area of work of a pairing: accountable, responsible, consulted or informed."""

    pairing = models.ForeignKey(Pairing, on_delete=models.PROTECT, related_name="responsibilities")
    area = models.CharField(max_length=60)
    party = models.ForeignKey("regions.Organisation", on_delete=models.PROTECT, related_name="+")
    share = models.CharField(max_length=20, choices=_choices(SHARES))
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["pairing", "area", "party", "valid_from"],
                name="pairings_responsibility_once_per_party",
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="pairings_responsibility_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pairing_id} {self.area} {self.party_id} {self.share}"


class AgreementManager(OwnedManager):
    """The manager of agreements: a draft is its maker's alone until it is laid before the other side."""

    def get_queryset(self) -> OwnedQuerySet:
        """Return the readable rows, drafts of others aside."""
        actor = find_actor()
        own = Q() if actor is None else Q(tenant_id=actor.organisation_id)
        rows: OwnedQuerySet = super().get_queryset()
        return rows.filter(own | Q(review_asked_at__isnull=False))


class Agreement(OwnedRecord):
    """
    What both sides of a pairing will do in a period; or an amendment, a document of its own.

    Its state is computed, never stored: from when review was asked, from what the
    other side returned (:class:`AgreementReturn`), from who signed
    (:class:`Signature`) and from its dates.
    """

    pairing = models.ForeignKey(Pairing, on_delete=models.PROTECT, related_name="agreements")
    kind = models.CharField(max_length=20, choices=_choices(AGREEMENT_KINDS))
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="annual_ones"
    )
    amends = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="amendments"
    )
    number = models.CharField(max_length=80, blank=True, default="")
    title = models.CharField(max_length=300)
    text = models.TextField(blank=True, default="")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    review_asked_at = models.DateTimeField(null=True, blank=True)
    terminated_on = models.DateField(null=True, blank=True)
    termination_reason = models.TextField(blank=True, default="")

    objects: ClassVar[OwnedManager] = AgreementManager()

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
                name="pairings_agreement_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(terminated_on=None) | ~Q(termination_reason=""),
                name="pairings_agreement_terminated_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title} {self.id}"


class AgreementReturn(OwnedRecord):
    """An agreement under review, sent back by the other side with a reason; the side that sent it back owns it."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="returns")
    reason = models.TextField()
    returned_at = models.DateTimeField()

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""), name="pairings_agreement_returned_for_a_reason"
            )
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.returned_at:%Y-%m-%d}"


class Signature(OwnedRecord):
    """The signature of one side under one agreement, owned by the side that signed."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="signatures")
    person_id = models.UUIDField()
    text_sha256 = models.CharField(max_length=64)
    signed_at = models.DateTimeField()

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "tenant"], name="pairings_signature_once_per_side"
            ),
            models.UniqueConstraint(
                fields=["agreement", "person_id"], name="pairings_signature_once_per_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.tenant_id}"


class HandOver(OwnedRecord):
    """What an ending pairing leaves open: one line for each kind of thing that could be."""

    ending = models.ForeignKey(Pairing, on_delete=models.PROTECT, related_name="hand_overs")
    successor = models.ForeignKey(
        Pairing, null=True, blank=True, on_delete=models.PROTECT, related_name="taken_over"
    )
    state = models.CharField(max_length=20, choices=_choices(HAND_OVER_STATES), default="open")
    opened_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by_id = models.UUIDField(null=True, blank=True)

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open") | Q(signed_at__isnull=False, signed_by_id__isnull=False),
                name="pairings_hand_over_signed_by_somebody",
            ),
            models.UniqueConstraint(fields=["ending"], name="pairings_hand_over_once_per_pairing"),
        ]

    def __str__(self) -> str:
        return f"{self.ending_id} {self.state}"


class HandOverLine(OwnedRecord):
    """One kind of thing in a hand-over: counted here, none, or entered by hand since it is kept elsewhere."""

    hand_over = models.ForeignKey(HandOver, on_delete=models.CASCADE, related_name="lines")
    kind = models.CharField(max_length=40)
    items_count = models.PositiveIntegerField(null=True, blank=True)
    is_recorded_here = models.BooleanField(default=True)
    descriptions = models.JSONField(default=list, blank=True)
    statement = models.TextField(blank=True, default="")

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["hand_over", "kind"], name="pairings_hand_over_line_once_per_kind"
            ),
            models.CheckConstraint(
                condition=Q(is_recorded_here=False) | Q(items_count__isnull=False),
                name="pairings_hand_over_line_recorded_here_is_counted",
            ),
            models.CheckConstraint(
                condition=Q(is_recorded_here=True) | Q(items_count=None) | ~Q(statement=""),
                name="pairings_hand_over_line_by_hand_is_stated",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hand_over_id} {self.kind}"
