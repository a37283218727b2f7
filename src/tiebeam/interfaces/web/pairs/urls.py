"""The addresses of pairs and dossiers."""

from django.urls import path

from tiebeam.interfaces.web.pairs import below, dossiers, views

urlpatterns = [
    path("pairs/", views.list_all, name="pairs"),
    path("pairs/answers/", views.show_answers, name="answers"),
    path("pairs/<uuid:pairing_id>/", dossiers.show_pair, name="pair"),
    path("pairs/<uuid:pairing_id>/below/", below.add, name="add_second_tier"),
    path("pairs/<uuid:pairing_id>/end/", below.end, name="end_second_tier"),
    path("pairs/donors/<uuid:organisation_id>/", dossiers.show_donor, name="donor"),
    path("pairs/recipients/<uuid:organisation_id>/", dossiers.show_recipient, name="recipient"),
]
