"""The addresses of the workspace."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("", include("tiebeam.interfaces.web.urls")),
]
