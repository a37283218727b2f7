"""The application of this room."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Documents attached to records."""

    name = "tiebeam.platform.files"
    label = "files"
