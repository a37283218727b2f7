"""The journal across pairs: rows of the books that may be read, those behind a figure among them."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, F, Q, Sum, Value, When

from tiebeam.apps.ledger.models import Account, Book, Transfer
from tiebeam.apps.ledger.queries.measures import entries_of
from tiebeam.platform.time.periods import AsOf

COUNTED_MOST = 50_000
"""So many rows are counted; beyond them it is only said that there are more."""

ORDERS = {"day": "valid_on", "recorded": "recorded_at", "amount": "amount"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """
    Which rows.

    Attributes:
        pairing_ids: Of these pairs.
        as_of: True on its day and known at its moment; None for all.
        year: Fiscal year in which the row stands.
        measure: Those that make up this measure, with their sign.
        purpose: What the event is for; None for any, empty for none given.
        code: An account on either side.
        on: The day from which the last ones are sought, where there are very many.
    """

    pairing_ids: Collection[UUID]
    as_of: AsOf | None = None
    year: int | None = None
    measure: str = ""
    purpose: str | None = None
    code: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """
    Some rows, in order.

    Attributes:
        rows: Transfers with batch, book and both accounts; ``sign`` is -1 where one lowers the measure.
        count: Of all that were sought, at most :data:`COUNTED_MOST`.
        total: What they come to in the measure; None without one.
    """

    rows: list[Transfer]
    count: int
    total: int | None


def find_entries(
    sought: Sought,
    *,
    order: str = "day",
    is_descending: bool = True,
    start: int = 0,
    stop: int | None = None,
) -> Found:
    """
    Return some of the rows that are sought, ordered by a key of :data:`ORDERS`.

    The page is found among the rows alone; only what it shows is looked up beside them.
    """
    rows = _rows(sought)
    count = None if sought.measure else rows.order_by()[:COUNTED_MOST].count()
    mark = "-" if is_descending else ""
    is_by_day = order == "day" and is_descending
    among = _latest(rows, sought.on, stop) if count == COUNTED_MOST and is_by_day else rows
    ordered = among.order_by(mark + ORDERS[order], f"{mark}recorded_at", "batch_id", "number")
    signs = dict(ordered.values_list("pk", "sign")[start:stop])
    related = ("batch__pairing__donor", "batch__pairing__recipient", "book", "debit", "credit")
    known = {row.pk: row for row in Transfer.objects.filter(pk__in=signs).select_related(*related)}
    for pk, sign in signs.items():
        known[pk].sign = sign
    shown = [known[pk] for pk in signs]
    if count is not None:
        return Found(rows=shown, count=count, total=None)
    sums = rows.order_by().aggregate(total=Sum(F("amount") * F("sign")), count=Count("pk"))
    return Found(rows=shown, count=sums["count"], total=sums["total"] or 0)


def sum_purposes(sought: Sought) -> dict[tuple[UUID, str], int]:
    """Return pairing and purpose → what the rows that are sought come to, the same as :func:`find_entries` finds."""
    books = Book.objects.filter(pairing_id__in=sought.pairing_ids)
    pairings = dict(books.values_list("pk", "pairing_id"))
    rows = _rows(sought).order_by().values_list("book_id", "batch__purpose")
    sums: defaultdict[tuple[UUID, str], int] = defaultdict(int)
    for book_id, purpose, total in rows.annotate(total=Sum(F("amount") * F("sign"))):
        sums[pairings[book_id], purpose] += total
    return dict(sums)


def _latest(rows: Any, on: date | None, stop: int | None) -> Any:
    """Return of very many rows those of the last days that hold the first *stop*, so that few are put in order."""
    days = 8
    while on is not None and stop is not None and days < 10_000:
        latest = rows.filter(valid_on__gt=on - timedelta(days=days))
        if latest.order_by()[:stop].count() == stop:
            return latest
        days *= 4
    return rows


def _rows(sought: Sought) -> Any:
    books = list(
        Book.objects.filter(pairing_id__in=sought.pairing_ids).values_list("pk", flat=True)
    )
    rows = Transfer.objects.filter(book_id__in=books)
    if sought.as_of is not None:
        rows = rows.filter(valid_on__lte=sought.as_of.true_on)
        if sought.as_of.known_at is not None:
            rows = rows.filter(recorded_at__lte=sought.as_of.known_at)
    if sought.year is not None:
        rows = rows.filter(year=sought.year)
    if sought.purpose is not None:
        rows = rows.filter(batch__purpose=sought.purpose)
    if not (sought.code or sought.measure):
        return rows.annotate(sign=Value(1))
    accounts = _accounts(books)
    if sought.code:
        ids = accounts[sought.code]
        rows = rows.filter(Q(debit_id__in=ids) | Q(credit_id__in=ids))
    if not sought.measure:
        return rows.annotate(sign=Value(1))
    raising, lowering = entries_of(sought.measure, accounts)
    return rows.filter(raising | lowering).annotate(
        sign=Case(When(raising, then=Value(1)), default=Value(-1))
    )


def _accounts(books: Collection[UUID]) -> defaultdict[str, list[UUID]]:
    """Return code → the accounts of it in *books*."""
    found: defaultdict[str, list[UUID]] = defaultdict(list)
    for code, pk in Account.objects.filter(book_id__in=books).values_list("code", "pk"):
        found[code].append(pk)
    return found
