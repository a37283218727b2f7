"""Bars of a share for each party, with a second, thinner bar for the plan it is compared with."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from tiebeam.interfaces.report.palette import Ink, paint
from tiebeam.interfaces.report.svg import as_svg, cap_text, tag, text_width

FONT = 12.5
ROW = 24.0
TOP = 24.0
AXIS = 20.0


@dataclass(frozen=True, slots=True)
class Bar:
    """
    One party.

    Attributes:
        share: 0..1; what lies above 1 is drawn as 1 and told in words.
        other: The same in the compared plan, or None.
    """

    name: str
    share: float
    words: str
    title: str
    other: float | None = None
    other_words: str = ""


def draw_bars(
    bars: Sequence[Bar],
    *,
    ink: Ink,
    heads: tuple[str, str],
    alternative: str,
    axis: Sequence[tuple[float, str]],
    width: float,
) -> Markup:
    """
    Draw the bars in the order given.

    Args:
        bars: At least one.
        heads: What stands above the figures of this plan and of the compared one; the
            second is empty where nothing is compared.
        axis: Shares at which a line stands, each with its words.
    """
    has_other = bool(heads[1])
    names = min(max(text_width(bar.name, FONT) for bar in bars) + 10, width * 0.34)
    figures = _column(heads[0], [bar.words for bar in bars])
    others = _column(heads[1], [bar.other_words for bar in bars]) if has_other else 0.0
    x0, x1 = names, width - figures - others - 4
    height = TOP + ROW * len(bars) + AXIS
    grid = [_grid_line(x0 + (x1 - x0) * at, words, height) for at, words in axis]
    head = [_text(heads[0], x=width - others, y=13, anchor="end", strong=True)]
    if has_other:
        head.append(_text(heads[1], x=width, y=13, anchor="end", quiet=True))
    rows = [
        _bar(bar, TOP + ROW * n, x0, x1, width - others, width, ink) for n, bar in enumerate(bars)
    ]
    return as_svg(
        *grid,
        *head,
        *rows,
        width=width,
        height=height,
        alternative=alternative,
    )


def _column(head: str, words: Sequence[str]) -> float:
    return max(text_width(text, FONT) for text in (head, *words)) * 1.04 + 12


def _grid_line(x: float, words: str, height: float) -> Markup:
    path = f"M{x:.1f} {TOP:g}V{height - AXIS:g}"
    return tag(
        "g",
        tag("path", d=path, stroke_width=0.75, **paint(stroke="line")),
        tag(
            "text",
            words,
            x=x,
            y=height - 6,
            text_anchor="middle",
            font_size=10.5,
            **paint(fill="muted"),
        ),
    )


def _bar(
    bar: Bar, y: float, x0: float, x1: float, figure_x: float, other_x: float, ink: Ink
) -> Markup:
    compared = bar.other is not None
    parts = [
        tag("title", bar.title),
        tag("rect", x=0, y=y, width=other_x, height=ROW, fill_opacity=0, **paint(fill="paper")),
        _text(cap_text(bar.name, FONT, x0 - 8), x=x0 - 8, y=y + 15, anchor="end"),
        tag(
            "rect",
            x=x0,
            y=y + (4 if compared else 6),
            width=max(0.0, min(1.0, bar.share)) * (x1 - x0),
            height=11 if compared else 13,
            **paint(fill=ink),
        ),
        _text(bar.words, x=figure_x, y=y + 15, anchor="end", strong=True),
    ]
    if bar.other is not None:
        length = max(0.0, min(1.0, bar.other)) * (x1 - x0)
        parts.append(tag("rect", x=x0, y=y + 16.5, width=length, height=4, **paint(fill="muted")))
        parts.append(_text(bar.other_words, x=other_x, y=y + 15, anchor="end", quiet=True))
    return tag("g", *parts)


def _text(
    text: str, *, x: float, y: float, anchor: str, strong: bool = False, quiet: bool = False
) -> Markup:
    return tag(
        "text",
        text,
        x=x,
        y=y,
        text_anchor=anchor,
        font_size=FONT,
        font_weight=600 if strong else None,
        **paint(fill="muted" if quiet else "ink"),
    )
