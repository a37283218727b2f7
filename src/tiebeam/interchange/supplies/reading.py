"""Read a workbook of supplies: every fault at once, with its sheet and row."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from tiebeam.core.model.findings import list_near
from tiebeam.core.model.numbers import number_text
from tiebeam.core.surge.model import Home
from tiebeam.core.surge.supplying import Hold, Incoming
from tiebeam.errors import Fault, InvalidInput
from tiebeam.interchange.scenario.tables import find_form
from tiebeam.interchange.supplies.forms import SHEETS, Field, SheetForm
from tiebeam.interchange.tables.cells import CellReader
from tiebeam.interchange.tables.files import read_file
from tiebeam.interchange.tables.findings import Findings
from tiebeam.interchange.tables.grid import Grid
from tiebeam.interchange.tables.sheet import read_sheet
from tiebeam.interchange.tables.workbook import read_workbook

FAR = 366
"""Figures further from the morning than so many days are a slip of the pen."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyFile:
    """
    What a workbook of supplies says; days are ordinals.

    Attributes:
        names: Item -> its names in English and Chinese.
        patients: Place -> day -> patients, before the morning and after.
    """

    per_patient: Mapping[str, Fraction]
    names: Mapping[str, tuple[str, str]]
    places: tuple[Home, ...]
    stores: tuple[Home, ...]
    patients: Mapping[str, Mapping[int, int]]
    stocks: Mapping[tuple[str, str], int]
    incoming: tuple[Incoming, ...]
    holds: tuple[Hold, ...]
    warnings: tuple[Fault, ...]


def read_supply_file(path: Path, on: date) -> SupplyFile:
    """
    Return what the workbook at *path* says for the morning of *on*.

    Raises:
        InvalidInput: Every fault found.
    """
    findings = Findings()
    content = read_file(path, path.name, findings)
    grids = None if content is None else read_workbook(content, path.name, findings)
    tables: dict[str, list[Row]] = {}
    if grids is not None:
        by_name = _sort(grids, findings)
        for sheet in SHEETS:
            tables[sheet.form.name] = _read_table(sheet, by_name.get(sheet.form.name), findings)
        _check_references(tables, findings)
        _check_sense(tables, on, findings)
    if findings.faults:
        raise InvalidInput(findings.faults, findings.list_warnings())
    return _compose(tables, tuple(findings.list_warnings()))


def _sort(grids: Iterable[Grid], findings: Findings) -> dict[str, Grid]:
    """Return sheet -> its grid."""
    known: dict[str, Grid] = {}
    for grid in grids:
        form = find_form(grid.place, tuple(sheet.form for sheet in SHEETS))
        if form is None:
            if any(map(any, grid.rows)):
                findings.add_warning("surge.supply_other_sheet", grid.place, value=grid.place)
        elif form.name in known:
            findings.add_fault("read.duplicate_table", grid.place, other=known[form.name].place)
        else:
            known[form.name] = grid
    return known


def _read_table(sheet: SheetForm, grid: Grid | None, findings: Findings) -> list[Row]:
    """Return the rows of a sheet; in each "" is the name of its sheet and "row" its number."""
    is_empty = grid is None or not any(map(any, grid.rows))
    if grid is None or is_empty:
        if not sheet.form.is_optional:
            findings.add_fault("read.missing_table", sheet.form.name)
        return []
    table = read_sheet(grid, sheet.form.columns, findings)
    if table is None or table.missing:
        return []
    reader = CellReader(
        findings,
        table=sheet.form.name,
        place=table.place,
        comma_groups_digits=table.comma_groups_digits,
    )
    rows, seen = [], set()
    for given in table.rows:
        row: Row = {"": table.place, "row": given.number}
        for field in sheet.fields:
            cell = given.cells.get(field.column.name, "")
            row[field.column.name] = _read_cell(reader, field, cell, given.number, findings)
        key = tuple(row[name] for name in sheet.key)
        if key and None not in key and key in seen:
            findings.add_fault(
                "scenario.duplicate_entry",
                table.place,
                row=given.number,
                column=sheet.key[0],
                value=" ".join(map(str, key)),
            )
        seen.add(key)
        rows.append(row)
    return rows


