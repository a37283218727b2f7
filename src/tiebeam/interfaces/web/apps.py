"""The application that brings the templates and static files of the pages."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The pages of the workspace."""

    name = "tiebeam.interfaces.web"
    label = "web"
