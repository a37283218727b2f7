"""The one way out: a scenario into a folder or a workbook, whole or not at all."""

from pathlib import Path
from typing import Any

import tomli_w
from openpyxl import Workbook

from tiebeam.core.model.scenario import Scenario
from tiebeam.interchange.scenario.content import (
    TableContent,
    list_assumptions,
    list_data_tables,
    list_head,
    list_policy,
)
from tiebeam.interchange.scenario.folder import SETTINGS_FILE
from tiebeam.interchange.tables.delimited import write_rows
from tiebeam.interchange.tables.files import PathTaken, is_litter, placed_file, placed_folder
from tiebeam.interchange.tables.styled import Head, add_sheet


def write_scenario(scenario: Scenario, path: str | Path, *, overwrite: bool = False) -> None:
    """
    Write *scenario* to *path*: a workbook where the name ends in .xlsx, else a folder.

    Nothing is lost either way, and reading both gives equal hashes (§M9).

    Args:
        scenario: What to write.
        path: Where to; folders above it are made.
        overwrite: Whether a file, or a folder that holds a scenario and nothing
            else, may be replaced.

    Raises:
        PathTaken: Something stands there and may not be replaced.
        CannotWrite: The system refuses.
        InvalidInput: A text that no file can hold.
    """
    target = Path(path)
    tables = list_data_tables(scenario)
    document = _build_document(scenario)
    if target.suffix.casefold() == ".xlsx":
        workbook = _build_workbook(tables, document)
        refuse_taken_file(target, overwrite=overwrite)
        with placed_file(target) as place:
            workbook.save(place)
        return
    _refuse_taken_folder(target, {f"{t.name}.csv" for t in tables}, overwrite=overwrite)
    with placed_folder(target) as folder:
        (folder / SETTINGS_FILE).write_bytes(_toml_text(document).encode())
        for table in tables:
            write_rows(folder / f"{table.name}.csv", table.columns, table.rows)


def refuse_taken_file(target: Path, *, overwrite: bool = False) -> None:
    """Raise PathTaken where *target* stands already, unless *overwrite* and it is a file."""
    if target.exists() and not (overwrite and target.is_file()):
        raise PathTaken(path=str(target))


def _refuse_taken_folder(target: Path, names: set[str], *, overwrite: bool) -> None:
    """Raise PathTaken unless *target* is free, empty, or a scenario that may be replaced."""
    if not target.exists():
        return
    if target.is_dir():
        found = {entry.name for entry in target.iterdir() if not is_litter(entry)}
        optional = {"links.csv", "sources.csv"}
        if not found or (overwrite and found <= names | optional | {SETTINGS_FILE}):
            return
    raise PathTaken(path=str(target))


def _toml_text(document: dict[str, Any]) -> str:
    """Return *document* as TOML, every assumption under a heading of its own."""
    tables = {key: value for key, value in document.items() if key != "assumption"}
    text = tomli_w.dumps(tables)
    for assumption in document.get("assumption", []):
        text += "\n[[assumption]]\n" + tomli_w.dumps(assumption)
    return text


def _build_document(scenario: Scenario) -> dict[str, Any]:
    """Return the content of ``scenario.toml``."""
    document: dict[str, Any] = {"scenario": dict(list_head(scenario))}
    document["policy"] = dict(list_policy(scenario.policy))
    assumptions = list_assumptions(scenario)
    if assumptions:
        document["assumption"] = assumptions
    return document


def _build_workbook(tables: list[TableContent], document: dict[str, Any]) -> Workbook:
    """Return the workbook of the same content."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    settings = [Head(text="key", width=30), Head(text="value", width=60)]
    add_sheet(workbook, "scenario", settings, list(document["scenario"].items()))
    add_sheet(workbook, "policy", settings, flatten_policy(document["policy"]))
    assumptions: list[dict[str, str]] = document.get("assumption", [])
    if assumptions:
        known = ("text", "text_zh", "affects")
        names = dict.fromkeys([*known, *(key for keys in assumptions for key in keys)])
        rows = [[keys.get(name) for name in names] for keys in assumptions]
        add_sheet(workbook, "assumptions", [Head(text=n, width=40) for n in names], rows)
    for table in tables:
        add_sheet(workbook, table.name, [Head(text=name) for name in table.columns], table.rows)
    return workbook


def flatten_policy(policy: dict[str, Any]) -> list[tuple[str, str | float]]:
    """Return the keys of the policy as a sheet has them: levels in one cell, slack.<level>."""
    rows: list[tuple[str, str | float]] = []
    for key, value in policy.items():
        if key == "slack":
            rows += [(f"slack.{level}", share) for level, share in value.items()]
        else:
            rows.append((key, ", ".join(value) if key == "levels" else value))
    return rows
