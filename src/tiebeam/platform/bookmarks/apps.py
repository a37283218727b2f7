"""The application of this room."""

from django.apps import AppConfig


class BookmarksConfig(AppConfig):
    """Keeps the lists that a person saved."""

    name = "tiebeam.platform.bookmarks"
    label = "bookmarks"
