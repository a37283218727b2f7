"""Reaching the workspace from a command: the framework is loaded here, and only when asked for."""

import importlib.util
import os

from tiebeam.errors import TiebeamError

SETTINGS = "tiebeam.site.settings"


class WorkspaceNotInstalled(TiebeamError):
    """The packages of the workspace are not installed; pairing works without them."""

    code = "cli.workspace_not_installed"


def open_workspace() -> None:
    """
    Make the records of the workspace usable: read its settings and load its applications.

    ``DJANGO_SETTINGS_MODULE`` names other settings. Called twice, it does nothing more.

    Raises:
        WorkspaceNotInstalled: Tiebeam was installed without its server packages.
    """
    if importlib.util.find_spec("django") is None:
        raise WorkspaceNotInstalled
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    import django

    django.setup()
