"""
Tiny scenarios of every feature of the law, small enough to be tried out completely.

One builder serves both sources of chance: a seeded generator, for fixed lists of instances, and
hypothesis, which looks for the smallest instance that fails. Either is a function that picks one
of several options; the first option is the plainest, as hypothesis shrinks towards it.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from tiebeam.core.model.scenario import (
    DEFAULT_LEVELS,
    LEVEL_NAMES,
    Link,
    Party,
    Policy,
    Quantity,
    Resource,
    Scenario,
    partner_bounds_of_recipient,
)

Pick = Callable[[Sequence[Any]], Any]

SIZES = [
    (1, 1),
    (2, 1),
    (1, 2),
    (2, 2),
    (3, 2),
    (2, 3),
    (3, 2),
    (2, 3),
    (3, 3),
    (3, 3),
    (4, 2),
    (4, 3),
]
"""Donors and recipients."""

MOST_FREE_LINKS = 12
MOST_LOT_FLOWS = 10_000
MOST_MIXED_CASES = 2_000
"""What brute force can try: lots on divisible amounts cost a linear program for each case."""


def random_scenario(seed: int) -> Scenario:
    """Return the scenario of *seed*: the same on every machine."""
    generator = np.random.default_rng(seed)

    def pick(options: Sequence[Any]) -> Any:
        return options[int(generator.integers(len(options)))]

    for _ in itertools.count():
        scenario = build_scenario(pick)
        if is_tiny(scenario):
            return scenario
    raise AssertionError


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Draw a tiny scenario."""
    return build_scenario(lambda options: draw(st.sampled_from(options)))


def tiny_scenarios() -> st.SearchStrategy[Scenario]:
    """Return the strategy of scenarios that brute force can try out."""
    return scenarios().filter(is_tiny)


def build_scenario(pick: Pick) -> Scenario:
    """Return a scenario without faults, made of what *pick* chooses."""
    donor_count, recipient_count = pick(SIZES)
    resources = _pick_resources(pick)
    donor_ids = ["d-a", "d-b", "d-c", "d-d"][:donor_count]
    recipient_ids = ["r-x", "r-y", "r-z"][:recipient_count]
    capacities = _pick_quantities(pick, donor_ids, resources)
    needs = _pick_quantities(pick, recipient_ids, resources)
    resources = [_divide_useless_lot(resource, needs) for resource in resources]
    couples = list(itertools.product(donor_ids, recipient_ids))
    holders = {quantity.party for quantity in (*capacities, *needs) if quantity.amount > 0}
    return Scenario(
        id="tiny",
        policy=_pick_policy(pick),
        donors=tuple(
            _pick_party(pick, donor, recipient_count, open_cost=True) for donor in donor_ids
        ),
        recipients=tuple(_pick_party(pick, recipient, donor_count) for recipient in recipient_ids),
        resources=tuple(resources),
        capacities=tuple(capacities),
        needs=tuple(needs),
        links=tuple(
            _pick_link(
                pick, couple, resources, may_require=not resources or holders.issuperset(couple)
            )
            for couple in couples
            if pick([False, True, True])
        ),
    )


def is_tiny(scenario: Scenario) -> bool:
    """Whether brute force can try all pairings and all whole lots of *scenario*."""
    closed = {(link.donor, link.recipient) for link in scenario.links if link.status == "forbidden"}
    links = len(scenario.donors) * len(scenario.recipients) - len(closed)
    if links > MOST_FREE_LINKS:
        return False
    lots = {resource.id: resource.lot for resource in scenario.resources if resource.lot}
    ways = 1.0
    for resource, lot in lots.items():
        capacities = [q for q in scenario.capacities if q.resource == resource]
        needs = [q for q in scenario.needs if q.resource == resource]
        for capacity, need in itertools.product(capacities, needs):
            if (capacity.party, need.party) not in closed:
                ways *= 1 + math.floor(min(2 * capacity.amount, need.amount) / lot)
    # Partner bounds cut the pairings down to far fewer than all subsets of the links.
    pairings = math.prod(
        sum(
            math.comb(len(scenario.donors), count)
            for count in range(
                partner_bounds_of_recipient(scenario, recipient)[0],
                min(partner_bounds_of_recipient(scenario, recipient)[1], len(scenario.donors)) + 1,
            )
        )
        for recipient in scenario.recipients
    )
    is_mixed = any(not resource.lot for resource in scenario.resources)
    return ways * pairings <= (MOST_MIXED_CASES if is_mixed else MOST_LOT_FLOWS)


