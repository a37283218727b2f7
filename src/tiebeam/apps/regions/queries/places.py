"""Where organisations lie, for maps."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from tiebeam.apps.regions.models import Organisation


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
