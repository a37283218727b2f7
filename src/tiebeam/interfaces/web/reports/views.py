"""The situation as places report it: by place and day, one place, one report with its versions."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tiebeam.apps.emergencies.models import Incident
from tiebeam.apps.emergencies.operations.reports import REPORTERS
from tiebeam.apps.emergencies.queries.incidents import get_incident
from tiebeam.apps.emergencies.queries.reportable import list_reportable_places
from tiebeam.apps.emergencies.queries.reports import (
    DayOfPlace,
    get_report,
    list_lines,
    list_places,
    list_versions,
    series,
    table_of,
)
from tiebeam.apps.emergencies.report_models import FIGURES, DailyReport
from tiebeam.interfaces.web.as_of import read_as_of
from tiebeam.interfaces.web.emergencies.words import (
    tabs_of_incident,
    trail_to,
    trail_to_incidents,
)
from tiebeam.interfaces.web.forming import find_or_404
from tiebeam.interfaces.web.page import Fact, Link, name_of, say_to, show_page, tabs_with_history
from tiebeam.interfaces.web.reports.tables import (
    days_of_place,
    last_days,
    places_by_day,
    places_on_day,
    say_flags,
)
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.interfaces.web.tables import Cell, Column, Row, Table, figure, table_as_file
from tiebeam.platform.identity.people import list_names
from tiebeam.platform.permissions.operations import is_allowed
from tiebeam.platform.tenancy.acting import Actor

SHOWN_DAYS = 7


@require_safe
@seated
def show_situation(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """Show every place on the last days, and all figures of the last one."""
    incident, actor = find_or_404(get_incident, incident_id), actor_of(request)
    as_of, now = read_as_of(request), timezone.now()
    first = last_days(as_of.true_on, SHOWN_DAYS)
    found = table_of(incident, first, as_of.true_on, now, as_of.known_at)
    table = places_by_day(request, incident, found)
    if file := table_as_file(table):
        return file
    day = _find_day(found, as_of.true_on)
    shown = [each for row in found.values() for each in row if each.day == day]
    missing = [each for row in found.values() for each in row if each.state == "missing"]
    return show_page(
        request,
        "web/reports/situation.html",
        title=say_to(
            request,
            "reports.situation_title",
            incident=name_of(request, incident),
            reported=sum(each.report is not None for each in shown),
            count=len(shown),
            day=day,
        ),
        trail=trail_to_incidents(request),
        tabs=tabs_of_incident(request, incident, "situation_by_day"),
        action=Link(say_to(request, "reports.enter"), reverse("report_day", args=[incident.pk]))
        if _may_report(incident, actor)
        else None,
        takes_dates=True,
        table=table,
        on_day=places_on_day(request, shown, _reportable(incident, actor)) if shown else None,
        shown_day=day,
        missing=[
            say_to(request, "reports.missing_day", place=name_of(request, each.place), day=each.day)
            for each in missing
        ],
        may_add=may_steer_places(incident, actor),
        may_send_sheet=_may_report(incident, actor),
        incident=incident,
    )


@require_safe
@seated
def show_place(request: HttpRequest, incident_id: UUID, place_id: UUID) -> HttpResponse:
    """Show all days of one place."""
    incident = find_or_404(get_incident, incident_id)
    reporting = next(iter(list_places(incident, [place_id])), None)
    if reporting is None:
        raise Http404
    as_of, place, actor = read_as_of(request), reporting.place, actor_of(request)
    rows = series(incident, place, as_of.true_on, timezone.now(), as_of.known_at)
    table = days_of_place(request, rows, _reportable(incident, actor))
    if file := table_as_file(table):
        return file
    known = sum(each.report is not None for each in rows)
    return show_page(
        request,
        "web/reports/list.html",
        title=say_to(
            request,
            "reports.place_title",
            place=name_of(request, place),
            known=known,
            count=len(rows),
        ),
        trail=trail_to_reports(request, incident),
        takes_dates=True,
        action=Link(
            say_to(request, "reports.end_place"),
            reverse("end_reporting_place", args=[incident.pk, place.pk]),
        )
        if reporting.until is None and may_steer_places(incident, actor)
        else None,
        lead=say_to(request, "reports.ended_from", day=reporting.until) if reporting.until else "",
        table=table,
    )


@require_safe
@seated
def show_report(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Show the report of a day in all its versions."""
    report = find_or_404(get_report, report_id)
    versions = list_versions(report)
    last, actor = versions[-1], actor_of(request)
    [shown] = [
        each
        for each in series(report.incident, report.place, report.day, timezone.now())
        if each.day == report.day
    ]
    stock = list_lines([last.pk]).get(last.pk, [])
    may = _may_report(report.incident, actor) and report.place in list_reportable_places(
        report.incident, actor
    )
    return show_page(
        request,
        "web/reports/report.html",
        title=say_to(
            request, "reports.report_title", place=name_of(request, report.place), day=report.day
        ),
        trail=trail_to_reports(request, report.incident),
        tabs=tabs_with_history(request, "daily_report", report.pk),
        action=Link(say_to(request, "reports.correct"), reverse("correct_report", args=[last.pk]))
        if may
        else None,
        state=say_to(request, f"reports.state.{shown.state}"),
        flags=say_flags(request, shown.flags),
        note=last.note,
        versions=_versions_table(request, versions),
        stock=[
            Fact(name_of(request, line.item), say_to(request, "reports.counted", count=line.quantity, unit=line.item.unit))
            for line in stock
        ],
    )  # fmt: skip


