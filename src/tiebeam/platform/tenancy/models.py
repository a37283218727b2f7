"""Grants: which organisation may read which record; and the register of what they are given on."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q


class Grant(models.Model):
    """
    Leave for one organisation to read all records of one scope.

    It is live on the days of its period [valid_from, valid_until).
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    tenant = models.ForeignKey("regions.Organisation", on_delete=models.PROTECT, related_name="+")
    scope_id = models.UUIDField()
    organisation = models.ForeignKey(
        "regions.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    role = models.CharField(max_length=40)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scope_id", "organisation", "role", "valid_from"],
                name="tenancy_grant_once_per_role_and_start",
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="tenancy_grant_ends_after_it_begins",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "scope_id"], name="tenancy_grant_reader")]

    def __str__(self) -> str:
        return f"{self.scope_id} → {self.organisation_id}"


class Scope(models.Model):
    """A record that is its own scope, of whatever kind; entered by the database with the record."""

    id = models.UUIDField(primary_key=True, editable=False)
    tenant_id = models.UUIDField()

    def __str__(self) -> str:
        return str(self.id)
