"""The log of what was done, its leaves in the tree, and the signed heads."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q

from tiebeam.platform.tenancy.records import OwnedRecord


class Entry(OwnedRecord):
    """
    One change: who, for whom, what, before and after, why. Never changed or deleted.

    ``body`` is the canonical text that is hashed; the other columns repeat parts
    of it so that they can be searched.
    """

    open_rows: ClassVar[Q | None] = Q(is_for_all=True)

    transaction_id = models.UUIDField()
    person_id = models.UUIDField()
    action = models.CharField(max_length=80)
    record_type = models.CharField(max_length=80)
    record_id = models.UUIDField()
    at = models.DateTimeField()
    is_for_all = models.BooleanField(default=False)
    body = models.TextField()

    class Meta(OwnedRecord.Meta):
        indexes = [
            models.Index(fields=["record_id", "at"], name="audit_entry_history"),
            models.Index(fields=["record_type", "at"], name="audit_entry_kind"),
            models.Index(fields=["scope_id", "at"], name="audit_entry_scope"),
            models.Index(fields=["tenant", "at"], name="audit_entry_owner"),
            models.Index(fields=["at", "id"], name="audit_entry_time"),
            models.Index(fields=["action", "at"], name="audit_entry_action"),
            models.Index(fields=["person_id", "at"], name="audit_entry_person"),
            models.Index(
                fields=["at", "id"], condition=Q(is_for_all=True), name="audit_entry_for_all"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.action} {self.record_type} {self.record_id}"


class Leaf(models.Model):
    """
    The hash of one entry, waiting for its place in the tree.

    It tells nothing of what the entry says, so the sealer reads leaves and never entries.
    """

    entry_id = models.UUIDField(primary_key=True)
    algorithm = models.CharField(max_length=20, default="sha256")
    leaf_hash = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"{self.entry_id}"


class SealedLeaf(models.Model):
    """A leaf at its place in the tree; the sealer alone gives places."""

    position = models.PositiveBigIntegerField(primary_key=True)
    entry_id = models.UUIDField(unique=True)
    algorithm = models.CharField(max_length=20, default="sha256")
    leaf_hash = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"{self.position} {self.entry_id}"


class Subtree(models.Model):
    """
    The root of a complete subtree of 2^level leaves, kept for the levels 8, 16, 24 ….

    What is between two of them is a few hashes away, so that appending and proving
    read a few hundred rows, however large the tree.
    """

    level = models.PositiveSmallIntegerField()
    place = models.PositiveBigIntegerField()
    root = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["level", "place"], name="audit_subtree_is_kept_once")
        ]

    def __str__(self) -> str:
        return f"{self.level}/{self.place}"


class Head(models.Model):
    """The signed root of the tree at one size."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    size = models.PositiveBigIntegerField(unique=True)
    root = models.BinaryField(max_length=32)
    sealed_at = models.DateTimeField()
    key_id = models.CharField(max_length=64)
    signature = models.BinaryField(max_length=64)

    def __str__(self) -> str:
        return f"{self.size} {bytes(self.root).hex()[:16]}"


class PersonalSalt(models.Model):
    """
    The salt of one record's personal fields, kept apart from the log.

    The log holds their salted hashes; without the salt they tell nothing, and the tree stays valid.
    """

    record_id = models.UUIDField(primary_key=True)
    salt = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"{self.record_id}"
