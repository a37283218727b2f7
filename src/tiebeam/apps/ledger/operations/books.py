"""The books of pairings, as an event meets them: accounts, balances, open years; and how a book is opened."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from tiebeam.apps.ledger.models import Account, Book
from tiebeam.apps.ledger.operations.overseers import let_oversee
from tiebeam.apps.ledger.operations.store import add_to_balances
from tiebeam.apps.pairings.models import Pairing
from tiebeam.core.ledger.chart import CHART, Side
from tiebeam.core.ledger.events import Frame, Policy
from tiebeam.core.ledger.posting import AccountKey
from tiebeam.platform.statements.inserting import insert
from tiebeam.platform.statements.running import (
    among,
    array,
    arrays,
    in_parts,
    read_array,
    read_moment,
    select,
)
from tiebeam.platform.tenancy.acting import Actor

SIDES: tuple[Side, Side] = ("donor", "recipient")
_ACCOUNT = (
    "id", "tenant_id", "scope_id", "book_id", "code", "group", "year", "unit", "balance",
    "may_be_negative",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BookAt:
    """
    One book.

    Attributes:
        closed_through: The last closed year, 0 where none was.
        closed_at: When that was closed.
        recorded_at: When its last row was recorded.
    """

    id: UUID
    tenant_id: UUID
    scope_id: UUID
    closed_through: int = 0
    closed_at: datetime | None = None
    recorded_at: datetime | None = None


@dataclass(slots=True)
class PairBooks:
    """
    The books of one pairing that an event may meet.

    Attributes:
        policies: What the programme fixed for each year.
        books: The books that stand, by side.
        accounts: The id of each account that stands.
        balances: What each holds, what was posted meanwhile included.
        changes: By how much each was changed meanwhile.
        opened: The accounts to be opened, with their ids.
    """

    pairing: Pairing
    policies: Mapping[int, Policy] = field(default_factory=dict)
    books: dict[Side, BookAt] = field(default_factory=dict)
    accounts: dict[AccountKey, UUID] = field(default_factory=dict)
    balances: dict[AccountKey, int] = field(default_factory=dict)
    changes: dict[AccountKey, int] = field(default_factory=dict)
    opened: dict[AccountKey, UUID] = field(default_factory=dict)
    frame: Frame = field(init=False)

    def __post_init__(self) -> None:
        """Have all years open until the books are read."""
        self.set_frame()

    def set_frame(self) -> None:
        """Take over which years are closed."""
        self.frame = Frame(
            policies=self.policies,
            open_from={
                side: book.closed_through + 1
                for side, book in self.books.items()
                if book.closed_through
            },
        )

    def owner(self, side: Side) -> UUID:
        """Return the organisation that owns the book of a side."""
        owner: UUID = self.pairing.donor_id if side == "donor" else self.pairing.recipient_id
        return owner

    def account_id(self, key: AccountKey) -> UUID:
        """Return the id of an account; one that is not there yet is to be opened."""
        return self.accounts.get(key) or self.opened.setdefault(key, uuid4())

    def change(self, effects: Mapping[AccountKey, int]) -> None:
        """Take over what a batch does."""
        for key, effect in effects.items():
            self.balances[key] = self.balances.get(key, 0) + effect
            self.changes[key] = self.changes.get(key, 0) + effect


def read_books(seats: Iterable[tuple[Side, PairBooks]], owner_id: UUID) -> None:
    """Read the books that *owner_id*, who acts, has on the named sides."""
    wanted = {(side, books.pairing.pk): books for side, books in seats}
    for part in in_parts(pairing_id for _, pairing_id in wanted):
        condition, ids = among("b.pairing_id", part)
        rows = select(
            # Asked once of each book, and not of each of its accounts.
            "WITH b AS MATERIALIZED (SELECT b.id, b.pairing_id, b.scope_id, b.programme_id, b.side,"  # noqa: S608  # our own names
            " (SELECT max(y.year) FROM ledger_closedyear y WHERE y.book_id = b.id) AS closed,"
            " (SELECT max(y.closed_at) FROM ledger_closedyear y WHERE y.book_id = b.id) AS closed_at,"
            " (SELECT max(t.recorded_at) FROM ledger_transfer t WHERE t.book_id = b.id) AS recorded_at"
            f" FROM ledger_book b WHERE {condition} AND b.tenant_id = %s)"
            f" SELECT b.*, (SELECT {arrays()}({array()}(a.id, a.code, a.year, a.unit, a.balance))"
            " FROM ledger_account a WHERE a.book_id = b.id),"
            f" (SELECT {arrays()}({array()}(y.year, y.profile, y.refund_reopens))"
            " FROM ledger_programmeyear y WHERE y.programme_id = b.programme_id) FROM b",
            [*ids, owner_id],
            ids=(0, 1, 2),
        )
        for (
            book_id, pairing_id, scope_id, _, side, closed, closed_at, recorded_at, accounts, years,
        ) in rows:  # fmt: skip
            books = wanted.get((side, pairing_id))
            if books is None:
                continue
            if side not in books.books:
                books.books[side] = BookAt(
                    book_id,
                    owner_id,
                    scope_id,
                    closed or 0,
                    read_moment(closed_at),
                    read_moment(recorded_at),
                )
            books.policies = _policies(read_array(years or []))
            for account_id, code, year, unit, held in read_array(accounts or []):
                key = AccountKey(side, code, year, unit)
                books.accounts[key] = UUID(account_id)
                books.balances[key] = held
    for books in wanted.values():
        books.set_frame()


def read_policies(listed: Sequence[PairBooks]) -> None:
    """Read what the programmes of pairings without a book fixed; the books tell it of the others."""
    found = list_policies({books.pairing.programme_id for books in listed}) if listed else {}
    for books in listed:
        books.policies = found.get(books.pairing.programme_id, {})
        books.set_frame()


def list_policies(programme_ids: Collection[UUID]) -> dict[UUID, dict[int, Policy]]:
    """Return what each programme fixed for each year."""
    years: dict[UUID, list[tuple[Any, ...]]] = {}
    condition, ids = among("programme_id", programme_ids)
    for programme_id, *fixed in select(
        f"SELECT programme_id, year, profile, refund_reopens FROM ledger_programmeyear WHERE {condition}",  # noqa: S608  # our own names
        ids,
        ids=(0,),
    ):
        years.setdefault(programme_id, []).append(tuple(fixed))
    return {programme_id: _policies(fixed) for programme_id, fixed in years.items()}


def _policies(years: Iterable[Sequence[Any]]) -> dict[int, Policy]:
    return {
        year: Policy(profile=profile, refund_reopens=bool(reopens))
        for year, profile, reopens in years
    }


def open_book(books: PairBooks, side: Side, actor: Actor, now: datetime) -> Book:
    """Open the book of a side, whose owner acts, and let whoever follows its money read it."""
    pairing = books.pairing
    book = Book(
        tenant_id=books.owner(side), pairing=pairing, programme_id=pairing.programme_id, side=side
    )
    book.save(force_insert=True)
    let_oversee([book], actor, now)
    books.books[side] = BookAt(book.pk, book.tenant_id, book.scope_id)
    return book


def open_accounts(places: Iterable[tuple[Side, PairBooks]]) -> None:
    """Open the accounts of the named books, whose owner acts, that are changed and were not there."""
    opened = []
    for side, books in places:
        for key in books.changes:
            if key.side == side and key not in books.accounts:
                book, kind = books.books[side], CHART[key.code]
                opened.append(
                    (
                        books.account_id(key), book.tenant_id, book.scope_id, book.id, key.code,
                        kind.group, key.year, key.unit, 0, kind.may_be_negative,
                    )
                )  # fmt: skip
    insert(Account, _ACCOUNT, opened)


def write_balances(places: Iterable[tuple[Side, PairBooks]]) -> bool:
    """Keep the balances in the named books, whose owner acts; return whether all of them bear it."""
    return add_to_balances(
        (books.account_id(key), change)
        for side, books in places
        for key, change in books.changes.items()
        if key.side == side and change
    )
