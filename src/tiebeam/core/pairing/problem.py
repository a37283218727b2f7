"""
A scenario as arrays (§M1), in the order in which plans are decided (§M9).

Parties and resources are sorted by id in code-point order, so the order of the
rows in a file cannot matter.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tiebeam.core.model.scenario import (
    LevelName,
    Link,
    Party,
    Scenario,
    distance_km,
    partner_bounds_of_donor,
    partner_bounds_of_recipient,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

AMOUNT_SLIVER = 1e-9
"""Relative rounding allowed before a quotient is cut down to whole lots."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """
    §M1 as arrays: donors i, recipients j, resources k.

    Attributes:
        capacity: (donors, resources), in the resource's unit, c_ik.
        need: (recipients, resources), in the resource's unit, n_jk.
        lot: (resources,), 0 where divisible.
        use: (donors, recipients, resources), r_ijk > 0.
        most: (donors, recipients, resources), the largest amount that one pair
            can carry: within capacity and need, whole lots.
        coverage_share: (recipients, resources), w_k over the sum of the weights
            of what j needs; a full need of k adds this much to v_j (§M4).
        load_share: (donors, resources), the same for u_i.
        tie, fixed_cost: (donors, recipients).
        distance: (donors, recipients), km; NaN where unknown.
        unit_cost: (donors, recipients, resources).
        open_cost: (donors,).
        required, possible: (donors, recipients); a pair that is not possible is
            forbidden, or one of its sides has nothing to give or to need.
        donor_min, donor_max, recipient_min, recipient_max: partner bounds of §M3.4.
        min_share: sigma of §M3.6.
    """

    donors: tuple[str, ...]
    recipients: tuple[str, ...]
    resources: tuple[str, ...]
    capacity: Floats
    need: Floats
    lot: Floats
    use: Floats
    most: Floats
    coverage_share: Floats
    load_share: Floats
    tie: Floats
    distance: Floats
    open_cost: Floats
    fixed_cost: Floats
    unit_cost: Floats
    required: Bools
    possible: Bools
    donor_min: Ints
    donor_max: Ints
    recipient_min: Ints
    recipient_max: Ints
    min_share: float
    levels: tuple[LevelName, ...]
    slack: dict[str, float]

    @property
    def needy(self) -> Ints:
        """Positions of the recipients with a need: the coverage vector (§M4)."""
        return np.flatnonzero(self.need.sum(1) > 0)

    @property
    def able(self) -> Ints:
        """Positions of the donors with a capacity: the burden vector (§M4)."""
        return np.flatnonzero(self.capacity.sum(1) > 0)


def compile_problem(scenario: Scenario) -> Problem:
    """
    Turn a sound scenario into the arrays of §M1.

    A scenario without any resource knows only pairs: there every party can
    have one, and min_share has no meaning.
    """
    donors = sorted(scenario.donors, key=lambda party: party.id)
    recipients = sorted(scenario.recipients, key=lambda party: party.id)
    resources = sorted(scenario.resources, key=lambda resource: resource.id)
    row = {party.id: i for i, party in enumerate(donors)}
    column = {party.id: j for j, party in enumerate(recipients)}
    layer = {resource.id: k for k, resource in enumerate(resources)}
    shape = (len(donors), len(recipients))

    capacity = np.zeros((shape[0], len(resources)))
    for quantity in scenario.capacities:
        capacity[row[quantity.party], layer[quantity.resource]] = quantity.amount
    need = np.zeros((shape[1], len(resources)))
    for quantity in scenario.needs:
        need[column[quantity.party], layer[quantity.resource]] = quantity.amount
    weight = np.array([resource.weight for resource in resources], dtype=float)
    lot = np.array([resource.lot for resource in resources], dtype=float)

    use = np.ones((*shape, len(resources)))
    unit_cost = np.zeros((*shape, len(resources)))
    tie, fixed_cost = np.zeros(shape), np.zeros(shape)
    required, possible = np.zeros(shape, dtype=bool), np.ones(shape, dtype=bool)
    links = {}
    for link in scenario.links:
        i, j = row[link.donor], column[link.recipient]
        links[i, j] = link
        tie[i, j], fixed_cost[i, j] = link.tie, link.fixed_cost
        required[i, j] = link.status == "required"
        possible[i, j] = link.status != "forbidden"
        for resource, factor in link.uses.items():
            use[i, j, layer[resource]] = factor
        for resource, cost in link.unit_costs.items():
            unit_cost[i, j, layer[resource]] = cost
    if resources:
        possible &= (capacity.sum(1) > 0)[:, None] & (need.sum(1) > 0)[None, :]
    distance = np.array(
        [
            [
                distance_or_nan(donor, recipient, links.get((i, j)))
                for j, recipient in enumerate(recipients)
            ]
            for i, donor in enumerate(donors)
        ],
        dtype=float,
    ).reshape(shape)

    donor_bounds = _bounds([partner_bounds_of_donor(scenario, donor) for donor in donors])
    recipient_bounds = _bounds(
        [partner_bounds_of_recipient(scenario, recipient) for recipient in recipients]
    )
    if resources:
        donor_bounds[capacity.sum(1) <= 0] = (0, shape[1])
        recipient_bounds[need.sum(1) <= 0] = (0, shape[0])
    return Problem(
        donors=tuple(donor.id for donor in donors),
        recipients=tuple(recipient.id for recipient in recipients),
        resources=tuple(resource.id for resource in resources),
        capacity=capacity,
        need=need,
        lot=lot,
        use=use,
        most=_largest_amounts(capacity, need, use, lot),
        coverage_share=_shares(need, weight),
        load_share=_shares(capacity, weight),
        tie=tie,
        distance=distance,
        open_cost=np.array([donor.open_cost for donor in donors], dtype=float),
        fixed_cost=fixed_cost,
        unit_cost=unit_cost,
        required=required,
        possible=possible,
        donor_min=donor_bounds[:, 0],
        donor_max=donor_bounds[:, 1],
        recipient_min=recipient_bounds[:, 0],
        recipient_max=recipient_bounds[:, 1],
        min_share=scenario.policy.min_share if resources else 0.0,
        levels=scenario.policy.levels,
        slack=dict(scenario.policy.slack),
    )


def distance_or_nan(donor: Party, recipient: Party, link: Link | None) -> float:
    """Return d_ij in km, NaN where it is unknown."""
    known = distance_km(donor, recipient, link)
    return np.nan if known is None else known


def _bounds(pairs: list[tuple[int, int]]) -> Ints:
    """Return (parties, 2) minimum and maximum."""
    return np.array(pairs, dtype=np.int64).reshape(len(pairs), 2)


def _shares(amounts: Floats, weight: Floats) -> Floats:
    """Return w_k over the sum of the weights where amounts > 0, else 0 (§M4)."""
    weights = np.where(amounts > 0, weight[None, :], 0.0)
    total = weights.sum(1, keepdims=True)
    shares: Floats = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    return shares


def _largest_amounts(capacity: Floats, need: Floats, use: Floats, lot: Floats) -> Floats:
    """Return (donors, recipients, resources): min(c / r, n), cut down to whole lots."""
    most = np.minimum(capacity[:, None, :] / use, need[None, :, :])
    lots = np.where(lot > 0, lot, 1.0)
    whole = np.floor(most / lots * (1 + AMOUNT_SLIVER)) * lots
    largest: Floats = np.where(lot > 0, whole, most)
    return largest
