"""
The chart of accounts: two books of a pairing, in groups that balance by themselves (§L2, §L3).

B is the budgetary memo of the donor, F the money of either side, Q what is counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from tiebeam.units import MOST_FEN

Side = Literal["donor", "recipient"]
Group = Literal["B", "F", "Q"]

MONEY = "CNY"
"""The unit of money: balances are whole fen."""

LARGEST_AMOUNT = MOST_FEN
"""The most that one row may move, in fen: ten thousand billion yuan is a slip, not a transfer (§L4)."""

LARGEST_BALANCE = 9 * 10**18
"""What no balance may pass, in either direction: a 64-bit number ends just above (§L4)."""


@dataclass(frozen=True, slots=True)
class AccountKind:
    """
    One account of the chart.

    Attributes:
        code: Such as ``B110``.
        side: Whose book it stands in.
        group: The self-balancing group.
        is_debit: Whether debits raise it; balances are kept in this natural sign.
        is_yearly: Whether each fiscal year has its own: the budgetary memo, income and expense.
        may_be_negative: Net assets alone may.
    """

    code: str
    side: Side
    group: Group
    is_debit: bool = True
    is_yearly: bool = False
    may_be_negative: bool = False


def _list_kinds() -> list[AccountKind]:
    memo_sources = ("B100", "B105", "B106", "B107", "B108")
    memo_uses = ("B110", "B120", "B130", "B140", "B150", "B155", "B160", "B180", "B190")
    return [
        *(AccountKind(code, "donor", "B", is_debit=False, is_yearly=True) for code in memo_sources),
        *(AccountKind(code, "donor", "B", is_yearly=True) for code in memo_uses),
        *(AccountKind(code, "donor", "F") for code in ("D1000", "D1310", "D1400", "D1410")),
        AccountKind("D3000", "donor", "F", is_debit=False, may_be_negative=True),
        AccountKind("D4910", "donor", "F", is_debit=False, is_yearly=True),
        *(AccountKind(code, "donor", "F", is_yearly=True) for code in ("D5310", "D5340", "D5410")),
        AccountKind("Q100", "donor", "Q", is_debit=False),
        *(AccountKind(code, "donor", "Q") for code in ("Q110", "Q120", "Q150", "Q180")),
        *(
            AccountKind(code, "recipient", "F")
            for code in ("R1000", "R1330", "R1400", "R1600", "R1610")
        ),
        *(AccountKind(code, "recipient", "F", is_debit=False) for code in ("R2200", "R2300")),
        AccountKind("R3000", "recipient", "F", is_debit=False, may_be_negative=True),
        *(
            AccountKind(code, "recipient", "F", is_debit=False, is_yearly=True)
            for code in ("R4330", "R4340")
        ),
        *(
            AccountKind(code, "recipient", "F", is_yearly=True)
            for code in ("R5000", "R5400", "R5910")
        ),
        AccountKind("Q200", "recipient", "Q", is_debit=False),
        *(AccountKind(code, "recipient", "Q") for code in ("Q210", "Q250")),
    ]


CHART: Mapping[str, AccountKind] = MappingProxyType({kind.code: kind for kind in _list_kinds()})
"""Every account by its code."""

MEMO_SOURCES = tuple(
    kind.code for kind in CHART.values() if kind.group == "B" and not kind.is_debit
)
"""Where budgetary amounts come from; their sum is that of all other B accounts of the year (§L3)."""

FULFILLED = ("B150", "B155", "B160")
"""What meets an obligation: cash, the credit of an earlier year, goods. They have no way back out of a closed year."""

NET_ASSETS: Mapping[Side, str] = MappingProxyType({"donor": "D3000", "recipient": "R3000"})


def quantity_unit(unit: str) -> str:
    """Return the unit of an account that counts things in *unit*: pieces, kits, person-days."""
    return f"Q:{unit}"
