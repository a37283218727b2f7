"""
Better plans by asking anew who helps a few recipients (a heuristic; proves nothing).

All other pairs stay as they are, while every flow may change. With so few pairs
open the solver's own search over whole numbers is quick, and sees exchanges
among several donors that no row of single changes would come upon.
"""

from collections.abc import Callable, Iterator

import highspy
import numpy as np

from tiebeam.core.pairing.flows import read_columns, whole_program
from tiebeam.core.pairing.problem import Bools, Floats
from tiebeam.core.pairing.relaxation import Relaxation
from tiebeam.core.pairing.stages import Stage
from tiebeam.core.solve.interruption import obey

FEWEST = 3
"""So many recipients are asked at first, and one more each time that little came of it."""
MOST = 6
PATIENCE = 6
"""After so many failures in a row one more recipient is asked."""
NODES = 50
"""How many cases the solver may look at each time."""
ROUNDS = 10
"""How often a plan may break one more floor before it is given up."""


def rebuild_pairs(
    relaxation: Relaxation,
    stage: Stage,
    current: Callable[[], tuple[Bools, float]],
    *,
    tries: int,
    precision: float,
    rng: np.random.Generator,
    should_stop: Callable[[], bool],
) -> Iterator[Floats]:
    """
    Yield the columns of plans that are better at *stage* than the current one, floors kept.

    Args:
        relaxation: With pair columns, all floors, its own bounds, and aimed at *stage*.
        current: Returns the best pairs so far and their value at the stage.
        tries: How many groups of recipients are asked.
        precision: How much better a plan has to be.
    """
    recipients = len(relaxation.problem.recipients)
    size, failures = min(FEWEST, recipients), 0
    for _ in range(tries):
        if should_stop():
            return
        asked = rng.choice(recipients, size, replace=False)
        pairs, value = current()
        columns = _ask(relaxation, stage, pairs, asked, value - precision, should_stop)
        failures += 1
        if columns is not None:
            yield columns
            failures = 0
        if failures >= PATIENCE:
            size, failures = min(size + 1, MOST, recipients), 0


def _ask(
    relaxation: Relaxation,
    stage: Stage,
    pairs: Bools,
    asked: np.ndarray,
    limit: float,
    should_stop: Callable[[], bool],
) -> Floats | None:
    """Return the columns of a plan of at most *limit* that differs from *pairs* at *asked* only."""
    highs = whole_program(relaxation)
    obey(highs, should_stop)
    highs.setOptionValue("mip_max_nodes", NODES)
    highs.setOptionValue("mip_rel_gap", 0.0)
    pair = relaxation.at["pair"]
    opened = pairs[relaxation.pair_i, relaxation.pair_j].astype(float)
    is_asked = np.isin(relaxation.pair_j, asked)
    low = np.where(is_asked, relaxation.lower[pair], opened)
    high = np.where(is_asked, relaxation.upper[pair], opened)
    highs.changeColsBounds(len(pair), pair.astype(np.int32), low, high)
    costs = relaxation.costs(stage)
    chosen = np.flatnonzero(costs).astype(np.int32)
    highs.addRow(-highspy.kHighsInf, limit, len(chosen), chosen, costs[chosen])
    for _ in range(ROUNDS):
        highs.run()
        columns = read_columns(highs)
        if columns is None:
            return None
        broken = relaxation.learn_broken(columns)
        if not broken:
            return columns
        for index, value, least in broken:
            highs.addRow(least, highspy.kHighsInf, len(index), index, value)
    return None
