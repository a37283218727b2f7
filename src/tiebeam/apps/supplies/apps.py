"""The application of this noun."""

from django.apps import AppConfig


class SuppliesConfig(AppConfig):
    """Counted goods: in stock, on their way, received."""

    name = "tiebeam.apps.supplies"
    label = "supplies"
