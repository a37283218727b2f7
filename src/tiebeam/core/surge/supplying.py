"""
Supplies that patients use up: what is needed, used and short, and what a plan of them says (§S13).

Values and the counting that follows from the law, shared by the planner and the checker.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, get_args

from tiebeam.core.surge.model import Home, Travel, need

SupplyLevel = Literal["shortage", "short", "distance", "days"]
SUPPLY_LEVELS: tuple[SupplyLevel, ...] = get_args(SupplyLevel)
UnknownKind = Literal["patients", "stock", "store_stock", "overdue", "no_day"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """Units on the way to a place or coming into a store; *on* is None where no day is known."""

    seat: str
    item: str
    units: int
    on: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A place is sent nothing of *item* (None: of anything) from *first* until before *until*."""

    place: str
    item: str | None
    first: int
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """Units that leave a store on the morning of a day and can be used from *arrives_on*."""

    item: str
    store: str
    place: str
    units: int
    leaves_on: int
    arrives_on: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Something that is not known, and therefore not planned with."""

    what: UnknownKind
    seat: str
    item: str = ""
    units: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplies:
    """
    What is known of supplies on the morning of a day; no seat is both a place and a store.

    Attributes:
        window: Days ahead, *day* among them.
        per_patient: Item -> units for each patient and day.
        patients: Place -> patients on each day of the window; a place without is unknown.
        stocks: (place or store, item) -> units in hand; without is unknown.
    """

    day: int
    window: int
    per_patient: Mapping[str, Fraction]
    places: tuple[Home, ...]
    stores: tuple[Home, ...]
    travel: Travel
    patients: Mapping[str, tuple[int, ...]]
    stocks: Mapping[tuple[str, str], int]
    incoming: tuple[Incoming, ...] = ()
    holds: tuple[Hold, ...] = ()

    @property
    def days(self) -> range:
        """Return the days of the window."""
        return range(self.day, self.day + self.window)

    def needs(self, item: str) -> dict[str, tuple[int, ...]]:
        """Return d_pt of every place that is planned for: its patients and its stock are known."""
        rate = self.per_patient[item]
        return {
            place.id: tuple(need(count, rate) for count in self.patients[place.id][: self.window])
            for place in self.places
            if place.id in self.patients and (place.id, item) in self.stocks
        }

    def senders(self, item: str) -> list[str]:
        """Return the stores whose stock of *item* is known."""
        return [store.id for store in self.stores if (store.id, item) in self.stocks]

    def supply(self, seat: str, item: str) -> list[int]:
        """Return what is new at a seat each day without a plan: the stock first, then what comes in."""
        units = [0] * self.window
        units[0] = self.stocks[seat, item]
        for row in self.incoming:
            if (row.seat, row.item) == (seat, item) and row.on is not None and row.on in self.days:
                units[row.on - self.day] += row.units
        return units

    def may_leave(self, item: str, place: str, day: int) -> bool:
        """Return whether no hold of *place* is in force on *day*."""
        return not any(
            hold.place == place and hold.item in (item, None) and hold.first <= day < hold.until
            for hold in self.holds
        )

    def list_unknowns(self) -> tuple[Unknown, ...]:
        """Return everything that is not known (§S13.3, §S13.6)."""
        return tuple(self._unknowns())

    def _unknowns(self) -> Iterator[Unknown]:
        for place in self.places:
            if place.id not in self.patients:
                yield Unknown(what="patients", seat=place.id)
        kinds: tuple[tuple[UnknownKind, tuple[Home, ...]], ...] = (
            ("stock", self.places),
            ("store_stock", self.stores),
        )
        for item in self.per_patient:
            for what, seats in kinds:
                for seat in seats:
                    if (seat.id, item) not in self.stocks:
                        yield Unknown(what=what, seat=seat.id, item=item)
        for row in self.incoming:
            if row.on is None or row.on < self.day:
                late: UnknownKind = "no_day" if row.on is None else "overdue"
                yield Unknown(what=late, seat=row.seat, item=row.item, units=row.units)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """
    What the plan of an item reaches at one level, and what no plan can beat.

    Attributes:
        of: For `shortage` the places, the largest ratio first; else empty.
        value, bound: For `shortage` ratios in the order of *of*.
    """

    level: SupplyLevel
    of: tuple[str, ...] = ()
    value: int | tuple[Fraction, ...]
    bound: int | tuple[Fraction, ...]
    gap: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPlan:
    """The shipments of one item; *covered* is place -> days of cover without them."""

    item: str
    shipments: tuple[Shipment, ...]
    levels: tuple[Grade, ...]
    covered: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyPlan:
    """What to ship over the window; only what leaves on *day* binds."""

    day: int
    items: tuple[ItemPlan, ...]
    unknowns: tuple[Unknown, ...] = field(default=())

    @property
    def shipments(self) -> tuple[Shipment, ...]:
        """Return those of all items, by day."""
        found = (shipment for item in self.items for shipment in item.shipments)
        return tuple(sorted(found, key=lambda s: (s.leaves_on, s.place, s.item, s.store)))


def use_up(supply: Sequence[int], needs: Sequence[int]) -> list[int]:
    """Return what is short on each day where *supply* is new each morning (§S13.1)."""
    stock, short = 0, []
    for units, needed in zip(supply, needs, strict=True):
        stock += units
        used = min(stock, needed)
        stock -= used
        short.append(needed - used)
    return short


def shorts_of(supplies: Supplies, item: str, shipments: Sequence[Shipment]) -> dict[str, list[int]]:
    """Return what each place that is planned for is short of, day by day."""
    found = {}
    for place, needs in supplies.needs(item).items():
        supply = supplies.supply(place, item)
        for shipment in shipments:
            if (shipment.item, shipment.place) == (item, place):
                at = shipment.arrives_on - supplies.day
                if 0 <= at < supplies.window:
                    supply[at] += shipment.units
        found[place] = use_up(supply, needs)
    return found


def days_of_cover(supply: Sequence[int], needs: Sequence[int]) -> int:
    """Return the days before the first whose need is not met in full; all of them where none is."""
    short = use_up(supply, needs)
    return next((day for day, units in enumerate(short) if units), len(short))


def covers_of(supplies: Supplies, item: str) -> dict[str, int]:
    """Return the days of cover of each place that is planned for, without new shipments."""
    return {
        place: days_of_cover(supplies.supply(place, item), needs)
        for place, needs in supplies.needs(item).items()
    }


def ratio(short: int, needed: int) -> Fraction:
    """Return the shortage ratio; 0 where nothing is needed."""
    return Fraction(short, needed) if needed else Fraction()


def grade_value(
    supplies: Supplies, item: str, shipments: Sequence[Shipment], level: SupplyLevel
) -> tuple[tuple[str, ...], int | tuple[Fraction, ...]]:
    """Return the value of *level* and, for `shortage`, the places in its order."""
    if level == "distance":
        return (), sum(s.units * supplies.travel.km(s.store, s.place) for s in shipments)
    if level == "days":
        return (), sum(s.units * (s.arrives_on - supplies.day) for s in shipments)
    shorts = {place: sum(days) for place, days in shorts_of(supplies, item, shipments).items()}
    if level == "short":
        return (), sum(shorts.values())
    ratios = {p: ratio(shorts[p], sum(days)) for p, days in supplies.needs(item).items()}
    order = tuple(sorted(ratios, key=lambda p: (-ratios[p], p)))
    return order, tuple(ratios[p] for p in order)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentReason:
    """Without *shipment* its place is first short (or shorter) on *day*, of *units* more in all."""

    shipment: Shipment
    day: int
    units: int


def explain_shipment(
    supplies: Supplies, shipments: Sequence[Shipment], shipment: Shipment
) -> ShipmentReason | None:
    """Return what *shipment* is for; None where its place would be short of nothing more."""
    rest = list(shipments)
    rest.remove(shipment)
    before = shorts_of(supplies, shipment.item, shipments)[shipment.place]
    after = shorts_of(supplies, shipment.item, rest)[shipment.place]
    more = [b - a for a, b in zip(before, after, strict=True)]
    first = next((at for at, units in enumerate(more) if units > 0), None)
    if first is None:
        return None
    return ShipmentReason(shipment=shipment, day=supplies.day + first, units=sum(more))
