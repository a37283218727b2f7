"""The application of this noun."""

from django.apps import AppConfig


class PairingsConfig(AppConfig):
    """Pair lists, pairings, responsibilities and agreements."""

    name = "tiebeam.apps.pairings"
    label = "pairings"

    def ready(self) -> None:
        """Say who is told of what."""
        import tiebeam.apps.pairings.notices  # noqa: F401  # registers its rules
