"""A sheet as it lies on the page: rows of cells, before anyone asks what they mean."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A cell whose content a workbook does not give: an error value, or a formula never computed."""

    code: str
    text: str


Cell = str | float | bool | dt.date | dt.time | dt.timedelta | Unreadable
"""A cell of a CSV file is always text; a date of a workbook may be a ``datetime``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """
    One sheet.

    Attributes:
        place: Name of the file or sheet, as the user knows it.
        rows: Cells by row from the first line of the sheet, so that the row
            of index r is row r + 1 of the spreadsheet. Rows may be ragged.
        merged: Merged areas as (top, left, bottom, right), from 0, inclusive.
        is_rectangular: True for a sheet of a workbook: cells beyond the header
            are a side note. In a text file they are a broken row.
        comma_groups_digits: False where commas may be decimal signs, as in a
            file parted by semicolons.
        formulas: (row, column) from 0 of the cells whose value a formula gave, with the formula.
    """

    place: str
    rows: list[list[Cell]]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    is_rectangular: bool = False
    comma_groups_digits: bool = True
    formulas: Mapping[tuple[int, int], str] = field(default_factory=dict)


def column_letters(index: int) -> str:
    """Return the spreadsheet's letters of the column of *index*, from 0: A, B, … Z, AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
