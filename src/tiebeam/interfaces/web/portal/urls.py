"""The addresses of the portal."""

from django.urls import path

from tiebeam.interfaces.web.portal import views

urlpatterns = [
    path("", views.list_programmes, name="public_programmes"),
    path("programmes.json", views.programmes_as_json, name="public_programmes_json"),
    path("<uuid:programme_id>/", views.show_programme, name="public_programme"),
    path("<uuid:programme_id>/pairs.json", views.programme_as_json, name="public_programme_json"),
    path("<uuid:programme_id>/pairs.csv", views.programme_as_csv, name="public_programme_csv"),
]
