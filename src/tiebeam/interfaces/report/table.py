"""Tables as values: what stands in the head with its unit, and what in each cell."""

from dataclasses import dataclass
from typing import Literal

Mark = Literal["", "good", "risk", "bad", "none"]
"""A status; the page shows a sign beside the word, so that colour is never alone."""


@dataclass(frozen=True, slots=True)
class Column:
    """
    One column: its head, and the unit below it.

    Attributes:
        wide: Holds sentences.
        tight: Its cells are not broken over lines.
    """

    head: str
    unit: str = ""
    numeric: bool = False
    wide: bool = False
    tight: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """
    One cell.

    Attributes:
        exact: The figure with all its places, for hover and export; empty = as shown.
        note: A second, quieter line.
        href: An anchor of this page, or an http address.
    """

    text: str
    exact: str = ""
    note: str = ""
    mark: Mark = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """
    One row; a total stands on top of the others.

    Attributes:
        below: What stands under the row over its whole width: a sentence too long for a column.
    """

    cells: tuple[Cell, ...]
    anchor: str = ""
    is_total: bool = False
    below: Cell | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a key that names it in files and anchors."""

    key: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    below_head: str = ""
