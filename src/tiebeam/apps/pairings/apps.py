"""The application of this noun."""

from django.apps import AppConfig


class PairingsConfig(AppConfig):
    """Pair lists, pairings, responsibilities and agreements."""

    name = "tiebeam.apps.pairings"
    label = "pairings"

    def ready(self) -> None:
        """Say who is told of what, and who reads the desk."""
        import tiebeam.apps.pairings.notices
        import tiebeam.apps.pairings.operations.oversight  # noqa: F401  # both register their rules
