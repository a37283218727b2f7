"""
Whether a plan keeps every rule and is worth what it says (§S9).

Knows the law and not the planner: everything is counted again from the surge, the state and the
scenarios, in exact fractions.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from tiebeam.core.surge.following import Finding
from tiebeam.core.surge.model import Demand, Order, State, Surge, need
from tiebeam.core.surge.planned import Reached, SurgePlan
from tiebeam.core.surge.valuing import Valuation, sums

BOUND_ROUNDING = 1e-6
"""How far a value may lie under its bound through rounding, of 1 or of the bound."""
GAP_ROUNDING = 1e-6


def check_surge_plan(
    surge: Surge,
    state: State,
    scenarios: Sequence[Demand],
    plan: SurgePlan,
    standing: Sequence[Order] = (),
) -> tuple[Finding, ...]:
    """
    Return every rule that *plan* breaks and every figure that differs.

    Args:
        standing: The orders that `changes` is counted against.
    """
    truth = Valuation(surge, state, scenarios, plan.aims, plan.orders, plan.transfers, standing)
    found = list(truth.followed.findings)
    if plan.day != state.day:
        found.append(_found("S5", "surge.check_day", told=plan.day, found=state.day))
    found += _check_locks(plan)
    found += _check_transfers(surge, state, truth)
    for reached in plan.levels:
        found += _check_level(truth, reached, plan)
    if [reached.level for reached in plan.levels] != list(plan.aims.levels):
        found.append(_found("S6", "surge.check_levels"))
    if {place: tuple(row) for place, row in plan.shortages.items()} != truth.mean_unmet():
        found.append(_found("S6", "surge.check_shortages"))
    found += _check_homeward(surge, state, plan, truth)
    return tuple(found)


def _found(rule: str, code: str, **facts: object) -> Finding:
    return Finding(rule=rule, code=code, facts=facts)


def _check_locks(plan: SurgePlan) -> Iterator[Finding]:
    for order in plan.orders:
        if order.to is not None and not plan.aims.locks.allow(order.team, order.to):
            yield _found("S11", "surge.check_lock", team=order.team, place=order.to)
        if order.to is None and order.team in plan.aims.locks.held:
            yield _found("S11", "surge.check_held", team=order.team)


def _check_transfers(surge: Surge, state: State, truth: Valuation) -> Iterator[Finding]:
    """Yield what transfers break of §S2.8, in any scenario."""
    limits, transfers = surge.limits, truth.transfers
    if transfers and not limits.allowed:
        yield _found("S2", "surge.transfers_not_allowed")
    places = {place.id for place in surge.places}
    for transfer in transfers:
        is_sound = transfer.patients > 0 and transfer.source != transfer.destination
        is_known = {transfer.source, transfer.destination} <= places
        if not (is_sound and is_known and transfer.on in truth.days):
            yield _found("S2", "surge.transfer", place=transfer.source, day=transfer.on)
    for code, of, most in (
        ("surge.transfer_source", "source", limits.daily_per_source),
        ("surge.transfer_destination", "destination", limits.daily_per_destination),
    ):
        daily: Counter[tuple[str, int]] = Counter()
        for transfer in transfers:
            daily[getattr(transfer, of), transfer.on] += transfer.patients
        for (place, day), patients in sorted(daily.items()):
            if patients > most:
                yield _found("S2", code, place=place, day=day, patients=patients, most=most)
    yield from _check_quiet(surge, state, truth)
    for patients_after, before in zip(truth.patients, truth.before, strict=True):
        yield from _check_cushion(surge, truth, patients_after)
        yield from _check_left(surge, truth, before)


def _check_quiet(surge: Surge, state: State, truth: Valuation) -> Iterator[Finding]:
    """Yield the places that send and receive within the quiet days."""
    days = surge.limits.quiet_days
    for place in sorted({t.source for t in (*state.transfers, *truth.transfers)}):
        for a in (*state.transfers, *truth.transfers):
            for b in (*state.transfers, *truth.transfers):
                is_new = a in truth.transfers or b in truth.transfers
                if a.source == place == b.destination and is_new and abs(a.on - b.on) <= days:
                    yield _found("S2", "surge.transfer_quiet", place=place, days=days)


def _check_cushion(
    surge: Surge, truth: Valuation, patients: Mapping[str, Sequence[int]]
) -> Iterator[Finding]:
    """Yield the destinations that are filled above their beds less the cushion."""
    rooms = {place.id: place.beds * (1 - surge.limits.cushion) for place in surge.places}
    for place, day in sorted({(t.destination, t.on) for t in truth.transfers}):
        is_known = place in rooms and day in truth.days
        if is_known and patients[place][day - truth.days.start] > rooms[place]:
            yield _found("S2", "surge.transfer_cushion", place=place, day=day)


def _check_left(
    surge: Surge, truth: Valuation, before: Mapping[str, Sequence[int]]
) -> Iterator[Finding]:
    """Yield where more are moved away than a place has (§S5)."""
    for place, series in sorted(before.items()):
        for day, patients in zip(truth.days, series, strict=True):
            away = sum(
                t.patients
                for t in truth.transfers
                if t.source == place and t.on <= day < t.on + surge.limits.stay_days
            )
            if away > patients:
                yield _found("S5", "surge.transfer_more_than_left", place=place, day=day)


def _check_level(truth: Valuation, reached: Reached, plan: SurgePlan) -> Iterator[Finding]:
    """Yield where a value differs, lies under its bound, or its gap does not follow."""
    facts = {"level": reached.level}
    if truth.figure(reached.level) != reached.value:
        yield _found("S6", "surge.check_value", **facts)
    best = reached.value if reached.best is None else reached.best
    if isinstance(best, tuple):
        ratios = truth.ratios()
        if reached.of != tuple(sorted(ratios, key=lambda p: (-ratios[p], p))):
            yield _found("S6", "surge.check_order_of_places", **facts)
        values: tuple[Fraction, ...] = sums(best)
        bounds = reached.bound if isinstance(reached.bound, tuple) else ()
    else:
        values = (best,)
        bounds = () if isinstance(reached.bound, tuple) else (reached.bound,)
    if len(bounds) != len(values):
        yield _found("S7", "surge.check_bound", **facts)
        return
    pairs = list(zip(values, bounds, strict=True))
    if any(float(v) < b - BOUND_ROUNDING * max(1.0, abs(b)) for v, b in pairs):
        yield _found("S7", "surge.check_bound", **facts)
    is_vector = isinstance(best, tuple)
    gap = max(
        (
            (float(v) - b) / (m if is_vector else max(1.0, abs(b)))
            for m, (v, b) in enumerate(pairs, start=1)
        ),
        default=0.0,
    )
    if abs(max(0.0, gap) - reached.gap) > GAP_ROUNDING * max(1.0, reached.gap):
        yield _found("S7", "surge.check_gap", **facts)
    yield from _check_slack(truth, reached, plan)


def _check_slack(truth: Valuation, reached: Reached, plan: SurgePlan) -> Iterator[Finding]:
    """Yield where later levels spent more than the slack (§S7)."""
    if reached.best is None:
        return
    slack = 1 + plan.aims.slack.get(reached.level, Fraction())
    now, best = truth.figure(reached.level), reached.best
    pairs = (
        zip(sums(now), sums(best), strict=False)
        if isinstance(now, tuple) and isinstance(best, tuple)
        else [(now, best)]
    )
    if any(v > slack * b for v, b in pairs):  # type: ignore[operator]
        yield _found("S7", "surge.check_slack", level=reached.level)


def _check_homeward(
    surge: Surge, state: State, plan: SurgePlan, truth: Valuation
) -> Iterator[Finding]:
    """Yield where those on duty are not all named, or an order for home takes from what is needed."""
    on_duty = {team for team, s in state.standings.items() if s.status == "on_duty"}
    if plan.homeward.keys() != on_duty:
        yield _found("S8", "surge.check_homeward")
    going = {o.team: o.leaves_on for o in reversed(plan.orders) if o.to is None}
    for team, day in sorted(going.items()):
        if plan.homeward.get(team, day) != day:
            yield _found("S8", "surge.check_homeward", team=team)
    last = {order.team: order for order in sorted(plan.orders, key=lambda o: o.leaves_on)}
    stay = [o for o in plan.orders if o.to is not None or last[o.team] is not o]
    without = Valuation(surge, state, [], plan.aims, stay, plan.transfers).staff
    for place, heads in truth.staff.items():
        for at, (now, before) in enumerate(zip(heads, without[place], strict=True)):
            most = max(
                need(patients[place][at], surge.staff_per_patient) for patients in truth.patients
            )
            if now < before and now < most:
                yield _found("S8", "surge.check_release", place=place, day=truth.days[at])
                break
