"""What was paid for what: the flows from donors through purposes to recipients."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Sum

from tiebeam.apps.ledger.models import Batch, Book
from tiebeam.apps.ledger.queries.entries import Sought, sum_purposes
from tiebeam.apps.ledger.queries.measures import MEASURES
from tiebeam.platform.time.periods import AsOf

PAID = MEASURES["paid"].events


@dataclass(frozen=True, slots=True)
class Flow:
    """
    What one pair paid for one purpose, net of what came back; *purpose* is empty where none was said.

    Attributes:
        by_events: Whether the events alone are read, and not the entries of the donor's book.
    """

    pairing_id: UUID
    purpose: str
    amount: int
    by_events: bool = False


def list_flows(
    pairing_ids: Collection[UUID], as_of: AsOf | None = None, year: int | None = None
) -> list[Flow]:
    """
    Return what *pairing_ids* paid by purpose, the largest first; below zero, where more came back in the year.

    Args:
        as_of: Count what was true on its day, as known at its moment; all, without it.
        year: Count what stands in this fiscal year of the donor alone.
    """
    books = Book.objects.filter(pairing_id__in=pairing_ids, side="donor")
    read = set(books.values_list("pairing_id", flat=True))
    sums: defaultdict[tuple[UUID, str], int] = defaultdict(int)
    by_events, in_year = set(pairing_ids), {}
    if year is not None:
        # In which year what came back stands is known to the rows alone; over all years it is the same.
        sums.update(sum_purposes(Sought(pairing_ids=read, as_of=as_of, year=year, measure="paid")))
        by_events, in_year = by_events - read, {"donor_year": year}
    for pairing_id, purpose, kind, amount in sum_events(by_events, PAID, as_of, **in_year):
        sums[pairing_id, purpose] += PAID[kind] * amount
    flows = [
        Flow(*key, amount, by_events=key[0] not in read) for key, amount in sums.items() if amount
    ]
    return sorted(flows, key=lambda flow: (-flow.amount, flow.purpose, str(flow.pairing_id)))


def sum_events(
    pairing_ids: Collection[UUID], kinds: Iterable[str], as_of: AsOf | None, **conditions: Any
) -> list[tuple[UUID, str, str, int]]:
    """Return pairing, purpose, kind and what its events come to, less those that were reversed."""
    listed = list(kinds)
    rows = seen(as_of).filter(pairing_id__in=pairing_ids, **conditions)
    found: defaultdict[tuple[UUID, str, str], int] = defaultdict(int)
    # Two statements, so that each goes by the index of its kind; a reversal says what it undoes.
    for sign, chosen, column in (
        (1, rows.filter(kind__in=listed), "kind"),
        (-1, rows.filter(kind="reversal", reversed_kind__in=listed), "reversed_kind"),
    ):
        sums = chosen.values_list("pairing_id", "purpose", column).annotate(total=Sum("amount"))
        for pairing_id, purpose, kind, amount in sums.order_by():
            found[pairing_id, purpose, kind] += sign * amount
    return [(*key, amount) for key, amount in found.items()]


def seen(as_of: AsOf | None) -> Any:
    """Return the batches that were true on a day, and known at a moment."""
    rows = Batch.objects.all()
    if as_of is None:
        return rows
    rows = rows.filter(valid_on__lte=as_of.true_on)
    return rows if as_of.known_at is None else rows.filter(recorded_at__lte=as_of.known_at)


def list_flow_years(pairing_ids: Collection[UUID]) -> list[int]:
    """Return the fiscal years of the donors in which anything was paid."""
    rows = Batch.objects.filter(pairing_id__in=pairing_ids, kind="payment")
    return sorted(set(rows.order_by().values_list("donor_year", flat=True).distinct()))
