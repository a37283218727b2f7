"""Close a fiscal year of a book: from then on it takes no row, and its sums are kept beside it."""

from datetime import date, datetime
from typing import Any

from tiebeam.apps.ledger.models import ClosedYear, Snapshot
from tiebeam.apps.ledger.operations.books import PairBooks
from tiebeam.core.ledger.chart import Side
from tiebeam.platform.audit.writing import next_id
from tiebeam.platform.statements.inserting import insert
from tiebeam.platform.statements.running import read_moment, select
from tiebeam.platform.tenancy.acting import Actor

SUMS = (
    "SELECT a.id,"
    " coalesce((SELECT sum(t.amount) FROM ledger_transfer t WHERE t.debit_id = a.id"
    " AND t.valid_on <= %s AND t.recorded_at <= %s), 0),"
    " coalesce((SELECT sum(t.amount) FROM ledger_transfer t WHERE t.credit_id = a.id"
    " AND t.valid_on <= %s AND t.recorded_at <= %s), 0)"
    " FROM ledger_account a WHERE a.book_id = %s ORDER BY a.id"
)
"""What the rows of each account of a book come to, through a day and as known at a moment."""


def close_book(books: PairBooks, batch: dict[str, Any], actor: Actor, now: datetime) -> None:
    """Close the year that *batch* ended in the actor's own book, and keep its sums."""
    side: Side = "donor" if books.owner("donor") == actor.organisation_id else "recipient"
    book = books.books[side]
    # Who waited for nobody may have been quicker, and was asked later.
    newest = select(
        "SELECT max(recorded_at) FROM ledger_batch WHERE pairing_id = %s", [books.pairing.pk]
    )
    now = max(now, read_moment(newest[0][0]) or now)
    ClosedYear(
        tenant_id=book.tenant_id,
        scope_id=book.scope_id,
        book_id=book.id,
        year=batch["year"],
        batch_id=batch["id"],
        closed_at=now,
    ).save(force_insert=True)
    through = date(batch["year"], 12, 31)
    sums = select(SUMS, [through, now, through, now, book.id], ids=(0,))
    insert(
        Snapshot,
        ("id", "tenant_id", "scope_id", "account_id", "through", "known_at", "debit_sum", "credit_sum"),
        [
            (next_id(now), book.tenant_id, book.scope_id, account_id, through, now, int(debit), int(credit))
            for account_id, debit, credit in sums
        ],
    )  # fmt: skip
