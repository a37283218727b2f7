"""Tables of the pages: what stands in the head with its unit, what in each cell, and both as a file."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from django.http import HttpResponse
from openpyxl import Workbook

from tiebeam.interchange.tables.styled import Head, add_sheet
from tiebeam.interchange.tables.text import neutral
from tiebeam.interfaces.messages import Language
from tiebeam.interfaces.messages.figures import money, number
from tiebeam.interfaces.web.downloads import as_file
from tiebeam.interfaces.web.listing import ROWS_ON_A_PAGE, Asked
from tiebeam.interfaces.web.page import Link
from tiebeam.units import yuan

Status = Literal["", "good", "risk", "bad", "none"]
"""on track, at risk, late or short, not started: the page sets a sign before the word."""

"""The media type of a workbook."""

Exact = str | int | float | Decimal | date | None


@dataclass(frozen=True, slots=True)
class Column:
    """
    One column.

    Attributes:
        key: Its name in addresses.
        head: In the reader's language.
        unit: Stands below the head; empty where there is none.
        is_number: Set to the right, with thin separators.
        is_sortable: Whether its head orders the rows.
    """

    key: str
    head: str
    unit: str = ""
    is_number: bool = False
    is_sortable: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """
    One cell.

    Attributes:
        text: What the page shows.
        exact: What files hold and hovering shows; None where the text is all there is.
        address: Where the text leads.
        status: Sets its sign before the text.
        note: A second, quieter line.
    """

    text: str
    exact: Exact = None
    address: str = ""
    status: Status = ""
    note: str = ""

    @property
    def hover(self) -> str:
        """The exact figure, where the page shows it shortened."""
        return "" if self.exact is None or str(self.exact) == self.text else str(self.exact)

    @property
    def is_day(self) -> bool:
        """Whether it holds a day, which is never broken into two lines."""
        return isinstance(self.exact, date)


def figure(value: float | Decimal | None, unknown: str = "") -> Cell:
    """Return a cell for a number; *unknown* is what stands for a figure that is not known."""
    if value is None:
        return Cell(unknown)
    return Cell(number(float(value)), exact=value)


def amount(fen: int | None, language: Language, unknown: str = "") -> Cell:
    """Return a cell for an amount of money: shortened on the page, 元 to the fen in files."""
    if fen is None:
        return Cell(unknown)
    return Cell(money(fen, language), exact=yuan(fen))


def day(value: date | None, unknown: str = "") -> Cell:
    """Return a cell for a day, as 2020-02-10."""
    return Cell(unknown) if value is None else Cell(value.isoformat(), exact=value)


@dataclass(frozen=True, slots=True)
class Row:
    """One row; a click on it opens *address*."""

    cells: tuple[Cell, ...]
    address: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter: its key in the address, its head, and its values with their words."""

    key: str
    head: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """
    A list with its head.

    Attributes:
        name: Of the file that is downloaded; letters and hyphens.
        caption: What it lists.
        count: Rows on all pages; None for those given.
        totals: Stands above the rows.
        asked: What the reader asked for; without it there is no sorting and no paging.
        choices: Filters shown above.
        is_searchable: Shows a field for words above.
        empty: Says what belongs here.
        step: The one next step from an empty list.
        source: Stands at the foot.
        counted: How many rows there are, in words, where the plain number would not say it.
        can_be_saved: Whether it is worth coming back to: the reader may save it under a name.
        anchor: Where its pages open on a page that holds more above it; the id of its heading.
    """

    name: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    caption: str = ""
    count: int | None = None
    totals: Row | None = None
    asked: Asked | None = None
    choices: tuple[Choice, ...] = ()
    is_searchable: bool = False
    empty: str = ""
    step: Link | None = None
    source: str = ""
    counted: str = ""
    can_be_saved: bool = True
    anchor: str = ""

    @property
    def row_count(self) -> int:
        """Rows on all pages."""
        return len(self.rows) if self.count is None else self.count

    @property
    def page_count(self) -> int:
        """Pages of rows; at least one."""
        return max(1, -(-self.row_count // ROWS_ON_A_PAGE))


def without_empty(table: Table, *keys: str) -> Table:
    """Return *table* without those of the columns *keys* in which no row says anything."""
    kept = [
        index
        for index, column in enumerate(table.columns)
        if column.key not in keys or any(row.cells[index].text for row in table.rows)
    ]
    return replace(
        table,
        columns=tuple(table.columns[index] for index in kept),
        rows=tuple(
            replace(row, cells=tuple(row.cells[index] for index in kept)) for row in table.rows
        ),
    )


def choose_columns(table: Table) -> Table:
    """Return *table* with the columns that its reader chose; the first always stays."""
    chosen = set(table.asked.columns) if table.asked else set()
    if not chosen & {column.key for column in table.columns}:
        return table
    kept = [
        index for index, column in enumerate(table.columns) if index == 0 or column.key in chosen
    ]

    def cut(row: Row) -> Row:
        return replace(row, cells=tuple(row.cells[index] for index in kept))

    return replace(
        table,
        columns=tuple(table.columns[index] for index in kept),
        rows=tuple(cut(row) for row in table.rows),
        totals=cut(table.totals) if table.totals else None,
    )


def with_marks(table: Table, head: str, marks: Sequence[str]) -> Table:
    """Return *table* with a last column for files that says of each row what its reader must know of it."""
    if not any(marks):
        return table
    asked = table.asked
    if asked is not None and asked.columns:
        asked = replace(asked, columns=(*asked.columns, "mark"))
    totals = table.totals and replace(table.totals, cells=(*table.totals.cells, Cell(marks[0])))
    return replace(
        table,
        columns=(*table.columns, Column("mark", head)),
        rows=tuple(
            replace(row, cells=(*row.cells, Cell(mark)))
            for row, mark in zip(table.rows, marks, strict=True)
        ),
        totals=totals,
        asked=asked,
    )


def table_as_file(table: Table) -> HttpResponse | None:
    """Return what is seen of *table* as the file that was asked for, or None where the page was."""
    if table.asked is None or not table.asked.file:
        return None
    seen = choose_columns(table)
    content = (
        tables_as_workbook({seen.name: seen})
        if table.asked.file == "xlsx"
        # With the mark that has Excel read it as UTF-8.
        else _as_csv(seen).encode("utf-8-sig")
    )
    return as_file(content, f"{table.name}.{table.asked.file}")


def _heads(table: Table) -> list[str]:
    return [
        f"{column.head} ({column.unit})" if column.unit else column.head for column in table.columns
    ]


def _as_csv(table: Table) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(neutral(head) for head in _heads(table))
    for row in _all_rows(table):
        writer.writerow(
            neutral(cell.text) if cell.exact is None else _neutral_exact(cell.exact)
            for cell in row.cells
        )
    return stream.getvalue()


def tables_as_workbook(tables: Mapping[str, Table]) -> bytes:
    """Return *tables* as the sheets of a workbook, under their names."""
    workbook = Workbook()
    for sheet in workbook.worksheets:
        workbook.remove(sheet)
    for name, table in tables.items():
        rows = [[_cell_value(cell) for cell in row.cells] for row in _all_rows(table)]
        add_sheet(workbook, name[:31], [Head(text=head) for head in _heads(table)], rows)
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def _all_rows(table: Table) -> Sequence[Row]:
    return [table.totals, *table.rows] if table.totals else table.rows


def _cell_value(cell: Cell) -> str | float:
    if cell.exact is None:
        return cell.text
    return cell.exact.isoformat() if isinstance(cell.exact, date) else _as_number(cell.exact)


def _as_number(value: str | float | Decimal) -> str | float:
    return float(value) if isinstance(value, Decimal) else value


def _neutral_exact(value: Exact) -> str:
    return neutral(value) if isinstance(value, str) else str(value)
