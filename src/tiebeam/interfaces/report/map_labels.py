"""The names on a map panel, with a second line for their partners where it is enlarged."""

import math
from collections.abc import Sequence
from typing import Literal

from markupsafe import Markup

from tiebeam.interfaces.report.labels import Box, Wanted, place_labels
from tiebeam.interfaces.report.map_points import MapPoint
from tiebeam.interfaces.report.palette import paint
from tiebeam.interfaces.report.panel import Panel, Spot, halo
from tiebeam.interfaces.report.svg import cap_text, tag, text_width

FONT, SMALL, LINE = 12.5, 11.0, 14.0

LONGEST_LABEL = 140.0

FAR = 15.0
"""A label further than this from its mark is joined to it by a line."""

Labelled = Literal["both", "donors", "close"]
"""Whose names a panel shows; ``close`` adds the partners below them."""


def draw_labels(
    panel: Panel, shown: Sequence[MapPoint], labelled: Labelled
) -> tuple[Markup, set[str]]:
    """Return the names of the points *shown*, and which of them found room."""
    wanted = [p for p in shown if labelled != "donors" or p.side == "donor"]
    spots = [panel.put((point.lat, point.lon)) for point in wanted]
    texts = [_label_lines(point, labelled) for point in wanted]
    marks = [Box(x - 6, y - 6, 12, 12) for x, y in (panel.put((p.lat, p.lon)) for p in shown)]
    box = panel.box
    # The lower edge holds the degrees and the scale, the upper one of a close panel its caption.
    top = box.y + (26 if labelled == "close" else 4)
    frame = Box(box.x + 4, top, box.width - 8, box.y + box.height - 30 - top)
    places = place_labels(
        [Wanted(x, y, _sizes(lines)) for (x, y), lines in zip(spots, texts, strict=True)],
        taken=marks,
        frame=frame,
    )
    parts: list[Markup] = []
    named: set[str] = set()
    for point, spot, lines, place in zip(wanted, spots, texts, places, strict=True):
        if place is None:
            continue
        named.add(point.name)
        shown_lines = lines[: len(lines) - place.form]
        parts.append(_label(shown_lines, place.box, spot))
    return tag("g", *parts), named


def _label_lines(point: MapPoint, labelled: Labelled) -> list[tuple[str, float]]:
    lines = [(cap_text(point.name, FONT, LONGEST_LABEL), FONT)]
    if labelled == "close" and point.under:
        lines.append((cap_text(point.under, SMALL, LONGEST_LABEL), SMALL))
    return lines


def _sizes(lines: Sequence[tuple[str, float]]) -> tuple[tuple[float, float], ...]:
    """Return the room that a label takes with all its lines, with one less, and so on."""
    return tuple(
        (max(text_width(text, size) for text, size in lines[:count]), LINE * count)
        for count in range(len(lines), 0, -1)
    )


def _label(lines: Sequence[tuple[str, float]], place: Box, spot: Spot) -> Markup:
    """Return a label whose text leans towards its mark, joined to it by a line where it is far."""
    if place.x + place.width <= spot[0]:
        anchor, x = "end", place.x + place.width
    elif place.x >= spot[0]:
        anchor, x = "start", place.x
    else:
        anchor, x = "middle", place.x + place.width / 2
    parts = []
    near = place.nearest(*spot)
    if math.dist(near, spot) > FAR:
        path = f"M{spot[0]:.1f} {spot[1]:.1f}L{near[0]:.1f} {near[1]:.1f}"
        parts.append(tag("path", d=path, stroke_width=0.75, **paint(stroke="ink")))
    for number, (text, size) in enumerate(lines):
        quiet = paint(fill="muted", stroke="paper") if number else {}
        attributes = {**halo(), **quiet, "font_size": size, "text_anchor": anchor}
        parts.append(tag("text", text, x=x, y=place.y + 11 + 13 * number, **attributes))
    return tag("g", *parts)
