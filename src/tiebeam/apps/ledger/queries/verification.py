"""
Whether the books are what their rows say (§L12): balances, kept sums, and what always holds.

Everything is summed up from the rows anew, and nothing that is kept beside them is trusted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from tiebeam.apps.ledger.models import Account, Book, MonthSum
from tiebeam.apps.ledger.queries.balances import EVER, Sums, sum_rows
from tiebeam.apps.ledger.queries.months import EVER_SINCE, sum_months
from tiebeam.core.ledger.posting import AccountKey
from tiebeam.core.ledger.soundness import find_unsound


@dataclass(frozen=True, slots=True)
class Difference:
    """
    Something in a book that is not as its rows say.

    Attributes:
        law: ``balance_kept`` or ``sums_kept``: what stands beside an account is not what its rows come to;
            otherwise a law of the core, such as ``stage``.
        where: The account or group, with its year.
        kept, found: What stands there, and what it should be.
    """

    book_id: UUID
    law: str
    where: str
    kept: int
    found: int


def verify_books(books: Iterable[Book]) -> list[Difference]:
    """Return where *books* differ from their rows, or break what always holds; an empty list means that they are sound."""
    listed = list(books)
    sides = {book.pk: book.side for book in listed}
    summed = sum_rows(sides, EVER, from_start=True)
    kept = dict(Account.objects.filter(book_id__in=sides).values_list("pk", "balance"))
    differences = [
        Difference(
            each.book_id, "balance_kept", _name(each.key), kept[each.account_id], each.balance
        )
        for each in summed
        if kept[each.account_id] != each.balance
    ]
    differences += _verify_sums(summed)
    pairs: dict[UUID, dict[AccountKey, int]] = {}
    pairing_of = {book.pk: book.pairing_id for book in listed}
    for each in summed:
        pairs.setdefault(pairing_of[each.book_id], {})[each.key] = each.balance
    first = {book.pairing_id: book.pk for book in reversed(listed)}
    for pairing_id, balances in pairs.items():
        differences += [
            Difference(first[pairing_id], each.law, each.where, each.left, each.right)
            for each in find_unsound(balances)
        ]
    return differences


def _verify_sums(sums: Iterable[Sums]) -> list[Difference]:
    """Return where what was kept of whole months is not what their rows come to."""
    names: dict[UUID, dict[UUID, str]] = {}
    for each in sums:
        names.setdefault(each.book_id, {})[each.account_id] = _name(each.key)
    differences = []
    for book_id, name_of in names.items():
        kept = {
            (each.account_id, each.through, each.recorded_before): (each.debit_sum, each.credit_sum)
            for each in MonthSum.objects.filter(book_id=book_id)
        }
        last = max((recorded_before for _, _, recorded_before in kept), default=EVER_SINCE)
        found = sum_months(book_id, EVER_SINCE, last)
        for month in sorted(kept.keys() | found.keys()):
            pairs = zip(kept.get(month, (0, 0)), found.get(month, (0, 0)), strict=True)
            account_id, through, recorded_before = month
            where = f"{name_of[account_id]} {through} {recorded_before:%Y-%m-%d}"
            differences += [
                Difference(book_id, "sums_kept", where, before, now)
                for before, now in pairs
                if before != now
            ]
    return differences


def _name(key: AccountKey) -> str:
    return " ".join([key.code, *([str(key.year)] if key.year else []), key.unit])
