"""What accounts hold across books, on a day and as known at a moment (§L11)."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, Sum

from tiebeam.apps.ledger.models import Account, Book, Transfer
from tiebeam.core.ledger.chart import CHART, MONEY
from tiebeam.platform.time.periods import AsOf


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What the accounts of one code, year and unit hold, in their natural sign."""

    code: str
    year: int
    unit: str
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
        return self.balance if CHART[self.code].is_debit else -self.balance


def trial_balance(
    pairing_ids: Collection[UUID],
    as_of: AsOf | None = None,
    *,
    side: str = "",
    year: int | None = None,
) -> list[Held]:
    """
    Return what the books that may be read hold, account by account; those that are empty are left out.

    Args:
        pairing_ids: Whose books.
        as_of: Count what was true on its day, as known at its moment; all, without it.
        side: ``donor`` or ``recipient``; both, without it.
        year: The trial balance of this fiscal year: its yearly accounts, and what the others
            held after all rows up to it, so that a closed year stays as it was (§L10).
    """
    books = Book.objects.filter(pairing_id__in=pairing_ids)
    if side:
        books = books.filter(side=side)
    ids = list(books.values_list("pk", flat=True))
    sums: defaultdict[tuple[str, int, str], int] = defaultdict(int)
    for _, code, account_year, unit, amount in sum_accounts(ids, as_of, through=year):
        if year is None or account_year in {0, year}:
            sums[code, account_year, unit] += amount
    order = list(CHART)
    return [
        Held(code=code, year=account_year, unit=unit, balance=amount)
        for (code, account_year, unit), amount in sorted(
            sums.items(), key=lambda item: (order.index(item[0][0]), *item[0][1:])
        )
        if amount
    ]


def sum_accounts(
    book_ids: Collection[UUID],
    as_of: AsOf | None = None,
    *,
    through: int | None = None,
    units: Iterable[str] = (),
    code: str = "",
) -> list[tuple[UUID, str, int, str, int]]:
    """
    Return book, code, year, unit and balance of accounts, in their natural sign.

    Args:
        book_ids: Whose accounts.
        as_of: Count what was true on its day, as known at its moment; all, without it.
        through: Count the rows of fiscal years up to this one.
        units, code: Those of these units, and of this code, alone.
    """
    chosen = Q(book_id__in=book_ids)
    if units:
        chosen &= Q(unit__in=list(units))
    if as_of is None and through is None:
        accounts = Account.objects.filter(chosen, **({"code": code} if code else {}))
        return list(accounts.values_list("book_id", "code", "year", "unit", "balance"))
    rows = Transfer.objects.filter(chosen)
    if as_of is not None:
        rows = rows.filter(valid_on__lte=as_of.true_on)
        if as_of.known_at is not None:
            rows = rows.filter(recorded_at__lte=as_of.known_at)
    if through is not None:
        rows = rows.filter(year__lte=through)
    sums: defaultdict[tuple[Any, ...], int] = defaultdict(int)
    for end, sign in (("debit", 1), ("credit", -1)):
        of_code = rows.filter(**{f"{end}__code": code}) if code else rows
        for *key, total in (
            of_code.values_list("book_id", f"{end}__code", f"{end}__year", "unit")
            .annotate(total=Sum("amount"))
            .order_by()
        ):
            sums[tuple(key)] += sign * total * (1 if CHART[key[1]].is_debit else -1)
    return [(*key, amount) for key, amount in sums.items()]


def money_of(
    book_ids: Collection[UUID], as_of: AsOf | None
) -> Iterable[tuple[UUID, str, int, int]]:
    """Yield book, code, year and balance of the accounts of money."""
    for book_id, code, year, _, amount in sum_accounts(book_ids, as_of, units=[MONEY]):
        yield book_id, code, year, amount


def list_balances(
    pairing_ids: Collection[UUID], code: str, as_of: AsOf | None = None
) -> dict[tuple[UUID, int, str], int]:
    """Return pairing, year and unit → what the accounts *code* of the books hold, in their natural sign."""
    books = dict(Book.objects.filter(pairing_id__in=pairing_ids).values_list("pk", "pairing_id"))
    return {
        (books[book_id], year, unit): amount
        for book_id, _, year, unit, amount in sum_accounts(list(books), as_of, code=code)
    }
