"""
From the state of a morning to the best plan for the days to come, and how good it is (§S5-§S8).

There is a plan at once: standing orders and a draft. Then each level is taken in turn: a linear
program bounds it, in heads where that says as much, and a search among whole teams, near a corner
of the linear program, looks for something better.
"""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import takewhile

import numpy as np

from tiebeam.core.surge.bounding import Solver
from tiebeam.core.surge.counting import Dealing, count_orders, deal_transfers
from tiebeam.core.surge.drafting import draft, keep_standing
from tiebeam.core.surge.faults import refuse_nonsense
from tiebeam.core.surge.framing import Floats, Frame, Stage
from tiebeam.core.surge.model import Demand, Order, State, Surge, Transfer
from tiebeam.core.surge.planned import LEVELS, OPTIMAL_GAP, Aims, Level, Locks, SurgePlan
from tiebeam.core.surge.program import Program
from tiebeam.core.surge.routing import shorten_ways
from tiebeam.core.surge.stating import Bound, state_plan
from tiebeam.core.surge.valuing import Valuation

SMALL = 600
"""So many whole columns at most are searched all together."""
SMALL_NODES = 5000
NODES = 20
"""Cases of one search among whole teams: of a small program, and of a large for a unit of effort."""
MOST_DEPARTURES = 100_000
"""So many ways out of homes at most are laid for whole teams; beyond, the draft is only bounded."""
HASTY = 0.01
"""A gap that a large program is not searched further for."""
SHARES: Mapping[Level, float] = {"unmet": 0.25, "changes": 0.02, "travel": 0.002}
"""How much of a place's whole need a level weighs in the search for an earlier one."""
OF_TEAMS = ("changes", "travel")
"""Levels that tell teams apart by more than their heads."""
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
    return state_plan(search.frame, search.best, search.best_of, search.bounds)


