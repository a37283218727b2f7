"""The application of this room."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The append-only log of who did what."""

    name = "tiebeam.platform.audit"
    label = "audit"
