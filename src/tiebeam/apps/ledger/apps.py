"""The application of this noun."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Two books for each pairing, what is posted in them, and who answers for it."""

    name = "tiebeam.apps.ledger"
    label = "ledger"

    def ready(self) -> None:
        """Say who is told of what, and that events hold documents."""
        import tiebeam.apps.ledger.notices  # registers its rules
        import tiebeam.apps.ledger.queries.documented  # noqa: F401  # registers its kind
