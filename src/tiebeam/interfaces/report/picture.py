"""A picture as a value: the finding as its title, the drawing, its notes and its table."""

from dataclasses import dataclass

from markupsafe import Markup

from tiebeam.interfaces.report.table import Table

WIDE, HALF, NARROW = 920.0, 480.0, 350.0
"""Widths of a drawing over the whole page, over half of it, and on a phone."""

TALL = 900.0
"""Height from which a picture scrolls in a window of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """
    A picture in one language.

    Attributes:
        wide, narrow: The drawing for a desk and for a phone.
        measure: What is drawn, and in which unit.
        notes: What is not shown, or is an assumption.
        is_tall: Whether it scrolls in its own window.
    """

    key: str
    title: str
    wide: Markup
    narrow: Markup
    measure: str
    notes: tuple[str, ...]
    table: Table
    is_tall: bool = False
