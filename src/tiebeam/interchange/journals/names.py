"""Names that programs of bookkeeping take: of accounts below five roots, and of what is counted."""

import re
from collections.abc import Iterable

from tiebeam.core.ledger.chart import CHART, MONEY
from tiebeam.core.ledger.posting import AccountKey
from tiebeam.interchange.journals.entries import Book

MEMO = "CNY.BUDGET"
"""The yuan of the budgetary memo: no money, and never added to any."""

_ROOTS = {"1": "Assets", "2": "Liabilities", "3": "Equity", "4": "Income", "5": "Expenses"}
_LONGEST_COMMODITY = 20


class Names:
    """
    The names of one journal, each once, whatever signs the keys and units are written with.

    The memo and what is counted are mirrored in Assets and Equity: what has been used up of
    a source stands against that source, and the two roots cancel.
    """

    def __init__(self, books: Iterable[Book], units: Iterable[str]) -> None:
        self._books = _name_apart({book.key: _component(book.key) for book in books})
        self._units = _name_apart({unit: _commodity(unit) for unit in units if unit != MONEY})

    def account(self, book: Book, account: AccountKey) -> str:
        """Return the name of *account* in *book*: root, book, code, and the year where it has one."""
        kind = CHART[account.code]
        mirrored = "Assets" if kind.is_debit else "Equity"
        root = mirrored if kind.group != "F" else _ROOTS[account.code[1]]
        parts = [root, self._books[book.key], account.code]
        if kind.group == "Q":
            parts.append(re.sub(r"[^A-Z0-9-]", "-", self._units[account.unit]))
        return ":".join([*parts, str(account.year)] if kind.is_yearly else parts)

    def commodity(self, account: AccountKey) -> str:
        """Return what *account* counts."""
        if account.unit != MONEY:
            return self._units[account.unit]
        return MEMO if CHART[account.code].group == "B" else MONEY

    def units(self) -> dict[str, str]:
        """Return the commodity of each unit that is counted."""
        return dict(self._units)


def _component(key: str) -> str:
    """Return *key* as a part of an account's name: letters, digits, hyphens, a capital first."""
    text = re.sub(r"[^A-Za-z0-9-]+", "-", key).strip("-")
    return (text[:1].upper() + text[1:]) or "Book"


def _commodity(unit: str) -> str:
    """Return a unit ("Q:件") as a commodity: capitals and digits; other signs as code points."""
    written = "".join(
        sign if re.match(r"[A-Z0-9-]", sign) else f"U{ord(sign):X}"
        for sign in unit.removeprefix("Q:").upper()
    )
    return f"Q-{written}"[:_LONGEST_COMMODITY].rstrip("-")


def _name_apart(wanted: dict[str, str]) -> dict[str, str]:
    """Return the wanted names with a number behind every one that another key took before."""
    taken: set[str] = set()
    names = {}
    for key, name in sorted(wanted.items()):
        number, own = 1, name
        while own.casefold() in taken:
            number += 1
            own = f"{name}-{number}"
        taken.add(own.casefold())
        names[key] = own
    return names
