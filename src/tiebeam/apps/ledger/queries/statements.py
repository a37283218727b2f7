"""A fiscal year of a book: its statement, whether it is closed; and what a programme fixed for its years."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Sum

from tiebeam.apps.ledger.models import Book, ClosedYear, ProgrammeYear, Transfer
from tiebeam.core.ledger.chart import CHART


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """What one account holds at the end of a year, on its debit or credit side."""

    code: str
    unit: str
    debit: int
    credit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One book at the end of a year; ``closed`` where its owner closed it."""

    book: Book
    year: int
    lines: tuple[StatementLine, ...]
    closed: ClosedYear | None

    def holds(self, *codes: str) -> int:
        """Return what accounts of money hold together."""
        return sum(
            abs(line.debit - line.credit)
            for line in self.lines
            if line.code in codes and not line.unit.startswith("Q:")
        )


def list_statements(pairing_id: UUID, year: int) -> list[Statement]:
    """
    Return the statement of a year for each book of a pair that may be read.

    It is made of the rows that stand in this year or an earlier one: once the year is closed it
    takes no further row, and stays as it is (§L12).
    """
    books = list(
        Book.objects.filter(pairing_id=pairing_id).select_related("tenant").order_by("side")
    )
    sums: defaultdict[UUID, defaultdict[tuple[str, str], list[int]]] = defaultdict(
        lambda: defaultdict(lambda: [0, 0])
    )
    rows = Transfer.objects.filter(book__in=books, year__lte=year).order_by()
    for place, end in enumerate(("debit", "credit")):
        standing = rows.filter(**{f"{end}__year__in": (0, year)})
        for book_id, code, unit, total in standing.values_list(
            "book_id", f"{end}__code", "unit"
        ).annotate(total=Sum("amount")):
            sums[book_id][code, unit][place] += total
    closed = {
        row.book_id: row
        for row in ClosedYear.objects.filter(book__in=books, year=year).select_related("batch")
    }
    return [
        Statement(
            book=book,
            year=year,
            lines=tuple(_lines(sums[book.pk])),
            closed=closed.get(book.pk),
        )
        for book in books
    ]


def list_programme_years(programme_id: UUID) -> Sequence[ProgrammeYear]:
    """Return what a programme fixed for its years, the latest first."""
    return list(ProgrammeYear.objects.filter(programme_id=programme_id).order_by("-year"))


def _lines(sums: dict[tuple[str, str], list[int]]) -> list[StatementLine]:
    lines = []
    for code, unit in sorted(sums, key=lambda key: (list(CHART).index(key[0]), key[1])):
        debit, credit = sums[code, unit]
        if debit != credit:
            lines.append(
                StatementLine(
                    code=code,
                    unit=unit,
                    debit=max(0, debit - credit),
                    credit=max(0, credit - debit),
                )
            )
    return lines
