"""The application of owners and readers."""

from django.apps import AppConfig


class TenancyConfig(AppConfig):
    """Owners and readers."""

    name = "tiebeam.platform.tenancy"
    label = "tenancy"
