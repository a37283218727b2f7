"""The application of this noun."""

from django.apps import AppConfig


class RegionsConfig(AppConfig):
    """Regions, organisations and their statistics."""

    name = "tiebeam.apps.regions"
    label = "regions"
