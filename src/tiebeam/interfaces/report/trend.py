"""Lines over years, each named where it ends."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from tiebeam.interfaces.report.palette import Ink, paint
from tiebeam.interfaces.report.svg import as_svg, path_through, tag, text_width

FONT = 12.5
HEIGHT = 320.0
TOP, BOTTOM = 16.0, 28.0


@dataclass(frozen=True, slots=True)
class Line:
    """
    One line.

    Attributes:
        amounts: Year → what is drawn, at least 0 at most the largest of all lines.
        dash: How it is broken, as SVG writes it; empty for a whole line.
        titles: Year → what hovering over its point says.
    """

    name: str
    amounts: Mapping[int, float]
    titles: Mapping[int, str]
    ink: Ink
    dash: str = ""


def draw_trend(
    lines: Sequence[Line],
    *,
    tick_words: Sequence[tuple[float, str]],
    alternative: str,
    width: float,
) -> Markup:
    """
    Draw *lines* over their years.

    Args:
        lines: At least one, each with at least one year.
        tick_words: Heights at which a line is drawn across, with their words; from below.
        alternative: What the picture says, for those who do not see it.
        width: Of the drawing.
    """
    years = sorted({year for line in lines for year in line.amounts})
    least = min([0.0, *(x for line in lines for x in line.amounts.values())])
    most = max([x for line in lines for x in line.amounts.values()] + [tick_words[-1][0]])
    left = max(text_width(words, FONT) for _, words in tick_words) + 10
    right = max(text_width(line.name, FONT) for line in lines) + 14
    span = max(1, years[-1] - years[0])

    def x_of(year: int) -> float:
        return left + (width - left - right) * (year - years[0]) / span

    def y_of(amount: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (most - amount) / ((most - least) or 1)

    places = _apart(
        {number: y_of(line.amounts[max(line.amounts)]) for number, line in enumerate(lines)}
    )
    return as_svg(
        *(draw_tick(y_of(amount), words, left, width - right) for amount, words in tick_words),
        *(
            tag("text", str(year), x=x_of(year), y=HEIGHT - 8, text_anchor="middle", font_size=FONT, **paint(fill="muted"))
            for year in _few(years, width)
        ),
        *(_draw(line, x_of, y_of) for line in lines),
        *(
            tag("text", line.name, x=x_of(max(line.amounts)) + 8, y=places[number] + 4, font_size=FONT, **paint(fill="ink" if line.ink == "muted" else line.ink))
            for number, line in enumerate(lines)
        ),
        width=width,
        height=HEIGHT,
        alternative=alternative,
    )  # fmt: skip


def draw_tick(y: float, words: str, left: float, right: float) -> Markup:
    """Return a line across from *left* to *right*, with the words of its height before it."""
    return tag(
        "g",
        tag("line", x1=left, x2=right, y1=y, y2=y, **paint(stroke="line")),
        tag("text", words, x=left - 6, y=y + 4, text_anchor="end", font_size=FONT, **paint(fill="muted")),
    )  # fmt: skip


def _draw(line: Line, x_of: Callable[[int], float], y_of: Callable[[float], float]) -> Markup:
    points = [(x_of(year), y_of(line.amounts[year]), year) for year in sorted(line.amounts)]
    path = path_through((x, y) for x, y, _ in points)
    return tag(
        "g",
        tag("path", d=path, stroke_width=2, stroke_dasharray=line.dash, **paint(stroke=line.ink)),
        *(
            tag(
                "circle", tag("title", line.titles[year]), cx=x, cy=y, r=3.5, **paint(fill=line.ink)
            )
            for x, y, year in points
        ),
    )


def _apart(places: Mapping[int, float]) -> dict[int, float]:
    """Return the places of names so far apart that each can be read, in their order."""
    least = FONT + 2
    order = sorted(places, key=lambda key: places[key])
    moved: dict[int, float] = {}
    lowest = -least
    for key in order:
        lowest = max(places[key], lowest + least)
        moved[key] = lowest
    # What was pushed below the drawing pushes back up.
    highest = HEIGHT - BOTTOM + least
    for key in reversed(order):
        highest = min(moved[key], highest - least)
        moved[key] = highest
    return moved


def _few(years: Sequence[int], width: float) -> list[int]:
    """Return as many years as can be read below each other; the last is one of them."""
    step = max(1, -(-len(years) * 48 // int(width - 120)))
    return [year for number, year in enumerate(reversed(years)) if number % step == 0]
