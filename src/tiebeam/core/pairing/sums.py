"""
What the sums of one vector level say of one another (§M5, §M6).

Stage m of a level is f(m): minus the sum of the m smallest coverages, or the sum of the m
largest loads. From f(m-1) to f(m) one party is added, and none added later is worse than one
added before. So f is concave in m: between two sums that are bounded, all others are bounded by
the straight line, and a sum is bounded by the one before it and the best that a party can have.
"""

import numpy as np

from tiebeam.core.pairing.problem import AMOUNT_SLIVER, Floats, Problem
from tiebeam.core.pairing.stages import Stage, coverages, loads

LEVEL = 1e-6
"""Parties whose figures differ by no more are alike: where to look ahead, no part of a bound."""


def best_steps(problem: Problem, level: str) -> Floats:
    """
    Return (parties,) the least that f(m) - f(m-1) can be, for m from 1.

    Of the coverages: no m-th smallest is above the m-th smallest of what each recipient could
    have if it were alone. Of the loads: none is below zero.
    """
    if level == "burden":
        return np.zeros(len(problem.able))
    lots = np.where(problem.lot > 0, problem.lot, 1.0)
    whole = np.floor(problem.need / lots * (1 + AMOUNT_SLIVER)) * lots
    most = np.sort(np.where(problem.possible[:, :, None], problem.most, 0.0), axis=0)[::-1]
    alone = np.array(
        [most[: int(count), j].sum(0) for j, count in enumerate(problem.recipient_max)]
    ).reshape(problem.need.shape)
    amounts = np.minimum(np.where(problem.lot > 0, whole, problem.need), alone)
    return -np.sort(coverages(problem, amounts[None]))


def bound_between(
    stage: Stage, before: float, step: float, ahead: tuple[int, float] | None
) -> float:
    """
    Return what *stage* cannot beat by what is known of other sums of its level.

    Args:
        before: Bound of f(m-1); 0 for the first sum.
        step: Of :func:`best_steps` at m.
        ahead: n >= m and a bound of f(n), or None.
    """
    bound = before + step
    if ahead is not None and ahead[0] >= stage.count:
        part = 1.0 / (ahead[0] - stage.count + 1)
        bound = max(bound, before + (ahead[1] - before) * part)
    return bound


def last_alike(problem: Problem, stage: Stage, amounts: Floats) -> Stage:
    """Return the last stage whose party has the same coverage or load as the one of *stage*."""
    values = np.sort(
        -loads(problem, amounts) if stage.level == "burden" else coverages(problem, amounts)
    )
    alike = np.flatnonzero(np.abs(values - values[stage.count - 1]) <= LEVEL)
    return Stage(stage.level, stage.position, int(alike[-1]) + 1)
