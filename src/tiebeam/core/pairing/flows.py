"""
The best flows for given pairs, whole lots included (§M2, §M7).

The one place where the solver's own search over whole numbers is used: its
answer is a plan, which the checker can check, never a bound.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

from tiebeam.core.pairing.problem import Bools, Floats
from tiebeam.core.pairing.relaxation import Relaxation
from tiebeam.core.pairing.stages import Stage
from tiebeam.core.solve.interruption import obey

NODES = 50
"""How many cases the solver may look at to round one set of flows."""
REFUTING: dict[str, bool | int | float] = {
    # Most searches end with "nothing better": time spent guessing plans is lost.
    "mip_heuristic_effort": 0.0,
    "mip_heuristic_run_root_reduced_cost": False,
    "mip_heuristic_run_rins": False,
    "mip_heuristic_run_rens": False,
    "mip_detect_symmetry": False,
    "mip_pscost_minreliable": 2,
}
"""How the solver's own search is set where nothing better is the likely answer: not for costs of
every kind, where good plans are hard to find."""
ROUNDS = 20
"""How often a rounded plan may break one more floor before it is given up."""


def find_any_plan(
    relaxation: Relaxation, should_stop: Callable[[], bool] = lambda: False
) -> tuple[Bools, Floats] | None:
    """Return any pairs and amounts within §M3, or None where there are none."""
    highs = whole_program(relaxation)
    obey(highs, should_stop)
    highs.setOptionValue("mip_max_improving_sols", 1)
    highs.run()
    columns = read_columns(highs)
    return None if columns is None else relaxation.read(columns)


def complete_flows_for(
    relaxation: Relaxation,
    stage: Stage,
    pairs: Bools,
    *,
    below: float,
    precision: float,
    should_stop: Callable[[], bool] = lambda: False,
) -> Floats | None:
    """
    Return the amounts that make *stage* smallest for exactly *pairs*, floors kept.

    None where *pairs* cannot keep the floors, or bring no value under *below*.

    Args:
        relaxation: Without pair columns.
        precision: How near to the least value is near enough.
    """
    relaxation.aim(stage)
    relaxation.open_pairs(pairs)
    fixed = stage.cost_of_pairs(relaxation.problem, pairs)
    solved = relaxation.solve()
    if solved.status != "optimal" or solved.objective + fixed >= below:
        return None
    lots = solved.columns[relaxation.at["flow"][relaxation.flow_whole]]
    if not len(lots) or np.abs(lots - np.round(lots)).max() < 1e-7:
        return relaxation.read(solved.columns)[1]
    highs = whole_program(relaxation)
    obey(highs, should_stop)
    highs.setOptionValue("mip_max_nodes", NODES)
    highs.setOptionValue("mip_abs_gap", precision)
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.setOptionValue("objective_bound", below - fixed)
    for _ in range(ROUNDS):
        highs.run()
        columns = read_columns(highs)
        if columns is None:
            return None
        broken = relaxation.broken_floors(columns)
        if not broken:
            return relaxation.read(columns)[1]
        for index, value, low in broken:
            highs.addRow(low, highspy.kHighsInf, len(index), index, value)
    return None


@dataclass(frozen=True, slots=True)
class Answer:
    """
    What one search over whole numbers found.

    Attributes:
        bound: No plan has a smaller value at the stage: the solver's word, which nobody
            can check again.
        columns: Of the best plan met, or None.
    """

    bound: float
    columns: Floats | None


def search_all_pairs(
    relaxation: Relaxation,
    stage: Stage,
    *,
    below: float,
    precision: float,
    nodes: int,
    should_stop: Callable[[], bool],
    first_will_do: bool = False,
) -> Answer:
    """
    Look among all pairs for a plan whose value at *stage* is under *below*, floors kept.

    Asking only for what is better refutes much at once.

    Args:
        precision: How much better it has to be, and how near to the least is near enough.
        nodes: How many cases to look at.
        first_will_do: End with the first plan that is good enough.
    """
    highs = whole_program(relaxation)
    obey(highs, should_stop)
    if stage.level != "cost":
        for key, option in REFUTING.items():
            highs.setOptionValue(key, option)
    costs = relaxation.costs(stage)
    highs.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), costs)
    highs.setOptionValue("mip_max_nodes", nodes)
    if first_will_do:
        highs.setOptionValue("mip_max_improving_sols", 1)
    highs.setOptionValue("mip_abs_gap", precision / 2)
    highs.setOptionValue("mip_rel_gap", 0.0)
    chosen = np.flatnonzero(costs).astype(np.int32)
    if math.isfinite(below):
        highs.addRow(-highspy.kHighsInf, below - precision, len(chosen), chosen, costs[chosen])
    _add_whole_floors(highs, relaxation)
    highs.run()
    if highs.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        return Answer(below - precision, None)
    return Answer(min(below - precision, highs.getInfo().mip_dual_bound), read_columns(highs))


def _add_whole_floors(highs: highspy.Highs, relaxation: Relaxation) -> None:
    """Write every floor of a vector level at once: a threshold, and what lies beyond it."""
    first: dict[str, float] = {}
    for stage, limit in relaxation.floors:
        raised = stage.level == "coverage"
        sign = 1.0 if raised else -1.0
        values = relaxation.at["coverage" if raised else "load"].astype(np.int32)
        if stage.count == 1:
            first[stage.level] = limit
            least, most = (max(0.0, -limit), 1.0) if raised else (0.0, min(1.0, limit))
            some = np.ones(len(values))
            highs.changeColsBounds(len(values), values, least * some, most * some)
        elif limit >= stage.count * first.get(stage.level, math.inf):
            continue  # each party keeps its own share of it already
        elif stage.count == len(values):
            highs.addRow(
                -highspy.kHighsInf, limit, len(values), values, np.full(len(values), -sign)
            )
        else:
            _add_block(highs, values, stage.count, sign, limit)


def _add_block(
    highs: highspy.Highs, values: NDArray[np.int32], count: int, sign: float, limit: float
) -> None:
    """Keep the sum of the *count* worst of the columns *values* within *limit*."""
    start = highs.getNumCol()
    for _ in range(1 + len(values)):
        highs.addCol(0.0, 0.0, 1.0, 0, np.array([], dtype=np.int32), np.array([]))
    for at, value in enumerate(values):
        index = np.array([start + 1 + at, value, start], dtype=np.int32)
        highs.addRow(0.0, highspy.kHighsInf, 3, index, np.array([1.0, sign, -sign]))
    index = np.arange(start, start + 1 + len(values), dtype=np.int32)
    weights = np.ones(len(index))
    weights[0] = -sign * count
    highs.addRow(-highspy.kHighsInf, limit, len(index), index, weights)


def whole_program(relaxation: Relaxation) -> highspy.Highs:
    """Return a copy of the program in which pairs and lots are whole."""
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("primal_feasibility_tolerance", 1e-9)
    highs.setOptionValue("mip_feasibility_tolerance", 1e-7)
    highs.passModel(relaxation.highs.getLp())
    flow = relaxation.at["flow"][relaxation.flow_whole]
    whole = np.concatenate([flow, relaxation.at["pair"]]).astype(np.int32)
    if len(whole):
        kinds = np.full(len(whole), highspy.HighsVarType.kInteger, dtype=object)
        highs.changeColsIntegrality(len(whole), whole, kinds)
    return highs


def read_columns(highs: highspy.Highs) -> Floats | None:
    """Return the columns of the solution, or None where there is none."""
    if highs.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    return np.array(highs.getSolution().col_value)
