"""The addresses of the log."""

from django.urls import path

import tiebeam.interfaces.web.log.home  # noqa: F401  # brings its lines to the first page
from tiebeam.interfaces.web.log import views

urlpatterns = [
    path("log/", views.list_all, name="log"),
    path("log/verifier/", views.give_verifier, name="log_verifier"),
    path("log/proofs/<uuid:record_id>/", views.give_proof, name="log_proof"),
    path("log/<uuid:entry_id>/", views.show_entry, name="log_entry"),
]
