"""Who can be sent: packages held ready before any emergency, teams, and the people on them."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q

from tiebeam.platform.tenancy.records import OwnedRecord

READINESS = ["ready", "partly", "not_ready"]


def _readiness() -> models.CharField[str, str]:
    return models.CharField(
        max_length=20, choices=[(word, word) for word in READINESS], default="not_ready"
    )


class Package(OwnedRecord):
    """
    A team with equipment and a cost, held ready before any emergency (§E3).

    The organisation that holds it owns it; those that back it, with money or people, are
    named apart in ``backers``. While it is published, the coordinator of every open incident
    in whose programme the owner takes part reads it. ``skills`` says how many people there are
    of each skill, ``cost_per_day`` is whole fen, None where it is not known.
    """

    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=40)
    skills = models.JSONField(default=dict, blank=True)
    equipment = models.JSONField(default=list, blank=True)
    heads = models.PositiveIntegerField()
    cost_per_day = models.BigIntegerField(null=True, blank=True)
    equipment_readiness = _readiness()
    people_readiness = _readiness()
    funding_readiness = _readiness()
    ready_within_days = models.PositiveSmallIntegerField(null=True, blank=True)
    backers = models.JSONField(default=list, blank=True)
    is_published = models.BooleanField(default=False)
    ended_on = models.DateField(null=True, blank=True)

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(heads__gte=1), name="people_package_has_people"),
            models.CheckConstraint(
                condition=Q(cost_per_day=None) | Q(cost_per_day__gte=0),
                name="people_package_costs_nothing_or_more",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(is_published=False),
                name="people_package_ended_is_not_published",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "kind"], name="people_package_by_kind")]

    def __str__(self) -> str:
        return f"{self.name} {self.heads} {self.id}"


class Team(OwnedRecord):
    """
    The people of one home organisation who go together, by number and skill.

    The home organisation owns it; host and coordinator of its deployment read it, and nobody
    else does. ``roster_id`` is the scope of the names on it, which they read no longer than the
    team is theirs (§E3).
    """

    package = models.ForeignKey(
        Package, null=True, blank=True, on_delete=models.PROTECT, related_name="teams"
    )
    name = models.CharField(max_length=200)
    heads = models.PositiveIntegerField()
    skills = models.JSONField(default=dict, blank=True)
    formed_at = models.DateTimeField()
    roster_id = models.UUIDField(default=uuid4, editable=False)

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(heads__gte=1), name="people_team_has_people"),
            models.UniqueConstraint(fields=["tenant", "name"], name="people_team_named_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.heads} {self.id}"


class Member(OwnedRecord):
    """
    One person on a team, in the scope of its roster. ``person_id`` is the sign-in of who works the phone for the team.

    The log keeps the name as a hash alone, and no search finds it.
    """

    personal_fields: ClassVar[frozenset[str]] = frozenset({"name"})

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="members")
    name = models.CharField(max_length=120)
    skill = models.CharField(max_length=60, blank=True, default="")
    is_leader = models.BooleanField(default=False)
    person_id = models.UUIDField(null=True, blank=True)
    left_on = models.DateField(null=True, blank=True)

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["team"],
                condition=Q(is_leader=True, left_on=None),
                name="people_team_has_one_leader",
            ),
            models.UniqueConstraint(
                fields=["team", "person_id"],
                condition=Q(left_on=None, person_id__isnull=False),
                name="people_member_once_on_a_team",
            ),
        ]
        indexes = [
            models.Index(
                fields=["person_id"],
                condition=Q(person_id__isnull=False),
                name="people_member_by_person",
            )
        ]

    def __str__(self) -> str:
        return f"{self.team_id} {self.skill} {self.id}"