def _versions_table(request: HttpRequest, versions: list[DailyReport]) -> Table:
    people, unknown = (
        list_names({row.person_id for row in versions}),
        say_to(request, "web.unknown"),
    )
    names = ("version", *FIGURES, "recorded_at", "by", "reason")
    numbers = {"version", *FIGURES}
    return Table(
        name="versions",
        columns=tuple(
            Column(n, say_to(request, f"reports.column.{n}"), is_number=n in numbers) for n in names
        ),
        rows=tuple(
            Row(
                (
                    Cell(str(row.version), exact=row.version),
                    *(figure(getattr(row, name), unknown) for name in FIGURES),
                    Cell(f"{timezone.localtime(row.recorded_at):%Y-%m-%d %H:%M}"),
                    Cell(people.get(row.person_id, ""), note=name_of(request, row.tenant)),
                    Cell(row.reason),
                )
            )
            for row in reversed(versions)
        ),
    )


def trail_to_reports(request: HttpRequest, incident: Incident) -> list[Link]:
    """Return the places above a page of the daily reports of an incident."""
    address = reverse("situation_by_day", args=[incident.pk])
    text = say_to(request, "emergencies.tab.situation_by_day")
    return [*trail_to(request, incident), Link(text, address)]


def may_steer_places(incident: Incident, actor: Actor) -> bool:
    """Return whether *actor* says which places report in *incident*, and which no longer."""
    return actor.organisation_id == incident.tenant_id and is_allowed(
        actor, "emergencies.end_reporting_place", incident.programme_id
    )


def _find_day(found: Mapping[UUID, Sequence[DayOfPlace]], last: date) -> date:
    """Return the day to show in full: the last one, or the one before while nothing of it is told."""
    told = any(each.report for row in found.values() for each in row if each.day == last)
    return last if told else last - timedelta(days=1)


def _reportable(incident: Incident, actor: Actor) -> set[UUID]:
    """Return the places that the reader may report."""
    if not _may_report(incident, actor):
        return set()
    return {place.pk for place in list_reportable_places(incident, actor)}


def _may_report(incident: Incident, actor: Actor) -> bool:
    if not any(actor.has_role(role, incident.programme_id) for role in REPORTERS):
        return False
    return incident.tenant_id == actor.organisation_id or bool(
        list_reportable_places(incident, actor)
    )
