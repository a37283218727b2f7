"""
What each event posts, as rows of two ends, and whether the books bear it (§L5 to §L8).

Every row stands in one book and one group, so each book balances however rows are put
together. Whether an event is possible is asked of its net effect on each account.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from tiebeam.core.ledger.chart import (
    CHART,
    FULFILLED,
    LARGEST_AMOUNT,
    LARGEST_BALANCE,
    MONEY,
    NET_ASSETS,
    Side,
    quantity_unit,
)
from tiebeam.core.ledger.events import STAGES, Event, Frame, kind_of
from tiebeam.errors import Refused


class AccountKey(NamedTuple):
    """One account of the two books of a pairing; *year* is 0 where the account is not yearly."""

    side: Side
    code: str
    year: int
    unit: str


Balances = Mapping[AccountKey, int]
"""What each account holds, in its natural sign; what is not named holds nothing."""


@dataclass(frozen=True, slots=True)
class Row:
    """
    One amount moved from one account to another of the same book, group and unit.

    Attributes:
        year: The fiscal year in which the row stands.
        relates_to: The earlier, closed year of which it speaks; 0 for its own.
    """

    side: Side
    debit: str
    credit: str
    amount: int
    year: int
    relates_to: int = 0
    unit: str = MONEY

    def keys(self) -> tuple[AccountKey, AccountKey]:
        """Return the accounts debited and credited."""
        return (
            _key_of(self.side, self.debit, self.year, self.unit),
            _key_of(self.side, self.credit, self.year, self.unit),
        )


@lru_cache(maxsize=1000)
def _key_of(side: Side, code: str, year: int, unit: str) -> AccountKey:
    return AccountKey(side, code, year if CHART[code].is_yearly else 0, unit)


@dataclass(frozen=True, slots=True)
class Breach:
    """An account that would fall below zero, or pass what can be counted."""

    key: AccountKey
    balance: int
    change: int


class AmountOutOfRange(Refused):
    """An amount is a whole number of fen between 1 and the most that a row may move."""

    code = "ledger.amount_out_of_range"


class TermMissing(Refused):
    """An event of this kind needs a term that was not given, or not one of these words."""

    code = "ledger.term_missing"


class CreditUsedUp(Refused):
    """No more credit of earlier years is left than this."""

    code = "ledger.credit_used_up"


class FormerProfile(Refused):
    """Revenue of this year is recognised on receipt, and money of an earlier year is still owed to its purpose."""

    code = "ledger.former_profile"


class YearClosed(Refused):
    """A side tells nothing more for a year that it has closed itself."""

    code = "ledger.year_closed"


class Overdrawn(Refused):
    """An account holds less than is asked of it."""

    code = "ledger.overdrawn"


class BalanceTooLarge(Refused):
    """A balance would pass what can be counted."""

    code = "ledger.balance_too_large"


class NotReversed(Refused):
    """What ends a year, and what carries from one to the next, is not reversed once the year is closed."""

    code = "ledger.not_reversed"


def rows_of(event: Event, frame: Frame, balances: Balances) -> list[Row]:
    """
    Return the rows that *event* posts in the books of its pairing, donor's half first (§L6).

    Args:
        balances: What the two books hold; read by the events that divide their amount.

    Raises:
        UnknownKind: There is no such event.
        AmountOutOfRange: Amount or quantity is no whole number in range.
        TermMissing: A word that the kind needs is missing.
        YearNotSet: The programme has no policy for the year.
        YearClosed: The side whose event it is has closed the year.
    """
    _refuse_out_of_range(event)
    side: Side = "recipient" if kind_of(event.kind).by == "recipient" else "donor"
    if frame.is_closed(side, event.year):
        raise YearClosed(year=event.year, open_from=frame.open_from[side])
    post = _POSTINGS[event.kind]
    return [row for row in post(_Half(event, frame, balances)) if row.amount]


def effects_of(rows: Iterable[Row]) -> dict[AccountKey, int]:
    """Return by how much *rows* together change each account, in its natural sign."""
    effects: defaultdict[AccountKey, int] = defaultdict(int)
    for row in rows:
        debit, credit = row.keys()
        effects[debit] += row.amount if CHART[row.debit].is_debit else -row.amount
        effects[credit] += -row.amount if CHART[row.credit].is_debit else row.amount
    return dict(effects)


def find_breaches(effects: Mapping[AccountKey, int], balances: Balances) -> list[Breach]:
    """
    Return the accounts that *effects* would overdraw or fill beyond counting (§L4).

    Bounds are asked of what a batch does as a whole, never of one row of it.
    """
    return [
        Breach(key, balances.get(key, 0), change)
        for key, change in effects.items()
        if (
            change < 0 and not CHART[key.code].may_be_negative and balances.get(key, 0) + change < 0
        )
        or abs(balances.get(key, 0) + change) > LARGEST_BALANCE
    ]


def refuse_breaches(effects: Mapping[AccountKey, int], balances: Balances) -> None:
    """
    Raise where *effects* would overdraw an account, naming the first, or use a credit twice (§L4, §L6).

    Args:
        balances: B108 and B155 of all years among them, whatever the effects are on.

    Raises:
        CreditUsedUp: The uses of all years would pass the credits of all years.
        Overdrawn: With account, year, what it holds and what is asked, in its unit.
        BalanceTooLarge: With the account.
    """
    gained = _credit_left(effects)
    if gained < 0 and (left := _credit_left(balances)) + gained < 0:
        raise CreditUsedUp(asked=-gained, left=left)
    for breach in find_breaches(effects, balances):
        key = breach.key
        if abs(breach.balance + breach.change) > LARGEST_BALANCE:
            raise BalanceTooLarge(account=key.code)
        raise Overdrawn(
            account=key.code,
            year=key.year,
            unit=key.unit,
            balance=breach.balance,
            asked=abs(breach.change),
        )


def _credit_left(balances: Balances) -> int:
    """Return what the credits of all years leave after their uses (§L6)."""
    return sum(
        amount if key.code == "B108" else -amount
        for key, amount in balances.items()
        if key.code in {"B108", "B155"}
    )


def mirrored(rows: Sequence[Row], frame: Frame) -> list[Row]:
    """
    Return the rows that undo *rows*, in the same order (§L9).

    Where the year of a row is closed, its mirror stands in the earliest open one. What the closed
    year has fulfilled stays so, and the open year restores it (B107); income and expense of a closed
    year are part of net assets.

    Raises:
        NotReversed: It ended a year, or carried from a year that is closed.
    """
    return [_mirror(row, frame) for row in rows]


def _mirror(row: Row, frame: Frame) -> Row:
    if not frame.is_closed(row.side, row.year):
        return replace(row, debit=row.credit, credit=row.debit)
    year = frame.year_in(row.side, row.year)
    debit, credit = (_reopened(code, row.side) for code in (row.credit, row.debit))
    return replace(
        row, debit=debit, credit=credit, year=year, relates_to=row.relates_to or row.year
    )


def _reopened(code: str, side: Side) -> str:
    """Return the account of the open year that stands for *code* of a closed one."""
    if code in {"B180", "B190", "B105"}:
        raise NotReversed(account=code)
    if code in FULFILLED:
        return "B107"
    if CHART[code].group == "F" and CHART[code].is_yearly:
        return NET_ASSETS[side]
    return code


def _refuse_out_of_range(event: Event) -> None:
    counts = kind_of(event.kind).counts
    for word, number in (("amount", event.amount), ("quantity", event.quantity)):
        if type(number) is not int or not 0 <= number <= LARGEST_AMOUNT:
            raise AmountOutOfRange(term=word, value=number, most=LARGEST_AMOUNT)
    if not event.amount and not (counts and event.quantity):
        raise AmountOutOfRange(term="amount", value=0, most=LARGEST_AMOUNT)
    if event.quantity and not (counts and event.quantity_unit.strip()):
        raise TermMissing(term="quantity_unit", value=event.quantity_unit, known=())


class _Half:
    """Makes the rows of one event, each in the year that its book takes."""

    def __init__(self, event: Event, frame: Frame, balances: Balances) -> None:
        self.event, self.frame, self._balances = event, frame, balances

    def row(
        self, debit: str, credit: str, amount: int | None = None, year: int | None = None
    ) -> Row:
        """Return a row of the whole amount in the event's year, unless another of either is given."""
        side = CHART[debit].side
        asked = self.event.year if year is None else year
        taken = self.frame.year_in(side, asked)
        return Row(
            side,
            debit,
            credit,
            self.event.amount if amount is None else amount,
            taken,
            self.event.relates_to if taken == asked else asked,
        )

    def counted(self, debit: str, credit: str) -> Row:
        """Return the row that counts what the event moves."""
        unit = quantity_unit(self.event.quantity_unit.strip())
        row = self.row(debit, credit, self.event.quantity)
        return replace(row, unit=unit)

    def holds(self, code: str, year: int | None = None) -> int:
        """Return what a donor's or recipient's account of money holds in the year that is taken."""
        kind = CHART[code]
        taken = self.frame.year_in(kind.side, self.event.year) if year is None else year
        key = AccountKey(kind.side, code, taken if kind.is_yearly else 0, MONEY)
        return self._balances.get(key, 0)

    def credit_left(self) -> int:
        """Return what the credits of all years leave after their uses."""
        return _credit_left(self._balances)

    def word(self, term: str, known: Sequence[str]) -> str:
        """Return a term that has to be one of *known*."""
        value = str(getattr(self.event, term))
        if value not in known:
            raise TermMissing(term=term, value=value, known=tuple(known))
        return value

    def profile(self) -> str:
        """
        Return the recognition profile of the year in which the recipient takes the event.

        Raises:
            FormerProfile: What is unspent was taken in under the other one (§L8).
        """
        year = self.frame.year_in("recipient", self.event.year)
        profile = self.frame.policy_in(year).profile
        owed = self.holds("R2200")
        if profile == "on_receipt" and owed:
            raise FormerProfile(year=year, owed=owed)
        return profile