def _pick_resources(pick: Pick) -> list[Resource]:
    count = pick([1, 1, 1, 1, 2, 2, 2, 2, 2, 0])
    return [
        Resource(
            id=name,
            name=name,
            unit="person",
            lot=pick([0.0, 0.0, 1.0, 1.0, 2.5, 4.0]),
            weight=pick([1.0, 1.0, 3.0, 0.5]),
        )
        for name in ["k-m", "k-n"][:count]
    ]


def _pick_quantities(pick: Pick, parties: list[str], resources: list[Resource]) -> list[Quantity]:
    quantities = []
    for party, resource in itertools.product(parties, resources):
        if resource.lot:
            amount = pick([1, 2, 3, 0, 2, 1]) * resource.lot + pick([0.0, 0.0, 0.5])
        else:
            amount = pick([10.0, 8.0, 5.0, 3.0, 12.5, 7.3, 20.0, 0.0])
        if amount or pick([False, True]):
            quantities.append(Quantity(party=party, resource=resource.id, amount=amount))
    return quantities


def _divide_useless_lot(resource: Resource, needs: list[Quantity]) -> Resource:
    """Return *resource*, divisible where no need holds one lot of it: that would be a fault."""
    is_useful = any(q.resource == resource.id and q.amount >= resource.lot for q in needs)
    return resource if is_useful else replace(resource, lot=0.0)


def _pick_party(pick: Pick, name: str, others: int, *, open_cost: bool = False) -> Party:
    """Return a party, one in three with a minimum or maximum of its own."""
    least = pick([None, None, None, None, 0, 1])
    most = pick([None, None, None, 1, 2])
    if least is not None and most is not None:
        most = max(least, most)
    return Party(
        id=name,
        name=name,
        lat=pick([30.0, 31.5, 28.2, 34.0]),
        lon=pick([114.0, 112.5, 120.1, 104.3]),
        min_partners=least,
        max_partners=most if most is None else min(most, max(others, 1)),
        open_cost=pick([0.0, 4.0, 7.5]) if open_cost else 0.0,
    )


def _pick_link(
    pick: Pick, couple: tuple[str, str], resources: list[Resource], *, may_require: bool
) -> Link:
    statuses = ["allowed"] * 9 + ["forbidden"] + (["required"] if may_require else [])
    return Link(
        donor=couple[0],
        recipient=couple[1],
        status=pick(statuses),
        tie=pick([0.0, 0.0, 1.0, 2.5, 40.0]),
        distance_km=pick([None, 0.0, 100.0, 250.5, 900.0]),
        fixed_cost=pick([0.0, 3.0, 12.0]),
        unit_costs={resource.id: pick([0.0, 1.0, 2.5]) for resource in resources},
        uses={
            resource.id: pick([1.0, 1.0, 1.5, 2.0, 0.5]) for resource in resources if pick([0, 1])
        },
    )


def _pick_policy(pick: Pick) -> Policy:
    levels = list(DEFAULT_LEVELS)
    if pick([False, True, True]):
        pool = list(LEVEL_NAMES)
        levels = [pool.pop(pick(range(len(pool)))) for _ in range(pick([1, 2, 3, 4, 6]))]
        # Burden, partners, cost alone are best served by doing nothing; most orders start well.
        if pick([True, True, False]):
            levels = ["coverage", *(name for name in levels if name != "coverage")]
    return Policy(
        levels=tuple(levels),
        min_share=pick([0.0, 0.0, 0.0, 0.05, 0.05, 0.1, 0.2, 0.35, 1.0]),
        slack={name: pick([0.05, 0.2, 0.5]) for name in levels if pick([0, 0, 0, 0, 1])},
        min_partners_per_recipient=pick([None, None, None, None, 0, 0, 2]),
        max_partners_per_recipient=pick([None, None, 2, 2, 3]),
        min_partners_per_donor=pick([None, None, None, None, None, 1]),
        max_partners_per_donor=pick([None, None, None, 1, 2, 2]),
    )
