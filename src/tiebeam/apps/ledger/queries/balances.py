"""
What accounts hold: now, and as of any day as known at any moment (§L11).

Now is what stands beside each account. As of a day it is summed up from the rows, beginning with
the sums that were kept when a year was closed; so a question costs what was posted since.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from tiebeam.apps.ledger.models import Account, Book
from tiebeam.core.ledger.chart import CHART, Side
from tiebeam.core.ledger.posting import AccountKey
from tiebeam.platform.statements.running import among, in_parts, select
from tiebeam.platform.time.periods import AsOf

EVER = AsOf(true_on=date.max)
_ALL = datetime(9999, 12, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sums:
    """What was debited to an account and credited to it in all."""

    account_id: UUID
    book_id: UUID
    key: AccountKey
    debits: int
    credits: int

    @property
    def balance(self) -> int:
        """Return what the account holds, in its natural sign."""
        net = self.debits - self.credits
        return net if CHART[self.key.code].is_debit else -net


@dataclass(frozen=True, slots=True)
class TrialLine:
    """An account over several books: what it holds in all of them, and in how many it holds something."""

    key: AccountKey
    balance: int
    books: int


def list_balances(
    books: Iterable[Book], as_of: AsOf | None = None
) -> dict[UUID, dict[AccountKey, int]]:
    """Return what the accounts of each of *books* hold, zeros left out; *as_of* None for now."""
    sides = {book.pk: book.side for book in books}
    found: dict[UUID, dict[AccountKey, int]] = {book_id: {} for book_id in sides}
    if as_of is not None:
        for each in sum_rows(sides, as_of):
            if each.balance:
                found[each.book_id][each.key] = each.balance
        return found
    held = Account.objects.filter(book_id__in=sides).exclude(balance=0).order_by()
    for book_id, code, year, unit, balance in held.values_list(
        "book_id", "code", "year", "unit", "balance"
    ):
        found[book_id][AccountKey(_side(sides[book_id]), code, year, unit)] = balance
    return found


def balance_as_of(account: Account, as_of: AsOf) -> int:
    """Return what *account* held on a day, as known at a moment."""
    kept = Account.objects.select_related("book").get(pk=account.pk)
    found = sum_rows({kept.book_id: kept.book.side}, as_of, account_ids=[kept.pk])
    return found[0].balance


def trial_balance(books: Iterable[Book], as_of: AsOf | None = None) -> list[TrialLine]:
    """Return the accounts of *books* together, in the order of the chart; in each group and unit they sum to zero."""
    totals: dict[AccountKey, tuple[int, int]] = {}
    for held in list_balances(books, as_of).values():
        for key, balance in held.items():
            total, count = totals.get(key, (0, 0))
            totals[key] = total + balance, count + 1
    order = {code: place for place, code in enumerate(CHART)}
    return [
        TrialLine(key, total, count)
        for key, (total, count) in sorted(
            totals.items(), key=lambda pair: (order[pair[0].code], pair[0].year, pair[0].unit)
        )
    ]


def sum_rows(
    sides: Mapping[UUID, str],
    as_of: AsOf,
    *,
    account_ids: Collection[UUID] = (),
    from_start: bool = False,
) -> list[Sums]:
    """
    Return what was debited and credited to the accounts of some books, as of a day as known at a moment.

    Args:
        sides: The side of each book, which the acting organisation reads.
        account_ids: These accounts of the books alone.
        from_start: Sum up all rows, and use nothing that was kept.
    """
    known_at = as_of.known_at or _ALL
    found = []
    for part in in_parts(sides):
        in_books, ids = among("a.book_id", part)
        if account_ids:
            these, more = among("a.id", account_ids)
            in_books, ids = f"{in_books} AND {these}", [*ids, *more]
        rows = select(
            _sums(in_books),
            [as_of.true_on if not from_start else date.min, known_at, *ids]
            + [as_of.true_on, known_at, known_at] * 2
            + ids,
            ids=(0, 1),
        )
        found += [
            Sums(
                account_id,
                book_id,
                AccountKey(_side(sides[book_id]), code, year, unit),
                int(debits),
                int(credited),
            )
            for account_id, book_id, code, year, unit, debits, credited in rows
        ]
    return found


def _side(side: str) -> Side:
    return "donor" if side == "donor" else "recipient"


def _sums(in_books: str) -> str:
    """
    Return the statement: the newest sums that were kept, and the rows that they do not hold.

    A row recorded after they were kept and true by their day was true in a year that was closed
    by then: it is marked as late.
    """

    def rows(end: str) -> str:
        return (
            f"coalesce(k.{end}_sum, 0)"  # noqa: S608  # our own names
            f" + coalesce((SELECT sum(t.amount) FROM ledger_transfer t WHERE t.{end}_id = a.id"
            " AND t.valid_on > coalesce(k.through, '0001-01-01') AND t.valid_on <= %s"
            " AND t.recorded_at <= %s), 0)"
            " + CASE WHEN k.through IS NULL THEN 0 ELSE coalesce("
            f"(SELECT sum(t.amount) FROM ledger_transfer t WHERE t.{end}_id = a.id AND t.is_late"
            " AND t.valid_on <= k.through AND t.recorded_at > k.known_at"
            " AND t.recorded_at <= %s), 0) END"
        )

    return f"""
        WITH k AS (
            SELECT account_id, through, known_at, debit_sum, credit_sum FROM (
                SELECT s.account_id, s.through, s.known_at, s.debit_sum, s.credit_sum, row_number()
                    OVER (PARTITION BY s.account_id ORDER BY s.through DESC, s.known_at DESC) AS place
                FROM ledger_snapshot s JOIN ledger_account a ON a.id = s.account_id
                WHERE s.through <= %s AND s.known_at <= %s AND {in_books}
            ) ranked WHERE place = 1
        )
        SELECT a.id, a.book_id, a.code, a.year, a.unit, {rows("debit")}, {rows("credit")}
        FROM ledger_account a LEFT JOIN k ON k.account_id = a.id
        WHERE {in_books}
    """  # noqa: S608  # our own names
