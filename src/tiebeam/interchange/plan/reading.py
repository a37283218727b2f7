"""The one way in: a path to a plan, made by us or by hand."""

import math
from dataclasses import replace
from pathlib import Path

from tiebeam.core.model.findings import list_near
from tiebeam.core.model.numbers import number_text
from tiebeam.core.model.plan import Notice, Plan
from tiebeam.core.model.scenario import Scenario
from tiebeam.errors import Fault, InvalidInput
from tiebeam.interchange.plan.document import read_plan_document
from tiebeam.interchange.plan.pair_tables import (
    FLOW_COLUMNS,
    PAIR_COLUMNS,
    FlowRow,
    IdFinder,
    read_flow_table,
    read_pair_table,
    to_flows,
    to_pairs,
)
from tiebeam.interchange.tables.delimited import read_delimited
from tiebeam.interchange.tables.files import list_entries, read_file
from tiebeam.interchange.tables.findings import Findings
from tiebeam.interchange.tables.grid import Grid
from tiebeam.interchange.tables.sheet import score_header
from tiebeam.interchange.tables.text import fold
from tiebeam.interchange.tables.workbook import read_workbook

_PAIR_SHEETS = frozenset(map(fold, ("pairs", "pairs 结对关系", "结对关系", "结对关系表", "结对")))
_FLOW_SHEETS = frozenset(map(fold, ("flows", "flows 资源流向", "资源流向", "分配")))
_CLOSE = 1e-9
"""Relative difference of an amount that a spreadsheet makes by saving 15 digits."""


def read_plan(path: str | Path, scenario: Scenario | None = None) -> Plan:
    """
    Return the plan at *path*.

    Args:
        path: A plan folder, a ``plan.json``, or what people make by hand: a
            folder with ``pairs.csv`` (and ``flows.csv``), or one table of pairs
            as .csv or .xlsx. A plan without flows has ``flows`` None (§M7).
        scenario: Where given, every id must be one of its own, and the only
            party of a name may be named by it in a table.

    Raises:
        InvalidInput: Every fault found. ``plan.json`` rules: a CSV file beside
            it that says something else is a fault.
    """
    findings = Findings()
    plan = _read(Path(path), scenario, findings)
    if plan is None or findings.faults:
        raise InvalidInput(findings.faults, findings.list_warnings())
    notices = tuple(map(_to_notice, findings.list_warnings()))
    return replace(plan, warnings=(*plan.warnings, *notices))


def _to_notice(fault: Fault) -> Notice:
    """Return what reading repaired as a plan keeps it."""
    where = {"place": fault.place, "column": fault.column, "value": fault.value}
    told: dict[str, object] = {key: text for key, text in where.items() if text}
    if fault.row is not None:
        told["row"] = fault.row
    return Notice(code=fault.code, facts=told | fault.facts)


def _read(path: Path, scenario: Scenario | None, findings: Findings) -> Plan | None:
    try:
        is_folder = path.is_dir()
    except (OSError, ValueError, RuntimeError):
        is_folder = False
    if is_folder:
        return _read_folder(path, scenario, findings)
    content = read_file(path, path.name, findings)
    if content is None:
        return None
    suffix = path.suffix.casefold()
    if suffix == ".json":
        return _read_document(content, path.name, scenario, findings)
    finder = IdFinder(scenario)
    if suffix in {".csv", ".tsv"}:
        grid = read_delimited(content, path.name, findings, score_header(PAIR_COLUMNS))
        return None if grid is None else _plan_of_tables(grid, None, finder, findings)
    if suffix in {".xlsx", ".xlsm", ".xls"}:
        return _read_workbook(content, path.name, finder, findings)
    findings.add_fault(
        "plan.no_plan_here", path.name, value=str(path), expected=_EXPECTED, found=[]
    )
    return None


_EXPECTED = ["plan.json", "pairs.csv"]


def _read_document(
    content: bytes, place: str, scenario: Scenario | None, findings: Findings
) -> Plan | None:
    """Return the plan of a ``plan.json``, its ids looked up in *scenario*."""
    plan = read_plan_document(content, place, findings)
    if plan is not None and scenario is not None:
        _check_ids(plan, scenario, findings, place)
    return plan


def _read_folder(folder: Path, scenario: Scenario | None, findings: Findings) -> Plan | None:
    """Return the plan of a folder: ``plan.json`` if there is one, else the tables."""
    entries = list_entries(folder, findings)
    if entries is None:
        return None
    files = {path.name.casefold(): path for path in entries}
    pairs = _read_csv(files.get("pairs.csv"), findings, is_flows=False)
    flows = _read_csv(files.get("flows.csv"), findings, is_flows=True)
    if "plan.json" in files:
        content = read_file(files["plan.json"], files["plan.json"].name, findings)
        plan = (
            None
            if content is None
            else _read_document(content, files["plan.json"].name, scenario, findings)
        )
        if plan is not None:
            _compare(plan, pairs, flows, findings)
        return plan
    if pairs is not None:
        return _plan_of_tables(pairs, flows, IdFinder(scenario), findings)
    if not findings.faults:
        found = [path.name for path in entries[:20]]
        findings.add_fault(
            "plan.no_plan_here", folder.name, value=str(folder), expected=_EXPECTED, found=found
        )
    return None


