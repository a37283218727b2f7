"""The peer that most people would write: the plain model, given to HiGHS step by step."""

import math
from collections.abc import Sequence

import highspy
import numpy as np

from benchmarks.formulation import Column, Row, Terms
from benchmarks.sequence import GAP, Answer, solve_in_sequence
from tiebeam.core.model.plan import Plan
from tiebeam.core.model.scenario import Scenario


def solve_with_highs(scenario: Scenario, time_limit: float, threads: int) -> Plan:
    """Return the plan that a plain HiGHS model reaches within *time_limit* seconds."""
    return solve_in_sequence(scenario, lambda: _Highs(threads), time_limit)


class _Highs:
    """HiGHS as a tool of the sequence; the model stays loaded from step to step."""

    def __init__(self, threads: int) -> None:
        self.highs = highspy.Highs()
        options = {"output_flag": False, "threads": threads, "mip_rel_gap": GAP, "mip_abs_gap": GAP}
        for key, value in options.items():
            self.highs.setOptionValue(key, value)
        self.rows: list[int] = []
        self.cost = np.zeros(0)

    def add(self, columns: Sequence[Column], rows: Sequence[Row]) -> None:
        """Add columns, then rows."""
        first = self.highs.getNumCol()
        for column in columns:
            self.highs.addVar(column.low, column.high)
        whole = [first + at for at, column in enumerate(columns) if column.is_whole]
        for column in whole:
            self.highs.changeColIntegrality(column, highspy.HighsVarType.kInteger)
        for row in rows:
            self._add_row(row.terms, row.low, row.high)

    def _add_row(self, terms: Terms, low: float, high: float) -> int:
        index = np.array(list(terms), dtype=np.int32)
        self.highs.addRow(low, high, len(index), index, np.array(list(terms.values()), dtype=float))
        return int(self.highs.getNumRow()) - 1

    def keep(self, terms: Terms, limit: float) -> int:
        """Add the row terms <= limit."""
        self.rows.append(self._add_row(terms, -math.inf, limit))
        return len(self.rows) - 1

    def loosen(self, number: int, limit: float) -> None:
        """Give a kept row another limit."""
        self.highs.changeRowBounds(self.rows[number], -math.inf, limit)

    def minimise(self, objective: Terms, seconds: float, start: Sequence[float] | None) -> Answer:
        """Minimise within *seconds*, from *start* where given."""
        count = int(self.highs.getNumCol())
        cost = np.zeros(count)
        cost[list(objective)] = list(objective.values())
        self.highs.changeColsCost(count, np.arange(count, dtype=np.int32), cost)
        if start is not None:
            solution = highspy.HighsSolution()
            solution.col_value = list(start)
            self.highs.setSolution(solution)
        # HiGHS counts the time of each run on its own.
        self.highs.setOptionValue("time_limit", seconds)
        self.highs.run()
        info = self.highs.getInfo()
        if self.highs.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
            return Answer(None, math.inf, is_infeasible=True)
        found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        values = list(self.highs.getSolution().col_value) if found else None
        return Answer(values, float(info.mip_dual_bound))
