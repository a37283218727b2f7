"""
The law as a linear program, with the pairs relaxed to 0 <= y <= 1 (§M3-§M6).

One program serves a whole solve: a stage is a vector of costs, a level that was
reached becomes rows, a node of the search tree is a change of column bounds.
Everything is minimised; coverage and continuity enter with a minus.

Columns, in this order: the flows (in lots, or in shares of the largest amount
the pair can carry), the pairs y, the coverages v, the loads u, the donors that
are open at all (only where `cost` is a level), and for each of the two vector
levels a threshold and the distances below or above it.
"""

from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from tiebeam.core.pairing.patterns import PatternProgram
from tiebeam.core.pairing.problem import Bools, Floats, Ints, Problem
from tiebeam.core.pairing.stages import Stage

INFINITY = highspy.kHighsInf
FEASIBILITY = 1e-9
SLIVER = 1e-9
"""A flow below this share of the largest one is none."""
BROKEN = 2e-8
"""How far a floor may be missed before its row is added."""


@dataclass(slots=True)
class Solved:
    """
    What one linear program answered.

    Attributes:
        status: "optimal", "infeasible" or "stopped".
        objective: Least cost; the bound of a node.
        columns: (columns,) values.
        reduced: (columns,) reduced costs.
        multipliers: (rows,) row duals, or an infeasibility ray.
    """

    status: str
    objective: float
    columns: Floats
    reduced: Floats
    multipliers: Floats


