"""What a planner proposes, and what the coordinator made of it."""

from django.db import models
from django.db.models import F, Q

from tiebeam.platform.tenancy.records import OwnedRecord

PROPOSAL_KINDS = ["send", "return"]
PROPOSAL_STATES = ["proposed", "accepted", "changed", "refused", "superseded"]


class OrderProposal(OwnedRecord):
    """
    One order that a planner proposes: send people to a need, or let a team return (§E11).

    It is accepted, changed or refused by a named person; what was refused is a lock of the
    next plan. ``plan`` names the plan that it is from, ``position`` its place in it.
    """

    incident = models.ForeignKey(
        "emergencies.Incident", on_delete=models.PROTECT, related_name="proposals"
    )
    plan = models.CharField(max_length=64)
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=[(kind, kind) for kind in PROPOSAL_KINDS])
    need = models.ForeignKey(
        "emergencies.Need", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    deployment = models.ForeignKey(
        "emergencies.Deployment", null=True, blank=True, on_delete=models.PROTECT,
        related_name="proposals",
    )  # fmt: skip
    home = models.ForeignKey("regions.Organisation", on_delete=models.PROTECT, related_name="+")
    package = models.ForeignKey(
        "people.Package", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    heads = models.PositiveIntegerField()
    leaves_on = models.DateField()
    arrives_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    state = models.CharField(
        max_length=10, choices=[(s, s) for s in PROPOSAL_STATES], default="proposed"
    )
    reason = models.TextField(blank=True, default="")
    proposed_at = models.DateTimeField()
    decided_by_id = models.UUIDField(null=True, blank=True)
    decided_for_id = models.UUIDField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "plan", "position"], name="emergencies_order_proposed_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="send", need__isnull=False)
                | Q(kind="return", deployment__isnull=False),
                name="emergencies_proposal_is_about_a_need_or_a_deployment",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed") | Q(decided_by_id__isnull=False),
                name="emergencies_proposal_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["changed", "refused"]) | ~Q(reason=""),
                name="emergencies_proposal_changed_or_refused_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(arrives_on__gte=F("leaves_on")),
                name="emergencies_proposal_arrives_after_it_leaves",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.position} {self.state}"
