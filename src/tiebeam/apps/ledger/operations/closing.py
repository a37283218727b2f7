"""Close a fiscal year of a book: from then on it takes no row."""

from datetime import datetime
from typing import Any

from tiebeam.apps.ledger.models import ClosedYear
from tiebeam.apps.ledger.operations.books import PairBooks
from tiebeam.core.ledger.chart import Side
from tiebeam.platform.statements.running import read_moment, select
from tiebeam.platform.tenancy.acting import Actor


def close_book(books: PairBooks, batch: dict[str, Any], actor: Actor, now: datetime) -> None:
    """Close the year that *batch* ended in the actor's own book."""
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