def _read_cell(reader: CellReader, field: Field, cell: Any, row: int, findings: Findings) -> Any:
    """Return the value of *cell*; None where it is empty, or faulty and so noted."""
    name, before = field.column.name, len(findings.faults)
    value = getattr(reader, f"read_{field.kind}")(cell, row, name)
    if value in (None, ""):
        if field.is_needed and len(findings.faults) == before:
            findings.add_fault("scenario.missing_value", reader.place, row=row, column=name)
        return None
    if field.kind in ("number", "count") and not field.low <= value <= field.high:
        facts = {"low": number_text(field.low), "high": number_text(field.high)}
        findings.add_fault(
            "scenario.out_of_range",
            reader.place,
            row=row,
            column=name,
            value=number_text(value),
            **facts,
        )
        return None
    return value


def _check_references(tables: Mapping[str, Sequence[Row]], findings: Findings) -> None:
    """Note each id that its sheets do not list, and a seat that is both a place and a store."""
    listed = {name: {row["id"] for row in rows if "id" in row} for name, rows in tables.items()}
    for sheet in SHEETS:
        for field in sheet.fields:
            known = {one for name in field.of for one in listed[name]}
            # A sheet that was not read, or not whole, cannot say that something is not in it.
            is_whole = all(listed[name] for name in field.of) and None not in known
            for row in tables[sheet.form.name] if field.of and is_whole else ():
                value = row[field.column.name]
                if value is not None and value not in known:
                    findings.add_fault(
                        "scenario.unknown_id",
                        row[""],
                        row=row["row"],
                        column=field.column.name,
                        value=value,
                        of=", ".join(field.of),
                        near=list_near(value, sorted(known)),
                    )
    for row in tables["stores"]:
        if row["id"] is not None and row["id"] in listed["places"]:
            facts = {"row": row["row"], "column": "id", "value": row["id"]}
            findings.add_fault("surge.supply_both", row[""], **facts)


def _check_sense(tables: Mapping[str, Sequence[Row]], on: date, findings: Findings) -> None:
    """Note figures of another year, and holds that end before they begin."""
    for row in tables["patients"]:
        day = row["date"]
        if day is not None and abs((day - on).days) > FAR:
            facts = {"row": row["row"], "column": "date", "value": day.isoformat()}
            findings.add_fault("surge.supply_far_day", row[""], on=on.isoformat(), **facts)
    for row in tables["holds"]:
        if row["from"] is not None and row["until"] is not None and row["until"] <= row["from"]:
            facts = {"row": row["row"], "column": "until", "value": row["until"].isoformat()}
            findings.add_fault("surge.supply_hold_ends", row[""], **facts)


def _compose(tables: Mapping[str, Sequence[Row]], warnings: tuple[Fault, ...]) -> SupplyFile:
    patients: dict[str, dict[int, int]] = {}
    for row in tables["patients"]:
        if row["patients"] is not None:
            patients.setdefault(row["place"], {})[row["date"].toordinal()] = row["patients"]
    return SupplyFile(
        per_patient={row["id"]: Fraction(str(row["per_patient"])) for row in tables["items"]},
        names={row["id"]: _names(row) for row in tables["items"]},
        places=tuple(map(_seat, tables["places"])),
        stores=tuple(map(_seat, tables["stores"])),
        patients=patients,
        # A row without a figure says that it is not known, as no row does.
        stocks={
            (row["seat"], row["item"]): row["units"]
            for row in tables["stock"]
            if row["units"] is not None
        },
        incoming=tuple(
            Incoming(
                seat=row["seat"],
                item=row["item"],
                units=row["units"],
                on=row["date"] and row["date"].toordinal(),
            )
            for row in tables["incoming"]
        ),
        holds=tuple(
            Hold(
                place=row["place"],
                item=row["item"],
                first=row["from"].toordinal(),
                until=row["until"].toordinal(),
            )
            for row in tables["holds"]
        ),
        warnings=warnings,
    )


def _names(row: Row) -> tuple[str, str]:
    return (row["name"] or row["name_zh"] or row["id"], row["name_zh"] or row["name"] or row["id"])


def _seat(row: Row) -> Home:
    english, chinese = _names(row)
    return Home(
        id=row["id"], name_en=english, name_zh=chinese, latitude=row["lat"], longitude=row["lon"]
    )
