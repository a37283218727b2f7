"""Which days an organisation reports: of itself, of those below it, or of all where it coordinates."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils import timezone

from tiebeam.apps.emergencies.models import Incident
from tiebeam.apps.emergencies.queries.reports import DayOfPlace, list_places, table_of
from tiebeam.apps.emergencies.report_models import DailyReport
from tiebeam.apps.regions.models import Organisation
from tiebeam.apps.supplies.queries.places import is_below
from tiebeam.platform.tenancy.acting import Actor


@dataclass(frozen=True, slots=True)
class ReportableDay:
    """A day of a place that may be reported, or corrected where a report stands."""

    incident: Incident
    place: Organisation
    day: date
    report: DailyReport | None


def list_reportable_places(incident: Incident, actor: Actor) -> list[Organisation]:
    """Return the places of an incident that the acting organisation reports, by name."""
    is_own = incident.tenant_id == actor.organisation_id
    return [row.place for row in list_places(incident) if is_own or is_below(row.place, actor)]


def list_reportable(
    actor: Actor, now: datetime, days: int, incidents: Iterable[Incident] | None = None
) -> list[ReportableDay]:
    """
    Return the last *days* days of all such places in open incidents, the newest first.

    Args:
        incidents: Those incidents, where they are known already; all that are open otherwise.
    """
    if incidents is None:
        incidents = Incident.objects.filter(stood_down_at=None)
    today = timezone.localdate(now)
    found: list[ReportableDay] = []
    for incident in sorted(incidents, key=lambda row: row.activated_at):
        ids = [place.pk for place in list_reportable_places(incident, actor)]
        table: dict[UUID, list[DayOfPlace]] = table_of(
            incident, today - timedelta(days - 1), today, now, place_ids=ids
        )
        found += [
            ReportableDay(incident, day.place, day.day, day.report)
            for rows in table.values()
            for day in reversed(rows)
        ]
    return found
