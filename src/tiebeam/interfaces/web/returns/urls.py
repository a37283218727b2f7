"""The addresses of returns."""

from django.urls import path

import tiebeam.interfaces.web.returns.home  # noqa: F401  # brings its lines to the first page
from tiebeam.interfaces.web.returns import deciding, entry, views

urlpatterns = [
    path("returns/", views.list_all, name="returns"),
    path("returns/rounds/<uuid:round_id>/", views.show_round, name="returns_of_round"),
    path("returns/rounds/<uuid:round_id>/start/<slug:side>/", views.start, name="start_return"),
    path("returns/<uuid:return_id>/", views.show_return, name="return"),
    path("returns/<uuid:return_id>/enter/", entry.enter, name="enter_return"),
    path("returns/<uuid:return_id>/table/", entry.download, name="download_return"),
    path("returns/<uuid:return_id>/upload/", entry.upload, name="upload_return"),
    path("returns/<uuid:return_id>/upload/confirm/", entry.confirm, name="confirm_return"),
    path("returns/<uuid:return_id>/submit/", views.submit, name="submit_return"),
    path("returns/<uuid:return_id>/accept/", deciding.accept, name="accept_return"),
    path("returns/<uuid:return_id>/send-back/", deciding.send_back, name="send_back_return"),
]
