"""
How a fault in a scenario's values says which row it is about.

The core does not know the rows of anybody's spreadsheet. It names the row by its
ids and by ``index``, its place in the scenario's tuple; a reader that knows the
spreadsheet turns ``index`` into the row (``tiebeam.interchange.scenario``).
"""

import difflib
import unicodedata
from collections.abc import Collection, Iterator
from typing import Any

from tiebeam.core.model.numbers import number_text
from tiebeam.core.model.scenario import Link, Party, Quantity, Resource, Scenario, Source
from tiebeam.errors import Fault

PARTY_OF = {"capacities": ("donor", "donors"), "needs": ("recipient", "recipients")}
"""Table of quantities -> the column that names its party, and that party's table."""

_MOST_COMPARED = 2000
"""Ids beyond this many are not searched for a likely misspelling: it takes too long."""


def row_fault(
    code: str, table: str, index: int, row: Any, *, column: str = "", value: Any = "", **facts: Any
) -> Fault:
    """
    Return the fault *code* of one row of *table*.

    *index* is the place of *row* in the scenario's tuple, from 0; *value* is what
    was met, where a number is written as the files write it.
    """
    located = {"index": index} | row_ids(table, row) | facts
    return Fault(code=code, place=table, column=column, value=as_text(value), facts=located)


def row_ids(table: str, row: Any) -> dict[str, object]:
    """Return the ids by which a person knows *row*, by column name."""
    if isinstance(row, Party | Resource):
        return {"id": row.id}
    if isinstance(row, Source):
        return {"id": row.key}
    if isinstance(row, Quantity):
        return {PARTY_OF[table][0]: row.party, "resource": row.resource}
    if isinstance(row, Link):
        return {"donor": row.donor, "recipient": row.recipient}
    return {}


def as_text(value: Any) -> str:
    """Return a value met as the files would write it."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number_text(value)
    return str(value)


def list_near(value: str, known: Collection[str]) -> list[str]:
    """List at most three of *known* that *value* may have been meant to be, likeliest first."""
    folded = _fold(value)
    same = sorted(name for name in known if _fold(name) == folded)
    if same or len(known) > _MOST_COMPARED:
        return same[:3]
    return difflib.get_close_matches(value[:100], sorted(known), n=3, cutoff=0.6)


def _fold(text: str) -> str:
    """Return *text* without differences of width, case and outer spaces."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def iterate_quantities(scenario: Scenario) -> Iterator[tuple[str, int, Quantity]]:
    """Yield every capacity and every need as (table, index, row)."""
    for table, rows in (("capacities", scenario.capacities), ("needs", scenario.needs)):
        for index, row in enumerate(rows):
            yield table, index, row
