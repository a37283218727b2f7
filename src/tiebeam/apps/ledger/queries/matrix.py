"""
Donor × recipient × year: what was owed, given, received and spent, from the balances of accounts.

A year's end empties income and expense and moves what is open; those few rows are read beside
the balances, so that no pass over all rows is needed. The figures are those of
:mod:`~tiebeam.apps.ledger.queries.measures`, whose rows stand behind each of them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import F, Sum

from tiebeam.apps.ledger.models import Account, Book, Transfer
from tiebeam.apps.ledger.queries.balances import list_balances
from tiebeam.apps.ledger.queries.measures import MEASURES
from tiebeam.apps.ledger.queries.purposes import seen
from tiebeam.apps.pairings.models import Pairing
from tiebeam.core.ledger.chart import MONEY
from tiebeam.platform.time.periods import AsOf

_AT_YEAR_ENDS = ("B105", "B107", "B180", "B190", "D3000", "R3000")
"""Accounts with few rows: a year's end, what is carried, and what undoes something of a closed year."""

Figures = Mapping[str, int]
"""Measure → fen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairFigures:
    """
    What one pair comes to.

    Attributes:
        years: Year → its figures, each measure named; years of which nothing is known are absent.
        by_events: The sides whose book the reader does not read: theirs is summed from the events,
            which both sides read, each in the year in which it was told.
    """

    pairing: Pairing
    years: Mapping[int, Figures]
    by_events: frozenset[str] = frozenset()

    def total(self, measure: str, years: Collection[int] = ()) -> int:
        """Return *measure* over *years*, over all where none are named."""
        return sum(
            figures[measure] for year, figures in self.years.items() if not years or year in years
        )


@dataclass(slots=True)
class _BookHeld:
    """What a book holds, and what its few rows moved, by year."""

    side: str
    balances: defaultdict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))
    moved: defaultdict[tuple[int, str, str, str], int] = field(
        default_factory=lambda: defaultdict(int)
    )

    @property
    def years(self) -> set[int]:
        """The years of which something is known."""
        return {year for _, year in self.balances if year} | {key[0] for key in self.moved}

    def sum(self, year: int, *codes: str) -> int:
        """Return the balances of yearly accounts."""
        return sum(self.balances[code, year] for code in codes)

    def net(
        self,
        year: int,
        debits: Collection[str],
        credits_: Collection[str],
        of: Collection[str] = (),
    ) -> int:
        """Return what the few rows moved from *credits_* to *debits*, less what came the other way."""
        total = 0
        for (row_year, debit, credit, kind), amount in self.moved.items():
            if row_year != year or (of and kind not in of):
                continue
            if debit in debits and credit in credits_:
                total += amount
            elif debit in credits_ and credit in debits:
                total -= amount
        return total


def list_figures(pairings: Iterable[Pairing], as_of: AsOf | None = None) -> list[PairFigures]:
    """
    Return the figures of each of *pairings*, in their order.

    Args:
        as_of: Count what was true on its day, as known at its moment; all, without it.
    """
    rows = list(pairings)
    books = _read_books([row.pk for row in rows], as_of)
    years: defaultdict[UUID, defaultdict[int, dict[str, int]]] = defaultdict(
        lambda: defaultdict(lambda: dict.fromkeys(MEASURES, 0))
    )
    hidden: dict[str, list[UUID]] = {side: [] for side in _MEASURED}
    for row in rows:
        for side, measure in _MEASURED.items():
            held = books.get((row.pk, side))
            if held is None:
                hidden[side].append(row.pk)
                continue
            for year in held.years:
                years[row.pk][year].update(measure(held, year))
    by_events: defaultdict[UUID, set[str]] = defaultdict(set)
    for side, pairing_ids in hidden.items():
        for pairing_id, year, name, amount in _sum_events(side, pairing_ids, as_of):
            years[pairing_id][year][name] += amount
            by_events[pairing_id].add(side)
    return [
        PairFigures(
            pairing=row,
            years=dict(sorted(years[row.pk].items())),
            by_events=frozenset(by_events[row.pk]),
        )
        for row in rows
    ]


def sum_figures(found: Iterable[PairFigures], years: Collection[int] = ()) -> dict[str, int]:
    """Return each measure over all of *found*."""
    listed = list(found)
    return {name: sum(pair.total(name, years) for pair in listed) for name in MEASURES}


def sum_by_year(found: Iterable[PairFigures]) -> dict[int, dict[str, int]]:
    """Return each measure of each year over all of *found*."""
    totals: defaultdict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(MEASURES, 0))
    for pair in found:
        for year, figures in pair.years.items():
            for name, amount in figures.items():
                totals[year][name] += amount
    return dict(sorted(totals.items()))


def _measure_donor(held: _BookHeld, year: int) -> dict[str, int]:
    came_back = {
        measure: held.net(year, ["B110", "B120", "B130", "B140", "B180"], ["B107"], kinds)
        for measure, kinds in (
            ("cash", ("payment", "bounce", "refund_confirmed")),
            ("in_kind", ("goods_receipt",)),
            ("by_credit", ("use_credit",)),
        )
    }
    due_left = held.net(year, ["B180", "B190"], ["B110"]) - held.net(year, ["B110"], ["B105"])
    return {
        "owed": held.sum(year, "B100"),
        "planned": held.sum(year, "B100", "B106", "B108")
        - held.sum(year, "B110", "B155")
        - due_left
        + came_back["by_credit"],
        "committed": held.sum(year, "B130", "B140", "B150", "B160")
        + held.net(year, ["B190"], ["B130", "B140"])
        - held.net(year, ["B130", "B140"], ["B105"])
        - came_back["cash"]
        - came_back["in_kind"],
        "paid": held.sum(year, "B150") - came_back["cash"],
        "received": held.sum(year, "D5310")
        - held.sum(year, "D4910")
        + held.net(year, ["D3000"], ["D5310", "D4910"], ["year_end"])
        + held.net(year, ["D3000"], ["D1310", "D1000"], ["receipt", "refund_confirmed"]),
        "in_kind": held.sum(year, "B160") - came_back["in_kind"],
        "by_credit": held.sum(year, "B155") - came_back["by_credit"],
    }


def _measure_recipient(held: _BookHeld, year: int) -> dict[str, int]:
    return {
        "spent": held.sum(year, "R5000")
        + held.net(year, ["R3000"], ["R5000"], ["year_end"])
        + held.net(year, ["R1600"], ["R1000"])
        + held.net(year, ["R3000"], ["R1000"], ["expenditure"])
    }


_MEASURED = {"donor": _measure_donor, "recipient": _measure_recipient}


def _sum_events(
    side: str, pairing_ids: Collection[UUID], as_of: AsOf | None
) -> Iterator[tuple[UUID, int, str, int]]:
    if not pairing_ids:
        return
    rows = (
        seen(as_of)
        .filter(pairing_id__in=pairing_ids)
        .values("pairing_id", "kind", "reversed_kind", told_in=F(f"{side}_year"))
        .annotate(total=Sum("amount"))
        .order_by()
    )
    for row in rows:
        kind, amount = row["kind"], row["total"]
        if kind == "reversal":
            kind, amount = row["reversed_kind"], -amount
        for name, measure in MEASURES.items():
            if measure.side == side and kind in measure.events:
                yield row["pairing_id"], row["told_in"], name, measure.events[kind] * amount


def _read_books(
    pairing_ids: Collection[UUID], as_of: AsOf | None
) -> dict[tuple[UUID, str], _BookHeld]:
    listed = list(Book.objects.filter(pairing_id__in=pairing_ids))
    books = {book.pk: ((book.pairing_id, book.side), _BookHeld(book.side)) for book in listed}
    for book_id, balances in list_balances(listed, as_of).items():
        for key, amount in balances.items():
            if key.unit == MONEY:
                books[book_id][1].balances[key.code, key.year] += amount
    for book_id, year, debit, credit, kind, amount in _few_rows(books, as_of):
        books[book_id][1].moved[year, debit, credit, kind] += amount
    return dict(books.values())


def _rows(books: Collection[UUID], as_of: AsOf | None) -> Any:
    rows = Transfer.objects.filter(book_id__in=books, unit="CNY")
    if as_of is None:
        return rows
    rows = rows.filter(valid_on__lte=as_of.true_on)
    return rows if as_of.known_at is None else rows.filter(recorded_at__lte=as_of.known_at)


def _few_rows(
    books: Collection[UUID], as_of: AsOf | None
) -> Iterator[tuple[UUID, int, str, str, str, int]]:
    """Yield book, year, debit, credit, kind of event and amount of what stands on accounts with few rows."""
    wanted = (*_AT_YEAR_ENDS, "R1600", "R1000")
    accounts = Account.objects.filter(book_id__in=books, code__in=wanted)
    codes = dict(accounts.values_list("pk", "code"))
    few = [pk for pk, code in codes.items() if code in _AT_YEAR_ENDS]
    building = [pk for pk, code in codes.items() if code == "R1600"]
    cash = [pk for pk, code in codes.items() if code == "R1000"]
    rows = _rows(books, as_of)
    # Each by its own index: one statement with "or" would read every row.
    for chosen in (
        rows.filter(debit_id__in=few),
        rows.filter(credit_id__in=few).exclude(debit_id__in=few),
    ):
        sums = chosen.values_list(
            "book_id", "year", "debit__code", "credit__code", "batch__kind", "batch__reversed_kind"
        ).annotate(total=Sum("amount"))
        for book_id, year, debit, credit, kind, reversed_kind, total in sums.order_by():
            yield book_id, year, debit, credit, reversed_kind or kind, total
    for ends, chosen in (
        (("R1600", "R1000"), rows.filter(debit_id__in=building, credit_id__in=cash)),
        (("R1000", "R1600"), rows.filter(debit_id__in=cash, credit_id__in=building)),
    ):
        sums = chosen.values_list("book_id", "year").annotate(total=Sum("amount"))
        for book_id, year, total in sums.order_by():
            yield book_id, year, *ends, "expenditure", total
