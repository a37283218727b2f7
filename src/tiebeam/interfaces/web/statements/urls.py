"""The addresses of bank statements."""

from django.urls import path

import tiebeam.interfaces.web.statements.home  # noqa: F401  # brings its lines to the first page
from tiebeam.interfaces.web.statements import lines, views

urlpatterns = [
    path("", views.list_all, name="bank_statements"),
    path("new/", views.take_in, name="take_in_statement"),
    path("<uuid:statement_id>/", views.show, name="bank_statement"),
    path("lines/<uuid:line_id>/", lines.show, name="bank_line"),
    path("lines/<uuid:line_id>/match/", lines.match, name="match_line"),
    path("lines/<uuid:line_id>/confirm/<slug:kind>/", lines.confirm, name="confirm_line"),
    path("lines/<uuid:line_id>/set-aside/", lines.set_aside, name="set_line_aside"),
    path("lines/<uuid:line_id>/reopen/", lines.reopen, name="reopen_line"),
]
