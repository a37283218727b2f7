"""Pairs and flows as tables: the CSV files beside ``plan.json``, and what people make by hand."""

from collections.abc import Mapping
from dataclasses import dataclass

from tiebeam.core.model.findings import list_near
from tiebeam.core.model.plan import Flow, Pair
from tiebeam.core.model.scenario import Scenario
from tiebeam.interchange.tables.cells import CellReader
from tiebeam.interchange.tables.findings import Findings
from tiebeam.interchange.tables.grid import Grid
from tiebeam.interchange.tables.sheet import Column, Row, Sheet, read_sheet

_DONOR = Column(
    name="donor",
    is_required=True,
    is_reference=True,
    aliases=("支援方", "支援方编号", "支援省份", "donor_id"),
)
_RECIPIENT = Column(
    name="recipient",
    is_required=True,
    is_reference=True,
    aliases=("受援方", "受援方编号", "受援地区", "recipient_id"),
)
_RESOURCE = ("资源", "资源编号", "resource_id")
_AMOUNT = ("数量", "人数", "数额")

_NAMES = (
    Column(name="donor_name", is_aside=True),
    Column(name="donor_name_zh", aliases=("支援方名称",), is_aside=True),
    Column(name="recipient_name", is_aside=True),
    Column(name="recipient_name_zh", aliases=("受援方名称",), is_aside=True),
    Column(name="resource_name", is_aside=True),
    Column(name="resource_name_zh", aliases=("资源名称",), is_aside=True),
    Column(name="unit", aliases=("单位",), is_aside=True),
    Column(name="share_of_need_met", aliases=("满足需求的份额",), is_aside=True),
)
"""What our own sheets tell beside the ids, for people."""

PAIR_COLUMNS = (
    _DONOR,
    _RECIPIENT,
    Column(name="lead", aliases=("牵头", "牵头支援方", "是否牵头")),
    Column(name="resource", aliases=_RESOURCE),
    Column(name="amount", aliases=_AMOUNT),
    *_NAMES,
)
FLOW_COLUMNS = (
    _DONOR,
    _RECIPIENT,
    Column(name="resource", is_required=True, is_reference=True, aliases=_RESOURCE),
    Column(name="amount", is_required=True, aliases=_AMOUNT),
    *_NAMES,
)

Couple = tuple[str, str]
FlowKey = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class PairRow:
    """A pair and the row of the sheet it stands in; *lead* None where the sheet does not say."""

    row: int
    lead: bool | None


@dataclass(frozen=True, slots=True)
class FlowRow:
    """An amount and the row of the sheet it stands in."""

    row: int
    amount: float


class IdFinder:
    """
    Finds the id that a cell means: itself, or, with a warning, the only party of that name.

    Without a scenario every text is taken for an id.
    """

    def __init__(self, scenario: Scenario | None) -> None:
        self._ids: dict[str, set[str]] = {}
        self._by_name: dict[str, dict[str, set[str]]] = {}
        if scenario is None:
            return
        for column, rows in (
            ("donor", scenario.donors),
            ("recipient", scenario.recipients),
            ("resource", scenario.resources),
        ):
            self._ids[column] = {row.id for row in rows}
            names: dict[str, set[str]] = {}
            for row in rows:
                for name in filter(None, (row.name, row.name_zh)):
                    names.setdefault(name, set()).add(row.id)
            self._by_name[column] = names

    def find(self, text: str, column: str, row: int, cells: CellReader) -> str:
        """Return the id that *text* in *column* means, or *text* itself, with a fault, if none."""
        ids = self._ids.get(column)
        if ids is None or text in ids:
            return text
        named = self._by_name[column].get(text, set())
        if len(named) == 1:
            (found,) = named
            cells.findings.add_repair(
                "read.repaired_name", cells.place, row=row, column=column, value=text, read_as=found
            )
            return found
        cells.findings.add_fault(
            "plan.unknown_id",
            cells.place,
            row=row,
            column=column,
            value=text,
            of=f"{column}s",
            near=sorted(named) or list_near(text, ids),
        )
        return text


