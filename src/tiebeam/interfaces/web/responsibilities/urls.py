"""The addresses of the responsibility matrix."""

from django.urls import path

import tiebeam.interfaces.web.responsibilities.section  # noqa: F401  # brings its part to the dossier
from tiebeam.interfaces.web.responsibilities import views

urlpatterns = [
    path("pairs/<uuid:pairing_id>/responsibilities/", views.show_all, name="responsibilities"),
    path("pairs/<uuid:pairing_id>/responsibilities/set/", views.set_one, name="set_responsibility"),
    path(
        "responsibilities/<uuid:responsibility_id>/end/", views.end_one, name="end_responsibility"
    ),
]
