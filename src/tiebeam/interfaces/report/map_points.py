"""What a map is drawn from: points, lines between them, and the words beside."""

from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPoint:
    """A party on the map; *title* tells its numbers, *under* is a second line of its label."""

    side: Literal["donor", "recipient"]
    name: str
    lat: float
    lon: float
    title: str
    under: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapLine:
    """A pair on the map: *strength* is its amount as a share of the largest, 0..1."""

    donor: MapPoint
    recipient: MapPoint
    strength: float
    title: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MapWords:
    """What is written on the map beside names."""

    alternative: str
    kilometre: str
    donor: str
    recipient: str
    enlarged: str
    widths: tuple[tuple[float, str], ...] = ()


@dataclass(frozen=True, slots=True)
class MapDrawing:
    """The drawing, and the names that found no room on it."""

    svg: Markup
    unnamed: tuple[str, ...]
