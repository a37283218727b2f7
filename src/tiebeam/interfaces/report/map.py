"""
The map: who helps whom, as curved lines between points over a graticule.

No boundary is drawn unless the operator supplies a layer: published maps of some
countries need an approved one.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from tiebeam.interfaces.report.labels import Box
from tiebeam.interfaces.report.map_labels import FONT, Labelled, draw_labels
from tiebeam.interfaces.report.map_points import MapDrawing, MapLine, MapPoint, MapWords
from tiebeam.interfaces.report.palette import paint
from tiebeam.interfaces.report.panel import (
    Panel,
    Spot,
    draw_graticule,
    draw_layer,
    draw_scale,
    extent,
    fit_panel,
    halo,
)
from tiebeam.interfaces.report.projection import fit_conic
from tiebeam.interfaces.report.svg import as_svg, tag, text_width

CLOSE_SHARE = 0.45
"""Recipients that take up less of the whole extent than this get a panel of their own."""

BEND = 0.14
"""How far a line bows out, as a share of its length."""

LEAST_STROKE, MOST_STROKE = 1.2, 7.0
LEGEND_HEIGHT = 30.0


def draw_map(
    points: Sequence[MapPoint],
    lines: Sequence[MapLine],
    words: MapWords,
    *,
    width: float,
    prefix: str,
    boundaries: Mapping[str, Any] | None = None,
) -> MapDrawing:
    """
    Draw the map.

    Args:
        points: At least one; the first are labelled first.
        width: Of the drawing; below 600 the panels stand one above the other.
        prefix: Of the ids in the drawing, unique in the page.
    """
    panels = _panels(points, width)
    close = len(panels) > 1
    parts: list[Markup] = []
    named: set[str] = set()
    for number, panel in enumerate(panels):
        is_close = close and number == 1
        drawn, names = _draw_panel(
            panel,
            points,
            lines,
            words,
            clip=f"{prefix}-clip-{number}",
            labelled="both" if not close else "close" if is_close else "donors",
            boundaries=boundaries,
        )
        parts.append(drawn)
        named |= names
    if close:
        parts.append(_frame(panels[0], panels[1]))
    bottom = max(panel.box.y + panel.box.height for panel in panels)
    legend, height = _legend(words, bottom + 10, width, _most_stroke(len(lines)))
    parts.append(legend)
    svg = as_svg(
        *parts,
        width=width,
        height=bottom + 10 + height,
        alternative=words.alternative,
    )
    return MapDrawing(svg, tuple(p.name for p in points if p.name not in named))


def _panels(points: Sequence[MapPoint], width: float) -> list[Panel]:
    places = [(point.lat, point.lon) for point in points]
    recipients = [(point.lat, point.lon) for point in points if point.side == "recipient"]
    conic = fit_conic(places)
    whole = _size(extent(places, conic))
    close = bool(
        len(recipients) >= 3
        and whole > 0
        and _size(extent(recipients, conic)) < CLOSE_SHARE * whole
    )
    beside = close and width >= 600
    first = width * 0.47 if beside else width
    height = first * _ratio(extent(places, conic)) * (1.1 if beside else 1)
    boxes = [Box(0, 0, first, height)]
    if close and beside:
        boxes.append(Box(first + 14, 0, width - first - 14, height))
    elif close:
        ratio = max(0.95, _ratio(extent(recipients, conic)))
        boxes.append(Box(0, height + 14, width, width * ratio))
    return [fit_panel(p, conic, box) for p, box in zip((places, recipients), boxes, strict=False)]


def _size(reach: tuple[float, float, float, float]) -> float:
    return math.hypot(reach[1] - reach[0], reach[3] - reach[2])


def _ratio(reach: tuple[float, float, float, float]) -> float:
    """Return height to width of a panel for *reach*, kept within what a page can show well."""
    width, height = max(reach[1] - reach[0], 1e-6), max(reach[3] - reach[2], 1e-6)
    return min(1.05, max(0.6, height / width))


def _draw_panel(
    panel: Panel,
    points: Sequence[MapPoint],
    lines: Sequence[MapLine],
    words: MapWords,
    *,
    clip: str,
    labelled: Labelled,
    boundaries: Mapping[str, Any] | None,
) -> tuple[Markup, set[str]]:
    box = panel.box
    edges = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    shown = [point for point in points if _is_inside(panel, point)]
    most = _most_stroke(len(lines))
    inside = [
        draw_layer(panel, dict(boundaries)) if boundaries else Markup(""),
        draw_graticule(panel),
        *(_line(panel, line, most) for line in sorted(lines, key=lambda line: -line.strength)),
        *(_mark(panel, point) for point in shown),
    ]
    labels, named = draw_labels(panel, shown, labelled)
    caption = [words.enlarged] if labelled == "close" else []
    return (
        tag(
            "g",
            tag("clipPath", tag("rect", **edges), id=clip),
            tag("rect", rx=4, **edges, **paint(fill="surface")),
            tag("g", *inside, clip_path=f"url(#{clip})"),
            labels,
            *(
                tag("text", text, x=box.x + 10, y=box.y + 18, font_size=FONT, **_strong())
                for text in caption
            ),
            draw_scale(panel, words.kilometre),
            tag("rect", rx=4, **edges, **paint(stroke="line")),
        ),
        named,
    )


def _is_inside(panel: Panel, point: MapPoint) -> bool:
    x, y = panel.put((point.lat, point.lon))
    return panel.box.contains(Box(x, y, 0, 0))


def _most_stroke(count: int) -> float:
    """Return the width of the strongest of *count* lines: many lines are drawn finer."""
    return max(LEAST_STROKE + 1, MOST_STROKE * min(1.0, math.sqrt(40 / max(count, 1))))


def _line(panel: Panel, line: MapLine, most: float) -> Markup:
    """Return a pair as one curve, the donor's half and the recipient's half each in its colour."""
    start = panel.put((line.donor.lat, line.donor.lon))
    end = panel.put((line.recipient.lat, line.recipient.lon))
    bow = (
        (start[0] + end[0]) / 2 + BEND * (end[1] - start[1]),
        (start[1] + end[1]) / 2 - BEND * (end[0] - start[0]),
    )
    middle = _between(_between(start, bow), _between(bow, end))
    stroke = LEAST_STROKE + (most - LEAST_STROKE) * line.strength
    common = {"stroke_width": stroke, "stroke_opacity": 0.8}
    return tag(
        "a",
        tag("title", line.title),
        tag(
            "path", d=_curve(start, _between(start, bow), middle), **common, **paint(stroke="donor")
        ),
        tag(
            "path", d=_curve(middle, _between(bow, end), end), **common, **paint(stroke="recipient")
        ),
        href=line.href,
        class_="pair",
    )


def _curve(start: Spot, bow: Spot, end: Spot) -> str:
    return f"M{start[0]:.1f} {start[1]:.1f}Q{bow[0]:.1f} {bow[1]:.1f} {end[0]:.1f} {end[1]:.1f}"


def _between(one: Spot, other: Spot) -> Spot:
    return (one[0] + other[0]) / 2, (one[1] + other[1]) / 2


def _mark(panel: Panel, point: MapPoint) -> Markup:
    """Return a square for a donor and a disc for a recipient: colour is never alone."""
    x, y = panel.put((point.lat, point.lon))
    outline = {"stroke_width": 1}
    if point.side == "donor":
        shape = tag(
            "rect",
            tag("title", point.title),
            x=x - 4,
            y=y - 4,
            width=8,
            height=8,
            **outline,
            **paint(fill="donor", stroke="paper"),
        )
    else:
        shape = tag(
            "circle",
            tag("title", point.title),
            cx=x,
            cy=y,
            r=4.5,
            **outline,
            **paint(fill="recipient", stroke="paper"),
        )
    return shape


def _frame(whole: Panel, close: Panel) -> Markup:
    """Return the outline, on the whole map, of what the close panel shows."""
    half_width = close.box.width / close.scale / 2 * whole.scale
    half_height = close.box.height / close.scale / 2 * whole.scale
    x = whole.box.x + whole.box.width / 2 + (close.centre[0] - whole.centre[0]) * whole.scale
    y = whole.box.y + whole.box.height / 2 - (close.centre[1] - whole.centre[1]) * whole.scale
    return tag(
        "rect",
        x=x - half_width,
        y=y - half_height,
        width=2 * half_width,
        height=2 * half_height,
        stroke_width=1,
        stroke_dasharray="4 3",
        **paint(stroke="ink"),
    )


def _strong() -> dict[str, object]:
    return {**halo(), "font_weight": 600}


def _legend(words: MapWords, top: float, width: float, most: float) -> tuple[Markup, float]:
    """Return the key of signs and widths below the map, wrapped to *width*, and its height."""
    entries: list[tuple[Markup, str]] = [
        (tag("rect", x=8, y=-9, width=8, height=8, **paint(fill="donor")), words.donor),
        (tag("circle", cx=12, cy=-5, r=4.5, **paint(fill="recipient")), words.recipient),
    ]
    for strength, text in words.widths:
        stroke = LEAST_STROKE + (most - LEAST_STROKE) * strength
        donor_half = tag("path", d="M0 -5h12", stroke_width=stroke, **paint(stroke="donor"))
        other_half = tag("path", d="M12 -5h12", stroke_width=stroke, **paint(stroke="recipient"))
        entries.append((donor_half + other_half, text))
    parts: list[Markup] = []
    x, y = 2.0, top + 14
    for sign, text in entries:
        room = 30 + text_width(text, FONT) + 14
        if x > 2 and x + room > width:
            x, y = 2.0, y + 20
        label = tag("text", text, x=30, y=0, font_size=FONT, **paint(fill="ink"))
        parts.append(tag("g", sign, label, transform=f"translate({x:.1f} {y:.1f})"))
        x += room
    return tag("g", *parts), max(LEGEND_HEIGHT, y - top + 10)
