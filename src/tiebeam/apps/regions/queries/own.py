"""What the acting organisation keeps of the directory itself: what it may correct by a sheet."""

from typing import TypeVar
from uuid import UUID

from tiebeam.apps.regions.models import Organisation, Region, RegionCode, Statistic

T = TypeVar("T", Region, Organisation)


def list_own_regions() -> list[Region]:
    """Return the regions that the acting organisation entered, by kind and name."""
    return list(Region.objects.owned().order_by("kind", "name_en", "name_zh", "pk"))


def list_own_organisations() -> list[Organisation]:
    """Return the organisations that the acting organisation entered, by kind and name."""
    return list(Organisation.objects.owned().order_by("kind", "name_en", "name_zh", "pk"))


def list_own_statistics() -> list[Statistic]:
    """Return the figures that the acting organisation entered, by region, indicator and year."""
    rows = Statistic.objects.owned()
    return list(rows.order_by("region__name_en", "indicator", "year", "vintage", "pk"))


def list_reference_names(model: type[T]) -> list[T]:
    """Return every entry of the directory with its names alone, for references by name."""
    return list(model.objects.only("id", "name_zh", "name_en"))


def list_gb_codes() -> dict[UUID, str]:
    """Return the code of GB/T 2260 that each region bears without an end."""
    rows = RegionCode.objects.filter(authority="GB/T 2260", valid_until=None)
    return dict(rows.values_list("region_id", "code"))