def read_pair_table(
    grid: Grid, finder: IdFinder, findings: Findings
) -> tuple[dict[Couple, PairRow], dict[FlowKey, FlowRow] | None]:
    """
    Return the pairs of a table, and its flows where it has columns for resource and amount.

    Such a table names a pair once for each resource; without them a pair given twice is a fault.
    """
    sheet = read_sheet(grid, PAIR_COLUMNS, findings)
    pairs: dict[Couple, PairRow] = {}
    if sheet is None:
        return pairs, None
    has_flows = {"resource", "amount"} <= set(sheet.columns)
    cells = _cell_reader(sheet, findings)
    for row in sheet.rows:
        ids = _read_ids(row, ("donor", "recipient"), cells, finder, sheet)
        if not all(ids):
            continue
        lead = (
            cells.read_flag(row.cells["lead"], row.number, "lead") if "lead" in row.cells else None
        )
        couple = (ids[0], ids[1])
        if couple in pairs and not has_flows:
            findings.add_fault(
                "plan.duplicate_pair",
                grid.place,
                row=row.number,
                value=", ".join(couple),
                donor=couple[0],
                recipient=couple[1],
            )
        pairs.setdefault(couple, PairRow(row.number, lead))
    return pairs, _read_flow_rows(sheet, finder, findings) if has_flows else None


def read_flow_table(grid: Grid, finder: IdFinder, findings: Findings) -> dict[FlowKey, FlowRow]:
    """Return the flows of a table, those of nothing left out."""
    sheet = read_sheet(grid, FLOW_COLUMNS, findings)
    return {} if sheet is None else _read_flow_rows(sheet, finder, findings)


def _read_flow_rows(sheet: Sheet, finder: IdFinder, findings: Findings) -> dict[FlowKey, FlowRow]:
    cells = _cell_reader(sheet, findings)
    flows: dict[FlowKey, FlowRow] = {}
    for row in sheet.rows:
        donor, recipient, resource = _read_ids(
            row, ("donor", "recipient", "resource"), cells, finder, sheet
        )
        faults = len(findings.faults)
        amount = cells.read_number(row.cells.get("amount", ""), row.number, "amount")
        if amount is None:
            if len(findings.faults) == faults and "amount" not in sheet.missing:
                findings.add_fault(
                    "scenario.missing_value", sheet.place, row=row.number, column="amount"
                )
            continue
        code = "" if 0 <= amount < float("inf") else _amount_code(amount)
        if code:
            value = str(row.cells.get("amount", ""))
            findings.add_fault(code, sheet.place, row=row.number, column="amount", value=value)
        key = (donor, recipient, resource)
        if key in flows and all(key):
            findings.add_fault(
                "plan.duplicate_flow",
                sheet.place,
                row=row.number,
                value=", ".join(key),
                donor=donor,
                recipient=recipient,
                resource=resource,
            )
        flows.setdefault(key, FlowRow(row.number, amount))
    return {key: flow for key, flow in flows.items() if flow.amount > 0}


def _amount_code(amount: float) -> str:
    return "plan.negative" if float("-inf") < amount < 0 else "plan.not_finite"


def _cell_reader(sheet: Sheet, findings: Findings) -> CellReader:
    return CellReader(
        findings,
        table="plan",
        place=sheet.place,
        comma_groups_digits=sheet.comma_groups_digits,
    )


def _read_ids(
    row: Row, columns: tuple[str, ...], cells: CellReader, finder: IdFinder, sheet: Sheet
) -> list[str]:
    """Return the ids in *columns* of *row*; empty, with a fault, where one is missing."""
    ids = []
    for column in columns:
        faults = len(cells.findings.faults)
        text = cells.read_id(row.cells.get(column, ""), row.number, column) or ""
        is_new = len(cells.findings.faults) == faults and column not in sheet.missing
        if not text and is_new:
            cells.findings.add_fault(
                "scenario.missing_value", sheet.place, row=row.number, column=column
            )
        ids.append(finder.find(text, column, row.number, cells) if text else "")
    return ids


def to_pairs(rows: Mapping[Couple, PairRow]) -> tuple[Pair, ...]:
    """Return the rows of a pair table as pairs."""
    return tuple(
        Pair(donor=donor, recipient=recipient, lead=bool(row.lead))
        for (donor, recipient), row in rows.items()
    )


def to_flows(rows: Mapping[FlowKey, FlowRow]) -> tuple[Flow, ...]:
    """Return the rows of a flow table as flows."""
    return tuple(
        Flow(donor=donor, recipient=recipient, resource=resource, amount=row.amount)
        for (donor, recipient, resource), row in rows.items()
    )
