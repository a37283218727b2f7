"""
Incidents, needs and deployments. A deployment never changes: its steps say where it stands.

Each step belongs to whoever took it, and carries what holds after it, so that the last one
says all.
"""

from django.db import models
from django.db.models import F, Q

from tiebeam.apps.emergencies.proposal_models import OrderProposal  # noqa: F401  # kept by this app too
from tiebeam.apps.emergencies.report_models import (  # noqa: F401
    DailyReport,
    ReportingPlace,
    ReportLine,
)
from tiebeam.apps.emergencies.states import FINAL, MODES, SIDES, STATES
from tiebeam.platform.tenancy.records import OwnedRecord

LEVELS = (1, 2, 3, 4)
"""From national (1) to county (4)."""


def _choices(words: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(word, word) for word in words]


class Incident(OwnedRecord):
    """
    An emergency, activated and stood down by a named person with a document (§E2).

    ``area`` holds the ids of regions; ``hub`` is the organisation of the place whose
    facilities draw overload from around it. The pair lists of the incident are the versions of
    the lists of its ``round``, of which there may be several in a day.
    """

    programme = models.ForeignKey(
        "programmes.Programme", on_delete=models.PROTECT, related_name="incidents"
    )
    round = models.ForeignKey(
        "programmes.Round", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    name_en = models.CharField(max_length=160)
    name_zh = models.CharField(max_length=160)
    level = models.PositiveSmallIntegerField()
    mode = models.CharField(max_length=10, choices=_choices(tuple(MODES)))
    area = models.JSONField(default=list, blank=True)
    hub = models.ForeignKey(
        "regions.Organisation", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    activated_on = models.DateField()
    activated_at = models.DateTimeField()
    activated_by_id = models.UUIDField()
    activated_for_id = models.UUIDField(null=True, blank=True)
    document = models.CharField(max_length=200)
    stood_down_at = models.DateTimeField(null=True, blank=True)
    stood_down_by_id = models.UUIDField(null=True, blank=True)
    stood_down_for_id = models.UUIDField(null=True, blank=True)
    stood_down_document = models.CharField(max_length=200, blank=True, default="")

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(level__in=LEVELS), name="emergencies_incident_has_a_level"
            ),
            models.CheckConstraint(
                condition=~Q(document=""), name="emergencies_incident_activated_by_a_document"
            ),
            models.CheckConstraint(
                condition=Q(stood_down_at=None, stood_down_by_id=None)
                | (
                    Q(stood_down_at__isnull=False, stood_down_by_id__isnull=False)
                    & ~Q(stood_down_document="")
                ),
                name="emergencies_incident_stood_down_by_somebody_and_a_document",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name_zh} {self.name_en} {self.id}"


class Mark(models.Model):
    """
    What is new whenever an organisation changed something of an incident; see ``queries.marks``.

    One row for each of them, so that none waits for another; it says nothing of what changed.
    """

    incident = models.ForeignKey(
        Incident, on_delete=models.PROTECT, related_name="marks", db_index=False,
        db_constraint=False,
    )  # fmt: skip
    by_id = models.UUIDField()
    value = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "by_id"], name="emergencies_mark_kept_once")
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.by_id} {self.value}"


