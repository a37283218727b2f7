"""
Places on a sphere to places on paper: the equidistant conic, fitted to the points.

Distances along every meridian are true, so that one scale bar can be honest.
Source: J. P. Snyder 1987, Map Projections: A Working Manual, USGS Professional Paper
1395, p. 113 (formulas for the sphere) and p. 298 (worked example).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

Degrees = tuple[float, float]
"""Latitude and longitude."""

_NEARLY_FLAT = 1e-3
"""A cone constant below which the cone is a cylinder for our purpose."""


@dataclass(frozen=True, slots=True)
class Conic:
    """
    An equidistant conic projection, in radii of the sphere; y grows to the north.

    Attributes:
        south, north: Standard parallels, in degrees.
        origin: Latitude at which y is 0, and longitude at which x is 0, in degrees.
    """

    south: float
    north: float
    origin: Degrees

    def project(self, lat: float, lon: float) -> tuple[float, float]:
        """Return (x, y) of a place given in degrees."""
        south, north = math.radians(self.south), math.radians(self.north)
        turn = math.radians((lon - self.origin[1] + 180) % 360 - 180)
        above = math.radians(lat - self.origin[0])
        cone = self._cone(south, north)
        if abs(cone) < _NEARLY_FLAT:
            return turn * math.cos((south + north) / 2), above
        apex = math.cos(south) / cone + south
        radius = apex - math.radians(lat)
        return (
            radius * math.sin(cone * turn),
            apex - math.radians(self.origin[0]) - radius * math.cos(cone * turn),
        )

    @staticmethod
    def _cone(south: float, north: float) -> float:
        if abs(north - south) < 1e-9:
            return math.sin(south)
        return (math.cos(south) - math.cos(north)) / (north - south)


def fit_conic(places: Sequence[Degrees]) -> Conic:
    """
    Return the projection that suits *places* (at least one).

    Standard parallels a sixth of the way in from the outermost places, as is usual.
    """
    lats = [lat for lat, _ in places]
    low, high = min(lats), max(lats)
    inset = (high - low) / 6
    return Conic(low + inset, high - inset, ((low + high) / 2, middle_lon(places)))


def middle_lon(places: Sequence[Degrees]) -> float:
    """Return the longitude in the middle of *places*, also where they lie across 180 degrees."""
    lons = sorted(lon % 360 for _, lon in places)
    gaps = [(after - before, after) for before, after in pairwise(lons)]
    gaps.append((lons[0] + 360 - lons[-1], lons[0]))
    widest, start = max(gaps)
    return (start + (360 - widest) / 2 + 180) % 360 - 180
