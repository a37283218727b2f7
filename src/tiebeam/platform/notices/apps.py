"""The application of this room."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Tells people what happened, as each of them wants it."""

    name = "tiebeam.platform.notices"
    label = "notices"

    def ready(self) -> None:
        """Hear of every change, and tell whom it concerns."""
        import tiebeam.platform.notices.runs  # noqa: F401  # registers its rule
        from tiebeam.platform.audit.writing import listen
        from tiebeam.platform.notices.telling import hear

        listen(hear)
