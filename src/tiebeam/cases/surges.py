"""
The cases of a surge: facts day by day, named assumptions, and a grid of them fixed beforehand.

``cases/<id>/surge.toml`` holds the assumptions and the grid, the tables beside it the facts; see
the reference of files.
"""

import itertools
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tiebeam.cases import CASES_FOLDER, read_rows
from tiebeam.core.surge.forecast import Break
from tiebeam.errors import Refused

Value = int | str | bool
Row = Mapping[str, str]


class UnknownSurge(Refused):
    """No surge case has this id; facts: *id*, *known*."""

    code = "cases.unknown_surge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """
    A named assumption: the value taken, the values tried, and where it comes from.

    Attributes:
        is_played: Whether replays rest on it, so that every cell of the grid has a value of it.
    """

    id: str
    value: Value
    tried: tuple[Value, ...]
    source: str
    text: str
    text_zh: str
    is_played: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of the grid: a replay, and the value of every assumption."""

    replay: str
    values: Mapping[str, Value]

    @property
    def id(self) -> str:
        """Return a name that says everything, to find the cell again."""
        return ",".join([self.replay, *(f"{key}={value}" for key, value in self.values.items())])


@dataclass(frozen=True, slots=True, kw_only=True)
class SurgeCase:
    """
    A case as read.

    Attributes:
        replays: Name -> title, title_zh and streams of teams.
        reports: (place, date) -> active cases: confirmed less cured less dead, as first published.
    """

    id: str
    title: str
    title_zh: str
    first_day: date
    last_day: date
    list_day: date
    replays: Mapping[str, Mapping[str, Any]]
    assumptions: tuple[Assumption, ...]
    cells: tuple[Cell, ...]
    reports: Mapping[tuple[str, date], int]
    content: Mapping[str, Any]
    tables: Mapping[str, tuple[Row, ...]]

    @property
    def base(self) -> Mapping[str, Value]:
        """Return the value taken of every assumption that replays rest on."""
        return _values_taken(self.assumptions)

    @property
    def base_cells(self) -> tuple[Cell, ...]:
        """Return one cell for each replay, with the values taken."""
        return tuple(Cell(replay=name, values=self.base) for name in self.replays)

    def changes_of(self, cell: Cell) -> Mapping[str, Value]:
        """Return what *cell* has other than the values taken."""
        return {key: value for key, value in cell.values.items() if value != self.base[key]}

    @property
    def horizon(self) -> int:
        """Return the number of days."""
        return (self.last_day - self.first_day).days + 1

    @property
    def breaks(self) -> tuple[Break, ...]:
        """Return the changes of definition, in days of the case."""
        return tuple(
            Break(
                day=(row["day"] - self.first_day).days,
                known_from=(row["known_from"] - self.first_day).days,
            )
            for row in self.content.get("break", ())
        )

    @property
    def active(self) -> Mapping[str, tuple[int | None, ...]]:
        """Return place -> active cases day by day; None = not published."""
        days = [self.first_day + timedelta(days=day) for day in range(self.horizon)]
        return {
            row["id"]: tuple(self.reports.get((row["id"], day)) for day in days)
            for row in self.tables["places"]
        }


def list_surge_cases() -> tuple[str, ...]:
    """Return the ids of the surge cases that are shipped."""
    return tuple(sorted(path.parent.name for path in CASES_FOLDER.glob("*/surge.toml")))


def read_surge_case(case_id: str) -> SurgeCase:
    """
    Read the case *case_id*.

    Raises:
        UnknownSurge: There is none of this id.
    """
    if case_id not in list_surge_cases():
        raise UnknownSurge(id=case_id, known=list_surge_cases())
    folder = CASES_FOLDER / case_id
    with (folder / "surge.toml").open("rb") as file:
        content = tomllib.load(file)
    tables = {path.stem: read_rows(path) for path in sorted(folder.glob("*.csv"))}
    assumptions = read_assumptions(content)
    return SurgeCase(
        **content["case"],
        replays=content["replay"],
        assumptions=assumptions,
        cells=_list_cells(content, assumptions),
        reports={
            (row["place"], date.fromisoformat(row["date"])): int(row["confirmed"])
            - int(row["cured"])
            - int(row["dead"])
            for row in tables["reports"]
        },
        content=content,
        tables=tables,
    )


def read_assumptions(content: Mapping[str, Any]) -> tuple[Assumption, ...]:
    """Return the assumptions that the head of a case names."""
    return tuple(
        Assumption(**{**row, "tried": tuple(row["tried"])}) for row in content["assumption"]
    )


def _values_taken(assumptions: Sequence[Assumption]) -> dict[str, Value]:
    return {row.id: row.value for row in assumptions if row.is_played}


def _list_cells(content: Mapping[str, Any], assumptions: Sequence[Assumption]) -> tuple[Cell, ...]:
    """Return the cells in order: the combinations, then one change at a time, for each replay."""
    base = _values_taken(assumptions)
    axes = {key: values for key, values in content["grid"].items() if key != "alone"}
    changes = [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]
    changes += content["grid"]["alone"]
    return tuple(
        Cell(replay=replay, values={**base, **change})
        for replay in content["replay"]
        for change in changes
    )