class Need(OwnedRecord):
    """
    What a place needs of people, from when, until when, and until when the call is good (§E4).

    Whoever entered it owns it: the place, or the coordinator for it. Its state and its fill
    are computed, never stored.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="needs")
    place = models.ForeignKey("regions.Organisation", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    skills = models.JSONField(default=dict, blank=True)
    heads = models.PositiveIntegerField()
    starts_on = models.DateField()
    until = models.DateField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    note = models.TextField(blank=True, default="")
    entered_by_id = models.UUIDField()
    entered_for_id = models.UUIDField(null=True, blank=True)
    entered_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.TextField(blank=True, default="")

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(heads__gte=1), name="emergencies_need_is_of_people"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=F("starts_on")),
                name="emergencies_need_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | ~Q(withdrawn_because=""),
                name="emergencies_need_withdrawn_for_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["incident", "place"], name="emergencies_need_by_place")]

    def __str__(self) -> str:
        return f"{self.place_id} {self.kind} {self.heads} {self.id}"


class Verification(OwnedRecord):
    """The word of a named person of the coordinator that a need is real."""

    need = models.OneToOneField(Need, on_delete=models.PROTECT, related_name="verification")
    person_id = models.UUIDField()
    person_for_id = models.UUIDField(null=True, blank=True)
    verified_at = models.DateTimeField()
    note = models.TextField(blank=True, default="")

    class Meta(OwnedRecord.Meta):
        pass

    def __str__(self) -> str:
        return f"{self.need_id} {self.verified_at:%Y-%m-%d}"


class Deployment(OwnedRecord):
    """
    One team asked, offered or sent for one need, in one rotation.

    Whoever began it owns it: who asked, or who offered unasked. ``relieves`` is the
    deployment whose place it takes in the next rotation.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="deployments")
    need = models.ForeignKey(Need, on_delete=models.PROTECT, related_name="deployments")
    home = models.ForeignKey("regions.Organisation", on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey("regions.Organisation", on_delete=models.PROTECT, related_name="+")
    pairing = models.ForeignKey(
        "pairings.Pairing", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    mode = models.CharField(max_length=10, choices=_choices(tuple(MODES)))
    rotation = models.PositiveSmallIntegerField(default=1)
    relieves = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="relieved_by"
    )
    begun_at = models.DateTimeField()

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~Q(home=F("host")), name="emergencies_deployment_has_two_sides"
            ),
            models.CheckConstraint(
                condition=Q(rotation=1, relieves=None) | Q(rotation__gt=1, relieves__isnull=False),
                name="emergencies_deployment_relieves_one_from_the_second_rotation_on",
            ),
        ]
        indexes = [
            models.Index(fields=["home", "begun_at"], name="emergencies_by_home"),
            models.Index(fields=["host", "begun_at"], name="emergencies_by_host"),
        ]

    def __str__(self) -> str:
        return f"{self.home_id} → {self.host_id} {self.rotation} {self.id}"


class Step(OwnedRecord):
    """
    One message of one side, by which a deployment moves, is amended, or is spoken of (§E6).

    Its id is chosen by the device that sends it, so that sent twice it counts once.
    ``sent_at`` is the time of that device, ``recorded_at`` ours. What holds after it stands in
    ``state``, ``heads``, ``starts_on``, ``ends_on``, ``team``, ``package`` and ``answer_by``; what it says
    besides, and does not hold yet, in ``said``: an end or a team asked for, how many are present. ``cost`` is whole fen.
    """

    deployment = models.ForeignKey(Deployment, on_delete=models.PROTECT, related_name="steps")
    number = models.PositiveIntegerField()
    event = models.CharField(max_length=20)
    side = models.CharField(max_length=12, choices=_choices(SIDES))
    message = models.CharField(max_length=50, blank=True, default="")
    answer = models.CharField(max_length=10, blank=True, default="")
    answers = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="answered_by"
    )
    before = models.CharField(max_length=12, blank=True, default="")
    state = models.CharField(max_length=12, choices=_choices(STATES))
    heads = models.PositiveIntegerField(null=True, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    answer_by = models.DateTimeField(null=True, blank=True)
    package = models.ForeignKey(
        "people.Package", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    team = models.ForeignKey(
        "people.Team", null=True, blank=True, on_delete=models.PROTECT, related_name="steps"
    )
    cost = models.BigIntegerField(null=True, blank=True)
    said = models.JSONField(default=dict, blank=True)
    document = models.CharField(max_length=200, blank=True, default="")
    reason = models.TextField(blank=True, default="")
    text = models.TextField(blank=True, default="")
    reimbursement = models.ForeignKey(
        "ledger.Reimbursement", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    person_id = models.UUIDField()
    person_for_id = models.UUIDField(null=True, blank=True)
    sent_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    body_sha256 = models.CharField(max_length=64)

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["deployment", "number"], name="emergencies_step_numbered_once"
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="emergencies_tour_does_not_end_before_it_starts",
            ),
            models.CheckConstraint(
                condition=~Q(before__in=FINAL), name="emergencies_step_follows_no_last_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deployment_id} {self.number} {self.event}"
