"""The addresses of the programming interface."""

from django.urls import path

from tiebeam.interfaces.api.app import build_api

api = build_api()

urlpatterns = [path("v1/", api.urls)]
