"""What the directory says: regions, organisations and statistics, on which day, as known when."""

from tiebeam.apps.regions.queries.codes import find_by_code, list_codes
from tiebeam.apps.regions.queries.entries import (
    find_parent,
    find_successor,
    get_organisation,
    get_region,
    list_children,
    list_organisations,
    list_path,
    list_regions,
    list_roots,
)
from tiebeam.apps.regions.queries.places import Place, find_places, list_above
from tiebeam.apps.regions.queries.statistics import list_statistics, list_vintages

__all__ = [
    "Place",
    "find_by_code",
    "find_parent",
    "find_places",
    "find_successor",
    "get_organisation",
    "get_region",
    "list_above",
    "list_children",
    "list_codes",
    "list_organisations",
    "list_path",
    "list_regions",
    "list_roots",
    "list_statistics",
    "list_vintages",
]
