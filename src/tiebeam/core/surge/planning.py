"""
From the state of a morning to the best plan for the days to come, and how good it is (§S5-§S8).

There is a plan at once: standing orders and a draft. Then each level is taken in turn: the linear
program bounds it, and a search among whole teams, over the columns that linear programs use,
looks for something better.
"""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from tiebeam.core.surge.bounding import Solver
from tiebeam.core.surge.counting import Dealing, count_orders, deal_transfers
from tiebeam.core.surge.drafting import draft, keep_standing
from tiebeam.core.surge.faults import refuse_nonsense
from tiebeam.core.surge.framing import Floats, Frame, Stage
from tiebeam.core.surge.model import Demand, Order, State, Surge, Transfer
from tiebeam.core.surge.planned import (
    LEVELS,
    OPTIMAL_GAP,
    Aims,
    Certificate,
    Level,
    Locks,
    Reached,
    SurgePlan,
)
from tiebeam.core.surge.program import Program
from tiebeam.core.surge.releasing import release
from tiebeam.core.surge.routing import shorten_ways
from tiebeam.core.surge.valuing import Valuation, sums

SMALL = 600
"""So many whole columns at most are searched all together."""
SMALL_NODES = 5000
NODES = 10
"""Cases of one search among whole teams: of a small program, and of a large for a unit of effort."""
HASTY = 0.02
"""A gap that a large program is not searched further for."""
ROUNDING = 1e-7
"""How much of what was reached rounding may cost, of 1 or of the value."""


def plan(
    surge: Surge,
    state: State,
    scenarios: Sequence[Demand],
    *,
    standing: SurgePlan | None = None,
    levels: tuple[Level, ...] = LEVELS,
    slack: Mapping[Level, Fraction] | None = None,
    tail: Fraction = Fraction(1),
    window: int = 14,
    locks: Locks | None = None,
    effort: int = 1,
    should_stop: Callable[[], bool] = lambda: False,
) -> SurgePlan:
    """
    Return the best plan for the window that is found with *effort*.

    Args:
        scenarios: Of the days of the window; one at least.
        standing: The plan that stood until now: where the search starts, and what `changes` counts.
        effort: 0 gives the draft, with nothing proven; 1 bounds it and looks further where the
            bound leaves room; more looks longer.
        should_stop: Asked between steps and while a search goes on.

    Raises:
        InvalidInput: The state or the scenarios make no sense; holds every fault found.
    """
    aims = Aims(
        levels=levels,
        slack=slack or {},
        tail=tail,
        window=window,
        locks=locks or Locks(),
    )
    refuse_nonsense(surge, state, scenarios, aims)
    search = Search(surge, state, scenarios, aims, standing, effort, should_stop)
    if effort > 0:
        search.run()
    return search.write()


