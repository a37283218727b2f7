"""The trial balance across books, of a fiscal year too; and one account in each of them (§L10, §L11)."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tiebeam.apps.ledger.models import Book, ClosedYear
from tiebeam.apps.ledger.queries.balances import list_balances
from tiebeam.core.ledger.chart import CHART
from tiebeam.core.ledger.posting import AccountKey
from tiebeam.platform.time.periods import AsOf


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What the accounts of one code, year and unit hold in all books together, in their natural sign."""

    key: AccountKey
    balance: int

    @property
    def debit(self) -> int:
        """What stands on the debit side."""
        return max(0, self._debit)

    @property
    def credit(self) -> int:
        """What stands on the credit side."""
        return max(0, -self._debit)

    @property
    def _debit(self) -> int:
        return self.balance if CHART[self.key.code].is_debit else -self.balance


def list_trial(
    pairing_ids: Collection[UUID],
    as_of: AsOf | None = None,
    *,
    side: str = "",
    owner_id: UUID | None = None,
    year: int | None = None,
) -> list[Held]:
    """
    Return what the books that may be read hold, account by account; those that are empty are left out.

    Args:
        pairing_ids: Whose books.
        as_of: Count what was true on its day, as known at its moment; all, without it.
        side: ``donor`` or ``recipient``; both, without it.
        owner_id: The organisation whose books they are; all, without it.
        year: The trial balance of this fiscal year: its yearly accounts, and what the others
            held at its end; of a book that has closed it, as it was closed (§L10).
    """
    books = Book.objects.filter(pairing_id__in=pairing_ids)
    if side:
        books = books.filter(side=side)
    if owner_id is not None:
        books = books.filter(tenant_id=owner_id)
    listed = list(books)
    sums: defaultdict[AccountKey, int] = defaultdict(int)
    held = list_balances(listed, as_of) if year is None else _at_end(listed, as_of, year)
    for balances in held.values():
        for key, amount in balances.items():
            if year is None or key.year in {0, year}:
                sums[key] += amount
    order = {code: place for place, code in enumerate(CHART)}
    keys = sorted(sums, key=lambda key: (order[key.code], key.year, key.unit))
    return [Held(key=key, balance=sums[key]) for key in keys if sums[key]]


def list_account(
    pairing_ids: Collection[UUID], code: str, as_of: AsOf | None = None
) -> dict[tuple[UUID, int, str], int]:
    """Return pairing, year and unit → what the accounts *code* of the books hold, in their natural sign."""
    books = {
        book.pk: book
        for book in Book.objects.filter(pairing_id__in=pairing_ids, side=CHART[code].side)
    }
    return {
        (books[book_id].pairing_id, key.year, key.unit): amount
        for book_id, balances in list_balances(books.values(), as_of).items()
        for key, amount in balances.items()
        if key.code == code
    }


def _at_end(
    books: Collection[Book], as_of: AsOf | None, year: int
) -> Mapping[UUID, Mapping[AccountKey, int]]:
    """Return what *books* held at the end of *year*; without *as_of* those that have closed it, as known then."""
    end = date(year, 12, 31)
    if as_of is not None:
        day = min(end, as_of.true_on)
        return list_balances(books, AsOf(true_on=day, known_at=as_of.known_at))
    closed = dict(
        ClosedYear.objects.filter(book__in=books, year=year).values_list("book_id", "closed_at")
    )
    ends = {book.pk: AsOf(true_on=end, known_at=closed.get(book.pk)) for book in books}
    return list_balances(books, ends)