def _read_csv(path: Path | None, findings: Findings, *, is_flows: bool) -> Grid | None:
    content = None if path is None else read_file(path, path.name, findings)
    if path is None or content is None:
        return None
    columns = FLOW_COLUMNS if is_flows else PAIR_COLUMNS
    return read_delimited(content, path.name, findings, score_header(columns))


def _read_workbook(content: bytes, place: str, finder: IdFinder, findings: Findings) -> Plan | None:
    """Return the plan of a workbook: its sheet of pairs, or its only sheet."""
    grids = read_workbook(content, place, findings)
    if grids is None:
        return None
    filled = [grid for grid in grids if any(map(any, grid.rows))]
    pairs = next((grid for grid in filled if fold(grid.place) in _PAIR_SHEETS), None)
    flows = next((grid for grid in filled if fold(grid.place) in _FLOW_SHEETS), None)
    if pairs is None and len(filled) == 1:
        pairs = filled[0]
    if pairs is None:
        found = [grid.place for grid in grids[:20]]
        findings.add_fault("plan.no_plan_here", place, expected=["pairs"], found=found)
        return None
    return _plan_of_tables(pairs, flows, finder, findings)


def _plan_of_tables(
    pair_grid: Grid, flow_grid: Grid | None, finder: IdFinder, findings: Findings
) -> Plan:
    """Return a plan made by hand."""
    pairs, flows = read_pair_table(pair_grid, finder, findings)
    if flow_grid is not None:
        flows = read_flow_table(flow_grid, finder, findings)
    return Plan(pairs=to_pairs(pairs), flows=None if flows is None else to_flows(flows))


def _compare(
    plan: Plan, pair_grid: Grid | None, flow_grid: Grid | None, findings: Findings
) -> None:
    """Note every row of the CSV files that says something else than *plan*."""
    finder = IdFinder(None)
    if pair_grid is not None:
        rows, _ = read_pair_table(pair_grid, finder, findings)
        leads = {(pair.donor, pair.recipient): pair.lead for pair in plan.pairs}
        _compare_rows(
            {couple: _lead_text(lead) for couple, lead in leads.items()},
            {couple: (row.row, _lead_text(row.lead)) for couple, row in rows.items()},
            pair_grid.place,
            findings,
        )
    if flow_grid is None:
        return
    if plan.flows is None:
        findings.add_fault("plan.flows_only_in_csv", flow_grid.place)
        return
    amounts = {(f.donor, f.recipient, f.resource): f.amount for f in plan.flows}
    flows = read_flow_table(flow_grid, finder, findings)
    close = {key for key, row in flows.items() if _is_close(row, amounts.get(key))}
    _compare_rows(
        {key: number_text(amount) for key, amount in amounts.items()},
        {
            key: (row.row, number_text(amounts[key] if key in close else row.amount))
            for key, row in flows.items()
        },
        flow_grid.place,
        findings,
    )


def _lead_text(lead: bool | None) -> str:  # noqa: FBT001  # a value of a cell
    return "" if lead is None else "true" if lead else "false"


def _is_close(row: FlowRow, amount: float | None) -> bool:
    return amount is not None and math.isclose(row.amount, amount, rel_tol=_CLOSE)


def _compare_rows(
    in_json: dict[tuple[str, ...], str],
    in_csv: dict[tuple[str, ...], tuple[int, str]],
    place: str,
    findings: Findings,
) -> None:
    """Note what is in one and not in the other, and what differs; an empty text says nothing."""
    for key in [*in_json, *(key for key in in_csv if key not in in_json)]:
        row, text = in_csv.get(key, (None, ""))
        told = in_json.get(key, "")
        code = ""
        if key not in in_csv:
            code = "plan.csv_lacks_row"
        elif key not in in_json:
            code = "plan.csv_extra_row"
        elif text and text != told:
            code = "plan.csv_differs"
        if code:
            ids = dict(zip(("donor", "recipient", "resource"), key, strict=False))
            findings.add_fault(
                code, place, row=row, value=", ".join(key), in_json=told, in_csv=text, **ids
            )


def _check_ids(plan: Plan, scenario: Scenario, findings: Findings, place: str) -> None:
    """Note every id of *plan* that *scenario* does not know, once."""
    known = {
        "donor": ("donors", {party.id for party in scenario.donors}),
        "recipient": ("recipients", {party.id for party in scenario.recipients}),
        "resource": ("resources", {resource.id for resource in scenario.resources}),
    }
    met: dict[tuple[str, str], str] = {}
    for number, pair in enumerate(plan.pairs):
        met.setdefault(("donor", pair.donor), f"pairs[{number}].donor")
        met.setdefault(("recipient", pair.recipient), f"pairs[{number}].recipient")
    for number, flow in enumerate(plan.flows or ()):
        for column in known:
            met.setdefault((column, getattr(flow, column)), f"flows[{number}].{column}")
    for (column, own), path in met.items():
        of, ids = known[column]
        if own and own not in ids:
            near = list_near(own, ids)
            findings.add_fault("plan.unknown_id", place, column=path, value=own, of=of, near=near)
