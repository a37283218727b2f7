"""Read a sheet that comes back edited: tolerant of how people keep sheets, strict in what a cell means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tiebeam.core.model.numbers import number_text
from tiebeam.errors import Fault
from tiebeam.interchange.excel.form import FormColumn
from tiebeam.interchange.tables.cells import CellReader
from tiebeam.interchange.tables.findings import Findings
from tiebeam.interchange.tables.grid import Cell
from tiebeam.interchange.tables.sheet import Column, HeaderMatcher, read_sheet
from tiebeam.interchange.tables.workbook import read_workbook

ROWS_MOST = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRow:
    """One row: its number in the user's spreadsheet, and its cells as plain text by column."""

    number: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadForm:
    """
    What was read.

    Attributes:
        rows: In their order; empty where the file could not be read.
        faults: Of the file, or of a cell: then with its row and column.
        warnings: What reading repaired.
    """

    rows: tuple[ReadRow, ...]
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]


def read_form(content: bytes, place: str, columns: Sequence[FormColumn]) -> ReadForm:
    """Return the rows of the sheet of *content* that names most of *columns*."""
    findings = Findings()
    known = [
        Column(
            name=column.name,
            is_required=column.is_required,
            is_reference=column.kind == "reference",
            aliases=(column.head, *column.aliases),
        )
        for column in columns
    ]
    grids = read_workbook(content, place, findings) or []
    matcher = HeaderMatcher(known)
    scored = [
        (max((matcher.score(row[:2000]) for row in grid.rows[:60]), default=0), -index)
        for index, grid in enumerate(grids)
    ]
    rows: list[ReadRow] = []
    if scored:
        sheet = read_sheet(grids[-max(scored)[1]], known, findings)
        if sheet is not None and len(sheet.rows) > ROWS_MOST:
            findings.add_fault("read.too_large", place, what="rows", limit=ROWS_MOST)
        elif sheet is not None and not sheet.missing:
            reader = CellReader(findings, table="", place=sheet.place)
            for row in sheet.rows:
                values = {
                    column.name: _read(reader, row.cells.get(column.name, ""), row.number, column)
                    for column in columns
                    if column.name in sheet.columns
                }
                rows.append(ReadRow(number=row.number, values=values))
    return ReadForm(
        rows=tuple(rows),
        faults=tuple(findings.faults),
        warnings=tuple(findings.list_warnings()),
    )


def _read(reader: CellReader, cell: Cell, row: int, column: FormColumn) -> str:
    """Return *cell* as plain text; what cannot be read is noted, and empty."""
    if column.kind == "number":
        number = reader.read_number(cell, row, column.name)
        return "" if number is None else number_text(number)
    if column.kind == "date":
        day = reader.read_day(cell, row, column.name)
        return day.isoformat() if day else ""
    if column.kind == "id":
        return reader.read_id(cell, row, column.name) or ""
    return reader.read_text(cell, row, column.name) or ""
