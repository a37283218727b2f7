"""What the rows of a book come to by month: of the day on which they are true, and of their recording (§L11)."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from tiebeam.platform.statements.running import is_postgresql, select

Month = tuple[UUID, date, datetime]
"""An account, the last day of a month of days, and the end of a month of recording."""

EVER_SINCE = datetime(1, 1, 1, tzinfo=UTC)
"""Before anything was recorded."""


def sum_months(book_id: UUID, since: datetime, until: datetime) -> dict[Month, tuple[int, int]]:
    """Return what was debited and credited by the rows of a book that were recorded from *since* until *until*."""
    true_in, recorded_in = _month("valid_on"), _month("recorded_at", "AT TIME ZONE 'UTC'")
    rows = (
        f"{true_in} AS true_in, {recorded_in} AS recorded_in FROM ledger_transfer"
        " WHERE book_id = %s AND recorded_at >= %s AND recorded_at < %s"
    )
    found = select(
        "SELECT id, true_in, recorded_in, sum(debit), sum(credit) FROM ("  # noqa: S608  # our own names
        f" SELECT debit_id AS id, amount AS debit, 0 AS credit, {rows}"
        f" UNION ALL SELECT credit_id, 0, amount, {rows}"
        ") ends GROUP BY id, true_in, recorded_in",
        [book_id, since, until] * 2,
        ids=(0,),
    )
    return {
        (account_id, _end(true_in) - timedelta(days=1), _midnight(_end(recorded_in))): (
            int(debits),
            int(credited),
        )
        for account_id, true_in, recorded_in, debits, credited in found
    }


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
