"""The end of a fiscal year, book by book: what lapses, what is carried, what is closed to net assets (§L10)."""

from collections.abc import Mapping

from tiebeam.core.ledger.chart import CHART, MONEY, NET_ASSETS, Side
from tiebeam.core.ledger.posting import AccountKey, Balances, Row

LAPSES_UNLESS_CARRIED = "B110"
"""A due that was never appropriated ends with its year, as under-fulfilment, unless it is carried."""


def year_end(
    side: Side, year: int, balances: Balances, carried: Mapping[str, bool] | None = None
) -> list[Row]:
    """
    Return the rows that end *year* in one book.

    Args:
        carried: For the due (B110) and the appropriated (B120), whether what is left is carried
            into the next year rather than lapsed; without a word the due lapses and the
            appropriated is carried. What is committed or ordered is bound, and always carried.
    """
    rows = _end_of_memo(year, balances, carried or {}) if side == "donor" else []
    return [row for row in [*rows, *_end_of_result(side, year, balances)] if row.amount]


def _end_of_memo(year: int, balances: Balances, carried: Mapping[str, bool]) -> list[Row]:
    rows = []
    for stage in ("B110", "B120", "B130", "B140"):
        left = balances.get(AccountKey("donor", stage, year, MONEY), 0)
        is_free = stage in {"B110", "B120"}
        if is_free and not carried.get(stage, stage != LAPSES_UNLESS_CARRIED):
            rows.append(Row("donor", "B180", stage, left, year))
        else:
            rows.append(Row("donor", "B190", stage, left, year))
            rows.append(Row("donor", stage, "B105", left, year + 1))
    return rows


def _end_of_result(side: Side, year: int, balances: Balances) -> list[Row]:
    rows = []
    for kind in CHART.values():
        if kind.side != side or kind.group != "F" or not kind.is_yearly:
            continue
        left = balances.get(AccountKey(side, kind.code, year, MONEY), 0)
        debit, credit = NET_ASSETS[side], kind.code
        if not kind.is_debit:
            debit, credit = credit, debit
        rows.append(Row(side, debit, credit, left, year))
    return rows
