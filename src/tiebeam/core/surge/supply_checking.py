"""
Whether a plan of supplies keeps every rule and is worth what it says (§S9, §S13).

Knows the law and not the planner. Says that a value is within its bound, never that a bound is right.
"""

from collections import Counter
from collections.abc import Iterator

from tiebeam.core.surge.following import Finding
from tiebeam.core.surge.supplying import (
    SUPPLY_LEVELS,
    Grade,
    ItemPlan,
    Shipment,
    Supplies,
    SupplyPlan,
    covers_of,
    grade_value,
)

ROUNDING = 1e-9
_NOWHERE = ("surge.supply_no_store", "surge.supply_no_place")


def check_supply_plan(supplies: Supplies, plan: SupplyPlan) -> tuple[Finding, ...]:
    """Return every rule that *plan* breaks and every figure that differs."""
    return tuple(_check(supplies, plan))


def _found(code: str, **facts: object) -> Finding:
    return Finding(rule="S13", code=code, facts=facts)


def _check(supplies: Supplies, plan: SupplyPlan) -> Iterator[Finding]:
    if plan.day != supplies.day or [row.item for row in plan.items] != [*supplies.per_patient]:
        yield _found("surge.supply_check_plan")
        return
    if plan.unknowns != supplies.list_unknowns():
        yield _found("surge.supply_check_unknowns")
    for item in plan.items:
        broken = [(s, code) for s in item.shipments if (code := _broken_rule(supplies, item, s))]
        for shipment, code in broken:
            facts = {"item": item.item, "store": shipment.store, "place": shipment.place}
            yield Finding(rule="S13", code=code, facts=facts)
        if any(code in _NOWHERE for _, code in broken):
            continue  # There is no way to count it on.
        yield from _check_stocks(supplies, item)
        if item.covered != covers_of(supplies, item.item):
            yield _found("surge.supply_check_cover", item=item.item)
        if [grade.level for grade in item.levels] != [*SUPPLY_LEVELS] and item.covered:
            yield _found("surge.supply_check_levels", item=item.item)
        for grade in item.levels:
            yield from _check_grade(supplies, item, grade)


def _broken_rule(supplies: Supplies, item: ItemPlan, shipment: Shipment) -> str | None:
    """Return which rule *shipment* breaks by itself; None if none."""
    if shipment.item != item.item or shipment.units < 1:
        return "surge.supply_shipment"
    if shipment.store not in supplies.senders(item.item):
        return "surge.supply_no_store"
    if shipment.place not in supplies.needs(item.item):
        return "surge.supply_no_place"
    way = supplies.travel.days(shipment.store, shipment.place)
    is_inside = {shipment.leaves_on, shipment.arrives_on} <= set(supplies.days)
    if shipment.arrives_on != shipment.leaves_on + way or not is_inside:
        return "surge.supply_way"
    if not supplies.may_leave(item.item, shipment.place, shipment.leaves_on):
        return "surge.supply_held"
    return None


def _check_stocks(supplies: Supplies, item: ItemPlan) -> Iterator[Finding]:
    """Yield the stores that send what they do not have by then."""
    sent: Counter[tuple[str, int]] = Counter()
    for shipment in item.shipments:
        sent[shipment.store, shipment.leaves_on] += shipment.units
    for store in supplies.senders(item.item):
        stock = 0
        for day, new in zip(supplies.days, supplies.supply(store, item.item), strict=True):
            stock += new - sent[store, day]
            if stock < 0:
                yield _found("surge.supply_not_there", item=item.item, store=store)
                break


def _check_grade(supplies: Supplies, item: ItemPlan, grade: Grade) -> Iterator[Finding]:
    """Yield where a value differs, lies under its bound, or its gap does not follow."""
    facts = {"item": item.item, "level": grade.level}
    of, value = grade_value(supplies, item.item, item.shipments, grade.level)
    if (of, value) != (grade.of, grade.value):
        yield _found("surge.supply_check_value", **facts)
        return
    bound = grade.bound
    if isinstance(value, tuple) and isinstance(bound, tuple) and len(value) == len(bound):
        gap = max((float(v - b) for v, b in zip(value, bound, strict=True)), default=0.0)
        is_under = any(v < b for v, b in zip(value, bound, strict=True))
    elif isinstance(value, int) and isinstance(bound, int):
        gap, is_under = (value - bound) / max(1, bound), value < bound
    else:
        gap, is_under = 0.0, True
    if is_under:
        yield _found("surge.supply_check_bound", **facts)
    elif abs(gap - grade.gap) > ROUNDING:
        yield _found("surge.supply_check_gap", **facts)
