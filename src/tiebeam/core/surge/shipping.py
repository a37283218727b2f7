"""
The planner of shipments: item by item, in whole units, each level proven (§S13).

What places can use is what can flow to them through a network of stores, days and places, so that
linear programs end in whole units and giving unit after unit to whoever lacks most is a leximin.
"""

from bisect import bisect_left
from collections.abc import Mapping
from fractions import Fraction
from math import ceil

from tiebeam.core.solve.linear import LinearProgram
from tiebeam.core.surge.supplying import (
    SUPPLY_LEVELS,
    Grade,
    ItemPlan,
    Shipment,
    Supplies,
    SupplyLevel,
    SupplyPlan,
    covers_of,
    grade_value,
    ratio,
)

WHOLE = 1e-3
"""How far a whole number may be off in a solution."""

PARTS = 10**6
"""A ratio is a column in parts of one in so many: the linear program knows only whole bounds."""

FEW = 100
"""Ratios that are tried one by one, or halved; between more of them the share is halved."""

Units = Mapping[str, int]
"""Place -> units over the window."""


def plan_supplies(supplies: Supplies) -> SupplyPlan:
    """Return what to ship over the window; there is always a plan, if only to ship nothing."""
    items = tuple(_ItemPlanner(supplies, item).plan() for item in supplies.per_patient)
    return SupplyPlan(day=supplies.day, items=items, unknowns=supplies.list_unknowns())


