"""Which accounts of official schemes the chart's own mean, each with its source or marked as assumed."""

import csv
from dataclasses import astuple, dataclass, fields
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Mapped:
    """
    What one account means in one scheme.

    Attributes:
        code: Of the chart.
        scheme: ``mof-2012-157`` (413 and 513 of the general budget ledger), ``gfsm-2014``, or
            ``function-class`` (class 219 and its items).
        target: Number in the scheme; empty where it has none, or none is known.
        when: Which part of the account; empty for all of it.
        status: ``sourced``, ``assumption`` or ``unknown``: whether somebody says so.
    """

    code: str
    scheme: str
    target: str
    name_en: str
    name_zh: str
    when: str
    status: str
    source: str


@cache
def read_mapping() -> tuple[Mapped, ...]:
    """Return the whole table in its order."""
    text = resources.files(__package__).joinpath("mapping.csv").read_text(encoding="utf-8")
    return tuple(Mapped(**row) for row in csv.DictReader(text.splitlines()))


def list_mapping() -> list[tuple[str, ...]]:
    """Return the table with its head, for a file."""
    return [tuple(f.name for f in fields(Mapped)), *map(astuple, read_mapping())]
