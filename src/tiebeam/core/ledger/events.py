"""The events of the ledger: who reports each, what it follows, and its terms (§L5, §L6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from tiebeam.core.ledger.chart import Side
from tiebeam.errors import Refused

By = Literal["coordinator", "donor", "recipient"]
Profile = Literal["on_expenditure", "on_receipt"]
STAGES = ("B110", "B120", "B130", "B140")
"""What a year may leave open: due, appropriated, committed, ordered."""


class UnknownKind(Refused):
    """The ledger knows no event of this kind."""

    code = "ledger.unknown_kind"


@dataclass(frozen=True, slots=True, kw_only=True)
class KindOf:
    """
    One kind of event.

    Attributes:
        by: Which side proposes and checks it.
        follows: The kinds of batch of whose amount it takes a part.
        gives_back: Whether it gives the commitment at the head of its chain back what it undoes.
        names_agreement: Whether it names an agreement in force.
        names_document: Whether it names the document that allows it.
        counts: Whether it moves counted things besides, or instead of, money.
    """

    by: By
    follows: tuple[str, ...] = ()
    gives_back: bool = False
    names_agreement: bool = False
    names_document: bool = True
    counts: bool = False


KINDS: Mapping[str, KindOf] = MappingProxyType(
    {
        "obligation": KindOf(by="coordinator"),
        "due_up": KindOf(by="coordinator"),
        "due_down": KindOf(by="coordinator"),
        "use_credit": KindOf(by="coordinator"),
        "opening": KindOf(by="donor", counts=True),
        "appropriation": KindOf(by="donor"),
        "commitment": KindOf(by="donor", names_agreement=True),
        "decommitment": KindOf(by="donor", follows=("commitment",)),
        "order": KindOf(by="donor", follows=("commitment",)),
        "cancel_order": KindOf(by="donor", follows=("order",), gives_back=True),
        "payment": KindOf(by="donor", follows=("order",)),
        "bounce": KindOf(by="donor", follows=("payment",), gives_back=True),
        "shipment": KindOf(by="donor", follows=("commitment",), counts=True),
        "goods_returned": KindOf(by="donor", follows=("shipment",), gives_back=True, counts=True),
        "goods_lost": KindOf(by="donor", follows=("shipment",), gives_back=True, counts=True),
        "refund_confirmed": KindOf(by="donor", follows=("refund_paid",)),
        "carry": KindOf(by="donor"),
        "lapse": KindOf(by="donor"),
        "receipt": KindOf(by="recipient", follows=("payment",)),
        "expenditure": KindOf(by="recipient"),
        "handover": KindOf(by="recipient"),
        "refund_agreed": KindOf(by="recipient", follows=("receipt",)),
        "refund_paid": KindOf(by="recipient", follows=("refund_agreed",)),
        "goods_receipt": KindOf(by="recipient", follows=("shipment",), counts=True),
        "supplies_used": KindOf(by="recipient", counts=True),
    }
)
"""Every kind by name. Reversals and the year's end are made of what is on record (§L9, §L10)."""


def kind_of(kind: str) -> KindOf:
    """
    Return what is known of a kind of event.

    Raises:
        UnknownKind: There is none of this name.
    """
    if kind not in KINDS:
        raise UnknownKind(kind=kind, known=tuple(KINDS))
    return KINDS[kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """
    One event with its terms.

    Attributes:
        kind: A key of :data:`KINDS`.
        year: The fiscal year of the day on which it is true.
        amount: Fen; 0 where only counted things move.
        quantity: Whole units of *quantity_unit*; 0 where only money moves.
        nature: Of an expenditure, ``current`` or ``capital``.
        stage: Of a carry or lapse, one of :data:`STAGES`.
        beyond_due: Of an appropriation: what the due does not hold is given beyond it.
        relates_to: The earlier year of which it speaks, where it is told late; 0 for its own.
        paid_in: Of a bounce or refund: the year in which the payment stands in the donor's book.
        expensed_in: Of a refund: the year in which the donor's book has the receipt.
        received_in: Of a refund: the year in which the recipient's book has the receipt.
    """

    kind: str
    year: int
    amount: int = 0
    quantity: int = 0
    quantity_unit: str = ""
    nature: str = ""
    stage: str = ""
    beyond_due: bool = False
    relates_to: int = 0
    paid_in: int = 0
    expensed_in: int = 0
    received_in: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """
    What both sides of a programme agree on for one year (§L8).

    Attributes:
        profile: When the recipient takes money for revenue.
        refund_reopens: Whether a refund can be committed anew, or lapses.
    """

    profile: Profile = "on_expenditure"
    refund_reopens: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """
    The years in which an event is posted.

    Attributes:
        policies: The policy of each year.
        open_from: The earliest open year of either book; 0 where none was closed.
    """

    policies: Mapping[int, Policy]
    open_from: Mapping[Side, int] = field(default_factory=dict)

    def year_in(self, side: Side, year: int) -> int:
        """Return the year in which a book takes what is true in *year*: that one, or its earliest open one."""
        return max(year, self.open_from.get(side, 0))

    def is_closed(self, side: Side, year: int) -> bool:
        """Return whether a book takes nothing in *year* any more."""
        return year < self.open_from.get(side, 0)

    def policy_in(self, year: int) -> Policy:
        """
        Return the policy of *year*.

        Raises:
            YearNotSet: The programme has none for it.
        """
        if year not in self.policies:
            raise YearNotSet(year=year)
        return self.policies[year]


class YearNotSet(Refused):
    """The recognition profile of a year is fixed before anything is posted in it."""

    code = "ledger.year_not_set"
