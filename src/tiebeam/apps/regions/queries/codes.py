"""The codes that regions bear, by authority and day."""

from typing import Any
from uuid import UUID

from tiebeam.apps.regions.models import Region, RegionCode
from tiebeam.platform.audit.history import list_states
from tiebeam.platform.time.periods import AsOf, holds_on, valid_on


def list_codes(region: Region, as_of: AsOf | None = None) -> list[RegionCode]:
    """Return the codes of a region, by authority and time; all that it ever bore where no day is asked for."""
    found = _list_known(as_of, region_id=region.pk)
    return sorted(found, key=lambda row: (row.authority, str(row.valid_from or ""), row.code))


def get_code(code_id: UUID) -> RegionCode:
    """
    Return one code of a region.

    Raises:
        RegionCode.DoesNotExist: There is none.
    """
    found: RegionCode = RegionCode.objects.select_related("region").get(pk=code_id)
    return found


def find_by_code(authority: str, code: str, as_of: AsOf) -> Region | None:
    """Return the region that bears *code* on the day, or None."""
    found = _list_known(as_of, authority=authority, code=code)
    return found[0].region if found else None


def _list_known(as_of: AsOf | None, **conditions: Any) -> list[RegionCode]:
    if as_of is None or as_of.known_at is None:
        rows = RegionCode.objects.filter(**conditions).select_related("region")
        return list(rows if as_of is None else rows.filter(valid_on(as_of.true_on)))
    return [
        row
        for row in list_states(RegionCode, as_of.known_at, **conditions)
        if holds_on(as_of.true_on, row.valid_from, row.valid_until)
    ]
