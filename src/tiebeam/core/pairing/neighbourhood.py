"""
Search by small changes of who is paired with whom (a heuristic; proves nothing).

For given pairs the best flows are one small linear program. Its reduced costs
say which closed pair would help most; a move opens one such pair and closes
what the partner limits then forbid. Worse plans are accepted now and then, less
and less often (simulated annealing), so the search leaves poor corners.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np

from tiebeam.core.pairing.problem import Bools, Problem
from tiebeam.core.pairing.relaxation import Relaxation, Solved
from tiebeam.core.pairing.stages import Stage

WARMTH = 0.003
"""First temperature, in the unit of a stage: a loss of 0.3 per cent is taken one time in e."""


def improve_pairs(
    relaxation: Relaxation,
    stage: Stage,
    pairs: Bools,
    *,
    moves: int,
    target: float,
    pair_floors: Sequence[tuple[Stage, float]],
    rng: np.random.Generator,
    should_stop: Callable[[], bool],
) -> tuple[Bools, float]:
    """
    Return the best pairs met and the stage's least value for them, lots left out.

    Args:
        relaxation: Of the problem without pair columns, with the floors of all
            earlier stages.
        pairs: (donors, recipients), within §M3.4 and §M3.5.
        pair_floors: The stages that were reached and do not look at flows, with their limits.
        target: The search ends when it is this good.
        moves: How many changes are tried.
    """
    problem = relaxation.problem
    relaxation.aim(stage)

    def value_of(chosen: Bools) -> tuple[float, Solved]:
        relaxation.open_pairs(chosen)
        solved = relaxation.solve()
        return solved.objective + stage.cost_of_pairs(problem, chosen), solved

    value, solved = value_of(pairs)
    best, best_value = pairs, value
    scale = stage.unit if stage.is_vector else max(1.0, abs(value) if math.isfinite(value) else 1.0)
    for step in range(moves):
        if best_value <= target + 1e-9 or should_stop():
            break
        warmth = WARMTH * scale * (1 - step / moves) ** 2 + 1e-9
        tried = _move(problem, pairs, _promise(relaxation, solved, pairs), rng)
        if tried is None:
            continue
        if any(kept.cost_of_pairs(problem, tried) > limit for kept, limit in pair_floors):
            continue
        tried_value, tried_solved = value_of(tried)
        loss = tried_value - value
        if math.isfinite(tried_value) and (loss <= 0 or rng.random() < math.exp(-loss / warmth)):
            pairs, value, solved = tried, tried_value, tried_solved
        if tried_value < best_value - 1e-10:
            best, best_value = tried, tried_value
    return best, best_value


def _promise(relaxation: Relaxation, solved: Solved, pairs: Bools) -> np.ndarray:
    """Return (donors, recipients) what opening a pair promises; -1 where it cannot be opened."""
    problem = relaxation.problem
    promise = np.zeros(pairs.shape)
    if len(solved.reduced):
        gains = np.maximum(0.0, -solved.reduced[relaxation.at["flow"]]) * relaxation.flow_most
        np.add.at(promise, (relaxation.flow_i, relaxation.flow_j), gains)
    promise[pairs | ~problem.possible] = -1.0
    return promise


def _move(
    problem: Problem, pairs: Bools, promise: np.ndarray, rng: np.random.Generator
) -> Bools | None:
    """Return *pairs* with one pair opened and the limits kept, or None where that failed."""
    candidates = np.flatnonzero(promise.ravel() >= 0)
    if not len(candidates):
        return None
    weights = promise.ravel()[candidates] + 1e-9
    if rng.random() < 0.7:
        chosen = rng.choice(candidates, p=weights / weights.sum())
    else:
        chosen = rng.choice(candidates)
    i, j = divmod(int(chosen), pairs.shape[1])
    tried = pairs.copy()
    tried[i, j] = True
    left = taken = -1
    if tried[i].sum() > problem.donor_max[i]:
        others = np.flatnonzero(pairs[i] & ~problem.required[i])
        if not len(others):
            return None
        left = int(rng.choice(others))
        tried[i, left] = False
    if tried[:, j].sum() > problem.recipient_max[j]:
        others = np.flatnonzero(pairs[:, j] & ~problem.required[:, j])
        if not len(others):
            return None
        taken = int(rng.choice(others))
        tried[taken, j] = False
    if taken >= 0 and left >= 0 and promise[taken, left] >= 0 and rng.random() < 0.5:
        tried[taken, left] = True  # the two donors change places
    elif taken >= 0 and rng.random() < 0.8:
        # The donor that lost its place takes the most promising other one.
        room = np.where(
            (tried.sum(0) < problem.recipient_max) & ~tried[taken], promise[taken], -1.0
        )
        room[j] = -1.0
        if room.max() >= 0:
            tried[taken, int(np.argmax(room + 1e-9 * rng.random(len(room))))] = True
    if not partners_hold(problem, tried):
        return None
    return tried


def partners_hold(problem: Problem, pairs: Bools) -> bool:
    """Return whether *pairs* keep §M3.4 and §M3.5."""
    given, received = pairs.sum(1), pairs.sum(0)
    return bool(
        (given >= problem.donor_min).all()
        and (given <= problem.donor_max).all()
        and (received >= problem.recipient_min).all()
        and (received <= problem.recipient_max).all()
        and (pairs | ~problem.required).all()
        and (problem.possible | ~pairs).all()
    )
