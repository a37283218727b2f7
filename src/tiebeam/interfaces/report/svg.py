"""SVG elements as safe markup, and how wide a text is before any browser has seen it."""

import unicodedata
from collections.abc import Iterable

from markupsafe import Markup, escape

WIDE_EM, CAPITAL_EM, NARROW_EM, OTHER_EM = 1.0, 0.78, 0.36, 0.63
"""Widths of a full-width glyph, a capital, a thin sign and any other, in em; those of a wide font."""

THIN_SIGNS = frozenset("iljtfI.,:;'|!() \u202f\u00a0")

ELLIPSIS = "…"


def clean(text: str) -> str:
    """
    Return *text* without what may not stand in a document or turns reading order around.

    Control characters break XML; the marks that override direction can make one name
    look like another.
    """
    return "".join(
        "\ufffd" if unicodedata.category(sign) in {"Cc", "Cs"} and sign not in "\n\t" else sign
        for sign in text
        if sign not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f"
    )


def tag(name: str, *children: Markup | str, **attributes: object) -> Markup:
    """
    Return one element; texts and attribute values are escaped, markup is not.

    In the names of attributes an underscore stands for a hyphen; one at the end is
    dropped. Numbers are written with two places; None leaves the attribute out.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_text(value))}"'
        for key, value in attributes.items()
        if value is not None and value != ""
    )
    inside = Markup("").join(
        child if isinstance(child, Markup) else escape(clean(child)) for child in children
    )
    # Safe: the name is ours, values and texts were escaped above.
    return Markup(f"<{name}{written}>{inside}</{name}>")  # noqa: S704


def as_svg(*parts: Markup | str, width: float, height: float, alternative: str) -> Markup:
    """Return *parts* as one picture; *alternative* says what it shows to those who do not see it."""
    return tag(
        "svg",
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:g} {height:g}",
        width=f"{width:g}",
        height=f"{height:g}",
        role="img",
        aria_label=alternative,
        font_family="system-ui, PingFang SC, Noto Sans CJK SC, Microsoft YaHei, sans-serif",
    )


def path_through(points: Iterable[tuple[float, float]]) -> str:
    """Return the path of a line through *points*."""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def text_width(text: str, size: float) -> float:
    """Return about how wide *text* is at font size *size*, in the same unit; errs to wide."""
    return size * sum(_width_em(sign) for sign in text)


def cap_text(text: str, size: float, room: float) -> str:
    """Return *text*, cut and ended by an ellipsis where it is wider than *room*."""
    if text_width(text, size) <= room:
        return text
    while text and text_width(text + ELLIPSIS, size) > room:
        text = text[:-1]
    return text.rstrip() + ELLIPSIS


def _width_em(sign: str) -> float:
    if unicodedata.east_asian_width(sign) in {"W", "F"}:
        return WIDE_EM
    if unicodedata.combining(sign):
        return 0.0
    if sign in THIN_SIGNS:
        return NARROW_EM
    return CAPITAL_EM if sign.isupper() or sign in "mw%@" else OTHER_EM


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return clean(str(value))
