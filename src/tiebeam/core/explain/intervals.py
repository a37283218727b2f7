"""
A proven interval for every pair at once, without solving again (§M8).

What can still be had comes from a repaired plan; what cannot be beaten from the bounds of
the plan itself (no plan within the rules does better, so none does with one rule more), from
what the partners left to each recipient could give at most, and from a few linear programs.
The stages of all levels are gone through in order. A pair is left at the first stage where
it makes a difference, or where too little is known to go on: an interval is never wrong,
only sometimes wide.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from tiebeam.core.explain.limits import (
    partners_may_hold,
    stages_before_slack,
    star_bounds,
    stated_bounds,
)
from tiebeam.core.explain.reasons import LevelChange, PairOutcome, PairReason
from tiebeam.core.explain.repair import (
    Repaired,
    possible_shares,
    repair,
    stage_values,
    with_answer,
)
from tiebeam.core.model.plan import Plan
from tiebeam.core.model.scenario import Scenario
from tiebeam.core.pairing.problem import Bools, Floats, compile_problem
from tiebeam.core.pairing.relaxation import Relaxation
from tiebeam.core.pairing.stages import list_stages

EFFORT = 6.5e6
"""How much the linear programs of one explanation may cost; one costs its flows squared."""
FRUITLESS = 4
"""After this part of them in a row was of no use at one stage, the stage is left as it is."""
SAME = 2e-6
"""Two values of a stage are the same within this, in its unit; what is proven is no finer (§M6)."""
ROUNDING = 1e-5
"""How far an interval is widened, in the unit of a stage: so much may follow from SAME."""


@dataclass(slots=True)
class _Question:
    """
    What is asked of one pair, and what is known of the answer.

    Attributes:
        may_use_bounds: Whether the rules grow by the question alone, so that the bounds
            of the plan hold; not so where it lifts a link that the policy has set.
        at: Position of the stage where the answer parts from the plan; None at the end.
        bound: No plan with the answer is better at that stage.
    """

    i: int
    j: int
    is_open: bool
    may_use_bounds: bool
    repaired: Repaired | None = None
    outcome: PairOutcome = "unknown"
    at: int | None = None
    bound: float = -math.inf
    extra: list[LevelChange] = field(default_factory=list)


class Intervals:
    """
    The intervals of all pairs of one plan.

    Args:
        pairs, amounts: Of the plan; (donors, recipients) and (…, resources).
        is_sound: Whether the plan keeps §M3; only then repairs of it do.
        should_stop: Asked between pairs; pairs not reached stay unknown.
    """

    def __init__(
        self,
        scenario: Scenario,
        plan: Plan,
        pairs: Bools,
        amounts: Floats,
        *,
        is_sound: bool,
        should_stop: Callable[[], bool],
    ) -> None:
        self.problem = problem = compile_problem(scenario)
        self.pairs, self.amounts, self.is_sound = pairs, amounts, is_sound
        self.should_stop = should_stop
        self.stages = stages_before_slack(problem)
        self.values = stage_values(problem, self.stages, pairs, amounts)
        self.bounds = stated_bounds(scenario, plan, self.stages)
        self.shares = possible_shares(problem)
        self.programs_left = 0

    def run(self) -> tuple[PairReason, ...]:
        """Return a reason for every couple that can be a pair: the open ones first."""
        questions = self._list_questions()
        for question in questions:
            if self.should_stop():
                break
            self._settle(question)
        self._tighten(questions)
        return tuple(self._reason(question) for question in questions)

    def _list_questions(self) -> list[_Question]:
        problem = self.problem
        capable = np.ones(self.pairs.shape, dtype=bool)
        if problem.resources:
            capable = (problem.capacity.sum(1) > 0)[:, None] & (problem.need.sum(1) > 0)[None]
        couples = [(int(i), int(j)) for i, j in np.argwhere(capable)]
        couples.sort(key=lambda couple: not self.pairs[couple])
        return [
            _Question(
                i=i,
                j=j,
                is_open=bool(self.pairs[i, j]),
                may_use_bounds=bool(
                    problem.possible[i, j] and not (problem.required[i, j] and self.pairs[i, j])
                ),
            )
            for i, j in couples
        ]

    # -- one pair --------------------------------------------------------------

    def _settle(self, question: _Question) -> None:
        """Find a repaired plan, and the stage at which the answer parts from the plan."""
        problem = with_answer(self.problem, question.i, question.j, is_open=question.is_open)
        if self.is_sound:
            question.repaired = repair(
                problem, self.stages, self.pairs, self.amounts, question.i, question.j
            )
        if question.repaired is None:
            if not partners_may_hold(problem):
                question.outcome = "infeasible"
            return
        question.outcome = "feasible"
        limits = star_bounds(
            problem, self.stages, self.shares, question.i, question.j, is_open=question.is_open
        )
        self._note_ties(question, limits)
        for at, stage in enumerate(self.stages):
            stated = float(self.bounds[at]) if question.may_use_bounds else -math.inf
            bound = max(float(limits[at]), stated)
            reached, was = question.repaired.values[at], self.values[at]
            tolerance = SAME * (stage.unit if stage.is_vector else max(1.0, abs(was)))
            if reached - bound > tolerance or abs(reached - was) > tolerance:
                question.at, question.bound = at, bound
                return

    def _note_ties(self, question: _Question, limits: Floats) -> None:
        """Keep in mind that continuity cannot stay as it is, wherever it stands in the order."""
        for at, stage in enumerate(self.stages):
            ties = -float(limits[at])
            if stage.level == "continuity" and ties < -self.values[at] - SAME * max(1.0, ties):
                before = -float(self.values[at])
                question.extra.append(
                    LevelChange(level="continuity", before=before, low=0.0, high=ties, exact=False)
                )

    # -- linear programs -------------------------------------------------------

    def _tighten(self, questions: Sequence[_Question]) -> None:
        """Raise the bounds of some pairs by linear programs, stage by stage."""
        within = [question for question in questions if question.may_use_bounds]
        if not within or self.should_stop():
            return
        relaxation = Relaxation(self.problem)
        cost = len(relaxation.at["flow"]) ** 2 + len(relaxation.at["pair"])
        self.programs_left = max(FRUITLESS, int(EFFORT / cost))
        self._tighten_stage(relaxation, [q for q in within if q.outcome == "unknown"])
        kept = 0
        for at in sorted({q.at for q in within if q.at is not None}):
            asked = [question for question in within if question.at == at]
            for earlier in range(kept, at):
                stage, value = self.stages[earlier], float(self.values[earlier])
                unit = stage.unit if stage.is_vector else max(1.0, abs(value))
                # What the answer may lose at earlier stages without being told apart.
                relaxation.add_floor(stage, value + 2 * SAME * unit)
            kept = at
            relaxation.aim(self.stages[at])
            self._tighten_stage(relaxation, asked)

    def _tighten_stage(self, relaxation: Relaxation, asked: Sequence[_Question]) -> None:
        """Bound *asked* together, then each with its pair held, until that is of no use."""
        if not asked or self.programs_left <= 0 or self.should_stop():
            return
        patience = max(2, self.programs_left // FRUITLESS)
        self._solve(relaxation, asked)
        fruitless = 0
        for question in asked:
            if self.programs_left <= 0 or fruitless >= patience or self.should_stop():
                return
            column = relaxation.at["pair"][relaxation.pair_at[question.i, question.j]]
            index, held = np.array([column]), np.array([0.0 if question.is_open else 1.0])
            relaxation.bound_columns(index, held, held)
            has_learnt = self._solve(relaxation, [question])
            relaxation.bound_columns(index, relaxation.lower[index], relaxation.upper[index])
            fruitless = 0 if has_learnt else fruitless + 1

    def _solve(self, relaxation: Relaxation, asked: Sequence[_Question]) -> bool:
        """Take what one program says of *asked*; return whether any of it is new."""
        solved = relaxation.solve()
        self.programs_left -= 1
        has_learnt = False
        for question in asked:
            if solved.status == "infeasible" and question.outcome == "unknown":
                question.outcome = "infeasible"
                has_learnt = True
            is_new = solved.objective > question.bound + ROUNDING and question.at is not None
            if solved.status == "optimal" and is_new:
                question.bound = float(solved.objective)
                has_learnt = True
        return has_learnt

    # -- telling ---------------------------------------------------------------

    def _reason(self, question: _Question) -> PairReason:
        """Return the answer in the figures of §M5."""
        changes = []
        if question.outcome == "feasible":
            if question.at is not None:
                changes.append(self._change(question, question.at))
            elif len(self.stages) < len(list_stages(self.problem)):
                changes.append(self._open_change())
            told = {change.level for change in changes}
            changes += [change for change in question.extra if change.level not in told]
            order = self.problem.levels
            changes.sort(key=lambda change: order.index(change.level))
        return PairReason(
            donor=self.problem.donors[question.i],
            recipient=self.problem.recipients[question.j],
            is_open=question.is_open,
            question="forbid" if question.is_open else "require",
            outcome=question.outcome,
            changes=tuple(changes),
        )

    def _change(self, question: _Question, at: int) -> LevelChange:
        """Return the interval of the stage at which *question* was left."""
        assert question.repaired is not None
        stage, was = self.stages[at], float(self.values[at])
        reached = float(question.repaired.values[at])
        unit = stage.unit if stage.is_vector else max(1.0, abs(was))
        bound = question.bound - ROUNDING * unit
        if question.bound >= was - SAME * unit:
            # The plan itself cannot be beaten: rounding must not let it seem so.
            bound = max(bound, was)
        bound = min(bound, reached)
        sign = -1.0 if stage.level in ("coverage", "continuity") else 1.0
        # Of a vector the sums before this one stay, so the sum moves as its last place does.
        earlier = float(self.values[at - 1]) if stage.count > 1 else 0.0
        before, good, bad = (sign * (figure - earlier) for figure in (was, bound, reached))
        low, high = min(good, bad), max(good, bad)
        if stage.is_vector:
            low, high = max(0.0, low), min(1.0, high)
        return LevelChange(
            level=stage.level,
            before=before,
            low=max(0.0, low),
            high=high,
            exact=False,
            position=max(1, stage.count),
        )

    def _open_change(self) -> LevelChange:
        """Return that nothing is known of the level whose slack may be spent."""
        level = list_stages(self.problem)[len(self.stages)]
        before = float(stage_values(self.problem, [level], self.pairs, self.amounts)[0])
        return LevelChange(
            level=level.level, before=abs(before), low=-math.inf, high=math.inf, exact=False
        )
