"""Keep the directory: found the workspace, enter regions, organisations and statistics, correct and end them."""

from tiebeam.apps.regions.operations.founding import AlreadyFounded, found_workspace
from tiebeam.apps.regions.operations.organisations import (
    correct_organisation,
    create_organisation,
    end_organisation,
)
from tiebeam.apps.regions.operations.regions import (
    add_code,
    correct_region,
    create_region,
    end_code,
    end_region,
)
from tiebeam.apps.regions.operations.statistics import add_statistic

__all__ = [
    "AlreadyFounded",
    "add_code",
    "add_statistic",
    "correct_organisation",
    "correct_region",
    "create_organisation",
    "create_region",
    "end_code",
    "end_organisation",
    "end_region",
    "found_workspace",
]
