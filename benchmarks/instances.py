"""
Seeded random scenarios: the generator behind the figures in ``benchmarks/``.

A party has a size; what it needs or can give of each resource is its size
times a mix of its own. All parameters are arguments, so a figure can be
reproduced from its row in the table alone.
"""

import numpy as np

from tiebeam.core.model.scenario import Link, Party, Policy, Quantity, Resource, Scenario


def random_scenario(
    seed: int,
    *,
    donors: int = 19,
    recipients: int = 16,
    resources: int = 3,
    ratio: float = 1.1,
    size_spread: float = 0.6,
    mix_spread: float = 0.25,
    mean_need: float = 100.0,
    donor_limits: tuple[int, int] = (1, 3),
    recipient_limits: tuple[int, int] = (2, 3),
    forbidden: float = 0.08,
    tied: float = 0.08,
    required: int = 2,
    whole_every: int = 3,
    min_share: float = 0.05,
) -> Scenario:
    """
    Return a random scenario.

    Args:
        ratio: Total capacity over total need, of each resource.
        size_spread, mix_spread: Standard deviations of the logarithms of the
            sizes (log-normal around *mean_need*) and of the mixes.
        donor_limits, recipient_limits: Range of max_partners, drawn evenly.
        forbidden, tied: Share of the links that are forbidden, that carry a tie.
        required: Number of required links.
        whole_every: Every so-manieth resource comes in whole units (lot 1).
    """
    rng = np.random.default_rng(seed)
    shape = (donors, recipients)
    need = mean_need * np.exp(
        rng.normal(0, size_spread, (recipients, 1))
        + rng.normal(0, mix_spread, (recipients, resources))
    )
    need = np.maximum(1.0, np.round(need))
    capacity = np.exp(
        rng.normal(0, size_spread, (donors, 1)) + rng.normal(0, mix_spread, (donors, resources))
    )
    capacity = np.maximum(1.0, np.round(capacity / capacity.sum(0) * need.sum(0) * ratio))
    donor_most = rng.integers(donor_limits[0], donor_limits[1] + 1, donors)
    while donor_most.sum() < recipients:
        donor_most = rng.integers(donor_limits[0], donor_limits[1] + 1, donors)
    recipient_most = rng.integers(recipient_limits[0], recipient_limits[1] + 1, recipients)
    status = np.full(shape, "allowed", dtype=object)
    status[rng.random(shape) < forbidden] = "forbidden"
    # One required link a donor and a recipient at most: always possible together.
    rows, columns = rng.permutation(donors)[:required], rng.permutation(recipients)[:required]
    status[rows, columns] = "required"
    tie = np.where(rng.random(shape) < tied, np.round(np.exp(rng.normal(3, 1, shape))), 0.0)
    points = rng.uniform((20, 90), (45, 125), (donors + recipients, 2)).round(3)
    names = [f"r{k + 1}" for k in range(resources)]
    donor_ids = [f"d{i + 1:02}" for i in range(donors)]
    recipient_ids = [f"p{j + 1:02}" for j in range(recipients)]
    return Scenario(
        id=f"random-{donors}x{recipients}x{resources}-{ratio}-{seed}",
        policy=Policy(min_share=min_share, seed=seed),
        donors=tuple(
            Party(id=d, name=d, lat=float(lat), lon=float(lon), max_partners=int(most))
            for d, (lat, lon), most in zip(donor_ids, points[:donors], donor_most, strict=True)
        ),
        recipients=tuple(
            Party(id=p, name=p, lat=float(lat), lon=float(lon), max_partners=int(most))
            for p, (lat, lon), most in zip(
                recipient_ids, points[donors:], recipient_most, strict=True
            )
        ),
        resources=tuple(
            Resource(id=name, name=name, unit="unit", lot=0.0 if k % whole_every else 1.0)
            for k, name in enumerate(names)
        ),
        capacities=tuple(
            Quantity(party=d, resource=name, amount=float(capacity[i, k]))
            for i, d in enumerate(donor_ids)
            for k, name in enumerate(names)
        ),
        needs=tuple(
            Quantity(party=p, resource=name, amount=float(need[j, k]))
            for j, p in enumerate(recipient_ids)
            for k, name in enumerate(names)
        ),
        links=tuple(
            Link(
                donor=d,
                recipient=p,
                status=status[i, j],
                tie=0.0 if status[i, j] == "forbidden" else float(tie[i, j]),
            )
            for i, d in enumerate(donor_ids)
            for j, p in enumerate(recipient_ids)
            if status[i, j] != "allowed" or tie[i, j] > 0
        ),
    )
