"""The application of this noun."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Two books for each pairing, what is posted in them, and who answers for it."""

    name = "tiebeam.apps.ledger"
    label = "ledger"