class Relaxation:
    """
    The linear program of a problem.

    Args:
        problem: The arrays of §M1.
        with_pairs: False leaves the columns y and their rows out: the pairs
            are then given by :meth:`open_pairs`, and only flows are decided.
    """

    def __init__(self, problem: Problem, *, with_pairs: bool = True) -> None:
        self.problem = problem
        self.with_pairs = with_pairs
        self.pair_i, self.pair_j = np.nonzero(problem.possible)
        self.pair_at = np.full(problem.possible.shape, -1)
        self.pair_at[self.pair_i, self.pair_j] = np.arange(len(self.pair_i))
        self._lay_columns()
        self.row_names: list[tuple[Any, ...]] = []
        self._lower: list[float] = []
        self._upper: list[float] = []
        self._entries: list[tuple[Any, Any]] = []
        self._lay_rows()
        self.highs = self._build()
        self.floors: list[tuple[Stage, float]] = []
        self.given_floors: list[tuple[int, Stage, float]] = []
        self._needy_at = {int(j): at for at, j in enumerate(problem.needy)}

    # -- columns ---------------------------------------------------------------

    def _lay_columns(self) -> None:
        """Number the columns and set their bounds."""
        problem = self.problem
        carried = problem.most[self.pair_i, self.pair_j]
        self.flow_pair, self.flow_k = np.nonzero(carried > 0)
        self.flow_i, self.flow_j = self.pair_i[self.flow_pair], self.pair_j[self.flow_pair]
        most = carried[self.flow_pair, self.flow_k]
        lot = problem.lot[self.flow_k]
        self.flow_whole: Bools = lot > 0
        self.flow_scale: Floats = np.where(self.flow_whole, lot, most)
        self.flow_most: Floats = np.where(self.flow_whole, np.round(most / self.flow_scale), 1.0)
        self.flow_coverage = (
            problem.coverage_share[self.flow_j, self.flow_k]
            * self.flow_scale
            / problem.need[self.flow_j, self.flow_k]
        )
        self.flow_used = (
            problem.use[self.flow_i, self.flow_j, self.flow_k]
            * self.flow_scale
            / problem.capacity[self.flow_i, self.flow_k]
        )
        needy, able = problem.needy, problem.able
        sizes = {
            "flow": len(self.flow_pair),
            "pair": len(self.pair_i) if self.with_pairs else 0,
            "coverage": len(needy),
            "load": len(able),
            "open": len(problem.donors) if "cost" in problem.levels and self.with_pairs else 0,
            "worst": 1 + len(needy),
            "heaviest": 1 + len(able),
        }
        self.at: dict[str, Ints] = {}
        start = 0
        for name, size in sizes.items():
            self.at[name] = np.arange(start, start + size)
            start += size
        self.columns = start
        self.lower = np.zeros(start)
        self.upper = np.ones(start)
        self.upper[self.at["flow"]] = self.flow_most if self.with_pairs else 0.0
        if self.with_pairs:
            self.lower[self.at["pair"]] = problem.required[self.pair_i, self.pair_j]

    # -- rows ------------------------------------------------------------------

    def _row(self, name: tuple[Any, ...], index: Any, value: Any, low: float, high: float) -> None:
        self.row_names.append(name)
        self._entries.append((np.asarray(index), np.asarray(value, dtype=float)))
        self._lower.append(low)
        self._upper.append(high)

    def _lay_rows(self) -> None:
        """Write the rows of §M3 and the definitions of §M4, each with its name."""
        problem, flow = self.problem, self.at["flow"]
        order = np.lexsort((self.flow_k, self.flow_i))
        for chosen in _runs(order, self.flow_i, self.flow_k):
            i, k = int(self.flow_i[chosen[0]]), int(self.flow_k[chosen[0]])
            self._row(("capacity", i, k), flow[chosen], self.flow_used[chosen], -INFINITY, 1.0)
        order = np.lexsort((self.flow_k, self.flow_j))
        for chosen in _runs(order, self.flow_j, self.flow_k):
            j, k = int(self.flow_j[chosen[0]]), int(self.flow_k[chosen[0]])
            parts = self.flow_scale[chosen] / problem.need[j, k]
            self._row(("need", j, k), flow[chosen], parts, -INFINITY, 1.0)
        for at, j in enumerate(problem.needy):
            chosen = np.flatnonzero(self.flow_j == j)
            self._row(
                ("coverage", int(j)),
                [*flow[chosen], self.at["coverage"][at]],
                [*self.flow_coverage[chosen], -1.0],
                0.0,
                0.0,
            )
        loads = problem.load_share[self.flow_i, self.flow_k] * self.flow_used
        for at, i in enumerate(problem.able):
            chosen = np.flatnonzero(self.flow_i == i)
            self._row(
                ("load", int(i)),
                [*flow[chosen], self.at["load"][at]],
                [*loads[chosen], -1.0],
                0.0,
                0.0,
            )
        for at, j in enumerate(problem.needy):
            threshold, below = self.at["worst"][0], self.at["worst"][1 + at]
            self._row(
                ("worst", int(j)),
                [below, self.at["coverage"][at], threshold],
                [1, 1, -1],
                0.0,
                INFINITY,
            )
        for at, i in enumerate(problem.able):
            threshold, above = self.at["heaviest"][0], self.at["heaviest"][1 + at]
            self._row(
                ("heaviest", int(i)),
                [above, self.at["load"][at], threshold],
                [1, -1, 1],
                0.0,
                INFINITY,
            )
        self._lay_pair_rows()

    def _lay_pair_rows(self) -> None:
        """Write §M3.3, §M3.4 and §M3.6, and z_i >= y_ij of the level `cost`."""
        problem, flow, pair = self.problem, self.at["flow"], self.at["pair"]
        self.share_row = np.full(len(self.pair_i), -1)
        for p in range(len(self.pair_i)):
            chosen = np.flatnonzero(self.flow_pair == p)
            i, j = int(self.pair_i[p]), int(self.pair_j[p])
            if problem.min_share > 0:
                self.share_row[p] = len(self.row_names)
                if self.with_pairs:
                    index, value = (
                        [*flow[chosen], pair[p]],
                        [*self.flow_coverage[chosen], -problem.min_share],
                    )
                    self._row(("share", i, j), index, value, 0.0, INFINITY)
                else:
                    self._row(
                        ("share", i, j),
                        flow[chosen],
                        self.flow_coverage[chosen],
                        -INFINITY,
                        INFINITY,
                    )
        if not self.with_pairs:
            return
        self.link_rows = np.arange(len(self.row_names), len(self.row_names) + len(flow))
        for at, p in enumerate(self.flow_pair.tolist()):
            name = ("link", int(self.flow_i[at]), int(self.flow_j[at]), int(self.flow_k[at]))
            self._row(name, [flow[at], pair[p]], [1.0, -self.flow_most[at]], -INFINITY, 0.0)
        for j in range(len(problem.recipients)):
            chosen = pair[self.pair_j == j]
            low, high = problem.recipient_min[j], problem.recipient_max[j]
            self._row(("recipient_partners", j), chosen, np.ones(len(chosen)), low, high)
        for i in range(len(problem.donors)):
            chosen = pair[self.pair_i == i]
            low, high = problem.donor_min[i], problem.donor_max[i]
            self._row(("donor_partners", i), chosen, np.ones(len(chosen)), low, high)
        if len(self.at["open"]):
            for p in range(len(self.pair_i)):
                i, j = int(self.pair_i[p]), int(self.pair_j[p])
                self._row(("open", i, j), [self.at["open"][i], pair[p]], [1.0, -1.0], 0.0, INFINITY)

    def _build(self) -> highspy.Highs:
        """Pass the program to HiGHS."""
        highs = highspy.Highs()  # type: ignore[no-untyped-call]
        options: dict[str, bool | int | float | str] = {
            "output_flag": False,
            "threads": 1,
            "presolve": "off",
            "solver": "simplex",
            "primal_feasibility_tolerance": FEASIBILITY,
            "dual_feasibility_tolerance": FEASIBILITY,
        }
        for key, option in options.items():
            highs.setOptionValue(key, option)
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = self.columns, len(self.row_names)
        program.col_cost_ = np.zeros(self.columns)
        program.col_lower_, program.col_upper_ = self.lower, self.upper
        program.row_lower_ = np.array(self._lower, dtype=float)
        program.row_upper_ = np.array(self._upper, dtype=float)
        program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lengths = [len(index) for index, _ in self._entries]
        program.a_matrix_.start_ = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
        program.a_matrix_.index_ = np.concatenate([[], *[e[0] for e in self._entries]]).astype(
            np.int32
        )
        program.a_matrix_.value_ = np.concatenate([[], *[e[1] for e in self._entries]])
        highs.passModel(program)
        self._entries = []
        return highs

    # -- stages ----------------------------------------------------------------

    def costs(self, stage: Stage) -> Floats:
        """Return (columns,) what *stage* minimises."""
        problem = self.problem
        costs = np.zeros(self.columns)
        if stage.level == "coverage":
            costs[self.at["worst"]] = 1.0
            costs[self.at["worst"][0]] = -float(stage.count)
        elif stage.level == "burden":
            costs[self.at["heaviest"]] = 1.0
            costs[self.at["heaviest"][0]] = float(stage.count)
        elif stage.level == "distance":
            kilometres = problem.distance[self.flow_i, self.flow_j]
            costs[self.at["flow"]] = np.nan_to_num(kilometres) * self.flow_coverage
        elif stage.level == "cost":
            unit = problem.unit_cost[self.flow_i, self.flow_j, self.flow_k]
            costs[self.at["flow"]] = unit * self.flow_scale
        if self.with_pairs:
            costs[self.at["pair"]] = stage.pair_costs(problem)[self.pair_i, self.pair_j]
            if stage.level == "cost":
                costs[self.at["open"]] = problem.open_cost
        return costs

    def aim(self, stage: Stage) -> None:
        """Make *stage* what the program minimises."""
        costs = self.costs(stage)
        self.highs.changeColsCost(self.columns, np.arange(self.columns, dtype=np.int32), costs)

    def add_floor(self, stage: Stage, limit: float) -> None:
        """
        Keep a stage that was reached: its cost may not exceed *limit* again.

        Vector levels are kept by subsets, added when a solution breaks one.
        """
        if stage.is_vector:
            self.floors.append((stage, limit))
            return
        costs = self.costs(stage)
        index = np.flatnonzero(costs)
        if not self.with_pairs:
            self.given_floors.append((len(self.row_names) if len(index) else -1, stage, limit))
        if len(index):
            self._add_row(("floor", stage.level, limit), index, costs[index], -INFINITY, limit)

    def _add_row(
        self, name: tuple[Any, ...], index: Any, value: Any, low: float, high: float
    ) -> None:
        self.row_names.append(name)
        self.highs.addRow(
            low, high, len(index), np.asarray(index, dtype=np.int32), np.asarray(value, dtype=float)
        )

    def broken_floors(self, columns: Floats) -> list[tuple[NDArray[np.int32], Floats, float]]:
        """
        Return rows (index, value, least) that *columns* break though a floor asks for them.

        The worst sums are prefix sums of a sort, so a broken subset is found at once.
        """
        return [(index, value, low) for _, index, value, low in self._find_broken(columns)]

    def learn_broken(self, columns: Floats) -> list[tuple[NDArray[np.int32], Floats, float]]:
        """Return what :meth:`broken_floors` does, and keep those rows from now on."""
        found = self._find_broken(columns)
        for name, index, value, low in found:
            self._add_row(name, index, value, low, INFINITY)
        return [(index, value, low) for _, index, value, low in found]

    def _find_broken(self, columns: Floats) -> list[tuple[Any, NDArray[np.int32], Floats, float]]:
        found: list[tuple[Any, NDArray[np.int32], Floats, float]] = []
        for level, name, sign in (("coverage", "coverage", 1.0), ("burden", "load", -1.0)):
            limits = [(stage.count, limit) for stage, limit in self.floors if stage.level == level]
            if not limits:
                continue
            at = self.at[name]
            order = np.argsort(sign * columns[at], kind="stable")
            sums = np.cumsum(sign * columns[at][order])
            broken = [(m, limit) for m, limit in limits if -sums[m - 1] > limit + BROKEN]
            # The shortest and the longest say most; the others follow if still broken.
            for count, limit in broken[:1] + broken[1:][-1:]:
                chosen = np.sort(order[:count])
                parties = (self.problem.needy if level == "coverage" else self.problem.able)[chosen]
                row = ("floor", level, limit, tuple(int(party) for party in parties))
                found.append((row, at[chosen].astype(np.int32), np.full(count, sign), -limit))
        return found

    def relax_floors(self, level: str, slack: float) -> None:
        """Let later stages spend *slack* of a level that is finished (§M5)."""
        self.floors = [
            (stage, limit + slack * abs(limit)) if stage.level == level else (stage, limit)
            for stage, limit in self.floors
        ]
        self.given_floors = [
            (row, stage, limit + slack * abs(limit) if stage.level == level else limit)
            for row, stage, limit in self.given_floors
        ]
        for at, name in enumerate(self.row_names):
            if name[:2] == ("floor", level):
                limit = name[2] + slack * abs(name[2])
                self.row_names[at] = (*name[:2], limit, *name[3:])
                if len(name) == 4:
                    self.highs.changeRowBounds(at, -limit, INFINITY)
                else:
                    self.highs.changeRowBounds(at, -INFINITY, limit)

    def join_sets(self, sets: PatternProgram) -> None:
        """Tie the pairs to the sets of donors that are still possible."""
        known = {
            ("pair", int(i), int(j), 0): int(self.at["pair"][at])
            for at, (i, j) in enumerate(zip(self.pair_i, self.pair_j, strict=True))
        }
        for at, flow in enumerate(zip(self.flow_i, self.flow_j, self.flow_k, strict=True)):
            i, j, k = (int(position) for position in flow)
            known["flow", i, j, k] = int(self.at["flow"][at])
        for at, j in enumerate(self.problem.needy.tolist()):
            known["coverage", j, 0, 0] = int(self.at["coverage"][at])
        sets.join(self.highs, known)
        self.row_names += [("sets",)] * (self.highs.getNumRow() - len(self.row_names))

    # -- solving ---------------------------------------------------------------

    def bound_columns(self, index: Ints, low: Floats, high: Floats) -> None:
        """Set the bounds of some columns (ascending *index*)."""
        if len(index):
            self.highs.changeColsBounds(len(index), index.astype(np.int32), low, high)

    def open_pairs(self, pairs: Bools) -> None:
        """
        Give the pairs of a program without pair columns: (donors, recipients).

        What they cost by themselves at a stage that was reached is no longer there for flows.
        """
        for row, stage, limit in self.given_floors:
            if row >= 0:
                left = limit - stage.cost_of_pairs(self.problem, pairs)
                self.highs.changeRowBounds(row, -INFINITY, left)
        chosen = pairs[self.pair_i, self.pair_j]
        upper = np.where(chosen[self.flow_pair], self.flow_most, 0.0)
        self.bound_columns(self.at["flow"], np.zeros(len(upper)), upper)
        if self.problem.min_share > 0:
            low = np.where(chosen, self.problem.min_share, -INFINITY)
            for p in np.flatnonzero(
                chosen != getattr(self, "_chosen", np.zeros(len(chosen), bool))
            ):
                self.highs.changeRowBounds(int(self.share_row[p]), float(low[p]), INFINITY)
        self._chosen = chosen

    def solve(self) -> Solved:
        """Minimise the current stage within the current bounds and all floors."""
        while True:
            self.highs.run()
            status = self.highs.getModelStatus()
            if status != highspy.HighsModelStatus.kOptimal:
                return self._without_optimum(status)
            solution = self.highs.getSolution()
            columns = np.array(solution.col_value)
            if self.learn_broken(columns):
                continue
            return Solved(
                "optimal",
                self.highs.getInfo().objective_function_value,
                columns,
                np.array(solution.col_dual),
                np.array(solution.row_dual),
            )

    def _without_optimum(self, status: Any) -> Solved:
        """Return the infeasibility ray, or say that nothing is known."""
        nothing = np.zeros(0)
        if status == highspy.HighsModelStatus.kInfeasible:
            answer = self.highs.getDualRay()  # type: ignore[attr-defined]
            ray = np.array(answer[2]) if answer[1] else nothing
            return Solved("infeasible", np.inf, nothing, nothing, ray)
        self.highs.clearSolver()
        self.highs.run()
        if self.highs.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
            return Solved("infeasible", np.inf, nothing, nothing, nothing)
        return Solved("stopped", -np.inf, nothing, nothing, nothing)

    # -- reading ---------------------------------------------------------------

    def column_name(self, column: int) -> tuple[str | int, ...]:
        """Return ("pair", i, j) or ("flow", i, j, k) of a column that takes whole values only."""
        if column < len(self.at["flow"]):
            flow = (self.flow_i[column], self.flow_j[column], self.flow_k[column])
            return ("flow", *(int(position) for position in flow))
        pair = column - len(self.at["flow"])
        return ("pair", int(self.pair_i[pair]), int(self.pair_j[pair]))

    def read(self, columns: Floats) -> tuple[Bools, Floats]:
        """
        Return the open pairs (donors, recipients) and the amounts (…, resources) of a plan.

        Lots are made whole and slivers dropped, so that the values are what they say.
        """
        problem = self.problem
        flows = columns[self.at["flow"]]
        flows = np.where(self.flow_whole, np.round(flows), flows)
        flows = np.where(flows < SLIVER, 0.0, np.minimum(flows, self.flow_most))
        amounts = np.zeros(problem.most.shape)
        amounts[self.flow_i, self.flow_j, self.flow_k] = flows * self.flow_scale
        pairs = np.zeros(problem.possible.shape, dtype=bool)
        if self.with_pairs:
            pairs[self.pair_i, self.pair_j] = columns[self.at["pair"]] > 0.5
            amounts[~pairs] = 0.0
        return pairs, amounts


def _runs(order: Ints, first: Ints, second: Ints) -> list[Ints]:
    """Split *order* where (first, second) changes."""
    if not len(order):
        return []
    changes = (np.diff(first[order]) != 0) | (np.diff(second[order]) != 0)
    return np.split(order, np.flatnonzero(changes) + 1)
