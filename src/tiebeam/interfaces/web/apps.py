"""The application that brings the templates and static files of the pages."""

from importlib import import_module

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The pages of the workspace."""

    name = "tiebeam.interfaces.web"
    label = "web"

    def ready(self) -> None:
        """Listen to the sign-in libraries."""
        import_module("tiebeam.interfaces.web.sign_in.noting")
