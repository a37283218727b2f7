"""Documents: what they are is stored here, what they hold outside the web root."""

from django.db import models
from django.db.models import Q

from tiebeam.platform.tenancy.records import OwnedRecord


class Document(OwnedRecord):
    """A file attached to a record. Its type was found in its content, not believed from its name."""

    record_type = models.CharField(max_length=80)
    record_id = models.UUIDField(db_index=True)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    bytes_count = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    stored_as = models.CharField(max_length=80, unique=True)
    added_at = models.DateTimeField()
    added_by_id = models.UUIDField()

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(bytes_count__gt=0), name="files_document_is_not_empty"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.sha256[:12]} {self.id}"


class Upload(OwnedRecord):
    """A file that was sent to be looked at before it is taken in: kept until then, for an hour at most."""

    kind = models.CharField(max_length=40)
    person_id = models.UUIDField()
    name = models.CharField(max_length=200)
    bytes_count = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    stored_as = models.CharField(max_length=80, unique=True)
    uploaded_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta(OwnedRecord.Meta):
        pass

    def __str__(self) -> str:
        return f"{self.kind} {self.name} {self.id}"
