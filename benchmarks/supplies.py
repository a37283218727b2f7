"""
Measure the planner of supplies: ``python -m benchmarks.supplies`` (``--seed`` for another draw).

Every instance is drawn from its seed: places and stores on a map the size of a province, one item,
stocks for about two thirds of what the patients of two weeks need, half of it in stores and in
what comes into them. Beside the plan stands the rule of thumb: day by day the shortest way first.
Seconds are of the processor, one thread.
"""

import argparse
import itertools
import platform
import time
from collections.abc import Sequence
from fractions import Fraction
from random import Random

from tiebeam.core.surge.model import Home, travel_between
from tiebeam.core.surge.shipping import plan_supplies
from tiebeam.core.surge.supply_checking import check_supply_plan
from tiebeam.core.surge.supplying import Incoming, Shipment, Supplies, grade_value, shorts_of

ITEM = "suit"
RATE = Fraction(25)
WINDOW = 14
SIZES = ((17, 5), (40, 10))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a row for each size; return 1 where a plan breaks a rule."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}")
    broken = 0
    for places, stores in SIZES:
        supplies = draw(Random(options.seed), places, stores)
        begun = time.process_time()
        plan = plan_supplies(supplies)
        seconds = time.process_time() - begun
        broken += len(check_supply_plan(supplies, plan))
        gap = max(grade.gap for grade in plan.items[0].levels)
        print(f"{places} places, {stores} stores: {seconds:.1f} s, largest gap {gap:.2%}")
        for name, shipments in (("plan", plan.shipments), ("nearest", ship_nearest(supplies))):
            _, shares = grade_value(supplies, ITEM, shipments, "shortage")
            short, distance = (
                grade_value(supplies, ITEM, shipments, level)[1] for level in ("short", "distance")
            )
            assert isinstance(shares, tuple)
            print(
                f"  {name}: worst {float(shares[0]):.1%}, short {short}, unit-km {distance},"
                f" shipments {len(shipments)}"
            )
    return int(broken > 0)


def draw(rng: Random, places: int, stores: int) -> Supplies:
    """Return the instance of this draw."""
    seats = [
        Home(
            id=name,
            name_en=name,
            name_zh=name,
            latitude=rng.uniform(29, 33),
            longitude=rng.uniform(108, 116),
        )
        for name in (*(f"p{n}" for n in range(places)), *(f"s{n}" for n in range(stores)))
    ]
    patients = {}
    for seat in seats[:places]:
        size, growth = rng.randint(50, 2000), rng.uniform(0.97, 1.08)
        patients[seat.id] = tuple(round(size * growth**day) for day in range(WINDOW))
    needed = int(RATE * sum(map(sum, patients.values())))
    in_places = {(p, ITEM): int(RATE * n[0] * rng.uniform(0, 8)) for p, n in patients.items()}
    in_stores = {(s.id, ITEM): needed // 5 // stores for s in seats[places:]}
    incoming = tuple(
        Incoming(seat=seat.id, item=ITEM, units=needed // 30 // stores, on=day)
        for seat, day in itertools.product(seats[places:], (2, 4, 6, 8))
    )
    return Supplies(
        day=0,
        window=WINDOW,
        per_patient={ITEM: RATE},
        places=tuple(seats[:places]),
        stores=tuple(seats[places:]),
        travel=travel_between(seats, 400),
        patients=patients,
        stocks={**in_places, **in_stores},
        incoming=incoming,
    )


def ship_nearest(supplies: Supplies) -> tuple[Shipment, ...]:
    """Return the rule of thumb: each day the shortest way first, as much as the place will lack."""
    travel, shipments = supplies.travel, list[Shipment]()
    stocks = dict.fromkeys((store.id for store in supplies.stores), 0)
    lacking = {place: sum(days) for place, days in shorts_of(supplies, ITEM, ()).items()}
    ways = sorted(
        (travel.km(store.id, place), store.id, place)
        for store in supplies.stores
        for place in lacking
    )
    for day in supplies.days:
        for store in stocks:
            stocks[store] += supplies.supply(store, ITEM)[day - supplies.day]
        for _, store, place in ways:
            arrival = day + travel.days(store, place)
            units = min(stocks[store], lacking[place])
            if arrival not in supplies.days or not units:
                continue
            order = Shipment(
                item=ITEM,
                store=store,
                place=place,
                units=units,
                leaves_on=day,
                arrives_on=arrival,
            )
            left = sum(shorts_of(supplies, ITEM, [*shipments, order])[place])
            if left < lacking[place]:
                shipments.append(order)
                stocks[store] -= units
                lacking[place] = left
    return tuple(shipments)


if __name__ == "__main__":
    raise SystemExit(main())
