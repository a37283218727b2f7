"""A scenario as one workbook: a sheet for each table, and three for what a folder has in TOML."""

import re
from typing import Any

from tiebeam.core.model.findings import list_near
from tiebeam.interchange.scenario.assembly import ScenarioParts
from tiebeam.interchange.scenario.rows import read_assumption, read_rows
from tiebeam.interchange.scenario.settings import (
    ReadValue,
    Setting,
    is_policy_key,
    read_head,
    read_policy,
)
from tiebeam.interchange.scenario.tables import (
    ASSUMPTION_COLUMNS,
    DATA_FORMS,
    GUIDE_SHEETS,
    SETTINGS_COLUMNS,
    SETTINGS_FORMS,
    TableForm,
    find_form,
)
from tiebeam.interchange.tables.cells import CellReader, plain_text
from tiebeam.interchange.tables.findings import Findings
from tiebeam.interchange.tables.grid import Grid
from tiebeam.interchange.tables.sheet import read_sheet
from tiebeam.interchange.tables.text import clean_text, keep_text
from tiebeam.interchange.tables.workbook import read_workbook

_FORMS = (*SETTINGS_FORMS, *DATA_FORMS)


def read_workbook_parts(content: bytes, place: str, findings: Findings) -> ScenarioParts | None:
    """Return what the sheets of a workbook hold; None, and a fault, where it cannot be opened."""
    grids = read_workbook(content, place, findings)
    if grids is None:
        return None
    known, unknown = _sort_grids(grids, findings)
    if not known:
        expected = [form.name for form in _FORMS if not form.is_optional]
        found = [grid.place for grid in grids[:20]]
        findings.add_fault("read.no_scenario_here", place, expected=expected, found=found)
        return None
    for other in unknown:
        findings.add_warning("read.unknown_sheet", other.place, value=other.place)
    parts = ScenarioParts(places={table: grid.place for table, grid in known.items()})
    others = [other.place for other in unknown]
    for form in _FORMS:
        grid = known.get(form.name)
        if grid is not None:
            _read_grid(form, grid, parts, findings)
        elif not form.is_optional:
            findings.unread.add(form.name)
            findings.add_fault("read.missing_table", form.name, near=list_near(form.name, others))
    return parts


def _sort_grids(grids: list[Grid], findings: Findings) -> tuple[dict[str, Grid], list[Grid]]:
    """Return (table -> its sheet, sheets that hold something else)."""
    known: dict[str, Grid] = {}
    unknown = []
    for grid in grids:
        form = find_form(grid.place, _FORMS)
        if form is None:
            if grid.place not in GUIDE_SHEETS and any(grid.rows):
                unknown.append(grid)
        elif form.name in known:
            findings.add_fault("read.duplicate_table", grid.place, other=known[form.name].place)
        else:
            known[form.name] = grid
    return known, unknown


def _read_grid(form: TableForm, grid: Grid, parts: ScenarioParts, findings: Findings) -> None:
    """Read the table *form* from *grid*; mark it as not read where that fails."""
    if form.is_optional and not any(map(any, grid.rows)):
        return
    if form.name in {"scenario", "policy"}:
        _read_settings(form.name, grid, parts, findings)
        return
    sheet = read_sheet(grid, form.columns, findings)
    if sheet is None:
        findings.unread.add(form.name)
    elif form.columns is ASSUMPTION_COLUMNS:
        parts.assumptions = read_rows(sheet, form.name, read_assumption, findings)
        parts.assumption_rows = [row.number for row in sheet.rows]
    else:
        parts.sheets[form.name] = sheet


def _read_settings(table: str, grid: Grid, parts: ScenarioParts, findings: Findings) -> None:
    """Read the keys and values of the sheet ``scenario`` or ``policy``."""
    sheet = read_sheet(grid, SETTINGS_COLUMNS, findings)
    if sheet is None:
        findings.unread.add(table)
        return
    reader = CellReader(findings, table=table, place=grid.place)
    settings: dict[str, Setting] = {}
    for row in sheet.rows:
        key = reader.read_text(row.cells.get("key", ""), row.number, "key")
        cell = row.cells.get("value", "")
        if key is None:
            findings.add_fault("scenario.missing_value", grid.place, row=row.number, column="key")
        elif key in settings:
            findings.add_fault(
                "read.duplicate_key",
                grid.place,
                row=row.number,
                column=key,
                value=plain_text(cell),
                first_row=settings[key].row,
            )
        else:
            settings[key] = Setting(grid.place, row.number, cell)
    parts.settings |= {(table, key): setting for key, setting in settings.items()}
    read_value = _read_cells(reader)
    if table == "scenario":
        parts.head, parts.extra = read_head(settings, read_value, findings)
    else:
        # An empty cell of a key that we know is "as by default"; of one that we do not, a fault.
        idle = {k for k, s in settings.items() if is_policy_key(k) and not _is_filled(s.value)}
        given = {key: setting for key, setting in settings.items() if key not in idle}
        parts.policy = read_policy(given, read_value, findings)


def _is_filled(cell: Any) -> bool:
    """Whether a cell holds anything."""
    return bool(clean_text(cell)) if isinstance(cell, str) else True


def _read_cells(reader: CellReader) -> ReadValue:
    """Return the reader of settings that are cells."""

    def read(setting: Setting, key: str, kind: str) -> Any:
        if kind == "anything":
            return keep_text(plain_text(setting.value))
        if kind == "names":
            text = reader.read_text(setting.value, setting.row, key)
            names = re.split(r"[,，、;；\s]+", text or "")
            return tuple(name for name in names if name) or None
        method = getattr(reader, f"read_{kind}")
        return method(setting.value, setting.row, key)

    return read