class _ItemPlanner:
    """Plans one item."""

    def __init__(self, supplies: Supplies, item: str) -> None:
        self.supplies, self.item = supplies, item
        self.needs = supplies.needs(item)
        self.needed = {place: sum(days) for place, days in self.needs.items()}
        self.stores = supplies.senders(item)
        self.ways = self._list_ways()
        # One kilometre weighs more than all days that a change of ways can win.
        self.heavier = 2 * len(self.needs) * supplies.window**2 + 1

    def plan(self) -> ItemPlan:
        """Return the shipments, with the value and the bound of each level."""
        if not self.needs:
            return ItemPlan(item=self.item, shipments=(), levels=(), covered={})
        shorts = self._lower_ratios()
        program, columns = self._lay(shorts)
        for (store, place, leaves), column in columns.items():
            km = self.supplies.travel.km(store, place)
            arrival = leaves + self.supplies.travel.days(store, place) - self.supplies.day
            program.cost[column] = self.heavier * km + arrival
        values, _ = program.solve()
        shipments = tuple(
            Shipment(
                item=self.item,
                store=store,
                place=place,
                units=round(values[column]),
                leaves_on=leaves,
                arrives_on=leaves + self.supplies.travel.days(store, place),
            )
            for (store, place, leaves), column in sorted(columns.items())
            if values[column] > 1 - WHOLE
        )
        kilometres = self._bound_kilometres(shorts)
        bounds: dict[SupplyLevel, int | dict[str, int]] = {
            "shortage": {place: self._bound_place(place, shorts) for place in shorts},
            "short": self._bound_short(),
            "distance": kilometres,
            "days": ceil(program.prove_bound()),
        }
        return ItemPlan(
            item=self.item,
            shipments=shipments,
            levels=tuple(self._grade(level, shipments, bounds) for level in SUPPLY_LEVELS),
            covered=covers_of(self.supplies, self.item),
        )

    def _list_ways(self) -> list[tuple[str, str, int]]:
        """Return (store, place, day of leaving) of every shipment that may be and arrives in time."""
        supplies, end = self.supplies, self.supplies.days.stop
        return [
            (store, place, day)
            for store in self.stores
            for place in self.needs
            for day in supplies.days
            if day + supplies.travel.days(store, place) < end
            and supplies.may_leave(self.item, place, day)
        ]

    def _lower_ratios(self) -> dict[str, int]:
        """
        Return what each place is short of in the leximin, in whole units.

        Who lacks the largest share gets the next unit as long as the network can bring it; what
        surely all get is given at once, down to the next ratio at which somebody must stop.
        """
        shorts, least = dict(self.needed), self._bound_short()
        open_places = {place for place, needed in self.needed.items() if needed}
        given = left = sum(shorts.values()) - least
        while open_places and left:
            # Unit by unit while that may soon end; else down to the next ratio at once.
            if min(given, left) > len(open_places):
                shorts, given = self._next_ratio(shorts, open_places), 0
            highest = max(ratio(shorts[p], self.needed[p]) for p in open_places)
            at_highest = [p for p in open_places if shorts[p] == highest * self.needed[p]]
            for place in sorted(at_highest, key=lambda p: (self.needed[p], p)):
                lower = shorts | {place: shorts[place] - 1}
                if shorts[place] and self._is_possible(lower):
                    shorts, given = lower, given + 1
                else:
                    open_places.discard(place)
            left = sum(shorts.values()) - least
        return shorts

    def _next_ratio(self, shorts: Units, open_places: set[str]) -> dict[str, int]:
        """Return *shorts* with the open places at the least ratio that all can be held to."""

        def hold(share: Fraction) -> dict[str, int]:
            return {**shorts, **{p: min(shorts[p], int(share * n)) for p, n in needed.items()}}

        def is_possible(share: Fraction) -> bool:
            return self._is_possible(hold(share))

        needed = {place: self.needed[place] for place in open_places}
        low = self._least_share(shorts, open_places)
        if is_possible(low):
            return hold(low)
        high = low
        while not is_possible(high := max(Fraction(int(high * n) + 1, n) for n in needed.values())):
            low = high
        while sum(int(high * n) - int(low * n) for n in needed.values()) > FEW:
            middle = (low + high) / 2
            low, high = (low, middle) if is_possible(middle) else (middle, high)
        ratios = sorted(
            {
                Fraction(units, n)
                for n in needed.values()
                for units in range(int(low * n) + 1, int(high * n) + 1)
            }
        )
        return hold(ratios[bisect_left(ratios, True, key=is_possible, hi=len(ratios) - 1)])

    def _least_share(self, shorts: Units, open_places: set[str]) -> Fraction:
        """Return a share of their need, not above the least ratio that open places can be held to."""
        program, _ = self._lay({**shorts, **{p: self.needed[p] for p in open_places}})
        # Weighed by all that is needed, so that the multipliers are not too small to be counted.
        weight = sum(self.needed[place] for place in open_places)
        highest = program.column(PARTS, cost=weight)
        for place in sorted(open_places):
            terms = [(highest, self.needed[place]), (self.short[place], -PARTS)]
            program.row(terms, low=0)
        return max(Fraction(0), program.prove_bound() / (weight * PARTS))

    def _is_possible(self, shorts: Units) -> bool:
        """Return whether every place can be short of no more than *shorts*."""
        program, _ = self._lay(self.needed)
        for place, most in shorts.items():
            over = program.column(self.needed[place], cost=1)
            program.row([(self.short[place], 1), (over, -1)], high=most)
        values, _ = program.solve()
        return sum(c * v for c, v in zip(program.cost, values, strict=True)) < 0.5

    def _bound_place(self, place: str, shorts: Units) -> int:
        """Return the least *place* can lack unless one lacks more that lacks as large a share then."""
        if not shorts[place]:
            return 0
        worst, own = ratio(shorts[place], self.needed[place]), self.needed[place]
        most = {
            # Of two with the same ratio the one that needs less goes first.
            p: max(shorts[p], int(worst * n) if n > own else ceil(worst * n) - 1)
            for p, n in self.needed.items()
        }
        program, _ = self._lay({**most, place: shorts[place]})
        program.cost[self.short[place]] = 1
        return max(0, ceil(program.prove_bound()))

    def _bound_short(self) -> int:
        program, _ = self._lay(self.needed)
        for column in self.short.values():
            program.cost[column] = 1
        return max(0, ceil(program.prove_bound()))

    def _bound_kilometres(self, shorts: Units) -> int:
        program, columns = self._lay(shorts)
        for (store, place, _), column in columns.items():
            program.cost[column] = self.supplies.travel.km(store, place)
        return max(0, ceil(program.prove_bound()))

    def _grade(
        self,
        level: SupplyLevel,
        shipments: tuple[Shipment, ...],
        bounds: Mapping[SupplyLevel, int | dict[str, int]],
    ) -> Grade:
        of, value = grade_value(self.supplies, self.item, shipments, level)
        proven = bounds[level]
        if isinstance(value, tuple) and isinstance(proven, dict):
            ratios = tuple(ratio(proven[p], self.needed[p]) for p in of)
            gaps = [float(v - b) for v, b in zip(value, ratios, strict=True)]
            return Grade(level=level, of=of, value=value, bound=ratios, gap=max([0.0, *gaps]))
        assert isinstance(value, int)
        assert isinstance(proven, int)
        if level == "days":
            _, kilometres = grade_value(self.supplies, self.item, shipments, "distance")
            assert isinstance(kilometres, int)
            proven = max(0, proven - self.heavier * kilometres)
        return Grade(level=level, value=value, bound=proven, gap=(value - proven) / max(1, proven))

    def _lay(self, shorts: Units) -> tuple[LinearProgram, dict[tuple[str, str, int], int]]:
        """Return the network in which each place is short of at most *shorts*, and its shipments."""
        supplies, program = self.supplies, LinearProgram()
        everything = {
            seat: sum(supplies.supply(seat, self.item)) for seat in (*self.stores, *self.needs)
        }
        total = sum(everything.values())
        columns = {
            (store, place, day): program.column(min(everything[store], self.needed[place]))
            for store, place, day in self.ways
        }
        leaving: dict[tuple[str, int], list[int]] = {}
        arriving: dict[tuple[str, int], list[int]] = {}
        for (store, place, day), column in columns.items():
            leaving.setdefault((store, day), []).append(column)
            arrival = day + supplies.travel.days(store, place)
            arriving.setdefault((place, arrival), []).append(column)
        for store in self.stores:
            self._keep(program, store, total, {}, leaving)
        self.short = {place: program.column(shorts[place]) for place in self.needs}
        for place, needs in self.needs.items():
            used = {
                (place, d): [program.column(n)] for d, n in zip(supplies.days, needs, strict=True)
            }
            self._keep(program, place, total, arriving, used)
            every = [(column, 1) for columns_used in used.values() for column in columns_used]
            program.row([*every, (self.short[place], 1)], low=self.needed[place])
        return program, columns

    def _keep(
        self,
        program: LinearProgram,
        seat: str,
        total: int,
        coming: Mapping[tuple[str, int], list[int]],
        going: Mapping[tuple[str, int], list[int]],
    ) -> None:
        """Let what a seat has in the morning and gets be what goes and what is left."""
        left: list[tuple[int, int]] = []
        for day, new in zip(self.supplies.days, self.supplies.supply(seat, self.item), strict=True):
            rest = program.column(total)
            terms = [
                *left,
                *((column, 1) for column in coming.get((seat, day), ())),
                *((column, -1) for column in going.get((seat, day), ())),
                (rest, -1),
            ]
            program.row(terms, low=-new, high=-new)
            left = [(rest, 1)]
