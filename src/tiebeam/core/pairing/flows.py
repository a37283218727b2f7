"""
The best flows for given pairs, whole lots included (§M2, §M7).

The one place where the solver's own search over whole numbers is used: its
answer is a plan, which the checker can check, never a bound.
"""

import highspy
import numpy as np

from tiebeam.core.pairing.problem import Bools, Floats
from tiebeam.core.pairing.relaxation import Relaxation
from tiebeam.core.pairing.stages import Stage

NODES = 50
"""How many cases the solver may look at to round one set of flows."""
ROUNDS = 20
"""How often a rounded plan may break one more floor before it is given up."""


def find_any_plan(relaxation: Relaxation) -> tuple[Bools, Floats] | None:
    """Return any pairs and amounts within §M3, or None where there are none."""
    highs = _whole_program(relaxation)
    highs.setOptionValue("mip_max_improving_sols", 1)
    highs.run()
    columns = _columns(highs)
    return None if columns is None else relaxation.read(columns)


def complete_flows_for(
    relaxation: Relaxation, stage: Stage, pairs: Bools, *, below: float, precision: float
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
    fixed = float(stage.pair_costs(relaxation.problem)[pairs].sum())
    solved = relaxation.solve()
    if solved.status != "optimal" or solved.objective + fixed >= below:
        return None
    lots = solved.columns[relaxation.at["flow"][relaxation.flow_whole]]
    if not len(lots) or np.abs(lots - np.round(lots)).max() < 1e-7:
        return relaxation.read(solved.columns)[1]
    highs = _whole_program(relaxation)
    highs.setOptionValue("mip_max_nodes", NODES)
    highs.setOptionValue("mip_abs_gap", precision)
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.setOptionValue("objective_bound", below - fixed)
    for _ in range(ROUNDS):
        highs.run()
        columns = _columns(highs)
        if columns is None:
            return None
        broken = relaxation.broken_floors(columns)
        if not broken:
            return relaxation.read(columns)[1]
        for index, value, low in broken:
            highs.addRow(low, highspy.kHighsInf, len(index), index, value)
    return None


def _whole_program(relaxation: Relaxation) -> highspy.Highs:
    """Return a copy of the program in which pairs and lots are whole."""
    highs = highspy.Highs()
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


def _columns(highs: highspy.Highs) -> Floats | None:
    """Return the columns of the solution, or None where there is none."""
    if highs.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    return np.array(highs.getSolution().col_value)
