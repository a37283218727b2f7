"""Events as a table, one row each: .xlsx or CSV, of one pair or of many."""

from collections.abc import Mapping, Sequence

from tiebeam.interchange.excel.form import FormColumn, Kind
from tiebeam.interchange.excel.writing import write_form
from tiebeam.interchange.ledger_events.fields import AMOUNTS, NATURES, FieldReader
from tiebeam.interchange.ledger_events.given import GivenEvent, ReadEvents
from tiebeam.interchange.tables.cells import CellReader
from tiebeam.interchange.tables.delimited import read_delimited
from tiebeam.interchange.tables.findings import Findings
from tiebeam.interchange.tables.grid import Grid, Unreadable
from tiebeam.interchange.tables.sheet import Column, HeaderMatcher, read_sheet, score_header
from tiebeam.interchange.tables.text import clean_text
from tiebeam.interchange.tables.workbook import read_workbook

ROWS_MOST = 200_000
COLUMNS: Mapping[str, Kind] = {
    "pairing": "id", "donor": "reference", "recipient": "reference", "key": "id", "day": "date",
    "kind": "choice", "amount_yuan": "text", "amount_wan": "text", "amount_yi": "text",
    "quantity": "text", "quantity_unit": "text", "follows": "id", "nature": "choice",
    "stage": "choice", "beyond_due": "choice", "purpose": "text", "agreement": "text",
    "document": "text", "relates_to": "text", "reason": "text", "note": "text",
}  # fmt: skip
"""Columns in the order of the form, and what their cells hold."""
ASKED = [
    name
    for name in COLUMNS
    if name not in {"pairing", "amount_wan", "amount_yi", "reason", "relates_to"}
]
"""Those that the form offers; the others are read where a sheet has them."""
_REQUIRED = {"day", "kind"}


def read_table(
    content: bytes,
    place: str,
    heads: Mapping[str, Sequence[str]],
    kinds: Mapping[str, str],
    common: Mapping[str, str],
) -> ReadEvents:
    """
    Return the events of a table.

    Args:
        content: An .xlsx or CSV file.
        place: Its name.
        heads: What else each column is called.
        kinds: Other words for the kinds of events.
        common: What holds for rows that do not say otherwise.
    """
    findings = Findings()
    columns = [
        Column(
            name=name,
            is_required=name in _REQUIRED,
            is_reference=kind == "reference",
            names_scale=name in AMOUNTS,
            aliases=tuple(heads.get(name, ())),
        )
        for name, kind in COLUMNS.items()
    ]
    grid = _grid_of(content, place, columns, findings)
    sheet = read_sheet(grid, columns, findings) if grid else None
    events: list[GivenEvent] = []
    rows: list[tuple[int, Mapping[str, str]]] = []
    if sheet is not None and not sheet.missing:
        if not any(name in AMOUNTS or name == "quantity" for name in sheet.columns):
            findings.add_fault(
                "read.missing_column", sheet.place, row=sheet.header_row, column="amount_yuan"
            )
        elif len(sheet.rows) > ROWS_MOST:
            findings.add_fault("read.too_large", place, what="rows", limit=ROWS_MOST)
        elif not sheet.rows:
            findings.add_fault("ledger_files.without_events", place)
        else:
            cells = CellReader(findings, table="", place=sheet.place)
            reader = FieldReader(findings, sheet.place, kinds=kinds, common=common)
            for row in sheet.rows:
                before = len(findings.faults)
                texts = {
                    name: cells.read_text(cell, row.number, name) or ""
                    for name, cell in row.cells.items()
                    if name in COLUMNS
                }
                event = reader.read(texts, row.number) if len(findings.faults) == before else None
                if event is not None:
                    events.append(event)
                    said = {name: text for name, text in {**common, **texts}.items() if text}
                    rows.append((row.number, {**said, "kind": event.kind}))
    known = {"read.repaired_header"}  # A head of ours in another language is no repair.
    return ReadEvents(
        events=tuple(events),
        rows=tuple(rows),
        faults=tuple(findings.faults),
        warnings=tuple(each for each in findings.list_warnings() if each.code not in known),
    )


def write_table(
    title: str,
    heads: Mapping[str, Sequence[str]],
    notes: Mapping[str, str],
    options: Mapping[str, Sequence[str]],
    rows: Sequence[Mapping[str, str | float | None]],
    guide: tuple[str, Sequence[str]],
) -> bytes:
    """
    Return the form as a workbook: a sheet to fill, the words that may stand in it, how to fill it.

    Args:
        title: Name of the sheet.
        heads: The head of each column first, in the reader's language.
        notes: What is told beside a head.
        options: What drop-downs offer.
        rows: Rows that stand in it, such as an example.
        guide: Name and lines of the sheet that explains.
    """
    columns = [
        FormColumn(
            name=name,
            head=heads[name][0],
            kind=COLUMNS[name],
            note=notes.get(name, ""),
            options=options.get(name, NATURES if name == "nature" else ()),
        )
        for name in ASKED
    ]
    return write_form(title, columns, rows, guide[1], guide[0])


def _grid_of(
    content: bytes, place: str, columns: Sequence[Column], findings: Findings
) -> Grid | None:
    if not content.startswith(b"PK"):
        return read_delimited(content, place, findings, score_header(columns))
    grids = read_workbook(content, place, findings) or []
    if not grids:
        return None
    matcher = HeaderMatcher(columns)
    scores = [
        max((matcher.score(row[:2000]) for row in grid.rows[:60]), default=0) for grid in grids
    ]
    grid = grids[scores.index(max(scores))]
    # What a formula gave may be of another day than what it rests on: here values are written.
    for (row, column), formula in grid.formulas.items():
        if row < len(grid.rows) and column < len(grid.rows[row]):
            cell = grid.rows[row][column]
            shown = "" if isinstance(cell, Unreadable) else clean_text(str(cell))
            grid.rows[row][column] = Unreadable("units.formula", formula or shown)
    return grid
