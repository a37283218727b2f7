"""
Keep what the rows of months that are over come to, so that balances of past days are found quickly (§L11).

The rows alone count: a month that is not kept yet is read from them. A month of recording is
kept as a whole, with nobody posting meanwhile, and takes no row afterwards.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Max, OuterRef, Subquery
from django.db.models.functions import Coalesce

from tiebeam.apps.ledger.models import Book, MonthSum, Transfer
from tiebeam.apps.ledger.queries.months import EVER_SINCE, begin_month, sum_months
from tiebeam.platform.audit.writing import next_id
from tiebeam.platform.statements.inserting import insert
from tiebeam.platform.tenancy.holding import hold

MARGIN = timedelta(days=1)
"""So long after its end a month of recording is kept: the clocks of servers differ, and posts take a while."""

_COLUMNS = (
    "id", "tenant_id", "scope_id", "book_id", "account_id", "through", "recorded_before",
    "debit_sum", "credit_sum",
)  # fmt: skip


def list_unkept(now: datetime) -> list[Book]:
    """Return the books of the acting organisation with rows of a month that is over and not kept yet."""
    of_book = {"book_id": OuterRef("pk")}
    kept = MonthSum.objects.filter(**of_book).order_by("-recorded_before")
    rows = Transfer.objects.filter(**of_book, recorded_at__lt=_until(now)).order_by("-recorded_at")
    found = Book.objects.owned().annotate(
        kept=Coalesce(Subquery(kept.values("recorded_before")[:1]), EVER_SINCE),
        newest=Subquery(rows.values("recorded_at")[:1]),
    )
    return list(found.filter(newest__gte=F("kept")).order_by("pk"))


@transaction.atomic
def keep_months(book: Book, now: datetime) -> int:
    """Keep the sums of the months of recording of *book* that are over, and return how many sums were added."""
    # Every post shares the pairing until it stands: none is under way.
    hold(book.pairing_id)
    kept = MonthSum.objects.filter(book=book).aggregate(last=Max("recorded_before"))["last"]
    sums = sum_months(book.pk, kept or EVER_SINCE, _until(now))
    insert(
        MonthSum,
        _COLUMNS,
        [
            (next_id(now), book.tenant_id, book.scope_id, book.pk, *month, *amounts)
            for month, amounts in sorted(sums.items())
        ],
    )
    return len(sums)


def _until(now: datetime) -> datetime:
    return begin_month(now - MARGIN)
