"""The application of this room."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """People, their roles, and how they prove who they are."""

    name = "tiebeam.platform.identity"
    label = "identity"
