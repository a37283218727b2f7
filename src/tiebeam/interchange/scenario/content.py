"""A scenario as plain tables of cells: what both forms write."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tiebeam.core.model.scenario import Link, Policy, Quantity, Scenario
from tiebeam.errors import Fault, InvalidInput
from tiebeam.interchange.scenario.settings import HEAD_KEYS, POLICY_KINDS
from tiebeam.interchange.scenario.tables import DATA_FORMS, TableForm
from tiebeam.interchange.tables.text import keep_text

MAX_TEXT = 32_767
"""Signs that one cell of a workbook holds; both forms keep to it, so that each fits the other."""

Value = str | float | None
"""A cell to write; None is empty."""

_FIELD_OF = {"donor": "party", "recipient": "party"}
_DEFAULTS = {"lot": 0.0, "weight": 1.0, "tie": 0.0, "fixed_cost": 0.0, "open_cost": 0.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class TableContent:
    """One table to write; *rows* are as long as *columns*."""

    name: str
    columns: list[str]
    rows: list[list[Value]]


def list_data_tables(scenario: Scenario) -> list[TableContent]:
    """
    List the data tables of *scenario*, each with the columns that say something.

    Raises:
        InvalidInput: A text that no file can hold (control signs, over 32,767 signs).
    """
    tables = [_build_table(form, scenario) for form in DATA_FORMS]
    check_texts(
        (t.name, c, value)
        for t in tables
        for row in t.rows
        for c, value in zip(t.columns, row, strict=True)
    )
    return [t for t, form in zip(tables, DATA_FORMS, strict=True) if t.rows or not form.is_optional]


def list_head(scenario: Scenario) -> list[tuple[str, str]]:
    """List the keys of the head that are given, unknown ones last."""
    known = [(key, str(getattr(scenario, key))) for key in HEAD_KEYS]
    head = [(key, text) for key, text in known if text] + list(scenario.extra.items())
    check_texts(("scenario", key, text) for key, text in head)
    return head


def list_policy(policy: Policy) -> list[tuple[str, Any]]:
    """List the keys of the policy that are not as by default, levels always, slack as a mapping."""
    default = Policy()
    listed: list[tuple[str, Any]] = [("levels", list(policy.levels))]
    for key in POLICY_KINDS:
        value = getattr(policy, key)
        if key != "levels" and value != getattr(default, key):
            listed.append((key, value))
    if policy.slack:
        listed.append(("slack", dict(policy.slack)))
    return listed


def list_assumptions(scenario: Scenario) -> list[dict[str, str]]:
    """List every assumption as the keys it gives; ``text`` always."""
    listed = []
    for assumption in scenario.assumptions:
        others = {"text_zh": assumption.text_zh, "affects": assumption.affects}
        given = {key: text for key, text in others.items() if text}
        listed.append({"text": assumption.text} | given | dict(assumption.extra))
    check_texts(("assumptions", key, text) for keys in listed for key, text in keys.items())
    return listed


def check_texts(cells: Iterable[tuple[str, str, Value]]) -> None:
    """Raise InvalidInput for each of (table, column, value) that a file cannot hold as it is."""
    faults = []
    for table, column, value in cells:
        if not isinstance(value, str):
            continue
        if len(value) > MAX_TEXT:
            facts: dict[str, object] = {"limit": MAX_TEXT, "length": len(value)}
            faults.append(
                Fault(code="write.text_too_long", place=table, column=column, facts=facts)
            )
        elif keep_text(value) != value:
            shown = value[:40].encode("unicode_escape").decode("ascii")
            faults.append(
                Fault(code="write.unwritable_text", place=table, column=column, value=shown)
            )
    if faults:
        raise InvalidInput(faults)


def _build_table(form: TableForm, scenario: Scenario) -> TableContent:
    """Return the table *form* of *scenario*."""
    rows: Sequence[Any] = getattr(scenario, form.name)
    columns: list[tuple[str, Callable[[Any], Value]]] = []
    for column in form.columns:
        if column.is_family:
            columns += _family_columns(column.name, rows, scenario)
            continue
        cell = _cell_reader(column.name, rows)
        if column.is_required or any(cell(row) is not None for row in rows):
            columns.append((column.name, cell))
    extras = dict.fromkeys(name for row in rows for name in row.extra)
    columns += [(name, _extra_reader(name)) for name in extras]
    return TableContent(
        name=form.name,
        columns=[name for name, _ in columns],
        rows=[[cell(row) for _, cell in columns] for row in rows],
    )


def _cell_reader(column: str, rows: Sequence[Any]) -> Callable[[Any], Value]:
    """Return what gives the cell of *column* of a row, None where it is as by default."""
    is_quantity = bool(rows) and isinstance(rows[0], Quantity)
    name = _FIELD_OF.get(column, column) if is_quantity else column
    default: Any = _DEFAULTS.get(column, "allowed" if column == "status" else "")

    def cell(row: Any) -> Value:
        value: Value = getattr(row, name)
        return None if value == default and column not in {"amount", "id", "key"} else value

    return cell


def _family_columns(
    family: str, links: Sequence[Link], scenario: Scenario
) -> list[tuple[str, Callable[[Any], Value]]]:
    """Return the columns "*family*:<resource>" of those resources that have any."""
    field = {"unit_cost": "unit_costs", "use": "uses"}[family]
    named = {resource for link in links for resource in getattr(link, field)}
    listed = [resource.id for resource in scenario.resources if resource.id in named]
    ordered = [*dict.fromkeys(listed), *sorted(named - set(listed))]

    def reader(resource: str) -> Callable[[Any], Value]:
        return lambda link: getattr(link, field).get(resource)

    return [(f"{family}:{resource}", reader(resource)) for resource in ordered]


def _extra_reader(name: str) -> Callable[[Any], Value]:
    return lambda row: row.extra.get(name)
