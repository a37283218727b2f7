"""What the first page tells of days that the own places have not reported."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone

from tiebeam.apps.emergencies.models import Incident
from tiebeam.apps.emergencies.operations.reports import REPORTERS
from tiebeam.apps.emergencies.queries.incidents import list_incidents
from tiebeam.apps.emergencies.queries.reportable import list_reportable
from tiebeam.apps.emergencies.queries.reports import reports_of
from tiebeam.interfaces.web.home.sections import Item, section
from tiebeam.platform.tenancy.acting import Actor

LOOKED_BACK = 7


@section("due")
def list_reports_due(actor: Actor, today: date) -> list[Item]:
    """List what the acting organisation has not reported to others, and who has not reported to it."""
    incidents = [row for row in list_incidents() if row.stood_down_at is None]
    own = [row for row in incidents if row.tenant_id == actor.organisation_id]
    others = [row for row in incidents if row.tenant_id != actor.organisation_id]
    return [*_list_days_due(actor, today, others), *_list_places_missing(today, own)]


def _list_days_due(actor: Actor, today: date, incidents: Sequence[Incident]) -> list[Item]:
    """List the days of the last week that the acting organisation has not reported of its own places."""
    if not any(actor.has_role(role) for role in REPORTERS):
        return []
    return [
        Item(
            code="reports.home.due",
            facts={"place": each.place, "day": each.day},
            address=f"{reverse('report_day', args=[each.incident.pk])}"
            f"?place={each.place.pk}&day={each.day}",
            on=each.day + timedelta(days=1),
            status="bad" if each.day + timedelta(days=1) < today else "",
        )
        for each in list_reportable(actor, timezone.now(), LOOKED_BACK, incidents)
        if each.report is None and each.day < today
    ]


def _list_places_missing(today: date, incidents: Sequence[Incident]) -> list[Item]:
    """List the own incidents of which places have not reported the day before."""
    day, items = today - timedelta(days=1), []
    for incident in incidents:
        rows = reports_of(incident, day, timezone.now())
        silent = [row for row in rows if row.report is None]
        if silent:
            items.append(
                Item(
                    code="reports.home.missing",
                    facts={
                        "incident": incident, "count": len(silent), "places": len(rows), "day": day,
                    },
                    address=reverse("situation_by_day", args=[incident.pk]),
                    on=today,
                    status="bad" if silent[0].state == "missing" else "",
                )
            )  # fmt: skip
    return items
