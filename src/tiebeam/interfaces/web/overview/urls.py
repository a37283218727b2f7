"""The addresses of the overview."""

from django.urls import path

from tiebeam.interfaces.web.overview import matrix

urlpatterns = [
    path("overview/", matrix.show_matrix, name="overview"),
    path("overview/journal/", matrix.show_matrix, name="journal"),
]
