"""The situation report of a day: what is needed, who is there, what places reported, what is on its way; to be printed and sent."""

from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tiebeam.apps.emergencies.models import Incident
from tiebeam.apps.emergencies.queries.incidents import get_incident
from tiebeam.apps.emergencies.queries.reports import DayOfPlace, reports_of
from tiebeam.apps.emergencies.queries.situation import NeedSituation, Situation, situation
from tiebeam.apps.supplies.queries.transit import list_in_transit
from tiebeam.interfaces.web.as_of import read_as_of
from tiebeam.interfaces.web.downloads import as_file
from tiebeam.interfaces.web.emergencies.incidents import title_of
from tiebeam.interfaces.web.emergencies.tables import (
    deployments_table,
    needs_table,
    places_table,
    states_line,
)
from tiebeam.interfaces.web.emergencies.words import head, tabs_of_incident, trail_to_incidents
from tiebeam.interfaces.web.forming import find_or_404
from tiebeam.interfaces.web.page import Link, name_of, say_to, show_page
from tiebeam.interfaces.web.reports.tables import places_on_day
from tiebeam.interfaces.web.seated import seated
from tiebeam.interfaces.web.tables import (
    Cell,
    Row,
    Table,
    day,
    figure,
    tables_as_workbook,
)
from tiebeam.platform.time.periods import AsOf


@require_safe
@seated
def show_report(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """Show the report of a day as a page, or as a workbook with a sheet for each part."""
    incident, as_of = find_or_404(get_incident, incident_id), read_as_of(request)
    found = situation(incident, as_of)
    # Places report a day after its end: the report of a morning holds the figures of the day before.
    reported_on = as_of.true_on - timedelta(days=1)
    reports = reports_of(incident, reported_on, timezone.now(), as_of.known_at)
    tables = _tables(request, incident, found, reports, as_of)
    if request.GET.get("file") == "xlsx":
        name = f"situation-{as_of.true_on.isoformat()}.xlsx"
        return as_file(tables_as_workbook(tables), name)
    missing = [name_of(request, row.place) for row in reports if row.report is None]
    address = reverse("incident_report", args=[incident.pk])
    return show_page(
        request,
        "web/reports/daily.html",
        title=say_to(
            request, "emergencies.report_title", on=as_of.true_on.isoformat(),
            title=title_of(request, found),
        ),
        trail=trail_to_incidents(request),
        tabs=tabs_of_incident(request, incident, "incident_report"),
        takes_dates=True,
        lead=states_line(request, found.states),
        reported_on=reported_on,
        missing=missing,
        tables=list(tables.items()),
        before=Link(
            say_to(request, "emergencies.day_before"),
            f"{address}?on={(as_of.true_on - timedelta(days=1)).isoformat()}",
        ),
    )  # fmt: skip


def _tables(
    request: HttpRequest,
    incident: Incident,
    found: Situation[NeedSituation],
    reports: list[DayOfPlace],
    as_of: AsOf,
) -> dict[str, Table]:
    needs = [need for place in found.places for need in place.needs]
    standings = [standing for need in needs for standing in need.standings]
    said = {
        "places": places_table(request, found.places),
        "reported": places_on_day(request, reports, ()),
        "needs": needs_table(request, needs, None),
        "deployments": deployments_table(request, standings),
        "transit": _transit_table(request, incident, as_of),
    }
    return {say_to(request, f"emergencies.section.{name}"): table for name, table in said.items()}


def _transit_table(request: HttpRequest, incident: Incident, as_of: AsOf) -> Table:
    """Return what was on its way in the programme on the day."""
    lines = [
        each
        for each in list_in_transit(as_of.true_on, as_of.known_at)
        if each.line.shipment.programme_id == incident.programme_id
    ]
    names = ("goods", "from", "to", "sent_on", "expected_on")
    return Table(
        name="transit",
        columns=(
            *(head(request, name) for name in names),
            head(request, "on_its_way"),
            head(request, "age"),
        ),
        rows=tuple(
            Row(
                (
                    Cell(name_of(request, each.line.item)),
                    Cell(name_of(request, each.line.shipment.tenant)),
                    Cell(name_of(request, each.line.shipment.recipient)),
                    day(each.line.shipment.sent_on),
                    day(each.line.shipment.expected_on),
                    Cell(f"{figure(each.open).text} {each.line.item.unit}", exact=each.open),
                    Cell(say_to(request, "emergencies.days", days=each.age(as_of.true_on))),
                ),
                address=reverse("shipment", args=[each.line.shipment_id]),
            )
            for each in lines
        ),
        empty=say_to(request, "emergencies.nothing_on_its_way"),
    )
