"""
Whether the books are what their rows say (§L12): balances, kept sums, and what always holds.

Everything is summed up from the rows anew, and nothing that is kept beside them is trusted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tiebeam.apps.ledger.models import Account, Book, Snapshot
from tiebeam.apps.ledger.queries.balances import EVER, sum_rows
from tiebeam.core.ledger.posting import AccountKey
from tiebeam.core.ledger.soundness import find_unsound
from tiebeam.platform.time.periods import AsOf


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
    differences += _verify_sums(sides)
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


def _verify_sums(sides: dict[UUID, str]) -> list[Difference]:
    differences = []
    kept = Snapshot.objects.filter(account__book_id__in=sides).order_by("through", "known_at")
    asked: dict[tuple[UUID, date, object], dict[UUID, Snapshot]] = {}
    for each in kept.select_related("account"):
        question = each.account.book_id, each.through, each.known_at
        asked.setdefault(question, {})[each.account_id] = each
    for (book_id, through, _), snapshots in asked.items():
        known_at = next(iter(snapshots.values())).known_at
        as_of = AsOf(true_on=through, known_at=known_at)
        for found in sum_rows({book_id: sides[book_id]}, as_of, from_start=True):
            snapshot = snapshots.get(found.account_id)
            if snapshot is None:
                continue
            for before, now in (
                (snapshot.debit_sum, found.debits),
                (snapshot.credit_sum, found.credits),
            ):
                if before != now:
                    where = f"{_name(found.key)} {through}"
                    differences.append(Difference(book_id, "sums_kept", where, before, now))
    return differences


def _name(key: AccountKey) -> str:
    return " ".join([key.code, *([str(key.year)] if key.year else []), key.unit])
