"""The addresses of daily reports."""

from django.urls import path

import tiebeam.interfaces.web.reports.home  # noqa: F401  # brings its lines to the first page
from tiebeam.interfaces.web.reports import daily, entering, views

urlpatterns = [
    path("<uuid:incident_id>/", views.show_situation, name="situation_by_day"),
    path("<uuid:incident_id>/situation/", daily.show_report, name="incident_report"),
    path("<uuid:incident_id>/enter/", entering.enter, name="report_day"),
    path("<uuid:incident_id>/places/add/", entering.add_place, name="add_reporting_place"),
    path("<uuid:incident_id>/places/<uuid:place_id>/", views.show_place, name="place_by_day"),
    path(
        "<uuid:incident_id>/places/<uuid:place_id>/end/",
        entering.end_place,
        name="end_reporting_place",
    ),
    path("report/<uuid:report_id>/", views.show_report, name="daily_report"),
    path("report/<uuid:report_id>/correct/", entering.correct, name="correct_report"),
]
