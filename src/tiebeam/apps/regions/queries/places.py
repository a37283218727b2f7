"""Where organisations lie, for maps."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from tiebeam.apps.regions.models import Organisation, Region


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A point of the globe, in degrees."""

    latitude: float
    longitude: float


def find_places(organisation_ids: Iterable[UUID]) -> dict[UUID, Place]:
    """Return where the regions of the organisations lie; one without coordinates is left out."""
    rows = Organisation.objects.filter(
        pk__in=set(organisation_ids), region__latitude__isnull=False
    ).values_list("pk", "region__latitude", "region__longitude")
    return {
        pk: Place(latitude=float(latitude), longitude=float(longitude))
        for pk, latitude, longitude in rows
    }


def list_above(region_ids: Iterable[UUID]) -> dict[UUID, tuple[Region, ...]]:
    """Return each of the regions with all that it lies in, itself first, in a query for each tier."""
    starts = set(region_ids)
    known: dict[UUID, Region] = {}
    wanted = set(starts)
    while wanted:
        known |= {row.pk: row for row in Region.objects.filter(pk__in=wanted)}
        above = {known[pk].parent_id for pk in wanted if pk in known}
        wanted = {pk for pk in above if pk is not None and pk not in known}
    return {pk: tuple(_climb(known, pk)) for pk in starts if pk in known}


def _climb(known: dict[UUID, Region], region_id: UUID | None) -> Iterator[Region]:
    seen: set[UUID] = set()
    while region_id in known and region_id not in seen:
        seen.add(region_id)
        yield known[region_id]
        region_id = known[region_id].parent_id
