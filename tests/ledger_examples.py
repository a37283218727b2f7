"""
The examples of the ledger law, worked by hand (acceptance/ledger/*.yaml), as steps to be taken.

Amounts in the files are in 万元; here they are fen. What a row or a balance should be is what
the file says, never what our code says.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "acceptance" / "ledger"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
FEN = 10**6
"""Fen in one 万元."""

ROW = re.compile(
    r"(?:(?P<year>\d{4}) )?(?P<debit>\w+)/(?P<credit>\w+) (?P<amount>\d+)(?: (?P<unit>[a-z]+))?(?: for (?P<relates>\d{4}))?"
)


@dataclass(frozen=True)
class HandRow:
    """One row as an official wrote it; *year* is the account year, *relates_to* 0 for its own."""

    debit: str
    credit: str
    amount: int
    unit: str
    year: int
    relates_to: int


@dataclass(frozen=True)
class Step:
    """One event, or the close of a side's year, with the rows worked by hand."""

    kind: str
    on: dt.date
    terms: dict[str, Any] = field(default_factory=dict)
    rows: tuple[HandRow, ...] = ()
    name: str = ""
    follows: str = ""
    code: str = ""
    side: str = ""


@dataclass(frozen=True)
class Example:
    """One example: what each year fixes, the steps, what is refused after them, and what is left."""

    name: str
    years: dict[int, dict[str, Any]]
    steps: tuple[Step, ...]
    refused: tuple[Step, ...]
    balances: dict[tuple[str, int, str], int]
    """By account, year (0 where none is meant) and unit; what is not named here holds nothing."""


def load_example(name: str) -> Example:
    """Return the example of that file name."""
    said = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return Example(
        name,
        said["years"],
        tuple(_step(each) for each in said["events"]),
        tuple(_step(each) for each in said.get("refused", [])),
        dict(_balances(said["balances"])),
    )


def _step(said: dict[str, Any]) -> Step:
    if "close" in said:
        on = dt.date(said["year"], 12, 31)
        rows = tuple(_row(text, said["year"]) for text in said["rows"])
        return Step("close", on, {"carried": said.get("carried", {})}, rows, side=said["close"])
    on = said["day"]
    terms: dict[str, Any] = {
        key: said[key] for key in ("nature", "stage", "beyond_due", "relates_to") if key in said
    }
    if "amount" in said:
        terms["amount"] = said["amount"] * FEN
    if "quantity" in said:
        count, terms["quantity_unit"] = said["quantity"].split()
        terms["quantity"] = int(count)
    return Step(
        said["kind"],
        on,
        terms,
        tuple(_row(text, on.year) for text in said.get("rows", [])),
        said.get("as", ""),
        said.get("follows", said.get("of", "")),
        said.get("code", ""),
    )


def _row(text: str, year: int) -> HandRow:
    found = ROW.fullmatch(text)
    assert found, text
    unit = found["unit"] or ""
    return HandRow(
        found["debit"],
        found["credit"],
        int(found["amount"]) * (1 if unit else FEN),
        f"Q:{unit}" if unit else "CNY",
        int(found["year"] or year),
        int(found["relates"] or 0),
    )


def _balances(said: dict[Any, dict[str, int]]) -> Iterator[tuple[tuple[str, int, str], int]]:
    for where, accounts in said.items():
        for code, amount in accounts.items():
            if isinstance(where, int):
                yield (code, where, "CNY"), amount * FEN
            elif where == "all":
                yield (code, 0, "CNY"), amount * FEN
            else:
                yield (code, 0, f"Q:{where}"), amount
