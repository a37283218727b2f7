"""
Write batches with their rows and balances, each half in the seat of its owner.

Balances come last: whoever else posts to the same accounts waits no longer than that.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError

from tiebeam.apps.ledger.models import Batch, Book, Transfer
from tiebeam.apps.ledger.operations.books import (
    PairBooks,
    open_accounts,
    open_book,
    read_books,
    write_balances,
)
from tiebeam.apps.ledger.operations.closing import close_book
from tiebeam.apps.ledger.operations.refusals import KeyReused
from tiebeam.core.ledger.chart import Side
from tiebeam.core.ledger.posting import Row, refuse_breaches
from tiebeam.platform.audit.writing import next_id
from tiebeam.platform.statements.inserting import insert
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.holding import hold

Places = Sequence[tuple[Side, PairBooks]]

_TRANSFER = (
    "id", "tenant_id", "scope_id", "batch_id", "book_id", "number", "debit_id", "credit_id",
    "amount", "unit", "year", "relates_to_year", "valid_on", "recorded_at", "is_late",
    "reverses_id",
)  # fmt: skip


@dataclass(slots=True)
class Composed:
    """A batch to be written: its columns, and its rows with the row that each undoes."""

    books: PairBooks
    batch: dict[str, Any]
    rows: list[tuple[Row, UUID | None]]

    def ends_year_of(self, books: PairBooks) -> bool:
        """Return whether it closes a year of *books*."""
        return self.books is books and self.batch["kind"] == "year_end"


def write_batches(composed: Sequence[Composed]) -> None:
    """
    Write the batches, which the acting organisation owns.

    Raises:
        KeyReused: A key is that of a batch of another pairing.
    """
    columns = tuple(composed[0].batch) if composed else ()
    with refusing_reused(composed):
        insert(Batch, columns, [tuple(each.batch.values()) for each in composed])


@contextmanager
def refusing_reused(composed: Sequence[Composed]) -> Iterator[None]:
    """Refuse a key that the database knows; where answers are not waited for, it says so at their end."""
    try:
        yield
    except IntegrityError as error:
        if "ledger_batch" not in str(error):
            raise
        raise KeyReused(key=str(composed[0].batch["id"])) from error


def open_new(
    places: Places, composed: Sequence[Composed], actor: Actor, now: datetime, *, is_shared: bool
) -> list[Book]:
    """Open the books and accounts that are changed and were not there; return the books."""
    opened: list[Book] = []
    for side, books in places:
        changed = [key for key in books.changes if key.side == side]
        if is_shared and any(key not in books.accounts for key in changed):
            # Others who share the pairing may be opening the same ones.
            hold(uuid5(books.pairing.pk, side))
            read_books([(side, books)], books.owner(side))
        is_met = changed or any(each.ends_year_of(books) for each in composed)
        if is_met and side not in books.books:
            opened.append(open_book(books, side, actor, now))
    open_accounts(places)
    return opened


def write_rows(places: Places, composed: Sequence[Composed], actor: Actor, now: datetime) -> None:
    """
    Write the rows that stand in the books of *places*, and what they do to the balances.

    Raises:
        Overdrawn: Somebody was quicker.
    """
    mine = {(side, books.pairing.pk) for side, books in places}
    rows = [
        _transfer(each, number, row, undone, now)
        for each in composed
        for number, (row, undone) in enumerate(each.rows, start=1)
        if (row.side, each.books.pairing.pk) in mine
    ]
    insert(Transfer, _TRANSFER, rows)
    for each in composed:
        if any(each.ends_year_of(books) for _, books in places):
            close_book(each.books, each.batch, actor, now)
    if not write_balances(places):
        _refuse_again(places)


def _refuse_again(places: Places) -> None:
    """Refuse what somebody quicker left no room for, with what the account holds by now."""
    changes = [dict(books.changes) for _, books in places]
    for side, books in places:
        read_books([(side, books)], books.owner(side))
    for (side, books), changed in zip(places, changes, strict=True):
        own = {key: each for key, each in changed.items() if key.side == side}
        refuse_breaches(own, books.balances)
    raise AssertionError("an account is of the acting organisation")


def _transfer(
    composed: Composed, number: int, row: Row, undone: UUID | None, now: datetime
) -> tuple[Any, ...]:
    books, batch, (debit, credit) = composed.books, composed.batch, row.keys()
    book = books.books[row.side]
    return (
        next_id(now), book.tenant_id, book.scope_id, batch["id"], book.id, number,
        books.account_id(debit), books.account_id(credit), row.amount, row.unit, row.year,
        row.relates_to, batch["valid_on"], batch["recorded_at"],
        batch["valid_on"].year <= book.closed_through, undone,
    )  # fmt: skip
