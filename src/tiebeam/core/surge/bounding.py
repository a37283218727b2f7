"""The program as HiGHS sees it: linear, with a bound from its multipliers; or in whole teams (§S7)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import highspy
import numpy as np

from tiebeam.core.solve.interruption import obey
from tiebeam.core.surge.framing import Floats, Stage
from tiebeam.core.surge.program import INFINITY, Program

TINY = 1e-7
"""Of a team, what is rounded away."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one program answered: a bound of the stage, and columns where it found any."""

    bound: float
    columns: Floats | None


class Solver:
    """
    One program, solved stage by stage.

    Args:
        should_stop: Asked while a search goes on.
        to_corners: Whether linear programs end in a corner, where few teams are parted: what a
            search needs and a bound does not.
    """

    def __init__(
        self, program: Program, should_stop: Callable[[], bool], *, to_corners: bool = True
    ) -> None:
        self.program, self.should_stop = program, should_stop
        lengths = [len(index) for index, _, _, _ in program.rows]
        self.start = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        self.row_of = np.repeat(np.arange(len(lengths)), lengths)
        self.index = np.array([c for row in program.rows for c in row[0]], dtype=np.int32)
        self.value = np.array([v for row in program.rows for v in row[1]], dtype=float)
        self.row_low = np.array([row[2] for row in program.rows], dtype=float)
        self.row_high = np.array([row[3] for row in program.rows], dtype=float)
        self.lower = np.array(program.lower, dtype=float)
        self.upper = np.array(program.upper, dtype=float)
        self.whole = np.array(program.whole, dtype=bool)
        self.linear = self._load(self.lower, self.upper, whole=False)
        self.linear.setOptionValue("run_crossover", "on" if to_corners else "off")

    def _load(self, lower: Floats, upper: Floats, *, whole: bool) -> highspy.Highs:
        highs = highspy.Highs()  # type: ignore[no-untyped-call]
        options: dict[str, bool | int | float | str] = {
            "output_flag": False,
            "threads": 1,
            "primal_feasibility_tolerance": 1e-9 if not whole else 1e-7,
            "dual_feasibility_tolerance": 1e-9 if not whole else 1e-7,
            "solver": "choose" if whole else "ipm",
        }
        for key, option in options.items():
            highs.setOptionValue(key, option)
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.lower), len(self.row_low)
        lp.col_cost_ = np.zeros(len(self.lower))
        lp.col_lower_, lp.col_upper_ = lower, upper
        lp.row_lower_, lp.row_upper_ = self.row_low, self.row_high
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_, lp.a_matrix_.index_ = self.start, self.index
        lp.a_matrix_.value_ = self.value
        if whole:
            kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
            lp.integrality_ = [kinds[int(w)] for w in self.whole]
        highs.passModel(lp)
        obey(highs, self.should_stop)
        return highs

    def costs(self, stage: Stage) -> Floats:
        """Return (columns,) what *stage* adds up."""
        index, value, _, _ = self.program.rows[self.program.stage_rows[stage]]
        costs = np.zeros(len(self.lower))
        costs[index] = value
        return costs

    def keep(self, stage: Stage, limit: float) -> None:
        """Let *stage*, where the program knows it, come to no more than *limit* from now on."""
        row = self.program.stage_rows.get(stage)
        if row is None:
            return
        self.row_high[row] = limit
        self.linear.changeRowBounds(row, -INFINITY, limit)

    def bound(self, costs: Floats) -> Answer:
        """Return what the linear program says of *costs*."""
        columns = np.arange(len(costs), dtype=np.int32)
        self.linear.changeColsCost(len(costs), columns, costs)
        self.linear.run()
        solution = self.linear.getSolution()
        if not solution.dual_valid:
            return Answer(-INFINITY, None)
        bound = self._add_up(costs, np.array(solution.row_dual))
        is_whole = self.linear.getModelStatus() == highspy.HighsModelStatus.kOptimal
        return Answer(bound, np.array(solution.col_value) if is_whole else None)

    def _add_up(self, costs: Floats, duals: Floats) -> float:
        """Return what *duals* prove: rows at their sides, columns at their better ends."""
        sides = np.where(duals > 0, self.row_low, self.row_high)
        duals = np.where(np.isfinite(sides), duals, 0.0)
        rest = costs - np.bincount(
            self.index, weights=self.value * duals[self.row_of], minlength=len(costs)
        )
        ends = np.where(rest > 0, self.lower, self.upper)
        return float(duals @ np.where(duals == 0, 0.0, sides) + rest @ ends)

    def search(
        self,
        costs: Floats,
        start: Mapping[int, int],
        nodes: int,
        precision: float,
        near: Floats | None = None,
    ) -> Answer:
        """
        Search among whole teams for the least *costs*; with *near*, no column further than one
        team from it or from *start*.

        Returns:
            A bound that holds for all teams only without *near*.
        """
        lower, upper = (self.lower, self.upper) if near is None else self._surround(near, start)
        highs = self._load(lower, upper, whole=True)
        columns = np.arange(len(self.lower), dtype=np.int32)
        highs.changeColsCost(len(columns), columns, costs)
        highs.setOptionValue("mip_max_nodes", nodes)
        highs.setOptionValue("mip_rel_gap", precision)
        at = np.flatnonzero(self.whole).astype(np.int32)
        values = np.array([float(start.get(int(c), 0)) for c in at])
        highs.setSolution(len(at), at, values)
        highs.run()
        info = highs.getInfo()
        found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        found_columns = np.array(highs.getSolution().col_value) if found else None
        return Answer(float(info.mip_dual_bound), found_columns)

    def _surround(self, near: Floats, start: Mapping[int, int]) -> tuple[Floats, Floats]:
        """Return the bounds of columns about *near* and *start*; those of no team stay free."""
        stood = np.zeros(len(near))
        stood[list(start)] = list(start.values())
        most = np.where(near > TINY, np.ceil(near - TINY) + 1, 0.0)
        teams = self.whole & (np.arange(len(near)) < self.program.team_columns)
        lower = np.minimum(np.floor(near + TINY) - 1, stood)
        upper = np.minimum(np.maximum(most, stood), self.upper)
        return (
            np.where(teams, np.maximum(lower, self.lower), self.lower),
            np.where(teams, upper, self.upper),
        )
