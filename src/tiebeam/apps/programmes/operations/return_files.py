"""A return as a table: downloaded, edited, uploaded, and looked at before anything is kept."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from tiebeam.apps.programmes.models import Return, ReturnLine
from tiebeam.apps.programmes.operations.lines import EnteredLine, read_lines
from tiebeam.apps.programmes.queries.returns import list_lines
from tiebeam.core.model.numbers import number_text
from tiebeam.errors import Fault, InvalidInput
from tiebeam.interchange.tables.cells import CellReader
from tiebeam.interchange.tables.delimited import read_delimited
from tiebeam.interchange.tables.findings import Findings
from tiebeam.interchange.tables.grid import Grid
from tiebeam.interchange.tables.sheet import Column, Row, Sheet, read_sheet, score_header
from tiebeam.interchange.tables.workbook import read_workbook

RowState = Literal["create", "update", "unchanged", "empty", "refused"]

COLUMNS = (
    Column(name="resource", is_required=True, aliases=("id", "资源", "资源编号", "编号")),
    Column(name="name", is_aside=True, aliases=("名称", "资源名称")),
    Column(name="unit", is_aside=True, aliases=("单位", "计量单位")),
    Column(name="quantity", is_required=True, aliases=("amount", "数量", "需求", "可支援数量")),
    Column(name="evidence", aliases=("basis", "依据", "填报依据")),
)
HEADS = ("resource 资源编号", "name 名称", "unit 单位", "quantity 数量", "evidence 依据")
"""Of the table that is downloaded, in the order of :data:`COLUMNS`."""

_READ = ("resource", "quantity", "evidence")


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewRow:
    """
    What one row of the file would do.

    Attributes:
        row: Its number in the reader's spreadsheet; 0 for a line that the file does not name.
        before: Quantity and evidence that stand, if any do.
        after: Those that would stand.
        faults: Why the row is refused, each with the column.
    """

    row: int
    resource: str
    state: RowState
    before: tuple[Decimal, str] | None
    after: tuple[Decimal, str] | None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """
    What an uploaded file would do to a return.

    Attributes:
        faults: Of the file as a whole, for which no row can be blamed.
        lines: All lines as they would stand, those included that the file does not name.
    """

    rows: tuple[PreviewRow, ...]
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    lines: tuple[EnteredLine, ...]

    @property
    def is_clean(self) -> bool:
        """Whether nothing in the file is refused."""
        return not self.faults and all(row.state != "refused" for row in self.rows)

    @property
    def changes_count(self) -> int:
        """How many lines would be made or changed."""
        return sum(row.state in {"create", "update"} for row in self.rows)


def hash_of_lines(of_return: Return) -> str:
    """Return what tells whether the lines of a return changed meanwhile."""
    lines = [
        (line.resource, str(line.quantity.normalize()), line.evidence)
        for line in list_lines(of_return)
    ]
    return hashlib.sha256(repr(sorted(lines)).encode()).hexdigest()


def preview_file(of_return: Return, content: bytes, file_name: str) -> Preview:
    """
    Return what the file would do, row by row; nothing is kept.

    A line that the file leaves out stays as it is: a file never removes anything.
    """
    findings = Findings()
    sheet = _read_sheet(content, file_name, findings)
    standing = {line.resource: (line.quantity, line.evidence) for line in list_lines(of_return)}
    if sheet is None or sheet.missing:
        return _nothing(findings)
    entered = _read_entered(of_return, sheet, findings)
    faults = _faults_by_row(entered, of_return, findings)
    rows = [_judge(row, line, standing, faults.get(row, [])) for row, line in entered.items()]
    named = {row.resource for row in rows}
    rows += [
        PreviewRow(row=0, resource=resource, state="unchanged", before=said, after=said)
        for resource, said in standing.items()
        if resource not in named
    ]
    return Preview(
        rows=tuple(rows),
        faults=tuple(fault for fault in findings.faults if fault.row not in entered),
        warnings=tuple(findings.list_warnings()),
        lines=tuple(
            EnteredLine(resource=row.resource, quantity=row.after[0], evidence=row.after[1])
            for row in rows
            if row.after is not None and row.state != "refused"
        ),
    )


def _read_sheet(content: bytes, file_name: str, findings: Findings) -> Sheet | None:
    grids: list[Grid] | None
    if content.startswith((b"PK", b"\xd0\xcf\x11\xe0")) or file_name.lower().endswith(".xlsx"):
        grids = read_workbook(content, file_name, findings)
    else:
        grid = read_delimited(content, file_name, findings, score_header(COLUMNS))
        grids = None if grid is None else [grid]
    if not grids:
        return None
    return read_sheet(grids[0], COLUMNS, findings)


def _read_entered(of_return: Return, sheet: Sheet, findings: Findings) -> dict[int, EnteredLine]:
    """Return the lines of the file by their row; an empty quantity is an empty text."""
    names = _ids_by_name(of_return.round.resources)
    reader = CellReader(
        findings,
        table="lines",
        place=sheet.place,
        comma_groups_digits=sheet.comma_groups_digits,
    )
    entered = {}
    for row in sheet.rows:
        said = reader.read_text(row.cells.get("resource", ""), row.number, "resource") or ""
        quantity = reader.read_number(row.cells.get("quantity", ""), row.number, "quantity")
        evidence = reader.read_text(row.cells.get("evidence", ""), row.number, "evidence") or ""
        if any(_is_said(row, name) for name in _READ):
            entered[row.number] = EnteredLine(
                resource=names.get(said.casefold(), said),
                quantity="" if quantity is None else number_text(quantity),
                evidence=evidence,
                row=row.number,
            )
    return entered


def _is_said(row: Row, name: str) -> bool:
    return row.cells.get(name, "") != ""


def _ids_by_name(resources: list[Mapping[str, str]]) -> dict[str, str]:
    """Return the id of each resource by its names, for files that were typed by hand."""
    names: dict[str, str] = {}
    for resource in resources:
        for key in ("name_en", "name_zh", "id"):
            names[resource[key].casefold()] = resource["id"]
    names.pop("", None)
    return names


def _faults_by_row(
    entered: Mapping[int, EnteredLine], of_return: Return, findings: Findings
) -> dict[int, list[Fault]]:
    """Return why rows are refused: what cannot be read, and what the round does not take."""
    faults: dict[int, list[Fault]] = {}
    for fault in findings.faults:
        if fault.row in entered:
            faults.setdefault(fault.row or 0, []).append(fault)
    # Rows without a figure are read with one, so that they too are told when named twice.
    given = [
        line if line.quantity != "" or row in faults else _with_none(line)
        for row, line in entered.items()
    ]
    unread = {row for row, found in faults.items() if any(f.column == "quantity" for f in found)}
    try:
        read_lines(given, of_return.round.resources)
    except InvalidInput as error:
        for fault in error.faults:
            if not (fault.row in unread and fault.column == "quantity"):
                faults.setdefault(fault.row or 0, []).append(fault)
    return faults


def _with_none(line: EnteredLine) -> EnteredLine:
    return EnteredLine(resource=line.resource, quantity=0, evidence=line.evidence, row=line.row)


def _judge(
    row: int,
    line: EnteredLine,
    standing: Mapping[str, tuple[Decimal, str]],
    faults: list[Fault],
) -> PreviewRow:
    before = standing.get(line.resource)
    after = None if line.quantity == "" else (Decimal(str(line.quantity)), line.evidence)
    state: RowState
    if after is None and not faults and (before is not None or line.evidence):
        # Emptied by mistake or on purpose cannot be told: 0 says it.
        facts: dict[str, object] = {} if before is None else {"standing": str(before[0])}
        code = "programmes.quantity_missing" if before is None else "programmes.quantity_emptied"
        faults = [Fault(code=code, place="lines", row=row, column="quantity", facts=facts)]
    if faults:
        state = "refused"
    elif after is None:
        state = "empty"
    elif before is None:
        state = "create"
    else:
        state = "unchanged" if before == after else "update"
    return PreviewRow(
        row=row,
        resource=line.resource,
        state=state,
        before=before,
        after=before if state == "unchanged" else after,
        faults=tuple(faults),
    )


def _nothing(findings: Findings) -> Preview:
    return Preview(
        rows=(), faults=tuple(findings.faults), warnings=tuple(findings.list_warnings()), lines=()
    )


def list_table_rows(
    of_return: Return, language: str
) -> list[tuple[str, str, str, float | None, str]]:
    """Return the rows of the table that is downloaded: one for each resource of the round."""
    lines: dict[str, ReturnLine] = {line.resource: line for line in list_lines(of_return)}
    rows = []
    for resource in of_return.round.resources:
        line = lines.get(resource["id"])
        chinese, english = resource["name_zh"], resource["name_en"]
        name = (chinese or english) if language == "zh" else (english or chinese)
        quantity = None if line is None else float(line.quantity)
        evidence = "" if line is None else line.evidence
        rows.append((resource["id"], name, resource["unit"], quantity, evidence))
    return rows
