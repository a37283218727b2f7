"""The address of the history of a record."""

from django.urls import path

from tiebeam.interfaces.web.history import views

urlpatterns = [
    path("history/<slug:kind>/<uuid:record_id>/", views.show_history, name="history"),
]
