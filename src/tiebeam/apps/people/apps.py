"""The application of this noun."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Packages held ready, teams made of them, and who is on a team."""

    name = "tiebeam.apps.people"
    label = "people"
