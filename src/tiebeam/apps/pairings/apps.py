"""The application of this noun."""

from django.apps import AppConfig


class PairingsConfig(AppConfig):
    """Pair lists, pairings, responsibilities and agreements."""

    name = "tiebeam.apps.pairings"
    label = "pairings"
