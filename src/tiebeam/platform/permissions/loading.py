"""Make every operation known: the registry fills as their modules are imported."""

import importlib
import pkgutil

from django.apps import apps
from django.utils.module_loading import module_has_submodule


def load_operations() -> None:
    """Import the operations of every application, so that the registry of rights is whole."""
    for config in apps.get_app_configs():
        if not config.name.startswith("tiebeam.") or config.module is None:
            continue
        if not module_has_submodule(config.module, "operations"):
            continue
        found = importlib.import_module(f"{config.name}.operations")
        for part in pkgutil.iter_modules(getattr(found, "__path__", [])):
            importlib.import_module(f"{config.name}.operations.{part.name}")
