"""The lines of a bank statement, as any form of it holds them."""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from tiebeam.errors import Fault

MOST_LINES = 100_000
MOST_SIGNS = 2_000
"""Of one text; a longer one belongs to no statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """
    One booking on an account.

    Attributes:
        number: Line of the file in which it begins, 1 = first.
        booked_on: Day of booking.
        amount: Fen; above zero came in, below zero went out.
        balance: Fen on the account after it; None where the statement does not say.
    """

    number: int
    booked_on: date
    amount: int
    currency: str = "CNY"
    counterparty: str = ""
    text: str = ""
    reference: str = ""
    balance: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """
    What was read.

    Attributes:
        lines: In the order of the file.
        account: As the bank numbers it; empty where the file does not say.
        warnings: What a person should look at: repairs, and sums that do not meet.
    """

    lines: tuple[StatementLine, ...]
    account: str = ""
    warnings: tuple[Fault, ...] = ()


def is_own_currency(text: str) -> bool:
    """Return whether *text* is how a bank names the yuan, or says nothing."""
    return text.strip().casefold() in {"", "cny", "rmb", "156", "人民币", "人民币元", "¥", "元"}


def find_gap(lines: list[StatementLine]) -> StatementLine | None:
    """
    Return the first line whose balance does not follow from its neighbour's, None where all do.

    Banks list oldest or newest first, so both directions are tried. A gap means that a line
    is missing, was changed, or stands twice.
    """
    known = [line for line in lines if line.balance is not None]
    if len(known) != len(lines):
        return None
    return _first_break(known) and _first_break(known[::-1])


def _first_break(lines: list[StatementLine]) -> StatementLine | None:
    return next(
        (
            after
            for before, after in pairwise(lines)
            if after.balance != (before.balance or 0) + after.amount
        ),
        None,
    )
