"""What a journal holds: the rows of batches by book and day, and what the accounts must hold then."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby

from tiebeam.core.ledger.chart import CHART, Side
from tiebeam.core.ledger.posting import AccountKey, Row, effects_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """
    One side's book of a pairing.

    Attributes:
        key: Names it in account names; letters, digits and hyphens stay as they are.
        side: Whose book of the pairing it is.
        owner: Its organisation, in English and Chinese.
        pairing: The two partners, in English and Chinese.
    """

    key: str
    side: Side
    owner: tuple[str, str] = ("", "")
    pairing: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One batch as far as it stands in one book."""

    batch: str
    book: Book
    kind: str
    valid_on: date
    recorded_at: datetime
    rows: tuple[Row, ...]
    document: str = ""
    narration: str = ""
    reverses: str = ""


@dataclass(frozen=True, slots=True)
class Posted:
    """Rows of one entry that stand in one fiscal year, and the day on which they count there."""

    day: date
    entry: Entry
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What an account holds at the end of the day *through*, in its natural sign."""

    book: Book
    account: AccountKey
    through: date
    amount: int

    @property
    def debit(self) -> int:
        """The amount as programs of bookkeeping keep it: debits above zero."""
        return self.amount if CHART[self.account.code].is_debit else -self.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """
    Everything that one export says.

    Attributes:
        title: What it is an export of.
        entries: In any order.
        balances: What the ledger says its accounts hold; the export lets other programs prove it.
        account_names: English and Chinese name by code of the chart.
        notes: Stand at the head, such as that bases are illustrative.
    """

    title: str
    entries: Sequence[Entry]
    balances: Sequence[Balance] = ()
    account_names: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    notes: Sequence[str] = ()


def list_posted(entries: Iterable[Entry]) -> list[Posted]:
    """
    Return *entries* by the day on which they count, each parted by fiscal year.

    What is told late of a closed year counts from the first day of the year that took it, since
    a closed year takes nothing; so does what a batch carries into the next year.
    """
    posted = [
        Posted(max(entry.valid_on, date(year, 1, 1)), entry, tuple(rows))
        for entry in entries
        for year, rows in groupby(entry.rows, key=lambda row: row.year)
    ]
    return sorted(
        posted, key=lambda p: (p.day, p.entry.recorded_at, p.entry.batch, p.entry.book.key)
    )


def year_end_balances(entries: Iterable[Entry]) -> list[Balance]:
    """
    Return what the accounts hold at the end of each fiscal year of *entries*.

    An account that is empty and was not moved in a year is left out of that year.
    """
    held: dict[Book, dict[AccountKey, int]] = defaultdict(dict)
    balances = []
    for year, posted in groupby(list_posted(entries), key=lambda p: p.day.year):
        moved = set()
        for each in posted:
            accounts = held[each.entry.book]
            for account, change in effects_of(each.rows).items():
                accounts[account] = accounts.get(account, 0) + change
                moved.add((each.entry.book, account))
        balances += [
            Balance(book=book, account=account, through=date(year, 12, 31), amount=amount)
            for book, accounts in held.items()
            for account, amount in accounts.items()
            if amount or (book, account) in moved
        ]
    return balances


def first_days(
    posted: Iterable[Posted], balances: Iterable[Balance]
) -> list[tuple[date, Book, AccountKey]]:
    """Return each account that is used or has a balance, with the first day on which it does."""
    used = [
        (each.day, each.entry.book, account)
        for each in posted
        for pair in map(Row.keys, each.rows)
        for account in pair
    ]
    used += [(balance.through, balance.book, balance.account) for balance in balances]
    first: dict[tuple[str, AccountKey], tuple[date, Book, AccountKey]] = {}
    for day, book, account in sorted(used, key=lambda u: (u[0], u[1].key, u[2])):
        first.setdefault((book.key, account), (day, book, account))
    return list(first.values())
