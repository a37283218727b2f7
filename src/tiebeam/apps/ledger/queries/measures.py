"""
What is asked of many pairs at once, each measure by the rows that make it up.

Amounts are fen of one year of the donor's memo, or of the recipient's book. What is carried
from year to year moves nothing here, so years can be added up; refunds and what bounced are
taken off again. Cash, goods and credit are measures of their own and are never added.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from django.db.models import Q

from tiebeam.apps.ledger.models import Transfer
from tiebeam.core.ledger.chart import MONEY, Side

_CASH_BACK = ("payment", "bounce", "refund_confirmed")
"""Events whose undoing in a later year stands on B107 for cash; of goods and credit it is theirs alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """
    Rows that raise a measure; their mirrors lower it.

    Attributes:
        debit, credit: Codes; none is any.
        of: Kinds of event, the reversed one for a reversal; none is any.
    """

    debit: tuple[str, ...] = ()
    credit: tuple[str, ...] = ()
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """
    One measure.

    Attributes:
        side: In whose book its rows stand.
        rows: What makes it up.
        events: Kind of event → sign: what makes it up for those who read the events and not the book.
    """

    side: Side
    rows: tuple[Rows, ...]
    events: Mapping[str, int]


MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        "owed": Measure(
            side="donor",
            rows=(Rows(credit=("B100",)),),
            events={"obligation": 1, "due_up": 1, "due_down": -1},
        ),
        "planned": Measure(
            side="donor",
            rows=(Rows(debit=("B120",), credit=("B110", "B106")),),
            events={"appropriation": 1},
        ),
        "committed": Measure(
            side="donor",
            rows=(
                Rows(debit=("B130",), credit=("B120",)),
                Rows(debit=("B150", "B107"), credit=("B120", "B180")),
            ),
            events={"commitment": 1, "decommitment": -1, "refund_confirmed": -1},
        ),
        "paid": Measure(
            side="donor",
            rows=(Rows(debit=("B150",)), Rows(debit=("B107",), of=_CASH_BACK)),
            events={"payment": 1, "bounce": -1, "refund_confirmed": -1},
        ),
        "received": Measure(
            side="donor",
            rows=(
                Rows(debit=("D5310",), credit=("D1310", "D1000")),
                Rows(debit=("D4910",), credit=("D1000",)),
                Rows(
                    debit=("D3000",), credit=("D1310", "D1000"), of=("receipt", "refund_confirmed")
                ),
            ),
            events={"receipt": 1, "refund_confirmed": -1},
        ),
        "spent": Measure(
            side="recipient",
            rows=(
                Rows(debit=("R5000", "R1600"), credit=("R1000",)),
                Rows(debit=("R3000",), credit=("R1000",), of=("expenditure",)),
            ),
            events={"expenditure": 1},
        ),
        "in_kind": Measure(
            side="donor",
            rows=(Rows(debit=("B160",)), Rows(debit=("B107",), of=("goods_receipt",))),
            events={"goods_receipt": 1},
        ),
        "by_credit": Measure(
            side="donor",
            rows=(Rows(debit=("B155",)), Rows(debit=("B107",), of=("use_credit",))),
            events={"use_credit": 1},
        ),
    }
)
"""Every measure by its name, in the order of the stages."""


DIFFERENCES: Mapping[str, tuple[str, str]] = MappingProxyType({"unspent": ("received", "spent")})
"""What one measure leaves of another: the entries behind it are those of both."""


def entries_of(measure: str, accounts: Mapping[str, Collection[UUID]]) -> tuple[Q, Q]:
    """
    Return the conditions of the transfers that raise *measure*, and of those that lower it.

    They name accounts and rows by their ids, so that many rows are passed without looking at
    anything else: rows whose event has to be known stand on accounts that have few.

    Args:
        measure: A key of :data:`MEASURES` or :data:`DIFFERENCES`.
        accounts: Code → the accounts of it in the books that are asked about.
    """
    if measure in DIFFERENCES:
        first, less = (entries_of(each, accounts) for each in DIFFERENCES[measure])
        return first[0] | less[1], first[1] | less[0]
    raising, lowering = NOTHING, NOTHING
    for rows in MEASURES[measure].rows:
        raising |= _condition(rows, "debit", "credit", accounts)
        lowering |= _condition(rows, "credit", "debit", accounts)
    return raising, lowering


NOTHING = Q(pk__in=[])
"""The condition that no row fulfils."""


def _condition(rows: Rows, debit: str, credit: str, accounts: Mapping[str, Collection[UUID]]) -> Q:
    found = Q(unit=MONEY)
    for end, codes in ((debit, rows.debit), (credit, rows.credit)):
        if codes:
            ids = [pk for code in codes for pk in accounts.get(code, ())]
            if not ids:
                return NOTHING
            found &= Q(**{f"{end}_id__in": ids})
    if not rows.of:
        return found
    told = Q(batch__kind__in=rows.of) | Q(batch__reversed_kind__in=rows.of)
    return Q(pk__in=list(Transfer.objects.filter(found & told).values_list("pk", flat=True)))
