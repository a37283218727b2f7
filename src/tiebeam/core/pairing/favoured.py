"""
Where a search begins: among the plans that also keep what stands.

Close to the best value of a vector level lie very many plans. They differ by
less there than any search can tell apart soon, and by everything in what they
keep of the ties. A search that begins anywhere ends far from the ties; one that
begins with the ties that can be kept loses next to nothing (a heuristic; it
proves nothing, and later passes look everywhere).
"""

from collections.abc import Callable
from dataclasses import replace

import highspy
import numpy as np

from tiebeam.core.pairing.flows import find_any_plan
from tiebeam.core.pairing.problem import Bools, Floats, Problem
from tiebeam.core.pairing.relaxation import Relaxation
from tiebeam.core.pairing.stages import Stage
from tiebeam.core.solve.interruption import obey

ROOM = 5e-4
"""How far from the bound of the first stage a plan is looked for, in the stage's unit."""
WHOLE = 1e-3
"""How far from one a pair may be and still be held."""
NODES = 20
"""How many cases are looked at to choose among the ties."""
ROUNDS = 20
"""How often the choice may break one more sum of the first stage's level."""


def favour_ties(
    relaxation: Relaxation,
    stage: Stage,
    bound: float,
    later: Stage,
    should_stop: Callable[[], bool],
) -> list[Bools]:
    """
    Return sets of pairs (donors, recipients) worth holding while *stage* is searched.

    The first holds the ties that serve *later* best while *stage* stays near its
    *bound*, where all other pairs may still be fractions; the second, more modest,
    those that are held whole where all pairs may be fractions.

    Args:
        relaxation: With pair columns, and no floors: *stage* is the first; it is changed.
        later: A stage of pairs alone, `continuity`.
    """
    problem = relaxation.problem
    relaxation.add_floor(stage, bound + ROOM * stage.unit)
    costs = relaxation.costs(later)
    worth = np.flatnonzero(costs).astype(np.int32)
    relaxation.aim(later)
    solved = relaxation.solve()
    if not len(worth) or solved.status != "optimal":
        return []

    def held(columns: Floats) -> Bools:
        chosen = np.zeros(problem.possible.shape, dtype=bool)
        pair = relaxation.at["pair"]
        whole = (columns[pair] > 1 - WHOLE) & (costs[pair] < 0)
        chosen[relaxation.pair_i, relaxation.pair_j] = whole
        return chosen

    modest = held(solved.columns)
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    for key, option in (("output_flag", False), ("threads", 1), ("mip_max_nodes", NODES)):
        highs.setOptionValue(key, option)
    obey(highs, should_stop)
    highs.passModel(relaxation.highs.getLp())
    kinds = np.full(len(worth), highspy.HighsVarType.kInteger, dtype=object)
    highs.changeColsIntegrality(len(worth), worth, kinds)
    for _ in range(ROUNDS):
        highs.run()
        if highs.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            break
        columns = np.array(highs.getSolution().col_value)
        broken = relaxation.broken_floors(columns)
        if not broken:
            return [held(columns), modest]
        for index, value, low in broken:
            highs.addRow(low, highspy.kHighsInf, len(index), index, value)
    return [modest]


def begin_with(
    problem: Problem, held: Bools, should_stop: Callable[[], bool]
) -> tuple[Problem, Bools] | None:
    """Return the problem in which *held* pairs are required, and any pairs for it; or None."""
    narrowed = replace(problem, required=problem.required | held)
    found = find_any_plan(Relaxation(narrowed), should_stop)
    return None if found is None else (narrowed, found[0])
