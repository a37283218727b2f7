"""
What accounts hold: now, and as of any day as known at any moment (§L11).

Now is what stands beside each account. As of a day it is what was kept of whole months, and the
rows of the two months that the question cuts; what was not kept yet is read from the rows as well.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from tiebeam.apps.ledger.models import Account, Book
from tiebeam.apps.ledger.queries.months import EVER_SINCE
from tiebeam.core.ledger.chart import CHART, Side
from tiebeam.core.ledger.posting import AccountKey
from tiebeam.platform.statements.running import given, in_parts, select
from tiebeam.platform.time.periods import AsOf

EVER = AsOf(true_on=date.max)
_FIRST = date(1, 1, 2)
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
    books: Iterable[Book], as_of: AsOf | Mapping[UUID, AsOf] | None = None
) -> dict[UUID, dict[AccountKey, int]]:
    """Return what the accounts of each of *books* hold, zeros left out; *as_of* for all, of each book, or None for now."""
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
    found = sum_rows({kept.book_id: kept.book.side}, as_of)
    return next(each.balance for each in found if each.account_id == kept.pk)


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
    sides: Mapping[UUID, str], as_of: AsOf | Mapping[UUID, AsOf], *, from_start: bool = False
) -> list[Sums]:
    """
    Return what was debited and credited to the accounts of some books, as of a day as known at a moment.

    Args:
        sides: The side of each book, which the acting organisation reads.
        as_of: For all books, or for each.
        from_start: Sum up all rows, and use nothing that was kept.
    """
    found = []
    for part in in_parts(sides):
        asked = [_asked(each, _of(as_of, each), from_start=from_start) for each in part]
        books, values = given(("uuid", "date", "date", "moment", "moment"), asked)
        found += [
            Sums(
                account_id,
                book_id,
                AccountKey(_side(sides[book_id]), code, year, unit),
                int(debits),
                int(credited),
            )
            for account_id, book_id, code, year, unit, debits, credited in select(
                _SUMS.format(books=books), values, ids=(0, 1)
            )
        ]
    return found


def _of(as_of: AsOf | Mapping[UUID, AsOf], book_id: UUID) -> AsOf:
    return as_of if isinstance(as_of, AsOf) else as_of[book_id]


def _asked(
    book_id: UUID, as_of: AsOf, *, from_start: bool
) -> tuple[UUID, date, date, datetime, datetime]:
    """Return what is asked of a book: the day, the last day of the last whole month, the moment, and until when sums are used."""
    day, known_at = as_of.true_on, as_of.known_at or _ALL
    is_whole = day.day == monthrange(day.year, day.month)[1]
    whole = day if is_whole else max(day.replace(day=1), _FIRST) - timedelta(days=1)
    return book_id, day, whole, known_at, EVER_SINCE if from_start else known_at


def _side(side: str) -> Side:
    return "donor" if side == "donor" else "recipient"


_ROWS = "SELECT t.debit_id, t.credit_id, t.amount FROM b JOIN ledger_transfer t ON t.book_id = b.id"
_SUMS = f"""
    WITH asked(id, day, whole, known_at, kept_at) AS ({{books}}),
    b AS (
        SELECT asked.*, coalesce((SELECT max(m.recorded_before) FROM ledger_monthsum m
            WHERE m.book_id = asked.id AND m.recorded_before <= asked.kept_at), '0001-01-01') AS kept
        FROM asked
    ),
    t AS (
        SELECT debit_id, credit_id, sum(amount) AS amount FROM (
            {_ROWS} AND t.recorded_at >= b.kept AND t.recorded_at <= b.known_at
            WHERE t.valid_on <= b.day
            UNION ALL {_ROWS} AND t.valid_on > b.whole AND t.valid_on <= b.day
            WHERE t.recorded_at < b.kept
        ) edges GROUP BY debit_id, credit_id
    ),
    sums AS (
        SELECT debit_id AS id, amount AS debits, 0 AS credits FROM t
        UNION ALL SELECT credit_id, 0, amount FROM t
        UNION ALL SELECT m.account_id, m.debit_sum, m.credit_sum FROM b JOIN ledger_monthsum m
            ON m.book_id = b.id AND m.recorded_before <= b.kept AND m.through <= b.day
    )
    SELECT a.id, a.book_id, a.code, a.year, a.unit, coalesce(sum(s.debits), 0), coalesce(sum(s.credits), 0)
    FROM b JOIN ledger_account a ON a.book_id = b.id LEFT JOIN sums s ON s.id = a.id
    GROUP BY a.id, a.book_id, a.code, a.year, a.unit
"""  # noqa: S608  # our own names
"""
Whole months of the day in whole months of the recording, and the rows of both edges.

What was recorded after the sums were kept, all where none were, and what is true in the month
that the day cuts.
"""
