"""Workbooks as grids, one for each sheet."""

from typing import Any

import python_calamine

from tiebeam.interchange.tables.findings import Findings
from tiebeam.interchange.tables.grid import Cell, Grid
from tiebeam.interchange.tables.package import (
    PartScan,
    Unfit,
    list_sheet_parts,
    pack,
    scan_parts,
    unpack,
)


def read_workbook(content: bytes, place: str, findings: Findings) -> list[Grid] | None:
    """
    Return the sheets of an .xlsx file in their order, hidden ones too.

    None, and a fault, where *content* is no workbook, damaged, encrypted or too large.
    """
    if not content:
        findings.add_fault("read.empty_file", place)
        return None
    try:
        parts = unpack(content)
        scans = scan_parts(parts)
        by_sheet = list_sheet_parts(parts)
        sheets = _read_sheets(parts)
        if any(by_sheet.get(name) not in scans for name, _, _ in sheets):
            raise Unfit("read.damaged_workbook")  # noqa: TRY301  # one place reports them all
    except Unfit as unfit:
        findings.add_fault(unfit.code, place, **unfit.facts)
        return None
    return [
        Grid(
            place=name,
            rows=_with_unreadable(rows, scans[by_sheet[name]]),
            merged=merged,
            is_rectangular=True,
            formulas=scans[by_sheet[name]].formulas,
        )
        for name, rows, merged in sheets
    ]


def _read_sheets(parts: dict[str, bytes]) -> list[tuple[str, list[list[Cell]], tuple[Any, ...]]]:
    """Return (name, rows, merged areas) of every worksheet."""
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(pack(parts))
        found = []
        for sheet in workbook.sheets_metadata:
            if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet:
                cells = workbook.get_sheet_by_name(sheet.name)
                rows: Any = cells.to_python(skip_empty_area=False)
                areas = cells.merged_cell_ranges or ()
                merged = tuple((top, left, bottom, right) for (top, left), (bottom, right) in areas)
                found.append((sheet.name, rows, merged))
    except (python_calamine.CalamineError, OSError, ValueError, TypeError, OverflowError) as error:
        raise Unfit("read.damaged_workbook") from error
    except BaseException as error:
        # A broken invariant of the reader's own arrives as a panic outside of Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise Unfit("read.damaged_workbook") from error
    return found


def _with_unreadable(rows: list[list[Cell]], scan: PartScan) -> list[list[Cell]]:
    """Return *rows* with the cells that the reader shows as empty and that are not."""
    for (row, column), unreadable in scan.unreadable.items():
        while len(rows) <= row:
            rows.append([])
        rows[row].extend([""] * (column + 1 - len(rows[row])))
        rows[row][column] = unreadable
    return rows
