"""One rectangle of a map: where a place falls in it, its graticule and its scale."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from tiebeam.core.model.scenario import EARTH_RADIUS_KM
from tiebeam.interfaces.report.labels import Box
from tiebeam.interfaces.report.palette import paint
from tiebeam.interfaces.report.projection import Conic, Degrees
from tiebeam.interfaces.report.svg import path_through, tag

Spot = tuple[float, float]
"""A point of the drawing, x to the right and y downwards."""

GRATICULE_STEPS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0)
LEAST_SPAN = math.radians(0.4)
"""Places nearer to each other than this are not blown up further."""

PADDING = 30.0

DEEPEST = 8
"""How deep a GeoJSON object is followed; sound ones are not half as deep."""


@dataclass(frozen=True, slots=True)
class Panel:
    """
    A window of a map.

    Attributes:
        scale: Units of the drawing for one radius of the sphere.
        centre: What stands in the middle of *box*, in projected coordinates.
        places: For which the panel was made.
    """

    box: Box
    conic: Conic
    scale: float
    centre: tuple[float, float]
    places: tuple[Degrees, ...]

    def put(self, place: Degrees) -> Spot:
        """Return where *place* falls in the drawing."""
        x, y = self.conic.project(*place)
        return (
            self.box.x + self.box.width / 2 + (x - self.centre[0]) * self.scale,
            self.box.y + self.box.height / 2 - (y - self.centre[1]) * self.scale,
        )

    @property
    def km_per_unit(self) -> float:
        """How many km one unit of the drawing is, along a meridian."""
        return EARTH_RADIUS_KM / self.scale


def fit_panel(places: Sequence[Degrees], conic: Conic, box: Box) -> Panel:
    """Return the panel that shows all *places* as large as *box* allows."""
    left, right, low, high = extent(places, conic)
    width = max(right - left, LEAST_SPAN)
    height = max(high - low, LEAST_SPAN)
    scale = min((box.width - 2 * PADDING) / width, (box.height - 2 * PADDING) / height)
    return Panel(box, conic, scale, ((left + right) / 2, (low + high) / 2), tuple(places))


def extent(places: Sequence[Degrees], conic: Conic) -> tuple[float, float, float, float]:
    """Return (left, right, low, high) of the projected *places*."""
    spots = [conic.project(*place) for place in places]
    xs, ys = [x for x, _ in spots], [y for _, y in spots]
    return min(xs), max(xs), min(ys), max(ys)


def draw_graticule(panel: Panel) -> Markup:
    """Return meridians and parallels with their degrees at the left and lower edge."""
    step = _step(panel)
    parts: list[Markup] = []
    lats, lons = _degrees(panel, step)
    for lat in lats:
        line = [panel.put((lat, lon)) for lon in _fine(lons)]
        parts += _grid_line(line, panel)
        parts += _edge_label(line, panel, _latitude(lat, step), at_left=True)
    for lon in lons:
        line = [panel.put((lat, lon)) for lat in _fine(lats)]
        parts += _grid_line(line, panel)
        parts += _edge_label(line, panel, _longitude(lon, step), at_left=False)
    return Markup("").join(parts)


def draw_scale(panel: Panel, km_word: str) -> Markup:
    """Return a bar of a round number of km at the lower right."""
    most_km = panel.box.width * 0.24 * panel.km_per_unit
    power = 10.0 ** math.floor(math.log10(most_km))
    length_km = max(factor * power for factor in (1, 2, 5) if factor * power <= most_km)
    length = length_km / panel.km_per_unit
    right, y = panel.box.x + panel.box.width - 12, panel.box.y + panel.box.height - 12
    path = f"M{right - length:.1f} {y - 4:.1f}v4h{length:.1f}v-4"
    return tag(
        "g",
        tag("path", d=path, stroke_width=1.5, **paint(stroke="ink")),
        tag(
            "text",
            f"{length_km:g} {km_word}",
            x=right - length / 2,
            y=y - 8,
            text_anchor="middle",
            font_size=11,
            **halo(),
        ),
    )


def halo() -> dict[str, object]:
    """Return the attributes of a text that stays legible on lines."""
    both = paint(fill="ink", stroke="paper")
    return {**both, "stroke_width": 3, "paint_order": "stroke", "stroke_linejoin": "round"}


def draw_layer(panel: Panel, boundaries: dict[str, object]) -> Markup:
    """Return the lines of a GeoJSON layer that the operator supplied."""
    data = "".join(path_through(map(panel.put, line)) for line in lines_of_layer(boundaries))
    if not data:
        return Markup("")
    return tag("path", d=data, stroke_width=0.8, stroke_opacity=0.6, **paint(stroke="muted"))


def lines_of_layer(node: object, depth: int = 0) -> Iterator[list[Degrees]]:
    """Yield every line of a GeoJSON object as places; what is no line or area is passed over."""
    if not isinstance(node, dict) or depth > DEEPEST:
        return
    for key in ("features", "geometries"):
        members = node.get(key)
        for member in members if isinstance(members, list) else ():
            yield from lines_of_layer(member, depth + 1)
    if node.get("geometry"):
        yield from lines_of_layer(node["geometry"], depth + 1)
    yield from _lines_of_coordinates(node.get("coordinates"))


def _lines_of_coordinates(nested: object, depth: int = 0) -> Iterator[list[Degrees]]:
    if not isinstance(nested, list) or depth > DEEPEST:
        return
    line = [(float(point[1]), float(point[0])) for point in nested if _is_place(point)]
    if len(line) > 1:
        yield line
        return
    for member in nested:
        yield from _lines_of_coordinates(member, depth + 1)


def _is_place(point: object) -> bool:
    """Return whether *point* is a longitude and a latitude; NaN and what lies off the globe is not."""
    if not isinstance(point, list) or len(point) < 2:
        return False
    lon, lat = point[:2]
    numbers = isinstance(lon, int | float) and isinstance(lat, int | float)
    return numbers and abs(lon) <= 360 and abs(lat) <= 90


def _step(panel: Panel) -> float:
    span = math.degrees(min(panel.box.width, panel.box.height) / panel.scale)
    return next((step for step in GRATICULE_STEPS if span / step <= 5), GRATICULE_STEPS[-1])


def _degrees(panel: Panel, step: float) -> tuple[list[float], list[float]]:
    """Return the latitudes and longitudes to draw: well past the places, what is outside is clipped."""
    lats = [lat for lat, _ in panel.places]
    reach = math.degrees(math.hypot(panel.box.width, panel.box.height) / panel.scale)
    south = max(-90.0, _floor(min(lats) - reach, step))
    north = min(90.0, max(lats) + reach)
    widest = reach / max(0.15, math.cos(math.radians(max(abs(lat) for lat in lats))))
    middle = panel.conic.origin[1]
    west, east = max(middle - 180, middle - 2 * widest), min(middle + 180, middle + 2 * widest)
    return _range(south, north, step), _range(_floor(west, step), east, step)


def _range(start: float, end: float, step: float) -> list[float]:
    count = int((end - start) / step + 1e-9)
    return [round(start + index * step, 6) for index in range(count + 1)]


def _floor(value: float, step: float) -> float:
    return math.floor(value / step) * step


def _fine(degrees: Sequence[float]) -> Iterator[float]:
    for start, end in pairwise(degrees):
        yield from (start, start + (end - start) / 4, (start + end) / 2, end - (end - start) / 4)
    if degrees:
        yield degrees[-1]


def _grid_line(line: Sequence[Spot], panel: Panel) -> list[Markup]:
    """Return *line* where it is on the panel or near its edge; what is far off is not written."""
    box = panel.box
    near = [
        (x, y)
        for x, y in line
        if abs(x - box.x - box.width / 2) < box.width
        and abs(y - box.y - box.height / 2) < box.height
    ]
    if len(near) < 2:
        return []
    return [tag("path", d=path_through(near), stroke_width=0.75, **paint(stroke="line"))]


def _edge_label(line: Sequence[Spot], panel: Panel, text: str, *, at_left: bool) -> list[Markup]:
    box = panel.box
    if at_left:
        crossing = _crossing(line, box.x, lambda spot: (spot[0], spot[1]))
        inside = crossing is not None and box.y + 14 < crossing < box.y + box.height - 24
        x, y = box.x + 4, (crossing or 0.0) - 3
    else:
        crossing = _crossing(line, box.y + box.height, lambda spot: (spot[1], spot[0]))
        inside = crossing is not None and box.x + 26 < crossing < box.x + box.width * 0.72
        x, y = (crossing or 0.0) + 3, box.y + box.height - 5
    if not inside:
        return []
    attributes = {**halo(), **paint(fill="muted", stroke="paper")}
    return [tag("text", text, x=x, y=y, font_size=10, **attributes)]


def _crossing(line: Sequence[Spot], edge: float, turn: Callable[[Spot], Spot]) -> float | None:
    """Return where *line* first crosses *edge*; *turn* gives (across, along) of a spot."""
    for start, end in pairwise(map(turn, line)):
        if (start[0] - edge) * (end[0] - edge) <= 0 and start[0] != end[0]:
            part = (edge - start[0]) / (end[0] - start[0])
            return start[1] + part * (end[1] - start[1])
    return None


def _latitude(lat: float, step: float) -> str:
    return _degree(abs(lat), step) + ("" if lat == 0 else "N" if lat > 0 else "S")


def _longitude(lon: float, step: float) -> str:
    turned = (lon + 180) % 360 - 180
    return _degree(abs(turned), step) + ("" if turned in (0, -180) else "E" if turned > 0 else "W")


def _degree(value: float, step: float) -> str:
    return f"{value:.{0 if step >= 1 else 2 if step < 0.1 else 1}f}°"