def _due_up(half: _Half) -> list[Row]:
    # What was given too much, and met no other due since, is due after all, before anything new is.
    undone = min(half.event.amount, half.holds("B108"), half.credit_left())
    return [half.row("B108", "B100", undone), half.row("B110", "B100", half.event.amount - undone)]


def _due_down(half: _Half) -> list[Row]:
    open_due = min(half.event.amount, half.holds("B110"))
    return [
        half.row("B100", "B110", open_due),
        half.row("B100", "B108", half.event.amount - open_due),
    ]


def _opening(half: _Half) -> list[Row]:
    goods = bool(half.event.quantity)
    rows = [half.row("D1400" if goods else "D1000", "D3000")]
    return [*rows, half.counted("Q110", "Q100")] if goods else rows


def _appropriation(half: _Half) -> list[Row]:
    beyond = max(0, half.event.amount - half.holds("B110")) if half.event.beyond_due else 0
    return [
        half.row("B120", "B110", half.event.amount - beyond),
        half.row("B120", "B106", beyond),
    ]


def _payment(half: _Half) -> list[Row]:
    return [half.row("B150", "B140"), half.row("D1310", "D1000")]


def _bounce(half: _Half) -> list[Row]:
    return [_restored(half, "B130", "B150"), half.row("D1000", "D1310")]


