"""From the tables of a folder or workbook to a scenario, with every fault in its row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tiebeam.core.model.faults import list_faults
from tiebeam.core.model.scenario import Assumption, Policy, Scenario
from tiebeam.errors import Fault, InvalidInput
from tiebeam.interchange.scenario import rows
from tiebeam.interchange.scenario.settings import Setting
from tiebeam.interchange.scenario.tables import DATA_FORMS
from tiebeam.interchange.tables.findings import Findings
from tiebeam.interchange.tables.sheet import Sheet

_ROW_READERS: Mapping[str, Callable[[rows.RowReader], Any]] = {
    "donors": rows.read_party,
    "recipients": rows.read_party,
    "resources": rows.read_resource,
    "capacities": rows.read_capacity,
    "needs": rows.read_need,
    "links": rows.read_link,
    "sources": rows.read_source,
}
_ORDER = ("scenario", "policy", "assumptions", *_ROW_READERS)


@dataclass(frozen=True, slots=True)
class ReadScenario:
    """A scenario without faults, and what a person should know of how it was read."""

    scenario: Scenario
    warnings: tuple[Fault, ...]


@dataclass(slots=True, kw_only=True)
class ScenarioParts:
    """
    What a folder or workbook gave, before it is put together.

    Attributes:
        sheets: Data tables by name; an absent key is a table not given.
        assumption_rows: Row of each assumption, where known.
        settings: Place, row and value of each key met, by (table, key).
        places: Where each table is, as the user knows it; else its own name.
    """

    sheets: dict[str, Sheet] = field(default_factory=dict)
    head: dict[str, str] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)
    policy: Policy = field(default_factory=Policy)
    assumptions: tuple[Assumption, ...] = ()
    assumption_rows: list[int | None] = field(default_factory=list)
    settings: dict[tuple[str, str], Setting] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)


def assemble(parts: ScenarioParts, findings: Findings) -> ReadScenario:
    """
    Return the scenario of *parts*.

    Raises:
        InvalidInput: Any fault, of reading or of the values; all of them.
    """
    tables: dict[str, tuple[Any, ...]] = {}
    for form in DATA_FORMS:
        sheet = parts.sheets.get(form.name)
        if sheet is not None:
            findings.unread.update(f"{form.name}.{name}" for name in sheet.missing)
            if not sheet.is_whole:
                findings.unread.add(form.name)
            tables[form.name] = rows.read_rows(sheet, form.name, _ROW_READERS[form.name], findings)
    scenario = Scenario(
        id=parts.head.get("id", ""),
        title=parts.head.get("title", ""),
        title_zh=parts.head.get("title_zh", ""),
        as_of=parts.head.get("as_of", ""),
        policy=parts.policy,
        assumptions=parts.assumptions,
        extra=parts.extra,
        **tables,
    )
    faults, doubts = list_faults(scenario, unread=findings.unread)
    locator = _Locator(parts)
    met = {(fault.place, fault.row, fault.column) for fault in findings.faults}
    met |= {
        (s.place, r.number, name)
        for s in parts.sheets.values()
        for name in s.missing
        for r in s.rows
    }
    located = [locator.locate(fault) for fault in faults]
    new = [f for f in located if (f.place, f.row, f.column) not in met or not f.column]
    warnings = [*findings.list_warnings(), *map(locator.locate, doubts)]
    all_faults = locator.sort([*findings.faults, *_without_repeats(new)])
    if all_faults:
        raise InvalidInput(all_faults, warnings)
    return ReadScenario(scenario, tuple(locator.sort(warnings)))


def _without_repeats(faults: list[Fault]) -> list[Fault]:
    """Return *faults*, those of a header named once and not in every row below it."""
    kept: dict[Any, Fault] = {}
    for number, fault in enumerate(faults):
        is_header = fault.code == "scenario.unknown_id" and ":" in fault.column
        kept.setdefault((fault.place, fault.column) if is_header else number, fault)
    return list(kept.values())


class _Locator:
    """Knows in which file or sheet, and in which row of it, each row of the scenario stands."""

    def __init__(self, parts: ScenarioParts) -> None:
        self.parts = parts
        self.places = {name: sheet.place for name, sheet in parts.sheets.items()} | parts.places
        own = [self.places.get(name, name) for name in _ORDER]
        self._rank = {place: rank for rank, place in reversed(list(enumerate(own)))}

    def locate(self, fault: Fault) -> Fault:
        """Return *fault* of the core with place and row as the user knows them."""
        table = fault.place
        facts = dict(fault.facts)
        index: Any = facts.pop("index", None)
        first: Any = facts.pop("first_index", None)
        row = self._row(table, index)
        if first is not None:
            facts["first_row"] = self._row(table, first)
        setting = self.parts.settings.get((table, fault.column))
        if setting is not None:
            row = setting.row
        if fault.code == "scenario.unknown_id" and ":" in fault.column:
            row = self.parts.sheets[table].header_row
        return Fault(
            code=fault.code,
            place=self.places.get(table, table),
            row=row,
            column=fault.column,
            value=fault.value,
            facts=facts,
        )

    def _row(self, table: str, index: int | None) -> int | None:
        """Return the row of the *index*-th entry of *table*, None where there is none."""
        if index is None:
            return None
        if table == "assumptions":
            return self.parts.assumption_rows[index]
        return self.parts.sheets[table].rows[index].number

    def sort(self, faults: list[Fault]) -> list[Fault]:
        """Return *faults* in the order of the tables, then of the rows."""
        last = len(self._rank)
        return sorted(faults, key=lambda f: (self._rank.get(f.place, last), f.row or 0))
