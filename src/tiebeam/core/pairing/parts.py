"""Parts of a plan that share no party: what happens in one does not touch another (§M3)."""

from dataclasses import replace

import numpy as np

from tiebeam.core.pairing.problem import Bools, Ints, Problem


def list_parts(pairs: Bools) -> list[tuple[Ints, Ints]]:
    """
    List the parts of *pairs* as positions of (donors, recipients), by their first donor.

    Parties without any pair are in no part.
    """
    parts, seen = [], np.zeros(pairs.shape[0], dtype=bool)
    for first in np.flatnonzero(pairs.any(1)):
        if seen[first]:
            continue
        donors, recipients = reach(pairs, int(first))
        seen |= donors
        parts.append((np.flatnonzero(donors), np.flatnonzero(recipients)))
    return parts


def reach(pairs: Bools, donor: int) -> tuple[Bools, Bools]:
    """Return which (donors,) and (recipients,) hang together with *donor* through *pairs*."""
    donors = np.zeros(pairs.shape[0], dtype=bool)
    donors[donor] = True
    while True:
        recipients: Bools = np.asarray(pairs[donors].any(axis=0), dtype=bool)
        reached: Bools = np.asarray(pairs[:, recipients].any(axis=1), dtype=bool) | donors
        if (reached == donors).all():
            return donors, recipients
        donors = reached


def cut_problem(problem: Problem, donors: Ints, recipients: Ints) -> Problem:
    """Return the problem of some donors and recipients alone."""
    both = np.ix_(donors, recipients)
    return replace(
        problem,
        donors=tuple(problem.donors[i] for i in donors),
        recipients=tuple(problem.recipients[j] for j in recipients),
        capacity=problem.capacity[donors],
        need=problem.need[recipients],
        use=problem.use[both],
        most=problem.most[both],
        coverage_share=problem.coverage_share[recipients],
        load_share=problem.load_share[donors],
        tie=problem.tie[both],
        distance=problem.distance[both],
        open_cost=problem.open_cost[donors],
        fixed_cost=problem.fixed_cost[both],
        unit_cost=problem.unit_cost[both],
        required=problem.required[both],
        possible=problem.possible[both],
        donor_min=problem.donor_min[donors],
        donor_max=problem.donor_max[donors],
        recipient_min=problem.recipient_min[recipients],
        recipient_max=problem.recipient_max[recipients],
    )
