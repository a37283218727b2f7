"""What places reported: a day over all places, a place over all days, as known at a moment (§D4–§D6)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from tiebeam.apps.emergencies.models import Incident
from tiebeam.apps.emergencies.report_models import (
    FIGURES,
    DailyReport,
    ReportingPlace,
    ReportLine,
)
from tiebeam.apps.emergencies.report_rules import Flag, due_at, list_flags
from tiebeam.apps.regions.models import Organisation
from tiebeam.platform.time.periods import holds_on


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOfPlace:
    """
    One place on one day.

    Attributes:
        report: The version that holds; None where nothing is known.
        state: ``in_time``, ``late``, ``missing``, or ``awaited`` where its time has not run out.
        flags: What in it is hard to believe.
        versions: How many there are.
    """

    incident_id: UUID
    place: Organisation
    day: date
    report: DailyReport | None
    state: str
    flags: tuple[Flag, ...] = ()
    versions: int = 0

    def figure(self, name: str) -> int | None:
        """Return a figure, None where it is not known."""
        return None if self.report is None else getattr(self.report, name)


def reports_of(
    incident: Incident, day: date, now: datetime, known_at: datetime | None = None
) -> list[DayOfPlace]:
    """Return every place that reports in *incident* on *day*, by name: reported or not."""
    table = table_of(incident, day, day, now, known_at)
    return [days[0] for days in table.values() if days]


def series(
    incident: Incident,
    place: Organisation,
    until: date,
    now: datetime,
    known_at: datetime | None = None,
) -> list[DayOfPlace]:
    """Return every day of one place from when it reports up to *until*."""
    table = table_of(incident, date.min, until, now, known_at, [place.pk])
    return next(iter(table.values()), [])


def table_of(
    incident: Incident,
    first: date,
    last: date,
    now: datetime,
    known_at: datetime | None = None,
    place_ids: Iterable[UUID] | None = None,
) -> dict[UUID, list[DayOfPlace]]:
    """Return place -> the days from *first* to *last* on which it reports, places by name."""
    places = list_places(incident, place_ids)
    found = _read(incident, last, known_at, [each.place_id for each in places])
    moment = known_at or now
    return {
        each.place_id: [
            made
            for made in _days_of(each, found.get(each.place_id, {}), last, moment)
            if made.day >= first
        ]
        for each in places
    }


def list_places(
    incident: Incident, place_ids: Iterable[UUID] | None = None
) -> list[ReportingPlace]:
    """Return the places that report in *incident*, by name."""
    rows = ReportingPlace.objects.filter(incident=incident)
    if place_ids is not None:
        rows = rows.filter(place_id__in=list(place_ids))
    return list(rows.select_related("place").order_by("place__name_zh", "place_id"))


def get_report(report_id: UUID) -> DailyReport:
    """
    Return one version of a report.

    Raises:
        DailyReport.DoesNotExist: There is none that may be read.
    """
    found: DailyReport = DailyReport.objects.select_related("incident__programme", "place").get(
        pk=report_id
    )
    return found


def list_versions(report: DailyReport) -> list[DailyReport]:
    """Return all versions of the report of a day, the first first."""
    rows = DailyReport.objects.filter(
        incident_id=report.incident_id, place_id=report.place_id, day=report.day
    )
    return list(rows.select_related("tenant").order_by("version"))


def list_standing(incident_ids: Iterable[UUID]) -> list[DailyReport]:
    """Return the version that holds of every reported day of some incidents."""
    later = DailyReport.objects.filter(
        incident_id=OuterRef("incident_id"), place_id=OuterRef("place_id"), day=OuterRef("day"),
        version__gt=OuterRef("version"),
    )  # fmt: skip
    rows = DailyReport.objects.filter(~Exists(later), incident_id__in=list(incident_ids))
    return list(rows.order_by("day", "place_id"))


def list_lines(report_ids: Iterable[UUID]) -> dict[UUID, list[ReportLine]]:
    """Return report -> its stock lines."""
    lines: dict[UUID, list[ReportLine]] = {}
    rows = ReportLine.objects.filter(report_id__in=list(report_ids)).select_related("item")
    for line in rows.order_by("item__name_zh"):
        lines.setdefault(line.report_id, []).append(line)
    return lines


def _read(
    incident: Incident, last: date, known_at: datetime | None, place_ids: Iterable[UUID]
) -> dict[UUID, dict[date, list[DailyReport]]]:
    known = Q() if known_at is None else Q(recorded_at__lte=known_at)
    rows: QuerySet[DailyReport] = DailyReport.objects.filter(
        known, incident=incident, day__lte=last, place_id__in=list(place_ids)
    )
    found: dict[UUID, dict[date, list[DailyReport]]] = {}
    for row in rows.order_by("day", "version"):
        found.setdefault(row.place_id, {}).setdefault(row.day, []).append(row)
    return found


def _days_of(
    reporting: ReportingPlace,
    found: Mapping[date, list[DailyReport]],
    last: date,
    moment: datetime,
) -> Iterable[DayOfPlace]:
    """Yield the days of a place in their order, each held against the last known figures before."""
    zone = timezone.get_current_timezone()
    before: dict[str, tuple[date, int]] = {}
    day = reporting.since
    while day <= last and holds_on(day, reporting.since, reporting.until):
        versions = found.get(day, [])
        due = due_at(day, zone)
        if not versions:
            state = "missing" if moment > due else "awaited"
            yield DayOfPlace(
                incident_id=reporting.incident_id, place=reporting.place, day=day, report=None,
                state=state,
            )  # fmt: skip
        else:
            report = versions[-1]
            figures = {name: getattr(report, name) for name in FIGURES}
            yield DayOfPlace(
                incident_id=reporting.incident_id,
                place=reporting.place,
                day=day,
                report=report,
                state="late" if versions[0].recorded_at > due else "in_time",
                flags=tuple(list_flags(figures, before)),
                versions=len(versions),
            )
            before |= {name: (day, known) for name, known in figures.items() if known is not None}
        day += timedelta(days=1)
