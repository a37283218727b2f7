"""The application of this room."""

from django.apps import AppConfig


class TasksConfig(AppConfig):
    """Background work that shows progress, stops when asked, and survives a killed worker."""

    name = "tiebeam.platform.tasks"
    label = "tasks"