def _restored(half: _Half, to: str, fulfilled: str) -> Row:
    """Return the row that takes back what a payment fulfilled: in its own year while that is open (§L7)."""
    paid_in = half.event.paid_in or half.event.year
    if not half.frame.is_closed("donor", paid_in):
        return half.row(to, fulfilled, year=paid_in)
    row = half.row(to, "B107")
    return replace(row, relates_to=paid_in)


def _shipment(half: _Half) -> list[Row]:
    rows = [half.row("B140", "B130"), half.row("D1410", "D1400")]
    return [*rows, half.counted("Q120", "Q110")] if half.event.quantity else rows


def _goods_not_come(half: _Half, goods: str, counted: str) -> list[Row]:
    # Nothing was fulfilled: the commitment is open again, wherever the goods are.
    rows = [half.row("B130", "B140"), half.row(goods, "D1410")]
    return [*rows, half.counted(counted, "Q120")] if half.event.quantity else rows


def _refund_confirmed(half: _Half) -> list[Row]:
    expensed_in = half.event.expensed_in or half.event.year
    is_earlier = half.frame.is_closed("donor", expensed_in)
    donor_year = half.frame.year_in("donor", half.event.year)
    reopens = half.frame.policy_in(donor_year).refund_reopens
    money = (
        half.row("D1000", "D4910") if is_earlier else half.row("D1000", "D5310", year=expensed_in)
    )
    return [
        _restored(half, "B120" if reopens else "B180", "B150"),
        replace(money, relates_to=expensed_in) if is_earlier else money,
        half.row("R2300", "R1330"),
    ]


