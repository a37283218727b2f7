"""Why an order of a surge plan, and what if something were decided otherwise (§S11)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from tiebeam.core.surge.model import Demand, Order, State, Surge
from tiebeam.core.surge.planned import Figure, Level, Locks, SurgePlan
from tiebeam.core.surge.planning import plan
from tiebeam.core.surge.valuing import Valuation, sums

MOST_COMPARED = 8
"""Other places, and other teams, that an order is compared with at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReason:
    """
    What an order is for: the first level that loses without it.

    Attributes:
        level: None where no level loses: then the order is not needed.
        before, after: With the order and without it; for `shortage` the mean of the *worst* ratios.
        worst: How many of the worst places the mean is of; 1 = the worst place; 0 for a number.
        place: The place that loses most heads without it, or None.
        person_days: What that place then lacks in addition.
    """

    order: Order
    level: Level | None = None
    before: Fraction = Fraction()
    after: Fraction = Fraction()
    worst: int = 0
    place: str | None = None
    person_days: Fraction = Fraction()

    @property
    def code(self) -> str:
        """Return the code of the sentence that says it."""
        if self.level == "shortage" and self.worst == 1:
            return "surge.why_worst"
        return f"surge.why_{self.level or 'nothing'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """
    What another order in the place of one comes to: the first level that differs, better or worse.

    Attributes:
        level: None where no level differs.
        before, after: With the order as it is, and with this one; as of :class:`OrderReason`.
    """

    order: Order
    level: Level | None = None
    before: Fraction = Fraction()
    after: Fraction = Fraction()
    worst: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelBeside:
    """A level of the plan, and what it becomes; with the gap of the second."""

    level: Level
    before: Figure
    after: Figure
    gap: float

    @property
    def difference(self) -> tuple[int, Fraction, Fraction]:
        """
        Return how many of the worst places the first mean is of that differs, and both means.

        Of the worst place where none differs; of a number it is 0 and both numbers.
        """
        worst, before, after = _first_loss(self.before, self.after)
        if worst or not isinstance(self.before, tuple) or not isinstance(self.after, tuple):
            return worst, before, after
        return 1, max(self.before, default=before), max(self.after, default=after)


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """The plan under other locks: level by level, and the orders that come and go."""

    plan: SurgePlan
    levels: tuple[LevelBeside, ...]
    dropped: tuple[Order, ...]
    added: tuple[Order, ...]


def explain_order(
    surge: Surge, state: State, scenarios: Sequence[Demand], found: SurgePlan, order: Order
) -> OrderReason:
    """
    Return which level loses first when *order* is taken out of *found* and all else stands.

    Later orders of the same team fall with it.
    """
    rest = [o for o in found.orders if o.team != order.team or o.leaves_on < order.leaves_on]
    with_it, without = (
        Valuation(surge, state, scenarios, found.aims, orders, found.transfers)
        for orders in (found.orders, rest)
    )
    for level in found.aims.levels:
        if level in ("shortage", "unmet", "hub"):
            worst, before, after = _first_loss(with_it.figure(level), without.figure(level))
            if after > before:
                place, days = _hardest_hit(with_it, without)
                return OrderReason(
                    order=order,
                    level=level,
                    before=before,
                    after=after,
                    worst=worst,
                    place=place,
                    person_days=days,
                )
            if after < before:
                break
    return OrderReason(order=order)


def list_alternatives(
    surge: Surge, state: State, scenarios: Sequence[Demand], found: SurgePlan, order: Order
) -> tuple[Alternative, ...]:
    """
    Return what comes of sending the team of *order* to each other place, or another team in its stead.

    Everything else stands; later orders of the same team fall. The teams are those at home that
    *found* gives no order, each as early as it can; an order for home has no alternatives. Of
    many places and teams the nearest are compared.
    """
    if order.to is None:
        return ()
    rest = [o for o in found.orders if o.team != order.team or o.leaves_on < order.leaves_on]
    base = Valuation(surge, state, scenarios, found.aims, found.orders, found.transfers)
    alternatives = []
    for other in _list_other_orders(surge, state, found, order):
        beside = Valuation(surge, state, scenarios, found.aims, [*rest, other], found.transfers)
        if not beside.followed.findings:
            alternatives.append(_compare(found, other, base, beside))
    return tuple(alternatives)


def _list_other_orders(
    surge: Surge, state: State, found: SurgePlan, order: Order
) -> Iterator[Order]:
    """Yield the orders that locks and days allow in the place of *order*, those of the shortest ways."""
    km, homes = surge.travel.km, {team.id: team.home for team in surge.teams}
    came_from = state.standings[order.team].place or homes[order.team]
    others = sorted(_allow_others(surge, state, found, order), key=lambda o: (o.team, o.to or ""))
    elsewhere = [o for o in others if o.team == order.team]
    instead = [o for o in others if o.team != order.team]
    yield from sorted(elsewhere, key=lambda o: km(came_from, o.to or ""))[:MOST_COMPARED]
    yield from sorted(instead, key=lambda o: km(homes[o.team], o.to or ""))[:MOST_COMPARED]


def _allow_others(surge: Surge, state: State, found: SurgePlan, order: Order) -> Iterator[Order]:
    """Yield all orders that locks and days allow in the place of *order*."""
    allow, end = found.aims.locks.allow, state.day + found.aims.window
    teams = {team.id: team for team in surge.teams}
    came_from = state.standings[order.team].place or teams[order.team].home
    for place in surge.places:
        arrives = order.leaves_on + surge.travel.days(came_from, place.id)
        is_other = place.id not in (order.to, came_from)
        if is_other and allow(order.team, place.id) and arrives < end:
            yield replace(order, to=place.id, arrives_on=arrives)
    busy = {o.team for o in found.orders}
    for team in surge.teams:
        leaves = max(state.day, team.ready_on)
        arrives = leaves + surge.travel.days(team.home, order.to or "")
        is_free = team.id not in busy and state.standings[team.id].status == "home"
        if is_free and allow(team.id, order.to or "") and arrives < end:
            yield Order(team=team.id, to=order.to, leaves_on=leaves, arrives_on=arrives)


def _compare(found: SurgePlan, other: Order, base: Valuation, beside: Valuation) -> Alternative:
    for level in found.aims.levels:
        if level != "changes":
            worst, before, after = _first_loss(base.figure(level), beside.figure(level))
            if before != after:
                return Alternative(
                    order=other, level=level, before=before, after=after, worst=worst
                )
    return Alternative(order=other)


def _first_loss(before: Figure, after: Figure) -> tuple[int, Fraction, Fraction]:
    """Return the first place of the sums that differs, and both figures there (0 = a number)."""
    if not isinstance(before, tuple) or not isinstance(after, tuple):
        assert not isinstance(before, tuple)
        assert not isinstance(after, tuple)
        return 0, before, after
    for count, (old, new) in enumerate(zip(sums(before), sums(after), strict=True), start=1):
        if old != new:
            return count, old / count, new / count
    return 0, Fraction(), Fraction()


def _hardest_hit(with_it: Valuation, without: Valuation) -> tuple[str, Fraction]:
    """Return the place that lacks most in addition, and how many person-days."""
    more = {
        place: sum(row, Fraction()) - sum(with_it.mean_unmet()[place], Fraction())
        for place, row in without.mean_unmet().items()
    }
    place = max(sorted(more), key=more.__getitem__)
    return place, more[place]


def ask_what_if(
    surge: Surge,
    state: State,
    scenarios: Sequence[Demand],
    found: SurgePlan,
    locks: Locks,
    *,
    instead: Sequence[Demand] | None = None,
    effort: int = 1,
    should_stop: Callable[[], bool] = lambda: False,
) -> WhatIf:
    """
    Return what the plan becomes under *locks*, all other aims as in *found*.

    Args:
        instead: The scenarios in which that is, where they are others than those of *found*.
    """
    aims = found.aims
    other = plan(
        surge,
        state,
        scenarios if instead is None else instead,
        standing=replace(found, day=state.day),
        levels=aims.levels,
        slack=aims.slack,
        tail=aims.tail,
        window=aims.window,
        locks=locks,
        effort=effort,
        should_stop=should_stop,
    )
    was, now = set(found.orders), set(other.orders)
    return WhatIf(
        plan=other,
        levels=tuple(
            LevelBeside(level=old.level, before=old.value, after=new.value, gap=new.gap)
            for old, new in zip(found.levels, other.levels, strict=True)
        ),
        dropped=tuple(sorted(was - now, key=lambda o: (o.leaves_on, o.team))),
        added=tuple(sorted(now - was, key=lambda o: (o.leaves_on, o.team))),
    )
