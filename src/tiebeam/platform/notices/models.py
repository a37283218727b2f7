"""Notices to one person at one seat, and how each person wants which kind by mail."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import uuid4

from django.db import connection, models, transaction

from tiebeam.platform.tenancy.acting import find_actor

WAYS = ["at_once", "daily", "none"]
KINDS = {
    "opinion_asked": "at_once",
    "opinion_due": "at_once",
    "opinion_given": "daily",
    "opinion_answered": "daily",
    "list_issued": "at_once",
    "return_due": "at_once",
    "return_submitted": "daily",
    "return_decided": "at_once",
    "agreement_review": "at_once",
    "agreement_returned": "at_once",
    "agreement_signed": "daily",
    "obligation_issued": "at_once",
    "proposal_waiting": "at_once",
    "proposal_returned": "at_once",
    "payment_sent": "at_once",
    "receipt_told": "at_once",
    "refund_told": "at_once",
    "event_reversed": "at_once",
    "events_imported": "daily",
    "year_closed": "daily",
    "tranche_due": "at_once",
    "receipt_due": "at_once",
    "claim_told": "at_once",
    "need_entered": "at_once",
    "deployment_waits": "at_once",
    "deployment_told": "at_once",
    "search_ended": "none",
    "run_ended": "none",
}
"""Kind of notice -> how it is mailed to whoever has chosen nothing."""

_is_posting: ContextVar[bool] = ContextVar("is_posting", default=False)


@contextmanager
def post_duty() -> Iterator[None]:
    """See the notices of everybody within the block, to send them by mail; it is one transaction."""
    token = _is_posting.set(True)
    try:
        with transaction.atomic():
            _tell_database("post")
            yield
            _tell_database("")
    finally:
        _is_posting.reset(token)


def _tell_database(duty: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('app.duty', %s, true)", [duty])


class NoticeManager(models.Manager["Notice"]):
    """Shows a person what was told at the seat taken, and the duty that sends mail everything."""

    def get_queryset(self) -> models.QuerySet["Notice"]:
        """Return the rows that may be read."""
        rows = super().get_queryset()
        if _is_posting.get():
            return rows
        actor = find_actor()
        if actor is None:
            return rows.none()
        return rows.filter(person_id=actor.person_id, organisation_id=actor.organisation_id)


class Notice(models.Model):
    """
    Something that happened, told to one person at one seat.

    ``facts`` are plain; what has a name in both languages is there as {"zh": …, "en": …}.
    ``once`` is what keeps a reminder from being told twice.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person_id = models.UUIDField()
    organisation_id = models.UUIDField()
    kind = models.CharField(max_length=40, choices=[(kind, kind) for kind in KINDS])
    variant = models.CharField(max_length=20, blank=True, default="")
    facts = models.JSONField(default=dict, blank=True)
    record_type = models.CharField(max_length=80)
    record_id = models.UUIDField()
    way = models.CharField(max_length=10, choices=[(way, way) for way in WAYS])
    once = models.CharField(max_length=120, blank=True, default="")
    told_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeManager()

    class Meta:
        base_manager_name = "objects"
        indexes = [
            models.Index(
                fields=["person_id", "organisation_id", "read_at"], name="notices_of_person"
            ),
            models.Index(fields=["way", "mailed_at", "told_at"], name="notices_to_mail"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.person_id} {self.told_at:%Y-%m-%d}"

    def facts_in(self, language: str) -> dict[str, Any]:
        """Return the facts with names in *language*; in the other where that is empty."""
        other = "en" if language == "zh" else "zh"
        return {
            key: (value.get(language) or value.get(other)) if isinstance(value, dict) else value
            for key, value in self.facts.items()
        }


class Subscription(models.Model):
    """How one person wants one kind of notice by mail."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person_id = models.UUIDField()
    kind = models.CharField(max_length=40, choices=[(kind, kind) for kind in KINDS])
    way = models.CharField(max_length=10, choices=[(way, way) for way in WAYS])

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person_id", "kind"], name="notices_subscription_once_per_kind"
            ),
            models.CheckConstraint(
                condition=models.Q(way__in=WAYS), name="notices_subscription_is_a_known_way"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind} {self.way}"
