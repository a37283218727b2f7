"""The answers that were given, by the key of the caller."""

from uuid import uuid4

from django.db import models


class KeptAnswer(models.Model):
    """The answer to one write, kept so that the same request sent again gets it again and does nothing."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person_id = models.UUIDField()
    key = models.CharField(max_length=200)
    request_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person_id", "key"], name="requests_answer_once_per_key"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.key}"
