"""The addresses of documents."""

from django.urls import path

import tiebeam.interfaces.web.documents.section  # noqa: F401  # brings its part to the dossier
from tiebeam.interfaces.web.documents import views

urlpatterns = [
    path("documents/<uuid:document_id>/", views.download, name="document"),
    path("documents/attach/<slug:kind>/<uuid:record_id>/", views.attach, name="attach_document"),
]