def mark(counts: Sequence[int]) -> set[int]:
    """Return the first and the last of *counts* and a few evenly between."""
    step = max(1, len(counts) // 4)
    return {*counts[::step], counts[-1]}


class Search:
    """One plan in the making: its program, the best orders so far, and what is proven."""

    def __init__(
        self,
        surge: Surge,
        state: State,
        scenarios: Sequence[Demand],
        aims: Aims,
        standing: SurgePlan | None,
        effort: int,
        should_stop: Callable[[], bool],
    ) -> None:
        self.surge, self.state, self.scenarios, self.aims = surge, state, scenarios, aims
        self.effort, self.should_stop = effort, should_stop
        self.standing = () if standing is None else standing.orders
        self.frame = Frame(surge, state, scenarios, aims, self.standing)
        self.stages = self.frame.list_stages()
        self.kept: dict[Stage, Fraction] = {}
        self.best_of: dict[Level, Valuation] = {}
        self.bounds: dict[Stage, tuple[float, Certificate]] = {}
        starts: list[Sequence[Order]] = [()]
        if self.standing:
            starts.append(keep_standing(surge, state, aims, self.standing))
        drafts = [draft(self.frame, kept) for kept in starts]
        self.best = self._choose([self._value(shorten_ways(self.frame, found)) for found in drafts])

    def run(self) -> None:
        """Take every stage in turn."""
        self.program = Program(self.frame)
        self.solver = Solver(self.program, self.should_stop)
        self.whole = np.array(self.program.whole)
        self.is_small = int(self.whole.sum()) <= SMALL
        self.kernel: NDArray[np.bool_] = np.full(len(self.whole), self.is_small)
        for stage, following in zip(self.stages, [*self.stages[1:], None], strict=True):
            self._take(stage)
            if following is None or following.level != stage.level:
                self._close(stage.level)

    def _take(self, stage: Stage) -> None:
        """Bound one stage, look for a better plan, and keep what was reached."""
        if self._is_open(stage) and not self.should_stop():
            columns = self._bound(stage)
            if columns is not None:
                self._learn(columns)
                if self._gap(stage) > self._enough(stage):
                    self._search(stage)
        limit = self._at(self.best, stage)
        self.kept[stage] = limit
        self.solver.keep(stage, float(limit) + ROUNDING * max(1.0, float(limit)))

    def _bound(self, stage: Stage) -> Floats | None:
        answer = self.solver.bound(stage)
        self.bounds[stage] = max(answer.bound, 0.0), "dual"
        return answer.columns

    def _is_open(self, stage: Stage) -> bool:
        """Return whether a bound of *stage* is worth asking for."""
        if stage.level == "hub" and not self.surge.limits.allowed:
            return False
        # Of the sums of a large program a few say enough of those between (§S7).
        counts = [known.count for known in self.stages if known.level == "shortage"]
        is_marked = stage.level != "shortage" or stage.count in mark(counts)
        return self._at(self.best, stage) > 0 and (is_marked or self.is_small)

    def _enough(self, stage: Stage) -> float:
        """Return the gap of *stage* that is not searched further."""
        if self.is_small:
            return OPTIMAL_GAP / 10
        # A large program is searched for who is helped; for ways and changes only when asked.
        is_first = stage.level in ("shortage", "unmet", "hub")
        return HASTY / 2 if is_first or self.effort > 1 else float("inf")

    def _learn(self, columns: Floats) -> None:
        """Let the search use what a linear program uses, and what the best plan uses."""
        self.kernel |= columns > ROUNDING
        self.kernel[list(self._counts())] = True

    def _counts(self) -> dict[int, int]:
        return count_orders(self.program, self.best.orders, self.best.transfers)

    def _search(self, stage: Stage) -> None:
        """Look for a better plan among whole teams."""
        nodes = SMALL_NODES if self.is_small else NODES * self.effort
        precision = ROUNDING if self.is_small else HASTY / 4
        answer = self.solver.search(stage, self.kernel, self._counts(), nodes, precision)
        if self.is_small and answer.bound > self.bounds[stage][0]:
            self.bounds[stage] = answer.bound, "search"
        if answer.columns is not None:
            self._offer(stage, answer.columns)

    def _offer(self, stage: Stage, columns: Floats) -> None:
        """Take what *columns* say where it is better and keeps what was reached."""
        at = np.flatnonzero(self.whole & (columns > 0.5))
        counts = {int(c): round(columns[c]) for c in at}
        dealing = Dealing(self.program, counts, self.standing)
        transfers = deal_transfers(self.program, counts) if self.program.moved_in else []
        found = self._value(shorten_ways(self.frame, dealing.deal()), transfers)
        keeps = all(self._at(found, s) <= limit for s, limit in self.kept.items())
        if (
            keeps
            and not found.followed.findings
            and self._at(found, stage) < self._at(self.best, stage)
        ):
            self.best = found

    def _close(self, level: Level) -> None:
        """Let later levels spend the slack of *level* (§S7)."""
        slack = self.aims.slack.get(level, Fraction())
        self.best_of[level] = self.best
        for stage, limit in list(self.kept.items()):
            if slack and stage.level == level:
                self.kept[stage] = limit * (1 + slack)
                loose = float(self.kept[stage])
                self.solver.keep(stage, loose + ROUNDING * max(1.0, loose))

    # -- figures ---------------------------------------------------------------

    def _value(self, orders: Sequence[Order], transfers: Sequence[Transfer] = ()) -> Valuation:
        return Valuation(
            self.surge, self.state, self.scenarios, self.aims, orders, transfers, self.standing
        )

    def _choose(self, found: list[Valuation]) -> Valuation:
        """Return the best of *found*, level by level, slack included."""
        for stage in self.stages:
            loose = 1 + self.aims.slack.get(stage.level, Fraction())
            least = min(self._at(valuation, stage) for valuation in found)
            found = [v for v in found if self._at(v, stage) <= least * loose]
        return found[0]

    def _at(self, valuation: Valuation, stage: Stage) -> Fraction:
        """Return what *stage* comes to."""
        figure = valuation.figure(stage.level)
        if isinstance(figure, tuple):
            return sum(figure[: stage.count], Fraction())
        return figure

    def _gap(self, stage: Stage) -> float:
        value, bound = float(self._at(self.best, stage)), self.bounds[stage][0]
        return (value - bound) / (stage.count or max(1.0, abs(bound)))

    # -- what is told ----------------------------------------------------------

    def write(self) -> SurgePlan:
        """Return the best plan with its values, bounds and days of going home."""
        homeward, orders = release(self.surge, self.state, self.best)
        levels = tuple(self._tell(level) for level in self.aims.levels)
        return SurgePlan(
            day=self.state.day,
            aims=self.aims,
            orders=tuple(sorted((*self.best.orders, *orders), key=lambda o: (o.leaves_on, o.team))),
            transfers=self.best.transfers,
            levels=levels,
            shortages=self.best.mean_unmet(),
            homeward=homeward,
            is_optimal=all(level.gap <= OPTIMAL_GAP for level in levels),
        )

    def _tell(self, level: Level) -> Reached:
        value = self.best.figure(level)
        is_loose = bool(self.aims.slack.get(level))
        best = self.best_of.get(level, self.best).figure(level) if is_loose else value
        of: tuple[str, ...] = ()
        kinds: list[Certificate]
        bound: float | tuple[float, ...]
        if isinstance(best, tuple):
            ratios = self.best.ratios()
            of = tuple(sorted(ratios, key=lambda p: (-ratios[p], p)))
            bound, kinds = self._bound_sums(best)
            gaps = [
                (float(v) - b) / m
                for m, (v, b) in enumerate(zip(sums(best), bound, strict=True), 1)
            ]
            gap = max([0.0, *gaps])
        else:
            is_fixed = level == "hub" and not self.surge.limits.allowed
            plain: tuple[float, Certificate] = float(best) if is_fixed else 0.0, "trivial"
            bound, kind = self.bounds.get(Stage(level), plain)
            bound, kinds = min(bound, float(best)), [kind]
            gap = (float(best) - bound) / max(1.0, abs(bound))
        return Reached(
            level=level,
            of=of,
            value=value,
            bound=bound,
            gap=gap,
            certificate=max(kinds, key=("trivial", "dual", "search").index),
            best=best if best != value else None,
        )

    def _bound_sums(
        self, values: tuple[Fraction, ...]
    ) -> tuple[tuple[float, ...], list[Certificate]]:
        """Return a bound of every theta_m: what was found, and straight lines between (§S7)."""
        found = {0: 0.0}
        kinds: list[Certificate] = ["trivial"]
        for stage, (bound, kind) in self.bounds.items():
            if stage.level == "shortage":
                found[stage.count] = bound
                kinds.append(kind)
        marks = sorted(found)
        reached = np.array([float(v) for v in sums(values)])
        counts = np.arange(1, len(values) + 1)
        line = np.interp(counts, marks, np.maximum.accumulate([found[m] for m in marks]))
        return tuple(np.minimum(line, reached).tolist()), kinds
