"""The application of this noun."""

from django.apps import AppConfig


class ProgrammesConfig(AppConfig):
    """Programmes, their legal basis, rounds and returns."""

    name = "tiebeam.apps.programmes"
    label = "programmes"
