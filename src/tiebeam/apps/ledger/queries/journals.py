"""The journal of books for other programs, with the balances that the ledger itself keeps (§L11, §L12)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from itertools import groupby
from uuid import UUID

from tiebeam.apps.ledger.models import Account, Book, ClosedYear, Transfer
from tiebeam.apps.ledger.queries.balances import sum_rows
from tiebeam.core.ledger.chart import Side
from tiebeam.core.ledger.posting import AccountKey, Row
from tiebeam.interchange.journals.entries import Balance, Entry, Journal
from tiebeam.interchange.journals.entries import Book as JournalBook
from tiebeam.platform.time.periods import AsOf

_COLUMNS = (
    "book_id", "batch_id", "number", "batch__kind", "batch__valid_on", "batch__recorded_at",
    "batch__document", "batch__purpose", "batch__note", "batch__reverses_id", "debit__code",
    "credit__code", "amount", "unit", "year", "relates_to_year",
)  # fmt: skip


def list_books(
    *, programme_id: UUID | None = None, pairing_ids: Collection[UUID] | None = None
) -> list[Book]:
    """Return the books that the acting organisation reads, of one programme or some pairings, or all."""
    rows = Book.objects.select_related(
        "tenant", "pairing__programme", "pairing__donor", "pairing__recipient"
    )
    if programme_id is not None:
        rows = rows.filter(programme_id=programme_id)
    if pairing_ids is not None:
        rows = rows.filter(pairing_id__in=pairing_ids)
    return list(rows.order_by("pk"))


def read_journal(title: str, books: Iterable[Book]) -> Journal:
    """
    Return everything that was posted in *books*, as known now.

    The balances beside it are the ledger's own answers: those of closed years are what it says
    was held and known when they were closed, the last ones what stands beside each account. So
    a program that adds up the rows proves the ledger's own figures.
    """
    named = {book.pk: _name(book) for book in books}
    entries = list(_list_entries(named))
    last = max((entry.valid_on for entry in entries), default=date.min)
    years = (row.year for entry in entries for row in entry.rows)
    through = max(last, date(max(years, default=1), 1, 1))
    return Journal(
        title=title,
        entries=entries,
        balances=[*_list_ended(named, through), *_list_standing(named, through)],
    )


def _name(book: Book) -> JournalBook:
    donor, recipient = book.pairing.donor, book.pairing.recipient
    partners = [
        f"{getattr(donor, name) or donor}-{getattr(recipient, name) or recipient}"
        for name in ("name_en", "name_zh")
    ]
    side: Side = "donor" if book.side == "donor" else "recipient"
    return JournalBook(
        key=f"{partners[0]}-{book.side}-{book.pk.hex[:8]}",
        side=side,
        owner=(book.tenant.name_en, book.tenant.name_zh),
        pairing=(partners[0], partners[1]),
    )


def _list_entries(named: dict[UUID, JournalBook]) -> Iterator[Entry]:
    rows = (
        Transfer.objects.filter(book_id__in=list(named))
        .order_by("book_id", "batch_id", "number")
        .values_list(*_COLUMNS)
    )
    for (book_id, batch_id), group in groupby(rows.iterator(), key=lambda row: row[:2]):
        found = list(group)
        kind, valid_on, recorded_at, document, purpose, note, reverses_id = found[0][3:10]
        book = named[book_id]
        yield Entry(
            batch=str(batch_id),
            book=book,
            kind=kind,
            valid_on=valid_on,
            recorded_at=recorded_at,
            rows=tuple(
                Row(book.side, debit, credit, amount, year, relates_to, unit)
                for debit, credit, amount, unit, year, relates_to in (row[10:] for row in found)
            ),
            document=document,
            narration=" · ".join(text for text in (purpose, note) if text),
            reverses=str(reverses_id or ""),
        )


def _list_ended(named: dict[UUID, JournalBook], through: date) -> Iterator[Balance]:
    """Yield what each account held when a year was closed, as known then; of that year and those before it."""
    closed: defaultdict[int, dict[UUID, AsOf]] = defaultdict(dict)
    for each in ClosedYear.objects.filter(book_id__in=list(named)).order_by("year", "book_id"):
        end = date(each.year, 12, 31)
        if end < through:
            closed[each.year][each.book_id] = AsOf(true_on=end, known_at=each.closed_at)
    for year, ends in closed.items():
        for found in sum_rows({book_id: named[book_id].side for book_id in ends}, ends):
            if found.key.year <= year and (found.debits or found.credits):
                yield Balance(
                    book=named[found.book_id],
                    account=found.key,
                    through=date(year, 12, 31),
                    amount=found.balance,
                )


def _list_standing(named: dict[UUID, JournalBook], through: date) -> Iterator[Balance]:
    for account in Account.objects.filter(book_id__in=list(named)).order_by("pk"):
        book = named[account.book_id]
        key = AccountKey(book.side, account.code, account.year, account.unit)
        yield Balance(book=book, account=key, through=through, amount=account.balance)
