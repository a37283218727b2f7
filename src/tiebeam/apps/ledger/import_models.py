"""Imports that wait for their second person."""

from django.db import models
from django.db.models import F, Q

from tiebeam.platform.tenancy.records import OwnedRecord

IMPORT_STATES = ["proposed", "posted", "returned", "withdrawn"]


class ImportProposal(OwnedRecord):
    """
    Many events that one person proposes at once, until another of the same organisation posts them as a whole.

    Its id is the id of the import: what was posted of it, part by part, stands as ``Import`` records.
    What stood in the sheet, row by row, lies beside the documents under ``stored_as``; ``rows_sha256`` is
    its hash, so that what is posted is what was looked at.
    """

    programme = models.ForeignKey(
        "programmes.Programme", on_delete=models.PROTECT, related_name="+"
    )
    source = models.CharField(max_length=200, blank=True, default="")
    stored_as = models.CharField(max_length=120)
    rows_sha256 = models.CharField(max_length=64)
    events_count = models.PositiveIntegerField()
    state = models.CharField(
        max_length=10, choices=[(word, word) for word in IMPORT_STATES], default="proposed"
    )
    maker_id = models.UUIDField()
    maker_for_id = models.UUIDField(null=True)
    proposed_at = models.DateTimeField()
    decided_by_id = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True, default="")

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(reason=""),
                name="ledger_import_sent_back_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_at=None)
                | (~Q(state="proposed") & Q(decided_at__isnull=False)),
                name="ledger_import_decided_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="posted") | ~Q(decided_by_id=F("maker_id")),
                name="ledger_import_posted_by_another",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "proposed_at"],
                condition=Q(state="proposed"),
                name="ledger_import_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.events_count} {self.state} {self.id}"
