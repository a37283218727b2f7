"""Why an order of a surge plan, and what if something were decided otherwise (§S11)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from tiebeam.core.surge.model import Demand, Order, State, Surge
from tiebeam.core.surge.planned import Figure, Level, Locks, SurgePlan
from tiebeam.core.surge.planning import plan
from tiebeam.core.surge.valuing import Valuation, sums


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
class LevelBeside:
    """A level of the plan, and what it becomes; with the gap of the second."""

    level: Level
    before: Figure
    after: Figure
    gap: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """The plan under other locks: level by level, and the orders of today that come and go."""

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
    effort: int = 1,
    should_stop: Callable[[], bool] = lambda: False,
) -> WhatIf:
    """Return what the plan becomes under *locks*, all other aims as in *found*."""
    aims = found.aims
    other = plan(
        surge,
        state,
        scenarios,
        standing=replace(found, day=state.day),
        levels=aims.levels,
        slack=aims.slack,
        tail=aims.tail,
        window=aims.window,
        locks=locks,
        effort=effort,
        should_stop=should_stop,
    )
    was, now = set(found.given_orders), set(other.given_orders)
    return WhatIf(
        plan=other,
        levels=tuple(
            LevelBeside(level=old.level, before=old.value, after=new.value, gap=new.gap)
            for old, new in zip(found.levels, other.levels, strict=True)
        ),
        dropped=tuple(sorted(was - now, key=lambda o: (o.leaves_on, o.team))),
        added=tuple(sorted(now - was, key=lambda o: (o.leaves_on, o.team))),
    )
