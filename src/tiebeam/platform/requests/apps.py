"""The application of this room."""

from django.apps import AppConfig


class RequestsConfig(AppConfig):
    """Requests that may be sent twice and are done once."""

    name = "tiebeam.platform.requests"
    label = "requests"