def mark(counts: Sequence[int], parts: int) -> set[int]:
    """Return the first and the last of *counts* and a few evenly between, about *parts* apart."""
    step = max(1, len(counts) // parts)
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
        self.bounds: dict[Stage, Bound] = {}
        self.solvers: dict[Stage, Solver] = {}
        self.teams: Solver | None = None
        self.is_small = False
        starts: list[Sequence[Order]] = [()]
        if self.standing:
            starts.append(keep_standing(surge, state, aims, self.standing))
        drafts = [draft(self.frame, kept) for kept in starts]
        self.drafts = [self._value(shorten_ways(self.frame, found)) for found in drafts]
        self.best = self._choose(self.drafts)

    def run(self) -> None:
        """Take every stage in turn."""
        self._lay()
        for stage, following in zip(self.stages, [*self.stages[1:], None], strict=True):
            self._take(stage)
            if following is None or following.level != stage.level:
                self._close(stage.level)

    def _lay(self) -> None:
        """Lay whole teams, where they are not too many, and the heads that bound what lacks."""
        if self.frame.most_departures <= MOST_DEPARTURES:
            self.teams = Solver(Program(self.frame, self.stages), self.should_stop)
            self.is_small = int(self.teams.whole.sum()) <= SMALL
            self.solvers = dict.fromkeys(self.stages, self.teams)
        lacks = list(takewhile(lambda stage: stage.level not in OF_TEAMS, self.stages))
        if lacks and not self.is_small:
            heads = Program(self.frame, lacks, in_heads=True)
            solver = Solver(heads, self.should_stop, to_corners=False)
            self.solvers |= dict.fromkeys(lacks, solver)
            if self.teams:
                # A search starts best from what stood: little of that has to change.
                self.best = self.drafts[-1]

    def _take(self, stage: Stage) -> None:
        """Bound one stage, look for a better plan, and keep what was reached."""
        if self._is_open(stage) and not self.should_stop():
            solver = self.solvers[stage]
            answer = solver.bound(solver.costs(stage))
            self.bounds[stage] = max(answer.bound, 0.0), "dual"
            if self.teams and answer.columns is not None and self._gap(stage) > self._enough(stage):
                self._search(self.teams, stage)
        self._keep(stage, self._at(self.best, stage))

    def _keep(self, stage: Stage, limit: Fraction) -> None:
        self.kept[stage] = limit
        loose = float(limit) + ROUNDING * max(1.0, float(limit))
        for solver in dict.fromkeys(self.solvers.values()):
            solver.keep(stage, loose)

    def _is_open(self, stage: Stage) -> bool:
        """Return whether a bound of *stage* is worth asking for."""
        is_fixed = stage.level == "hub" and not self.surge.limits.allowed
        if is_fixed or stage not in self.solvers:
            return False
        # Of the sums of a large program a few say enough of those between (§S7).
        counts = [known.count for known in self.stages if known.level == "shortage"]
        parts = 4 if self.teams else 2
        is_marked = stage.level != "shortage" or stage.count in mark(counts, parts)
        return self._at(self.best, stage) > 0 and (is_marked or self.is_small)

    def _enough(self, stage: Stage) -> float:
        """Return the gap of *stage* that is not searched further."""
        if self.is_small:
            return OPTIMAL_GAP / 10
        # A large program is searched for who is helped; for ways and changes only when asked.
        return HASTY if stage.level not in OF_TEAMS or self.effort > 1 else float("inf")

    def _search(self, teams: Solver, stage: Stage) -> None:
        """Look for a better plan among whole teams; in a large program near the linear one."""
        start = count_orders(teams.program, self.best.orders, self.best.transfers)
        if self.is_small:
            answer = teams.search(teams.costs(stage), start, SMALL_NODES, ROUNDING)
            if answer.bound > self.bounds[stage][0]:
                self.bounds[stage] = answer.bound, "search"
        else:
            costs = self._weigh(teams, stage)
            near = teams.bound(costs).columns
            answer = teams.search(costs, start, NODES * self.effort, HASTY / 10, near)
        if answer.columns is not None:
            self._offer(teams, stage, answer.columns)

    def _weigh(self, teams: Solver, stage: Stage) -> Floats:
        """Return the costs of *stage* and, much less, of those after it, for all to be in reach."""
        costs = teams.costs(stage)
        if stage.level in OF_TEAMS:
            return costs
        # As shares of what the level can come to, in the measure of *stage*.
        most = {
            "unmet": self.frame.total_need / len(self.frame.ids),
            "changes": float(len(self.surge.teams)),
            "travel": float(self.best.followed.kilometres),
        }
        unit = 1.0 if stage.level == "shortage" else most["unmet"]
        for later in self.stages[self.stages.index(stage) + 1 :]:
            if later.level == "shortage":
                costs += teams.costs(later) / later.count**2
            elif later.level in most:
                share = SHARES[later.level] * unit / max(1.0, most[later.level])
                costs += teams.costs(later) * share
        return costs

    def _offer(self, teams: Solver, stage: Stage, columns: Floats) -> None:
        """Take what *columns* say where it is better and keeps what was reached."""
        at = np.flatnonzero(teams.whole & (columns > 0.5))
        counts = {int(c): round(columns[c]) for c in at}
        dealing = Dealing(teams.program, counts, self.standing)
        transfers = deal_transfers(teams.program, counts) if teams.program.moved_in else []
        found = self._value(shorten_ways(self.frame, dealing.deal()), transfers)
        keeps = all(self._at(found, s) <= limit for s, limit in self.kept.items())
        is_better = self._at(found, stage) < self._at(self.best, stage)
        if keeps and is_better and not found.followed.findings:
            self.best = found

    def _close(self, level: Level) -> None:
        """Let later levels spend the slack of *level* (§S7)."""
        slack = self.aims.slack.get(level, Fraction())
        self.best_of[level] = self.best
        for stage in self.stages:
            if stage.level == level:
                # A search for a later stage may have lowered an earlier one.
                self._keep(stage, self._at(self.best, stage) * (1 + slack))

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
