"""What no plan can beat, seen at once: no search and no linear program (§M6, §M8)."""

import math
from collections.abc import Sequence

import numpy as np

from tiebeam.core.model.identity import scenario_sha256
from tiebeam.core.model.plan import Plan
from tiebeam.core.model.scenario import Scenario
from tiebeam.core.pairing.problem import Floats, Problem
from tiebeam.core.pairing.stages import Stage, list_stages


def star_bounds(
    problem: Problem, stages: Sequence[Stage], shares: Floats, i: int, j: int, *, is_open: bool
) -> Floats:
    """
    Return (stages,) what no plan can beat, each recipient and each donor seen alone.

    A recipient gets at most what its best donors have, as many as it may have; where a pair
    is asked for that takes the last free place of its donor, the other recipients lose it.

    Args:
        problem: With the pair (i, j) forbidden, where *is_open*, or else required.
        shares: (donors, recipients) the most that each pair alone can cover.
    """
    shares = np.where(problem.possible, shares, 0.0)
    mine = shares[i, j]
    if not is_open and problem.donor_max[i] <= 1:
        shares[i] = 0.0
    shares[i, j] = 0.0
    ordered = np.sort(shares, axis=0)[::-1]
    sums = np.vstack([np.zeros(shares.shape[1]), np.cumsum(ordered, axis=0)])
    places = np.minimum(problem.recipient_max, shares.shape[0])
    best = sums[places, np.arange(shares.shape[1])]
    if not is_open:
        best[j] = mine + sums[max(0, places[j] - 1), j]
    covered = np.cumsum(np.sort(np.minimum(1.0, best[problem.needy])))
    ties = _most_ties(problem)
    return np.array(
        [
            -covered[stage.count - 1]
            if stage.level == "coverage"
            else -ties
            if stage.level == "continuity"
            else -math.inf
            for stage in stages
        ],
        dtype=float,
    )


def stages_before_slack(problem: Problem) -> list[Stage]:
    """Return the stages up to the first level whose slack later ones may spend (§M5)."""
    stages = []
    for stage in list_stages(problem):
        if problem.slack.get(stage.level, 0.0) > 0:
            break
        stages.append(stage)
    return stages


def stated_bounds(scenario: Scenario, plan: Plan, stages: Sequence[Stage]) -> Floats:
    """Return (stages,) the bounds that *plan* states of itself; none where they are not of this scenario."""
    bounds = np.full(len(stages), -math.inf)
    if plan.completed or plan.scenario_sha256 != scenario_sha256(scenario):
        return bounds
    stated = {level.name: level.bound for level in plan.levels}
    for at, stage in enumerate(stages):
        bound = stated.get(stage.level)
        if bound is None:
            continue
        figure = bound[stage.count - 1] if isinstance(bound, tuple) else bound
        bounds[at] = -figure if stage.level in ("coverage", "continuity") else figure
    return bounds


def _most_ties(problem: Problem) -> float:
    """Return how much continuity could be had at most, each donor seen alone."""
    required = problem.required
    free = np.where(problem.possible & ~required, problem.tie, 0.0)
    ties = -np.sort(-free, axis=1)
    sums = np.hstack([np.zeros((ties.shape[0], 1)), np.cumsum(ties, axis=1)])
    places = np.clip(problem.donor_max - required.sum(1), 0, ties.shape[1])
    kept = float((problem.tie * required).sum())
    return kept + float(sums[np.arange(ties.shape[0]), places].sum())


def partners_may_hold(problem: Problem) -> bool:
    """Whether every party alone could have partners enough, and not too many that are required."""
    possible, required = problem.possible, problem.required
    return bool(
        (possible.sum(0) >= problem.recipient_min).all()
        and (possible.sum(1) >= problem.donor_min).all()
        and (required.sum(0) <= problem.recipient_max).all()
        and (required.sum(1) <= problem.donor_max).all()
        and not (required & ~possible).any()
    )
