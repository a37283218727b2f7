"""What places report every day, and which places do (docs/law/reports.md)."""

from django.db import models
from django.db.models import F, Q

from tiebeam.platform.tenancy.records import OwnedRecord

COUNTS = ("beds", "staff", "patients", "severe", "critical")
TOTALS = ("admitted_total", "discharged_total", "died_total")
FIGURES = (*COUNTS, *TOTALS)
LARGEST_COUNT = 100_000_000


def _count() -> "models.PositiveIntegerField[int | None, int | None]":
    return models.PositiveIntegerField(null=True, blank=True)


class ReportingPlace(OwnedRecord):
    """A place that reports in an incident from a day on; who coordinates the incident says so (§D1)."""

    incident = models.ForeignKey(
        "emergencies.Incident", on_delete=models.PROTECT, related_name="places"
    )
    place = models.ForeignKey("regions.Organisation", on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "place"], name="emergencies_place_reports_once"
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=F("since")),
                name="emergencies_place_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.place_id} {self.since}"


class DailyReport(OwnedRecord):
    """
    What one place had at the end of one day, in one version; never changed (§D2).

    Its id is the key that the caller chose. The highest ``version`` holds; from the second on
    it says why. An empty figure is not known. ``severe`` and ``critical`` are among
    ``patients``; the totals count from the beginning of the incident.
    """

    incident = models.ForeignKey(
        "emergencies.Incident", on_delete=models.PROTECT, related_name="reports", db_index=False
    )
    place = models.ForeignKey("regions.Organisation", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    version = models.PositiveIntegerField()
    beds = _count()
    staff = _count()
    patients = _count()
    severe = _count()
    critical = _count()
    admitted_total = _count()
    discharged_total = _count()
    died_total = _count()
    note = models.CharField(max_length=300, blank=True, default="")
    reason = models.CharField(max_length=300, blank=True, default="")
    sent_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    person_id = models.UUIDField()
    person_for_id = models.UUIDField(null=True, blank=True)
    body_sha256 = models.CharField(max_length=64)

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "place", "day", "version"],
                name="emergencies_report_versioned_once",
            ),
            models.CheckConstraint(
                condition=Q(version=1) | (Q(version__gt=1) & ~Q(reason="")),
                name="emergencies_report_corrected_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(patients=None)
                | (
                    (Q(severe=None) | Q(severe__lte=F("patients")))
                    & (Q(critical=None) | Q(critical__lte=F("patients")))
                    & (
                        Q(severe=None)
                        | Q(critical=None)
                        | Q(patients__gte=F("severe") + F("critical"))
                    )
                ),
                name="emergencies_report_has_the_severe_among_its_patients",
            ),
        ]
        indexes = [models.Index(fields=["incident", "day"], name="emergencies_report_by_day")]

    def __str__(self) -> str:
        return f"{self.place_id} {self.day} v{self.version}"


class ReportLine(OwnedRecord):
    """How much of an item a place had at the end of the day of a report."""

    report = models.ForeignKey(DailyReport, on_delete=models.PROTECT, related_name="lines")
    item = models.ForeignKey("supplies.Item", on_delete=models.PROTECT, related_name="+")
    quantity = models.BigIntegerField()

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["report", "item"], name="emergencies_report_line_of_an_item_once"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=0), name="emergencies_report_line_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.item_id} {self.quantity}"
