"""What must hold in the books of a pairing at all times (§L4)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tiebeam.core.ledger.chart import CHART, LARGEST_BALANCE, MEMO_SOURCES, MONEY
from tiebeam.core.ledger.posting import Balances


@dataclass(frozen=True, slots=True)
class Unsound:
    """
    Something that does not hold.

    Attributes:
        law: ``balance`` (a group of a book sums to zero), ``sources`` (a memo year comes from somewhere),
            ``stage`` (nothing below zero), ``range``, ``carried``, ``credit``, ``unspent``.
        where: The book, account or year.
        left, right: The two figures that should agree, or the figure and its bound.
    """

    law: str
    where: str
    left: int
    right: int


def find_unsound(balances: Balances, unspent_years: Iterable[int] = ()) -> list[Unsound]:
    """
    Return what is wrong with the *balances* of one pairing; an empty list means its books are sound.

    Args:
        unspent_years: Not empty where every year so far recognises revenue on expenditure: then what is
            unspent or to be refunded lies in the special account, or is on its way back.
    """
    found = [*_groups(balances), *_bounds(balances), *_memo(balances)]
    if list(unspent_years):
        held = {code: _total(balances, code) for code in ("R2200", "R2300", "R1000", "R1330")}
        owed, lies = held["R2200"] + held["R2300"], held["R1000"] + held["R1330"]
        if owed != lies:
            found.append(Unsound("unspent", "R2200", owed, lies))
    return found


def _groups(balances: Balances) -> list[Unsound]:
    debited: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    credited: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    for key, balance in balances.items():
        kind = CHART[key.code]
        (debited if kind.is_debit else credited)[key.side, kind.group, key.unit] += balance
    return [
        Unsound("balance", " ".join(group), debited[group], credited[group])
        for group in sorted({*debited, *credited})
        if debited[group] != credited[group]
    ]


def _bounds(balances: Balances) -> list[Unsound]:
    found = []
    for key, balance in balances.items():
        if balance < 0 and not CHART[key.code].may_be_negative:
            found.append(Unsound("stage", f"{key.code} {key.year}", balance, 0))
        if abs(balance) > LARGEST_BALANCE:
            found.append(Unsound("range", f"{key.code} {key.year}", balance, LARGEST_BALANCE))
    return found


def _memo(balances: Balances) -> list[Unsound]:
    by_year: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for key, balance in balances.items():
        if CHART[key.code].group == "B" and key.unit == MONEY:
            by_year[key.year][key.code] = balance
    found = []
    for year, held in sorted(by_year.items()):
        sources = sum(held.get(code, 0) for code in MEMO_SOURCES)
        uses = sum(held.values()) - sources
        if sources != uses:
            found.append(Unsound("sources", str(year), sources, uses))
        before: Mapping[str, int] = by_year.get(year - 1, {})
        if held.get("B105", 0) != before.get("B190", 0):
            found.append(Unsound("carried", str(year), held.get("B105", 0), before.get("B190", 0)))
    credit, used = _total(balances, "B108"), _total(balances, "B155")
    if used > credit:
        found.append(Unsound("credit", "B155", used, credit))
    return found


def _total(balances: Balances, code: str) -> int:
    return sum(balance for key, balance in balances.items() if key.code == code)
