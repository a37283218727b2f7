"""Report a day, correct it, and name the places that report."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from tiebeam.apps.emergencies.operations.reports import (
    add_reporting_place,
    correct_report,
    end_reporting_place,
    report_day,
)
from tiebeam.apps.emergencies.queries.incidents import get_incident
from tiebeam.apps.emergencies.queries.reportable import list_reportable_places
from tiebeam.apps.emergencies.queries.reports import (
    get_report,
    list_lines,
    list_places,
)
from tiebeam.apps.emergencies.report_models import FIGURES
from tiebeam.apps.regions.queries.names import list_organisation_names
from tiebeam.apps.supplies.queries.items import list_items
from tiebeam.interfaces.web.errors import show_forbidden
from tiebeam.interfaces.web.forming import FORM, answer_form, find_or_404
from tiebeam.interfaces.web.page import by_name, name_of, say_to
from tiebeam.interfaces.web.reports.forms import EndForm, PlaceForm, ReportForm, name_of_item
from tiebeam.interfaces.web.reports.views import may_steer_places, trail_to_reports
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.platform.permissions.operations import is_allowed


@FORM
@seated
def enter(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """Report what a place had at the end of a day."""
    incident, actor, now = find_or_404(get_incident, incident_id), actor_of(request), timezone.now()
    places = {str(place.pk): place for place in list_reportable_places(incident, actor)}
    if not places or not is_allowed(actor, "emergencies.report_day", incident.programme_id):
        return show_forbidden(request)
    named = by_name(request, list(places.values()))
    form = ReportForm(
        request,
        items=list_items(),
        places=[(str(place.pk), name_of(request, place)) for place in named],
        initial={
            "day": request.GET.get("day") or timezone.localdate(now) - timedelta(days=1),
            "place": request.GET.get("place", ""),
        },
    )
    return answer_form(
        request,
        form,
        lambda given: report_day(
            incident=incident, place=places[given["place"]], day=given["day"],
            figures=form.figures(), stock=form.stock(), note=given["note"], key=given["key"],
            actor=actor, now=now,
        ),
        done=say_to(request, "reports.reported"),
        title=say_to(request, "reports.enter_title", incident=name_of(request, incident)),
        text=say_to(request, "reports.enter_text"),
        verb=say_to(request, "reports.enter"),
        back=reverse("situation_by_day", args=[incident.pk]),
        onto=lambda report: reverse("daily_report", args=[report.pk]),
        trail=trail_to_reports(request, incident),
        template="web/reports/form.html",
    )  # fmt: skip


@FORM
@seated
def correct(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Correct the report of a day."""
    report, actor, now = find_or_404(get_report, report_id), actor_of(request), timezone.now()
    incident = report.incident
    is_own = report.place in list_reportable_places(incident, actor)
    if not is_own or not is_allowed(actor, "emergencies.correct_report", incident.programme_id):
        return show_forbidden(request)
    initial: dict[str, Any] = {name: getattr(report, name) for name in (*FIGURES, "note")}
    for line in list_lines([report.pk]).get(report.pk, []):
        initial[name_of_item(line.item_id)] = line.quantity
    form = ReportForm(request, items=list_items(), initial=initial)
    return answer_form(
        request,
        form,
        lambda given: correct_report(
            report=report, figures=form.figures(), stock=form.stock(), note=given["note"],
            reason=given["reason"], key=given["key"], actor=actor, now=now,
        ),
        done=say_to(request, "reports.was_corrected"),
        title=say_to(
            request, "reports.correct_title", place=name_of(request, report.place), day=report.day
        ),
        text=say_to(request, "reports.correct_text", version=report.version),
        verb=say_to(request, "reports.correct"),
        back=reverse("daily_report", args=[report.pk]),
        onto=lambda made: reverse("daily_report", args=[made.pk]),
        trail=trail_to_reports(request, incident),
        template="web/reports/form.html",
    )  # fmt: skip


@FORM
@seated
def add_place(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """Have a place report from a day on."""
    incident, actor = find_or_404(get_incident, incident_id), actor_of(request)
    if not may_steer_places(incident, actor):
        return show_forbidden(request)
    known = {row.place_id for row in list_places(incident)}
    places = {str(row.pk): row for row in list_organisation_names() if row.pk not in known}
    form = PlaceForm(
        request,
        places=[(str(p.pk), name_of(request, p)) for p in by_name(request, list(places.values()))],
        initial={"since": incident.activated_on},
    )
    return answer_form(
        request,
        form,
        lambda given: add_reporting_place(
            incident=incident, place=places[given["place"]], since=given["since"], actor=actor,
            now=timezone.now(),
        ),
        done=say_to(request, "reports.place_added"),
        title=say_to(request, "reports.add_place_title", incident=name_of(request, incident)),
        text=say_to(request, "reports.add_place_text"),
        verb=say_to(request, "reports.add_place"),
        back=reverse("situation_by_day", args=[incident.pk]),
        trail=trail_to_reports(request, incident),
        template="web/reports/form.html",
    )  # fmt: skip


@FORM
@seated
def end_place(request: HttpRequest, incident_id: UUID, place_id: UUID) -> HttpResponse:
    """Have a place report no more from a day on."""
    incident, actor = find_or_404(get_incident, incident_id), actor_of(request)
    reporting = next(iter(list_places(incident, [place_id])), None)
    if reporting is None:
        raise Http404
    if not may_steer_places(incident, actor):
        return show_forbidden(request)
    return answer_form(
        request,
        EndForm(request, initial={"until": timezone.localdate()}),
        lambda given: end_reporting_place(
            place=reporting, **given, actor=actor, now=timezone.now()
        ),
        done=say_to(request, "reports.place_ended"),
        title=say_to(
            request, "reports.end_place_title", place=name_of(request, reporting.place)
        ),
        text=say_to(request, "reports.end_place_text"),
        verb=say_to(request, "reports.end_place"),
        back=reverse("place_by_day", args=[incident.pk, place_id]),
        trail=trail_to_reports(request, incident),
        template="web/reports/form.html",
    )  # fmt: skip
