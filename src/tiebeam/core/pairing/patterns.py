"""
The law seen from the recipients: which sets of donors could serve each (§M3, §M4).

A recipient that may have few partners has few possible sets of them. One column
for each set gives a much tighter program than one for each pair: a half of one
set and a half of another no longer passes for a third. A set that cannot bring
its recipient to the coverage already reached is left out, with that as reason.

A donor with one partner at most gives it all that it needs; only donors that
may serve several have flows of their own. That is sound for what the recipients
get and for who is paired with whom, and says nothing of loads: so the program
serves the levels coverage, continuity and partners, until a level of another
kind has been reached.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import comb

import highspy
import numpy as np
from numpy.typing import NDArray

from tiebeam.core.pairing.problem import AMOUNT_SLIVER, Bools, Floats, Ints, Problem
from tiebeam.core.pairing.stages import Stage
from tiebeam.core.solve.interruption import obey

MOST_SHARING = 3
"""So many donors that serve several at most: each has flows of its own in every set it is in."""
MOST_SETS = 6000
"""So many sets of donors at most; beyond, the pairs have to do."""
SHARE_SLIVER = 1e-6
"""How far a share may stay below the smallest one that §M3.6 allows (§M7)."""
OUT = -2
"""Stands for the column of a set that was left out."""
SERVED_LEVELS = ("coverage", "continuity", "partners")
"""Levels that look at coverage and pairs alone, not at what a donor spends."""


@dataclass(frozen=True, slots=True)
class Answer:
    """
    What one search over sets found.

    Attributes:
        bound: No plan has a smaller value at the stage (the solver's word).
        pairs: (donors, recipients) of the best plan met, or None.
    """

    bound: float
    pairs: Bools | None


def may_use_sets(problem: Problem) -> bool:
    """Return whether there are few enough sets, and few donors that serve several."""
    sets = sum(
        comb(int(problem.possible[:, j].sum()), size)
        for j in range(len(problem.recipients))
        for size in range(int(problem.recipient_max[j]) + 1)
    )
    return sets <= MOST_SETS and int((problem.donor_max > 1).sum()) <= MOST_SHARING


class PatternProgram:
    """
    The program over sets, as a search over whole numbers.

    Args:
        least: A coverage that every recipient with a need has in all plans that
            are looked for.
        should_stop: Asked while a search goes on.
    """

    def __init__(
        self, problem: Problem, least: float, should_stop: Callable[[], bool] = lambda: False
    ) -> None:
        self.problem, self.least = problem, least
        self._low: list[float] = []
        self._high: list[float] = []
        self._whole: list[bool] = []
        self._rows: list[tuple[list[int], list[float], float, float]] = []
        self.sets: list[tuple[int, tuple[int, ...], int]] = []
        self.dropped: set[int] = set()
        self.reach: list[tuple[int, float]] = []
        self.coverage_terms: dict[int, list[tuple[int, float]]] = {}
        self.flows: dict[tuple[int, int, int], tuple[int, float]] = {}
        self.counted: list[int] = []
        self._lay()
        self.highs = self._build()
        obey(self.highs, should_stop)

    def _column(self, low: float, high: float, *, whole: bool = False) -> int:
        self._low.append(low)
        self._high.append(high)
        self._whole.append(whole)
        return len(self._low) - 1

    def _lay(self) -> None:
        """Lay a column for every set of donors that can bring its recipient far enough."""
        problem = self.problem
        self.sharing: Ints = np.flatnonzero(problem.donor_max > 1)
        rates = np.divide(
            problem.coverage_share,
            problem.need,
            out=np.zeros_like(problem.need),
            where=problem.need > 0,
        )
        lots = np.where(problem.lot > 0, problem.lot, 1.0)
        whole_need = np.floor(problem.need / lots * (1 + AMOUNT_SLIVER)) * lots
        cap = np.where(problem.lot > 0, whole_need, problem.need)
        uses: dict[int, list[int]] = {i: [] for i in range(len(problem.donors))}
        needy = set(problem.needy.tolist())
        for j in range(len(problem.recipients)):
            chosen = self._lay_sets(j, rates[j], cap[j], is_needy=j in needy)
            for donors, column in chosen:
                for i in donors:
                    uses[i].append(column)
            # Where no set is left, nothing can be as good as asked: 0 cannot be 1.
            columns = [column for _, column in chosen] or [self._column(0.0, 0.0)]
            self._rows.append((columns, [1.0] * len(columns), 1.0, 1.0))
        self._lay_limits(uses)
        self._lay_coverage()

    def _lay_sets(
        self, j: int, rate: Floats, cap: Floats, *, is_needy: bool
    ) -> list[tuple[tuple[int, ...], int]]:
        """
        Lay the sets of recipient *j*, and what it has from each; return (donors, column) of each.

        Args:
            rate: (resources,) what one unit adds to the coverage.
            cap: (resources,) the most that can be of use.
        """
        problem = self.problem
        sets = self._possible_sets(j)
        member = np.zeros((len(sets), len(problem.donors)))
        for at, donors in enumerate(sets):
            member[at, list(donors)] = 1.0
        together = member[:, self.sharing]
        alone = member.copy()
        alone[:, self.sharing] = 0.0
        given = np.minimum(alone @ problem.most[:, j], cap)
        shared = np.minimum(together @ problem.most[self.sharing, j], cap - given)
        reach = (given + shared) @ rate
        possible = np.ones(len(sets), dtype=bool)
        if is_needy:
            possible = reach >= self.least - 1e-9
            small = problem.most[:, j] @ rate < problem.min_share - SHARE_SLIVER
            possible &= member @ small == 0
        chosen = []
        for at in np.flatnonzero(possible).tolist():
            column = self._column(0.0, 1.0, whole=True)
            chosen.append((sets[at], column))
            self.sets.append((j, sets[at], column))
            if is_needy:
                self.reach.append((column, float(reach[at])))
        if is_needy:
            columns = [column for _, column in chosen]
            fixed = given[possible] @ rate
            self.coverage_terms[j] = list(zip(columns, fixed.tolist(), strict=True))
            members = together[possible]
            if members.any():
                self._share(j, columns, members, shared[possible], fixed, cap, rate)
        return chosen

    def _lay_limits(self, uses: dict[int, list[int]]) -> None:
        """Write what a donor may have of partners (§M3.4) and has to give (§M3.1)."""
        problem = self.problem
        for i, columns in uses.items():
            low, high = float(problem.donor_min[i]), float(problem.donor_max[i])
            if columns:
                self._rows.append((columns, [1.0] * len(columns), low, high))
        drawn: dict[tuple[int, int], list[tuple[int, float]]] = {}
        for (i, j, k), (column, unit) in self.flows.items():
            use = float(problem.use[i, j, k] * unit / problem.capacity[i, k])
            drawn.setdefault((i, k), []).append((column, use))
        for terms in drawn.values():
            self._rows.append(
                ([c for c, _ in terms], [v for _, v in terms], -highspy.kHighsInf, 1.0)
            )

    def _lay_coverage(self) -> None:
        """Write what each recipient gets, the least of it, and what lies below that."""
        problem = self.problem
        self.at_coverage: list[int] = []
        for j in problem.needy:
            column = self._column(max(0.0, self.least), 1.0)
            sums: dict[int, float] = {column: -1.0}
            for at, value in self.coverage_terms[int(j)]:
                sums[at] = sums.get(at, 0.0) + value
            self._rows.append((list(sums), list(sums.values()), 0.0, highspy.kHighsInf))
            self.at_coverage.append(column)
        self.at_worst = [self._column(0.0, 1.0) for _ in range(1 + len(problem.needy))]
        for at, column in enumerate(self.at_coverage):
            row = (
                [self.at_worst[1 + at], column, self.at_worst[0]],
                [1.0, 1.0, -1.0],
                0.0,
                highspy.kHighsInf,
            )
            self._rows.append(row)

    def _possible_sets(self, j: int) -> list[tuple[int, ...]]:
        """Return the sets of donors that §M3.4 and §M3.5 allow recipient *j*."""
        problem = self.problem
        candidates = np.flatnonzero(problem.possible[:, j] & (problem.donor_max > 0)).tolist()
        required = set(np.flatnonzero(problem.required[:, j]).tolist())
        low, high = int(problem.recipient_min[j]), int(problem.recipient_max[j])
        return [
            donors
            for size in range(low, min(high, len(candidates)) + 1)
            for donors in combinations(candidates, size)
            if required <= set(donors)
        ]

    def _share(
        self,
        j: int,
        columns: list[int],
        member: Floats,
        shared: Floats,
        fixed: Floats,
        cap: Floats,
        rate: Floats,
    ) -> None:
        """
        Lay what recipient *j* has from the donors that may serve others too.

        One flow for each such donor and resource, whichever set it is given in. What counts of
        them is what the recipient still needs beside the other donors of its set.

        Args:
            columns: (sets,) the sets of the recipient.
            member: (sets, sharing donors) 1 where the donor is in the set.
            shared: (sets, resources) the most that counts of what they give.
            fixed: (sets,) coverage by the other donors of the set.
        """
        problem = self.problem
        of_resource: dict[int, list[tuple[int, float]]] = {}
        for at, i in enumerate(self.sharing.tolist()):
            holding = [c for c, held in zip(columns, member[:, at], strict=True) if held]
            if not holding:
                continue
            own: list[tuple[int, float]] = []
            for k in np.flatnonzero(problem.most[i, j] > 0).tolist():
                most, lot = float(problem.most[i, j, k]), float(problem.lot[k])
                unit = lot if lot > 0 else most
                flow = self._column(0.0, np.round(most / unit), whole=lot > 0)
                self.flows[i, j, k] = (flow, unit)
                self._set_row([(flow, 1.0)], holding, [-most / unit] * len(holding), high=0.0)
                of_resource.setdefault(k, []).append((flow, unit))
                own.append((flow, float(rate[k] * unit)))
            if problem.min_share > 0:
                self._set_row(own, holding, [-problem.min_share] * len(holding), low=0.0)
        counted: list[tuple[int, float]] = []
        together = [columns[at] for at in np.flatnonzero(member.any(1)).tolist()]
        for k, flows in of_resource.items():
            need = float(problem.need[j, k])
            column = self._column(0.0, 1.0)
            self.counted.append(column)
            terms = [(c, unit) for c, unit in flows]
            self._set_row([*terms, (column, -need)], [], [], low=0.0)
            self._set_row([(column, need)], columns, (-shared[:, k]).tolist(), high=0.0)
            if len(flows) > 1:
                self._set_row(terms, together, [-float(cap[k])] * len(together), high=0.0)
            counted.append((column, float(rate[k] * need)))
        if self.least > 0:
            missing = np.where(member.any(1), np.maximum(0.0, self.least - fixed), 0.0)
            self._set_row(counted, columns, (-missing).tolist(), low=-1e-9)
        self.coverage_terms[j] += counted

    def _set_row(
        self,
        terms: list[tuple[int, float]],
        sets: list[int],
        values: list[float],
        *,
        low: float = -highspy.kHighsInf,
        high: float = highspy.kHighsInf,
    ) -> None:
        """Write a row of single columns and of sets."""
        pairs = [*terms, *((c, v) for c, v in zip(sets, values, strict=True) if v)]
        self._rows.append(([c for c, _ in pairs], [v for _, v in pairs], low, high))

    def _build(self) -> highspy.Highs:
        """Pass the program to HiGHS."""
        highs = highspy.Highs()  # type: ignore[no-untyped-call]
        for key, option in {
            "output_flag": False,
            "threads": 1,
            "mip_rel_gap": 0.0,
            # Most searches end with "nothing better": time spent guessing plans is lost.
            "mip_heuristic_effort": 0.0,
            "mip_heuristic_run_root_reduced_cost": False,
            "mip_heuristic_run_rins": False,
            "mip_heuristic_run_rens": False,
            "mip_allow_restart": False,
            "mip_feasibility_tolerance": 1e-7,
        }.items():
            highs.setOptionValue(key, option)
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = len(self._low), len(self._rows)
        program.col_cost_ = np.zeros(len(self._low))
        program.col_lower_ = np.array(self._low, dtype=float)
        program.col_upper_ = np.array(self._high, dtype=float)
        program.row_lower_ = np.array([row[2] for row in self._rows], dtype=float)
        program.row_upper_ = np.array([row[3] for row in self._rows], dtype=float)
        program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lengths = [len(row[0]) for row in self._rows]
        program.a_matrix_.start_ = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
        program.a_matrix_.index_ = np.concatenate([[], *[row[0] for row in self._rows]]).astype(
            np.int32
        )
        program.a_matrix_.value_ = np.concatenate([[], *[row[1] for row in self._rows]])
        kinds = {True: highspy.HighsVarType.kInteger, False: highspy.HighsVarType.kContinuous}
        program.integrality_ = [kinds[whole] for whole in self._whole]
        highs.passModel(program)
        self._rows = []
        return highs

    def add_floor(self, stage: Stage, limit: float, before: float) -> None:
        """
        Keep a stage that was reached.

        Args:
            before: What theta of one recipient fewer can be at most. What is left of
                the floor is the least that the m-th worst recipient can have, so fewer
                than m recipients have a set of donors that reaches less.
        """
        if not stage.is_vector:
            index, value = self._pair_costs(stage)
            if len(index):
                self.highs.addRow(-highspy.kHighsInf, limit, len(index), index, value)
            return
        if stage.count == 1:
            return  # it is what every recipient has at least, by its own bound
        self._limit_weak_sets(stage.count, -limit - before)
        columns = self._add_block()
        index = np.array(columns, dtype=np.int32)
        value = np.array([float(stage.count)] + [-1.0] * (len(columns) - 1))
        self.highs.addRow(-limit, highspy.kHighsInf, len(index), index, value)

    def _limit_weak_sets(self, count: int, least: float) -> bool:
        """Let fewer than *count* recipients have a set that reaches less than *least*."""
        weak = np.array([c for c, reach in self.reach if reach < least - 1e-9], dtype=np.int32)
        if len(weak):
            self.highs.addRow(-highspy.kHighsInf, count - 1.0, len(weak), weak, np.ones(len(weak)))
        return len(weak) > 0

    def _add_block(self) -> list[int]:
        """Add a threshold and the distances below it; return their columns."""
        highs = self.highs
        columns = []
        for at in range(1 + len(self.at_coverage)):
            columns.append(highs.getNumCol())
            highs.addCol(0.0, 0.0, 1.0, 0, np.array([], dtype=np.int32), np.array([]))
            if at:
                index = np.array(
                    [columns[at], self.at_coverage[at - 1], columns[0]], dtype=np.int32
                )
                highs.addRow(0.0, highspy.kHighsInf, 3, index, np.array([1.0, 1.0, -1.0]))
        return columns

    def _pair_costs(self, stage: Stage) -> tuple[Ints, Floats]:
        costs = stage.pair_costs(self.problem)
        sums = [(c, float(costs[list(donors), j].sum())) for j, donors, c in self.sets]
        sums = [(c, v) for c, v in sums if v]
        return np.array([c for c, _ in sums], dtype=np.int32), np.array([v for _, v in sums])

    def search(
        self,
        stage: Stage,
        *,
        below: float,
        precision: float,
        nodes: int,
        before: float = 0.0,
        first_will_do: bool = False,
    ) -> Answer:
        """
        Look for pairs whose value at *stage* is under *below*.

        Args:
            precision: How near to the least value is near enough.
            nodes: How many cases to look at.
            before: As in :meth:`add_floor`.
            first_will_do: End with the first plan that is good enough.
        """
        highs = self.highs
        costs = np.zeros(highs.getNumCol())
        if stage.level == "coverage":
            costs[self.at_worst] = 1.0
            costs[self.at_worst[0]] = -float(stage.count)
        index, value = self._pair_costs(stage)
        costs[index] = value
        highs.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), costs)
        highs.setOptionValue("mip_abs_gap", precision / 2)
        highs.setOptionValue("mip_max_nodes", nodes)
        highs.setOptionValue("mip_max_improving_sols", 1 if first_will_do else 2147483647)
        self._drop_sets(below)
        # Only what is better than the best plan so far is looked for: much is refuted at once.
        chosen = np.flatnonzero(costs).astype(np.int32)
        goal = highs.getNumRow()
        if stage.is_vector and stage.count > 1:
            self._limit_weak_sets(stage.count, precision - below - before)
        highs.addRow(-highspy.kHighsInf, below - precision, len(chosen), chosen, costs[chosen])
        highs.run()
        status, info = highs.getModelStatus(), highs.getInfo()
        has_plan = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        pairs = self._read(np.array(highs.getSolution().col_value)) if has_plan else None
        bound = below - precision
        if status != highspy.HighsModelStatus.kInfeasible:
            bound = min(bound, info.mip_dual_bound)
        added = np.arange(goal, highs.getNumRow(), dtype=np.int32)
        highs.deleteRows(len(added), added)
        return Answer(bound, pairs)

    def _drop_sets(self, limit: float) -> None:
        """
        Leave out the sets that no plan can have whose value is at most *limit* (§M10).

        The reduced cost of a set in the relaxed program is what taking it costs at least.
        """
        highs = self.highs
        highs.setOptionValue("solve_relaxation", True)
        highs.run()
        highs.setOptionValue("solve_relaxation", False)
        if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return
        reduced = np.array(highs.getSolution().col_dual)
        room = limit - highs.getInfo().objective_function_value + 1e-6 * max(1.0, abs(limit))
        for _, _, column in self.sets:
            if column not in self.dropped and reduced[column] > room:
                highs.changeColBounds(column, 0.0, 0.0)
                self.dropped.add(column)

    def join(self, highs: highspy.Highs, known: Mapping[tuple[str, int, int, int], int]) -> None:
        """
        Write what is left of this program into *highs*, relaxed and tied to its pairs.

        What recipients get and what donors that serve several give are columns of *highs* already.
        The sums of the worst are left out: *highs* keeps them in its own way.

        Args:
            known: ("pair", donor, recipient, 0), ("flow", donor, recipient, resource) and
                ("coverage", recipient, 0, 0) -> the column of *highs*.
        """
        program = self.highs.getLp()
        low, high = np.array(program.col_lower_), np.array(program.col_upper_)
        place = np.full(program.num_col_, -1)
        for (i, j, k), (column, _) in self.flows.items():
            place[column] = known["flow", i, j, k]
        for at, j in enumerate(self.problem.needy.tolist()):
            place[self.at_coverage[at]] = known["coverage", j, 0, 0]
        own = [c for _, _, c in self.sets if c not in self.dropped] + self.counted
        place[own] = highs.getNumCol() + np.arange(len(own))
        none = np.array([], dtype=np.int32)
        highs.addCols(len(own), np.zeros(len(own)), low[own], high[own], 0, none, none, np.zeros(0))
        place[list(self.dropped)] = OUT
        for at, (index, value) in enumerate(rows_of(program)):
            if (place[index] == -1).any():
                continue
            kept = place[index] >= 0
            columns = place[index[kept]].astype(np.int32)
            bounds = program.row_lower_[at], program.row_upper_[at]
            highs.addRow(*bounds, len(columns), columns, value[kept])
        holding: dict[tuple[int, int], list[int]] = {}
        for j, donors, column in self.sets:
            if place[column] >= 0:
                for i in donors:
                    holding.setdefault((i, j), []).append(int(place[column]))
        for (i, j), columns_of in holding.items():
            index = np.array([*columns_of, known["pair", i, j, 0]], dtype=np.int32)
            value = np.array([1.0] * len(columns_of) + [-1.0])
            highs.addRow(0.0, 0.0, len(index), index, value)

    def possible_pairs(self) -> Bools:
        """Return (donors, recipients) the pairs that some set still left holds."""
        pairs = np.zeros(self.problem.possible.shape, dtype=bool)
        for j, donors, column in self.sets:
            if column not in self.dropped:
                pairs[list(donors), j] = True
        return pairs

    def _read(self, columns: Floats) -> Bools:
        pairs = np.zeros(self.problem.possible.shape, dtype=bool)
        for j, donors, column in self.sets:
            if columns[column] > 0.5:
                pairs[list(donors), j] = True
        return pairs


def rows_of(program: highspy.HighsLp) -> list[tuple[NDArray[np.int32], Floats]]:
    """Return the rows of *program* as (columns, values), whichever way it stores them."""
    matrix = program.a_matrix_
    start, index, value = np.array(matrix.start_), np.array(matrix.index_), np.array(matrix.value_)
    if matrix.format_ == highspy.MatrixFormat.kRowwise:
        return [(index[a:b].astype(np.int32), value[a:b]) for a, b in pairwise(start)]
    columns = np.repeat(np.arange(program.num_col_, dtype=np.int32), np.diff(start))
    order = np.argsort(index, kind="stable")
    ends = np.searchsorted(index[order], np.arange(program.num_row_ + 1))
    return [(columns[order[a:b]], value[order[a:b]]) for a, b in pairwise(ends)]
