"""What the rows of a book come to by month: of the day on which they are true, and of their recording (§L11)."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from tiebeam.platform.statements.running import is_postgresql, select

Month = tuple[UUID, date, datetime]
"""An account, the last day of a month of days, and the end of a month of recording."""

EVER_SINCE = datetime(1, 1, 1, tzinfo=UTC)
"""Before anything was recorded."""

_ZONE = "AT TIME ZONE 'UTC'"


def sum_months(book_id: UUID, since: datetime, until: datetime) -> dict[Month, tuple[int, int]]:
    """Return what was debited and credited by the rows of a book that were recorded from *since* until *until*."""
    months = f"{_month('valid_on')}, {_month('recorded_at', _ZONE)}"
    rows = select(
        f"SELECT debit_id, credit_id, {months}, sum(amount) FROM ledger_transfer"  # noqa: S608  # our own names
        " WHERE book_id = %s AND recorded_at >= %s AND recorded_at < %s"
        f" GROUP BY debit_id, credit_id, {months}",
        [book_id, since, until],
        ids=(0, 1),
    )
    debits: Counter[Month] = Counter()
    credited: Counter[Month] = Counter()
    for debit_id, credit_id, true_in, recorded_in, amount in rows:
        month = _end(true_in) - timedelta(days=1), _midnight(_end(recorded_in))
        debits[debit_id, *month] += int(amount)
        credited[credit_id, *month] += int(amount)
    return {month: (debits[month], credited[month]) for month in debits | credited}


def begin_month(moment: datetime) -> datetime:
    """Return when the month of *moment* began; months of recording are those of UTC."""
    return _midnight(moment.astimezone(UTC).date().replace(day=1))


def _month(column: str, zone: str = "") -> str:
    """Return in SQL the year and month of a column, as 2020-02."""
    return f"to_char({column} {zone}, 'YYYY-MM')" if is_postgresql() else f"substr({column}, 1, 7)"


def _end(month: str) -> date:
    """Return the first day after *month*."""
    return (date.fromisoformat(f"{month}-01") + timedelta(days=31)).replace(day=1)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
