"""
From a scenario to the best plan and the proof of how good it is (§M5, §M6).

All levels are taken in order, each as a row of stages. At a stage a linear
program gives a bound, a search by small changes a better plan, and a tree of
cases closes what is left between the two. Each pass over all stages spends more
effort than the last; it ends when every gap is closed or the caller stops it.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

import tiebeam
from tiebeam.core.model.identity import scenario_sha256
from tiebeam.core.model.plan import (
    OPTIMAL_GAP,
    Figure,
    Flow,
    LevelResult,
    Pair,
    Plan,
    PlanStatus,
    SolverRecord,
)
from tiebeam.core.model.scenario import LevelName, Scenario
from tiebeam.core.pairing.evaluate import leads
from tiebeam.core.pairing.favoured import begin_with, favour_ties
from tiebeam.core.pairing.flows import complete_flows_for, find_any_plan, search_all_pairs
from tiebeam.core.pairing.neighbourhood import improve_pairs
from tiebeam.core.pairing.patterns import (
    SERVED_LEVELS,
    Answer,
    PatternProgram,
    may_use_sets,
)
from tiebeam.core.pairing.problem import Bools, Floats, Problem, compile_problem
from tiebeam.core.pairing.proof import Proof, certify
from tiebeam.core.pairing.rebuilding import rebuild_pairs
from tiebeam.core.pairing.relaxation import Relaxation
from tiebeam.core.pairing.root_proofs import prove_at_roots
from tiebeam.core.pairing.stages import Stage, coverages, list_stages, loads, stage_value
from tiebeam.core.pairing.sums import best_steps, bound_between, last_alike
from tiebeam.core.pairing.tree import Tree
from tiebeam.core.pairing.trivial_bounds import find_trivial_bound

SETTLED = 1e-6
"""A stage is solved when value and bound are this near, in the stage's unit (§M6)."""
KEPT = 1e-7
"""How much of a reached stage rounding may cost at later ones, in the stage's unit."""
FIRST_MOVES, LATER_MOVES = 800, 40
"""Small changes tried in the first pass: at the first sum of a level, and at a later one."""
HELD_MOVES = 150
"""The same at a later sum, where the ties are held and no tree is searched."""
REBUILT = 8
"""Groups of recipients whose pairs are asked anew in the first pass, at a number."""
FIRST_NODES, LATER_NODES = 60, 12
"""Cases of the tree looked at in the first pass, likewise."""
PROOF_NODES = 200
"""Cases for a small program, whose own tree gives a proof that anybody can add up."""
SET_NODES = 50
"""Cases of one search over sets of donors, in the first pass."""
GROWTH = 4
"""How much more effort each pass spends than the last."""
CLOSABLE = 3000
"""A program of so many columns at most bounds the levels that a stop left untouched."""
ROUNDS = 100
"""How often a search over all pairs may go on from the better plan it found."""
ROUGH = 1e-3
"""What a first pass over a large program does not stop for, in the unit of a stage."""
NEAR = 5e-3
"""A first pass over a large program that keeps the ties, and comes so near to the bound, stays."""
ALL_NODES, SMALL_NODES = 5, 2000
"""Cases of one search over all pairs in the first pass: of a large program, and of a small one."""
SMALL = 700
"""A program with fewer columns is searched whole from the start."""
DEMAND = 0.7
"""How far up between what is reached and what is bounded a search over sets asks for."""
FINE = 0.02
"""Width of an interval of coverage that one search over sets settles well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """
    Where a solve stands.

    Attributes:
        level: The level at work.
        position: Its place among the levels, from 1; *levels* is how many there are.
        incumbent: The best value so far; for the vectors the mean of the worst
            that are at work. None while there is none. Likewise *bound*.
        gap: As §M6 defines.
    """

    level: LevelName
    position: int
    levels: int
    incumbent: float | None
    bound: float | None
    gap: float | None


@dataclass(frozen=True, slots=True)
class Incumbent:
    """The best plan so far: open pairs (donors, recipients) and amounts (…, resources)."""

    pairs: Bools
    amounts: Floats


@dataclass(slots=True)
class Reached:
    """What is known of one stage: its value, what none can beat, and why."""

    stage: Stage
    value: float
    bound: float
    proof: Proof | None

    @property
    def gap(self) -> float:
        """Return the gap of §M6."""
        return self.stage.gap(self.value, self.bound)


def solve_pairing(
    scenario: Scenario,
    *,
    gap: float | None = None,
    seed: int | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    on_progress: Callable[[Progress], None] | None = None,
) -> Plan:
    """
    Return the best plan that the search can prove or reach before it is stopped.

    Args:
        scenario: A sound one (see ``core.model.faults``).
        gap: Largest gap of a level at which the search may end; the policy's by default.
        seed: Of the search by small changes; the policy's by default.
        should_stop: Asked between steps; the best plan so far is then returned.
        on_progress: Told where the search stands.

    Returns:
        A plan of status "optimal" (every gap at most 1e-4), "feasible",
        "infeasible", or "unknown" when nothing was found before the stop.
    """
    policy = scenario.policy
    search = Search(
        compile_problem(scenario),
        gap=max(policy.gap if gap is None else gap, SETTLED),
        seed=policy.seed if seed is None else seed,
        should_stop=should_stop,
        on_progress=on_progress or (lambda _: None),
    )
    status = search.run()
    head = Plan(
        scenario_id=scenario.id,
        scenario_sha256=scenario_sha256(scenario),
        solver=SolverRecord(version=tiebeam.__version__, seed=search.seed),
        status=status,
    )
    if search.incumbent is None:
        return head
    return write_plan_values(scenario, search, head)


class Search:
    """One solve: its programs, its best plan, and what every stage reached."""

    def __init__(
        self,
        problem: Problem,
        *,
        gap: float,
        seed: int,
        should_stop: Callable[[], bool],
        on_progress: Callable[[Progress], None],
        fixed: Bools | None = None,
    ) -> None:
        self.problem = problem
        self.gap, self.seed = gap, seed
        self.should_stop, self.on_progress = should_stop, on_progress
        self.fixed = fixed
        self.stages = list_stages(problem)
        self.incumbent: Incumbent | None = None
        self.reached: dict[Stage, Reached] = {}
        self.best_of_level: dict[LevelName, Incumbent] = {}

    def run(self) -> PlanStatus:
        """Search until proven or stopped; return the status of the plan (§M6)."""
        start = find_any_plan(self.make_relaxation(with_pairs=True), self.should_stop)
        if start is None:
            return "unknown" if self.should_stop() else "infeasible"
        self.incumbent = Incumbent(*start)
        effort = 1
        while True:
            finished = _Pass(self, effort).run()
            if not finished or self.should_stop():
                break
            if all(reached.gap <= self.gap for reached in self.reached.values()):
                break
            effort *= GROWTH
        return "optimal" if self.worst_gap() <= OPTIMAL_GAP else "feasible"

    def forget_after(self, stage: Stage) -> None:
        """Drop what is known of later stages: it rests on another value of *stage*."""
        for later in self.stages[self.stages.index(stage) + 1 :]:
            self.reached.pop(later, None)

    def worst_gap(self) -> float:
        """Return the largest gap of any stage; infinite while one is unknown."""
        if len(self.reached) < len(self.stages):
            return math.inf
        return max((reached.gap for reached in self.reached.values()), default=0.0)

    def make_relaxation(self, *, with_pairs: bool) -> Relaxation:
        """Return a fresh program, with the pairs held where they were given (§M7)."""
        relaxation = Relaxation(self.problem, with_pairs=with_pairs)
        if self.fixed is not None and with_pairs:
            chosen = self.fixed[relaxation.pair_i, relaxation.pair_j].astype(float)
            pair = relaxation.at["pair"]
            relaxation.lower[pair], relaxation.upper[pair] = chosen, chosen
            relaxation.bound_columns(pair, chosen, chosen)
        return relaxation


class _Pass:
    """One pass over all stages, with a given effort."""

    def __init__(self, search: Search, effort: int) -> None:
        self.search, self.effort = search, effort
        self.problem = search.problem
        self.whole = search.make_relaxation(with_pairs=True)
        self.given = Relaxation(search.problem, with_pairs=False)
        self.nearby = self.given
        self.stays = False
        self.tree = Tree(self.whole)
        self.rng = np.random.default_rng(search.seed)
        self.kept: list[tuple[Stage, float]] = []
        self.open_gap = 0.0
        self.patterns: PatternProgram | None = None
        self.has_sets = False
        self.worded: set[LevelName] = set()
        self.ahead: tuple[Stage, float] | None = None
        self.steps = {level: best_steps(self.problem, level) for level in ("coverage", "burden")}
        self.closed = 0
        self.may_use_patterns = may_use_sets(search.problem) and search.fixed is None
        # The first pass over a large case has to come to every level soon.
        self.is_large = self.whole.columns >= SMALL and not self.may_use_patterns
        self.is_hasty = effort == 1 and self.is_large
        # A small one finds its better plans by the search over all pairs.
        is_small = self.whole.columns < SMALL and "cost" not in self.problem.levels
        self.thrift = 2 if is_small else 1
        assert search.incumbent is not None
        self.incumbent = search.incumbent

    def run(self) -> bool:
        """Take every stage in turn; return whether none was cut short."""
        search = self.search
        previous: Stage | None = None
        is_finished = True
        for stage in search.stages:
            if previous is not None and previous.level != stage.level:
                self._close_level(previous.level)
            if not self._take(stage):
                is_finished = False
                # A small program still bounds the later levels, in no time to speak of.
                if self.whole.columns > CLOSABLE:
                    return False
            previous = stage
        if previous is not None:
            self._close_level(previous.level)
        return is_finished

    def _close_level(self, level: LevelName) -> None:
        """Keep what the level reached, less the slack that later levels may spend (§M5)."""
        self.search.best_of_level[level] = self.incumbent
        slack = self.problem.slack.get(level, 0.0)
        if slack > 0:
            for program in (self.whole, self.given):
                program.relax_floors(level, slack)
            self.kept = [
                (stage, limit + slack * abs(limit) if stage.level == level else limit)
                for stage, limit in self.kept
            ]
            self.patterns = None
            self.tree.start_again()
        self.nearby, self.stays = self.given, False
        ties = [stage for stage, _ in self.kept if stage.level == "continuity"]
        if self.is_large and ties and not self.problem.slack.get("continuity"):
            # The small changes hold the ties that were reached: few others do as well.
            held = self.incumbent.pairs & (ties[0].pair_costs(self.problem) < 0)
            required = self.problem.required | held
            self._narrow(replace(self.problem, required=required))

    def _narrow(self, problem: Problem) -> None:
        """Let small changes be looked for under the rules of *problem*, and all that was kept."""
        self.nearby = Relaxation(problem, with_pairs=False)
        for stage, limit in self.kept:
            self.nearby.add_floor(stage, limit)

    def _take(self, stage: Stage) -> bool:
        """Improve and bound one stage, then keep it; return False when stopped."""
        search = self.search
        known = search.reached.get(stage)
        value = self._value(stage)
        # The gap of a number is counted in its bound, which may be less than the value.
        share = search.gap if stage.is_vector else search.gap / (1 + search.gap)
        tolerance = share * (stage.unit if stage.is_vector else max(1.0, abs(value)))
        if known is not None and value - known.bound <= tolerance:
            # An earlier pass has settled it, under rules that were no tighter than now.
            search.reached[stage] = Reached(stage, value, min(known.bound, value), known.proof)
            self._keep(stage, value, is_settled=False)
            return True
        if stage.level not in SERVED_LEVELS and self.patterns is not None:
            self.whole.join_sets(self.patterns)
            self.patterns, self.has_sets = None, True
            self.may_use_patterns = False
            self.tree.start_again()
        self.tree.open_stage(stage)
        self.tree.bound_root()
        word = self._work_on(stage, tolerance)
        value = self._value(stage)
        bound = min(self.tree.bound, value)
        if value - bound > tolerance:
            bound = min(stage.round_up(self.problem, max(bound, word)), value)
            self.worded.add(stage.level)
        proof = self.tree.proof(stage)
        if known is not None and known.bound > bound:
            bound, proof = min(known.bound, value), known.proof
        search.reached[stage] = Reached(stage, value, bound, proof)
        search.incumbent = self.incumbent
        if known is not None and abs(known.value - value) > SETTLED * max(stage.unit, abs(value)):
            search.forget_after(stage)
        self._tell(stage, bound)
        self.open_gap = max(self.open_gap, stage.gap(value, bound))
        self._keep(stage, value, is_settled=value - bound <= tolerance)
        if self.patterns is not None:
            self._close_pairs(self.patterns.possible_pairs())
        return not search.should_stop() or search.gap >= stage.gap(value, bound)

    def _work_on(self, stage: Stage, tolerance: float) -> float:
        """
        Narrow the gap of *stage* by better plans and a better bound, the cheap means first.

        Returns:
            A bound that is the solver's word alone; the tree's own is in the tree.
        """
        # A proof that anybody can add up is wanted for all sums of a level, or for none.
        is_proven = stage.level not in self.worded or self.search.fixed is not None
        word = -math.inf if is_proven else self._infer(stage)

        def done() -> bool:
            return self._value(stage) - max(self.tree.bound, word) <= tolerance

        first = stage.count <= 1
        if first:
            self.open_gap = 0.0
        if self.search.should_stop():
            return word
        if not done() and stage.has_flows:
            self._polish(stage, self.incumbent.pairs)
        asks_sets = self.may_use_patterns and stage.level in SERVED_LEVELS
        may_move = self.search.fixed is None and not asks_sets
        if not done() and may_move and first and stage.has_flows:
            self._search_first(stage)
        if not done() and self.whole.columns < SMALL and is_proven:
            # A small case is closed by its own tree, with a proof that anybody can add up.
            self._search_tree(stage, tolerance, PROOF_NODES * self.effort)
        word = max(word, self._infer(stage))
        if asks_sets and not done():
            word = max(word, self._search_sets(stage, tolerance))
        # What an earlier sum of the same level left open is not worth a second try.
        if done() or self._gap(stage) <= 1.1 * self.open_gap:
            return word
        return self._work_longer(stage, tolerance, word)

    def _work_longer(self, stage: Stage, tolerance: float, word: float) -> float:
        """Narrow the gap of *stage* by the dear means; return what :meth:`_work_on` does."""

        def done() -> bool:
            return self._value(stage) - max(self.tree.bound, word) <= tolerance

        is_small = self.whole.columns < SMALL
        if self.search.fixed is None:
            self._search_more(stage, tolerance)
        # Few cases move no sum; and whole plans of the tree would drop the ties that are held.
        if not done() and not (self.is_hasty and stage.is_vector) and not is_small:
            self._search_tree(stage, tolerance, self._nodes(stage))
        if self.search.fixed is not None:
            return word
        if not done() and is_small and stage.count > 1:
            word = max(word, self._search_ahead(stage, tolerance))
        if not done() and self._deserves_all(stage):
            word = max(word, self._search_all(stage, tolerance))
        return word

    def _infer(self, stage: Stage) -> float:
        """Return what other sums of its level, or the whole numbers it adds up, say of *stage*."""
        if not stage.is_vector:
            return stage.round_up(self.problem, self.tree.bound)
        before = 0.0
        if stage.count > 1:
            before = self.search.reached[replace(stage, count=stage.count - 1)].bound
        ahead = None
        if self.ahead is not None and self.ahead[0].level == stage.level:
            ahead = (self.ahead[0].count, self.ahead[1])
        step = float(self.steps[stage.level][stage.count - 1])
        return bound_between(stage, before, step, ahead)

    def _keep(self, stage: Stage, value: float, *, is_settled: bool) -> None:
        """Make what *stage* reached a rule for all later ones."""
        limit = keep_limit(stage, value)
        self.kept.append((stage, limit))
        self.whole.add_floor(stage, limit)
        self.given.add_floor(stage, limit)
        if self.nearby is not self.given:
            self.nearby.add_floor(stage, limit)
        if stage.level not in SERVED_LEVELS:
            self.may_use_patterns, self.patterns = False, None
        elif self.patterns is not None:
            self.patterns.add_floor(stage, limit, self._most_before(stage))
        self.tree.close_stage(stage, limit, is_settled=is_settled)

    def _close_pairs(self, possible: Bools) -> None:
        """Close the pairs that no plan can have that keeps what was reached (the solver's word)."""
        whole = self.whole
        closed = ~possible[whole.pair_i, whole.pair_j]
        at = whole.at["pair"][closed]
        if len(at) > self.closed:
            self.closed = len(at)
            self.tree.leave()
            self.tree.root_high[at] = 0.0
            whole.bound_columns(at, self.tree.root_low[at], self.tree.root_high[at])
            self.tree.start_again()

    def _search_tree(self, stage: Stage, tolerance: float, nodes: int) -> None:
        """Close the cases of the tree that hold nothing better, as far as *nodes* go."""
        self.tree.search(
            cutoff=lambda: self._value(stage) - tolerance,
            offer=lambda columns: self._offer_columns(stage, columns),
            nodes=nodes,
            should_stop=self.search.should_stop,
            on_bound=lambda bound: self._tell(stage, bound),
        )

    def _gap(self, stage: Stage) -> float:
        return stage.gap(self._value(stage), self.tree.bound)

    def _value(self, stage: Stage) -> float:
        return stage_value(self.problem, stage, self.incumbent.pairs, self.incumbent.amounts)

    def _tell(self, stage: Stage, bound: float) -> None:
        """Report progress in the figures that a reader knows: means, and signs as in the law."""
        value = self._value(stage)
        sign = -1.0 if stage.level in ("coverage", "continuity") else 1.0
        self.search.on_progress(
            Progress(
                level=stage.level,
                position=stage.position + 1,
                levels=len(self.problem.levels),
                incumbent=sign * value / stage.unit,
                bound=sign * bound / stage.unit if math.isfinite(bound) else None,
                gap=stage.gap(value, bound) if math.isfinite(bound) else None,
            )
        )

    def _search_sets(self, stage: Stage, tolerance: float) -> float:
        """
        Search over sets of donors; return a bound, the solver's word for it.

        At the first stage of coverage the search asks for more than can be had
        and comes down: a high demand leaves few sets, and is soon refuted.
        """
        if stage.level == "coverage" and stage.count == 1:
            high = -self.tree.bound
            while not self.search.should_stop():
                low = -self._value(stage)
                is_last = high - low <= FINE
                demand = low if is_last else low + DEMAND * (high - low)
                program = PatternProgram(self.problem, demand, self.search.should_stop)
                answer = self._ask_sets(
                    program, stage, -demand, tolerance, first_will_do=not is_last
                )
                if answer.pairs is None:
                    high = min(high, max(-answer.bound, low))
                if is_last and answer.pairs is not None:
                    high = min(high, -answer.bound)
                improved = -self._value(stage) > low + tolerance / 4
                if high + self._value(stage) <= tolerance:
                    break
                if not improved and (is_last or answer.pairs is not None):
                    break
                if answer.pairs is None and -answer.bound > demand + tolerance:
                    break  # the search ran out of cases: nothing more is known
            return -high
        if self.patterns is None:
            self.patterns = PatternProgram(
                self.problem, self._least_coverage(), self.search.should_stop
            )
            for floor, limit in self.kept:
                self.patterns.add_floor(floor, limit, self._most_before(floor))
        while not self.search.should_stop():
            value = self._value(stage)
            answer = self._ask_sets(self.patterns, stage, value, tolerance)
            stuck = answer.pairs is None or self._value(stage) > value - tolerance / 2
            if stuck or answer.bound >= self._value(stage) - tolerance:
                return answer.bound
        return -math.inf

    def _deserves_all(self, stage: Stage) -> bool:
        """Return whether the costly search over all pairs is worth it at this effort."""
        if self.is_hasty:
            return False
        return not stage.is_vector or self.effort > 1 or self.has_sets or self.whole.columns < SMALL

    def _search_ahead(self, stage: Stage, tolerance: float) -> float:
        """
        Search among all pairs for the last sum of a row of equal parties; return its word.

        Where nothing better is found there, nothing better is left for any sum before it.
        """
        last = last_alike(self.problem, stage, self.incumbent.amounts)
        if last.count > stage.count:
            before, share = self.incumbent, tolerance / stage.unit
            value = self._value(stage)
            bound = self._search_all(last, share * last.unit, first_will_do=True)
            if self._value(stage) > value:
                self.incumbent = before
            if self.incumbent is before:
                self.ahead = (last, bound)
        return self._infer(stage)

    def _search_all(self, stage: Stage, tolerance: float, *, first_will_do: bool = False) -> float:
        """Search among all pairs; return a bound, the solver's word for it."""
        nodes = SMALL_NODES * self.effort
        if self.whole.columns >= SMALL:
            nodes = ALL_NODES * self.effort**2
        self.tree.leave()
        bound = -math.inf
        for _ in range(ROUNDS):
            value = self._value(stage)
            answer = search_all_pairs(
                self.whole,
                stage,
                below=value,
                precision=tolerance / 2,
                nodes=nodes,
                first_will_do=first_will_do,
                should_stop=self.search.should_stop,
            )
            bound = max(bound, answer.bound)
            if answer.columns is not None:
                self._offer_columns(stage, answer.columns)
            is_stuck = answer.columns is None or self._value(stage) > value - tolerance / 4
            if is_stuck or first_will_do:
                break
            if bound >= self._value(stage) - tolerance or self.search.should_stop():
                break
        return bound

    def _ask_sets(
        self,
        program: PatternProgram,
        stage: Stage,
        below: float,
        tolerance: float,
        *,
        first_will_do: bool = False,
    ) -> Answer:
        """Search over sets for something under *below*, and take what is found."""
        answer = program.search(
            stage,
            below=below,
            precision=tolerance / 2,
            nodes=SET_NODES * self.effort,
            before=self._most_before(stage),
            first_will_do=first_will_do,
        )
        if answer.pairs is not None:
            self._polish(stage, answer.pairs)
        return answer

    def _most_before(self, stage: Stage) -> float:
        """Return the most that theta of one party fewer can be at the stage before *stage*."""
        if stage.count <= 1:
            return 0.0
        reached = self.search.reached[replace(stage, count=stage.count - 1)]
        slack = self.problem.slack.get(stage.level, 0.0)
        return -reached.bound if slack == 0 else math.inf

    def _least_coverage(self) -> float:
        """Return what every recipient with a need has in all plans that are still looked for."""
        firsts = [
            limit for stage, limit in self.kept if stage.level == "coverage" and stage.count == 1
        ]
        return max(0.0, -firsts[0]) if firsts else 0.0

    # -- better plans ----------------------------------------------------------

    def _offer(self, stage: Stage, pairs: Bools, amounts: Floats) -> None:
        """Take a plan that keeps all floors, if it is better at *stage*."""
        value = stage_value(self.problem, stage, pairs, amounts)
        if value < self._value(stage) - 1e-9 and self._keeps_floors(pairs, amounts):
            self.incumbent = Incumbent(pairs, amounts)

    def _keeps_floors(self, pairs: Bools, amounts: Floats) -> bool:
        return all(
            stage_value(self.problem, stage, pairs, amounts)
            <= limit + KEPT / 3 * (stage.unit if stage.is_vector else max(1.0, abs(limit)))
            for stage, limit in self.kept
        )

    def _offer_columns(self, stage: Stage, columns: Floats) -> None:
        pairs, amounts = self.whole.read(columns)
        self._offer(stage, pairs, amounts)
        if stage_value(self.problem, stage, pairs, amounts) < self._value(stage) - 1e-9:
            # Reading whole pairs cost it a floor by a hair: its pairs with the best flows may do.
            self._polish(stage, pairs)

    def _polish(self, stage: Stage, pairs: Bools) -> None:
        """Offer the best flows for *pairs*, whole lots included."""
        rough = ROUGH if self.is_hasty else 0.0
        scale = stage.unit if stage.is_vector else max(1.0, abs(self._value(stage)))
        worth = max(self.search.gap, rough) * scale
        found = complete_flows_for(
            self.given,
            stage,
            pairs,
            below=self._value(stage) - worth,
            precision=worth / 2,
            should_stop=self.search.should_stop,
        )
        if found is not None:
            self._offer(stage, pairs, found)

    def _search_more(self, stage: Stage, tolerance: float) -> None:
        """Look for better plans where the first search left a gap, or there was none."""
        if stage.count > 1:
            moves = HELD_MOVES if self.stays else LATER_MOVES
            self._search_nearby(stage, moves * self.effort)
        if self._may_rebuild(stage) and self._value(stage) - self.tree.bound > tolerance:
            self._rebuild(stage, tolerance)

    def _nodes(self, stage: Stage) -> int:
        """Return how many cases of the tree are looked at."""
        nodes = FIRST_NODES if stage.count <= 1 or self.has_sets else LATER_NODES
        # A hasty pass does so where whole ties alone move the bound.
        slowly = not self.is_hasty or stage.level == "continuity"
        return (nodes if slowly else LATER_NODES) * self.effort

    def _may_rebuild(self, stage: Stage) -> bool:
        """Return whether a few recipients may be asked anew: at a number, or a sum that says most."""
        ends = (0, 1, len(self.problem.able))
        return self.is_large and stage.level != "coverage" and stage.count in ends

    def _rebuild(self, stage: Stage, tolerance: float) -> None:
        """Look for better plans by asking anew who helps a few recipients."""
        self.tree.leave()
        for columns in rebuild_pairs(
            self.whole,
            stage,
            lambda: (self.incumbent.pairs, self._value(stage)),
            tries=(REBUILT // 4 if stage.is_vector else REBUILT) * self.effort,
            precision=tolerance,
            rng=self.rng,
            should_stop=self.search.should_stop,
        ):
            self._offer_columns(stage, columns)

    def _search_first(self, stage: Stage) -> None:
        """Look for better plans at the first sum of a level, or at a number."""
        if self.is_hasty and stage == self.search.stages[0] and stage.is_vector:
            self._search_favoured(stage)
        if not self.stays:
            self._search_nearby(stage, FIRST_MOVES * self.effort // self.thrift)

    def _search_favoured(self, stage: Stage) -> None:
        """
        Look among the plans that hold the ties that can be held.

        Where they come near enough to the bound the pass stays among them.
        """
        search = self.search
        later = [s for s in search.stages if s.level == "continuity"]
        if not later:
            return
        program = search.make_relaxation(with_pairs=True)
        for held in favour_ties(program, stage, self.tree.bound, later[0], search.should_stop):
            begun = begin_with(self.problem, held, search.should_stop)
            if begun is None:
                continue
            narrowed, pairs = begun
            self._narrow(narrowed)
            self._search_nearby(stage, FIRST_MOVES, pairs)
            if self._gap(stage) <= NEAR:
                self.stays = True
                return
        self.nearby = self.given

    def _search_nearby(self, stage: Stage, moves: int, start: Bools | None = None) -> None:
        """Better pairs by small changes, then whole lots for them."""
        pairs, value = improve_pairs(
            self.nearby,
            stage,
            self.incumbent.pairs if start is None else start,
            moves=moves,
            target=self.tree.bound,
            pair_floors=[(s, limit) for s, limit in self.kept if not s.has_flows],
            rng=self.rng,
            should_stop=self.search.should_stop,
        )
        if value < self._value(stage) - SETTLED * stage.unit:
            self._polish(stage, pairs)


def keep_limit(stage: Stage, value: float) -> float:
    """Return what *stage* may cost at later ones, where it reached *value*."""
    return value + KEPT * (stage.unit if stage.is_vector else max(1.0, abs(value)))


def write_plan_values(scenario: Scenario, search: Search, head: Plan) -> Plan:
    """Return *head* with the pairs, flows and levels of what *search* found."""
    problem, incumbent = search.problem, search.incumbent
    assert incumbent is not None
    flows = tuple(
        Flow(
            donor=problem.donors[i],
            recipient=problem.recipients[j],
            resource=problem.resources[k],
            amount=float(f"{incumbent.amounts[i, j, k]:.12g}"),
        )
        for i, j, k in zip(*np.nonzero(incumbent.amounts > 1e-9), strict=True)
    )
    pairs = [
        Pair(donor=problem.donors[i], recipient=problem.recipients[j])
        for i, j in zip(*np.nonzero(incumbent.pairs), strict=True)
    ]
    leading = leads(scenario, flows, pairs)
    results, proofs = [], {}
    for level in problem.levels:
        reached = [
            search.reached[s] for s in search.stages if s.level == level and s in search.reached
        ]
        results.append(_level_result(scenario, search, level, reached))
        proofs[level] = [found.proof for found in reached]
    plan = replace(
        head,
        pairs=tuple(
            replace(pair, lead=leading.get(pair.recipient) == pair.donor) for pair in pairs
        ),
        flows=flows,
        levels=tuple(results),
    )
    return _prove_more(scenario, search, certify(scenario, plan, proofs), proofs)


def _prove_more(
    scenario: Scenario,
    search: Search,
    plan: Plan,
    proofs: Mapping[LevelName, Sequence[Proof | None]],
) -> Plan:
    """Return *plan* with proofs of their own for the levels whose search left none."""
    bare = {
        level.name
        for level in plan.levels
        if level.certificate == "unverified" and level.name not in plan.certificate
    }
    is_whole = search.fixed is None and len(search.reached) == len(search.stages)
    is_small = search.problem.most.size <= CLOSABLE
    if not bare or not is_whole or not is_small or search.should_stop():
        return plan
    values = [(stage, search.reached[stage].value) for stage in search.stages]
    limits = {stage: keep_limit(stage, value) for stage, value in values}
    return certify(scenario, plan, {**proofs, **prove_at_roots(search.problem, limits, bare)})


def _level_result(
    scenario: Scenario, search: Search, level: LevelName, reached: list[Reached]
) -> LevelResult:
    """Return what the plan says of one level (§M6)."""
    problem = search.problem
    assert search.incumbent is not None
    of, value = level_figure(problem, level, search.incumbent)
    best = None
    if problem.slack.get(level, 0.0) > 0 and level in search.best_of_level:
        best = level_figure(problem, level, search.best_of_level[level])[1]
    sign = -1.0 if level in ("coverage", "continuity") else 1.0
    bounds = [sign * r.bound for r in reached]
    plain = find_trivial_bound(level, scenario)
    figure = value if best is None else best
    if isinstance(figure, tuple):
        assert isinstance(plain, tuple)
        bounds += [float(sum_) for sum_ in plain[len(bounds) :]]
        sums = np.cumsum(figure)
        gaps = [abs(b - s) / (m + 1) for m, (b, s) in enumerate(zip(bounds, sums, strict=True))]
        bound: Figure = tuple(bounds)
        gap = max(gaps, default=0.0)
    else:
        assert not isinstance(plain, tuple)
        bound = bounds[0] if bounds and math.isfinite(bounds[0]) else float(plain)
        gap = abs(figure - bound) / max(1.0, abs(bound))
    return LevelResult(
        name=level, of=of, value=value, bound=bound, gap=gap, certificate="unverified", best=best
    )


def level_figure(
    problem: Problem, level: LevelName, incumbent: Incumbent
) -> tuple[tuple[str, ...], Figure]:
    """Return the ids in order and the figure of *level* (§M5)."""
    if level == "coverage":
        values = coverages(problem, incumbent.amounts)
        ids = [problem.recipients[j] for j in problem.needy]
        order = sorted(range(len(ids)), key=lambda at: (values[at], ids[at]))
        return tuple(ids[at] for at in order), tuple(float(values[at]) for at in order)
    if level == "burden":
        values = loads(problem, incumbent.amounts)
        ids = [problem.donors[i] for i in problem.able]
        order = sorted(range(len(ids)), key=lambda at: (-values[at], ids[at]))
        return tuple(ids[at] for at in order), tuple(float(values[at]) for at in order)
    sign = -1.0 if level == "continuity" else 1.0
    value = stage_value(problem, Stage(level, 0), incumbent.pairs, incumbent.amounts)
    return (), sign * value + 0.0  # no minus zero
