"""The application of this noun."""

from django.apps import AppConfig


class ProgrammesConfig(AppConfig):
    """Programmes, their legal basis, rounds and returns."""

    name = "tiebeam.apps.programmes"
    label = "programmes"

    def ready(self) -> None:
        """Say who is told of what."""
        import tiebeam.apps.programmes.notices  # noqa: F401  # registers its rules
