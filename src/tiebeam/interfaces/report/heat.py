"""A heat map: rows by days, the darker the more is lacking; the figure stands in each cell."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from tiebeam.interfaces.report.palette import paint
from tiebeam.interfaces.report.svg import as_svg, tag, text_width

FONT = 12.0
ROW, HEAD = 24.0, 22.0
STEPS = ("#fde725", "#7ad151", "#22a884", "#2a788e", "#414487", "#440154")
"""Viridis, from little to much: read by the colour-blind, and in print."""
WHITE_FROM = 3
"""From this step on the figure is written in white."""


@dataclass(frozen=True, slots=True)
class HeatRow:
    """
    One row.

    Attributes:
        values: One for each column; 0 stays empty, None is not known.
        titles: What hovering over each cell says.
    """

    name: str
    values: tuple[int | None, ...]
    titles: tuple[str, ...]


def draw_heat(
    rows: Sequence[HeatRow],
    columns: Sequence[str],
    *,
    unknown: str,
    alternative: str,
    width: float,
) -> Markup:
    """
    Draw *rows* over *columns*.

    Args:
        rows: At least one, each with a value for every column.
        columns: The heads, such as days.
        unknown: What stands where nothing is known.
        alternative: What the picture says, for those who do not see it.
        width: Of the drawing.
    """
    left = max(text_width(row.name, FONT) for row in rows) + 10
    cell = (width - left) / len(columns)
    every = max(1, -(-int(max(text_width(head, FONT) for head in columns) + 8) // int(cell)))
    most = max([1, *(value or 0 for row in rows for value in row.values)])
    height = HEAD + ROW * len(rows)
    return as_svg(
        *(
            tag("text", head, x=left + cell * (at + 0.5), y=HEAD - 8, text_anchor="middle",
                font_size=FONT, **paint(fill="muted"))
            for at, head in enumerate(columns)
            if at % every == 0
        ),
        *(
            _draw_row(row, HEAD + ROW * number, left, cell, most, unknown)
            for number, row in enumerate(rows)
        ),
        width=width,
        height=height,
        alternative=alternative,
    )  # fmt: skip


def _draw_row(row: HeatRow, y: float, left: float, cell: float, most: int, unknown: str) -> Markup:
    return tag(
        "g",
        tag("text", row.name, x=left - 8, y=y + 16, text_anchor="end", font_size=FONT,
            **paint(fill="ink")),
        *(
            _draw_cell(value, title, left + cell * at, y, cell, most, unknown)
            for at, (value, title) in enumerate(zip(row.values, row.titles, strict=True))
        ),
    )  # fmt: skip


def _draw_cell(
    value: int | None, title: str, x: float, y: float, cell: float, most: int, unknown: str
) -> Markup:
    step = 0 if not value else min(len(STEPS) - 1, value * len(STEPS) // (most + 1))
    text = unknown if value is None else f"{value}" if value else ""
    box = {"x": x + 1, "y": y + 1, "width": cell - 2, "height": ROW - 2}
    # The line around it keeps the darkest apart from a dark page.
    look = paint(fill="surface", stroke="line") | (
        {"fill": STEPS[step], "class": "s-line"} if value else {}
    )
    ink = {"fill": "#ffffff" if step >= WHITE_FROM else "#1b1f23"} if value else paint(fill="muted")
    fits = text_width(text, FONT) <= cell - 4
    return tag(
        "g",
        tag("title", title),
        tag("rect", **box, **look),
        *(
            [
                tag(
                    "text",
                    text,
                    x=x + cell / 2,
                    y=y + 16,
                    text_anchor="middle",
                    font_size=FONT,
                    **ink,
                )
            ]
            if text and fits
            else []
        ),
    )