def _carry(half: _Half) -> list[Row]:
    stage = half.word("stage", STAGES)
    row = half.row("B190", stage)
    following = half.row(stage, "B105", year=row.year + 1)
    return [row, following]


def _lapse(half: _Half) -> list[Row]:
    return [half.row("B180", half.word("stage", ("B110", "B120")))]


def _receipt(half: _Half) -> list[Row]:
    revenue = "R2200" if half.profile() == "on_expenditure" else "R4330"
    return [half.row("D5310", "D1310"), half.row("R1000", revenue)]


def _expenditure(half: _Half) -> list[Row]:
    is_capital = half.word("nature", ("current", "capital")) == "capital"
    spent = half.row("R1600" if is_capital else "R5000", "R1000")
    return [spent, half.row("R2200", "R4330")] if half.profile() == "on_expenditure" else [spent]


def _refund_agreed(half: _Half) -> list[Row]:
    if half.profile() == "on_expenditure":
        return [half.row("R2200", "R2300")]
    received_in = half.event.received_in or half.event.year
    if not half.frame.is_closed("recipient", received_in):
        return [half.row("R4330", "R2300", year=received_in)]
    return [replace(half.row("R5910", "R2300"), relates_to=received_in)]


def _goods_receipt(half: _Half) -> list[Row]:
    money = [
        half.row("B160", "B140"),
        half.row("D5340", "D1410"),
        half.row("R1400", "R4340"),
    ]
    if not half.event.quantity:
        return money
    return [
        *money[:2],
        half.counted("Q150", "Q120"),
        money[2],
        half.counted("Q210", "Q200"),
    ]


def _supplies_used(half: _Half) -> list[Row]:
    rows = [half.row("R5400", "R1400")]
    return [*rows, half.counted("Q250", "Q210")] if half.event.quantity else rows


def _one(debit: str, credit: str) -> Callable[[_Half], list[Row]]:
    return lambda half: [half.row(debit, credit)]


_POSTINGS: Mapping[str, Callable[[_Half], list[Row]]] = {
    "obligation": _one("B110", "B100"),
    "due_up": _due_up,
    "due_down": _due_down,
    "use_credit": _one("B155", "B110"),
    "opening": _opening,
    "appropriation": _appropriation,
    "commitment": _one("B130", "B120"),
    "decommitment": _one("B120", "B130"),
    "order": _one("B140", "B130"),
    "cancel_order": _one("B130", "B140"),
    "payment": _payment,
    "bounce": _bounce,
    "shipment": _shipment,
    "goods_returned": lambda half: _goods_not_come(half, "D1400", "Q110"),
    "goods_lost": lambda half: _goods_not_come(half, "D5410", "Q180"),
    "refund_confirmed": _refund_confirmed,
    "carry": _carry,
    "lapse": _lapse,
    "receipt": _receipt,
    "expenditure": _expenditure,
    "handover": _one("R1610", "R1600"),
    "refund_agreed": _refund_agreed,
    "refund_paid": _one("R1330", "R1000"),
    "goods_receipt": _goods_receipt,
    "supplies_used": _supplies_used,
}
