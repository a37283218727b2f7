"""People of the workspace, the roles they hold, and what stands for them."""

from typing import ClassVar
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q

from tiebeam.platform.permissions.roles import Role

ROLES = [(role.value, role.value) for role in Role]


class PersonManager(BaseUserManager["Person"]):
    """Makes people for the framework; the workspace makes them by operations."""

    def get_by_natural_key(self, username: str | None) -> "Person":
        """Return the person who signs in as *username*, in whatever case it is typed."""
        return self.get(email__iexact=username)


class Person(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in. Rights come from roles held for organisations, not from here."""

    personal_fields = frozenset({"email", "name", "password", "phone"})

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=2, choices=[("en", "en"), ("zh", "zh")], default="zh")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    is_demo = models.BooleanField(default=False)

    objects = PersonManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(left_at=None) | Q(is_active=False),
                name="identity_person_who_left_is_not_active",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"


class Assignment(models.Model):
    """
    A role that a person holds for an organisation, in a programme or in all, for a period.

    A deputy's assignment names the one that it stands for and ends with it.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="assignments")
    organisation = models.ForeignKey(
        "regions.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    role = models.CharField(max_length=40, choices=ROLES)
    programme_id = models.UUIDField(null=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    deputy_for = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="deputies"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="identity_assignment_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(role__in=[role.value for role in Role]),
                name="identity_assignment_has_a_known_role",
            ),
            models.CheckConstraint(
                condition=Q(deputy_for=None) | Q(valid_until__isnull=False),
                name="identity_assignment_of_a_deputy_has_an_end",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "organisation"], name="identity_assignment_person")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role} {self.organisation_id}"


class Invitation(models.Model):
    """A link by which a person joins, once and before it expires; the link itself is not kept."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    email = models.EmailField()
    organisation = models.ForeignKey(
        "regions.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    role = models.CharField(max_length=40, choices=ROLES)
    programme_id = models.UUIDField(null=True)
    link_sha256 = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.email} {self.role}"


class ApiToken(models.Model):
    """A token of one person at work for one organisation; only its hash is kept."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="tokens")
    organisation = models.ForeignKey(
        "regions.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(max_length=80)
    secret_sha256 = models.CharField(max_length=64, unique=True)
    may_write = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.person_id})"
