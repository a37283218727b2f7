"""The application of this noun."""

from django.apps import AppConfig


class EmergenciesConfig(AppConfig):
    """Incidents, needs, deployments and the messages by which they move."""

    name = "tiebeam.apps.emergencies"
    label = "emergencies"

    def ready(self) -> None:
        """Follow what the ledger, the programmes and the packages do; say who is told of what, and what is new."""
        import tiebeam.apps.emergencies.notices
        import tiebeam.apps.emergencies.operations.readers  # noqa: F401  # registers its followers
        from tiebeam.apps.emergencies.operations.claims import follow_ledger
        from tiebeam.apps.emergencies.operations.marks import renew_marks
        from tiebeam.platform.audit.writing import listen, listen_at_end

        listen(follow_ledger)
        listen_at_end(renew_marks)
