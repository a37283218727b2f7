"""The addresses of the saved filters."""

from django.urls import path

from tiebeam.interfaces.web.filters import views

urlpatterns = [
    path("", views.save, name="save_filter"),
    path("<uuid:filter_id>/remove/", views.remove, name="remove_filter"),
]
