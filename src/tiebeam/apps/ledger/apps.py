"""The application of this noun."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Two books for each pairing, what is posted in them, and who answers for it."""

    name = "tiebeam.apps.ledger"
    label = "ledger"

    def ready(self) -> None:
        """Say who is told of what."""
        import tiebeam.apps.ledger.notices  # noqa: F401  # registers its rules
