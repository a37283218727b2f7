"""
The flows of a plan that people made as pairs alone (§M7).

The same levels decide, with exactly those pairs open. A list that people signed has to
stay comparable even where it breaks the policy's rules on pairs, so these give way to what
the list does: partner bounds, forbidden and required links, and where nothing else is left
min_share. The checker says afterwards which of them the plan breaks; §M3.1 to §M3.3 and
whole lots are never given up.

Pairs that share no party do not compete: leximin, sums and counts of a whole are best when
they are best in each part. So each part is completed for itself, unless slack lets one
level pay for another.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

import tiebeam
from tiebeam.core.model.identity import scenario_sha256
from tiebeam.core.model.plan import Figure, Flow, LevelResult, Plan, SolverRecord
from tiebeam.core.model.scenario import LevelName, Scenario
from tiebeam.core.pairing.evaluate import VECTOR_LEVELS, leads, level_value
from tiebeam.core.pairing.parts import cut_problem, list_parts
from tiebeam.core.pairing.problem import Bools, Floats, Ints, Problem, compile_problem
from tiebeam.core.pairing.solver import SETTLED, Search, level_figure
from tiebeam.errors import Infeasible, InvalidInput

PATIENCE = 3000
"""How often the search for one part may ask whether to stop; a measure of effort, not of time."""

PAIR_LEVELS: frozenset[LevelName] = frozenset({"continuity", "partners"})
"""Levels that the given pairs settle alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """
    A completed part of the plan.

    Attributes:
        amounts: (donors, recipients, resources) of the whole problem, zero elsewhere.
        gaps: Level -> the largest gap of any of its stages, in the unit of §M6 (for a
            number: value less bound); infinite where the search did not get so far.
        spent: Level with slack -> what it reached, and what was left of it when later
            levels had spent their slack; then this part is the whole.
    """

    amounts: Floats
    gaps: dict[LevelName, float]
    spent: dict[LevelName, tuple[Figure, Figure]]


def complete_flows(
    scenario: Scenario, plan: Plan, *, should_stop: Callable[[], bool] = lambda: False
) -> Plan:
    """
    Return *plan* with flows decided by the levels of §M5, with exactly its pairs open.

    Bounds and gaps of its levels hold among the plans with these pairs only, and say
    nothing of other pairs. A scenario without resources has nothing that could flow:
    the plan then gets its leads and levels, and is not called completed.

    Args:
        plan: Its pairs count alone; flows it has are replaced.
        should_stop: Asked between steps; the best flows so far are then returned.

    Raises:
        Infeasible: No flows at all were found for these pairs.
    """
    problem = compile_problem(scenario)
    pairs = _pairs_that_carry(problem, plan)
    allowed = _allow_exactly(problem, pairs)
    # Slack lets one part pay for another.
    has_slack = any(problem.slack.get(level, 0.0) > 0 for level in problem.levels)
    everybody = (np.arange(pairs.shape[0]), np.arange(pairs.shape[1]))
    parts = [
        _complete_part(allowed, pairs, part, seed=scenario.policy.seed, should_stop=should_stop)
        for part in ([everybody] if has_slack else list_parts(pairs))
    ]
    amounts = sum((part.amounts for part in parts), np.zeros(problem.most.shape))
    flows = tuple(
        Flow(
            donor=problem.donors[i],
            recipient=problem.recipients[j],
            resource=problem.resources[k],
            amount=float(f"{amounts[i, j, k]:.12g}"),
        )
        for i, j, k in zip(*np.nonzero(amounts > 1e-9), strict=True)
    )
    leading = leads(scenario, flows, plan.pairs)
    completed = replace(
        plan,
        scenario_id=plan.scenario_id or scenario.id,
        scenario_sha256=plan.scenario_sha256 or scenario_sha256(scenario),
        solver=SolverRecord(version=tiebeam.__version__, seed=scenario.policy.seed),
        status="feasible",
        pairs=tuple(
            replace(pair, lead=leading.get(pair.recipient) == pair.donor) for pair in plan.pairs
        ),
        flows=flows,
        completed=bool(scenario.resources),
        certificate={},
    )
    return replace(completed, levels=_level_results(scenario, completed, parts))


def _pairs_that_carry(problem: Problem, plan: Plan) -> Bools:
    """Return (donors, recipients) the pairs of *plan* whose parties can give and take at all."""
    pairs = np.zeros(problem.possible.shape, dtype=bool)
    row = {donor: i for i, donor in enumerate(problem.donors)}
    column = {recipient: j for j, recipient in enumerate(problem.recipients)}
    for pair in plan.pairs:
        if pair.donor in row and pair.recipient in column:
            pairs[row[pair.donor], column[pair.recipient]] = True
    if problem.resources:
        pairs &= (problem.capacity.sum(1) > 0)[:, None] & (problem.need.sum(1) > 0)[None, :]
    return pairs


def _allow_exactly(problem: Problem, pairs: Bools) -> Problem:
    """Return *problem* with the rules on pairs loosened to what *pairs* do."""
    given, received = pairs.sum(1), pairs.sum(0)
    return replace(
        problem,
        possible=pairs,
        required=np.zeros_like(pairs),
        donor_min=np.minimum(problem.donor_min, given),
        donor_max=np.maximum(problem.donor_max, given),
        recipient_min=np.minimum(problem.recipient_min, received),
        recipient_max=np.maximum(problem.recipient_max, received),
    )


def _complete_part(
    problem: Problem,
    pairs: Bools,
    part: tuple[Ints, Ints],
    *,
    seed: int,
    should_stop: Callable[[], bool],
) -> _Part:
    """
    Return the best flows of one part; where min_share leaves none, without min_share.

    Raises:
        Infeasible: None were found before the stop.
    """
    donors, recipients = part
    small = cut_problem(problem, donors, recipients)
    for least in dict.fromkeys((problem.min_share, 0.0)):
        search = Search(
            replace(small, min_share=least),
            gap=SETTLED,
            seed=seed,
            should_stop=_Patience(should_stop),
            on_progress=lambda _: None,
            fixed=pairs[np.ix_(donors, recipients)],
        )
        search.run()
        if search.incumbent is not None:
            amounts = np.zeros(problem.most.shape)
            amounts[np.ix_(donors, recipients)] = search.incumbent.amounts
            return _Part(
                amounts=amounts,
                gaps={name: _gap(search, name) for name in small.levels},
                spent=_spent(search),
            )
    raise Infeasible(donors=[problem.donors[i] for i in donors])


def _spent(search: Search) -> dict[LevelName, tuple[Figure, Figure]]:
    """Return, for each level with slack, its figure before and after later levels spent it."""
    problem, final = search.problem, search.incumbent
    assert final is not None
    return {
        name: (
            level_figure(problem, name, search.best_of_level[name])[1],
            level_figure(problem, name, final)[1],
        )
        for name in problem.levels
        if problem.slack.get(name, 0.0) > 0
        and name in search.best_of_level
        and name not in PAIR_LEVELS
    }


def _gap(search: Search, level: LevelName) -> float:
    """Return the largest distance of value and bound at a stage of *level*, per place of a vector."""
    gaps = [
        max(0.0, known.value - known.bound) / stage.unit
        if (known := search.reached.get(stage)) is not None
        else math.inf
        for stage in search.stages
        if stage.level == level
    ]
    return max(gaps, default=0.0)


class _Patience:
    """Asks the caller whether to stop, and stops by itself when asked too often."""

    def __init__(self, should_stop: Callable[[], bool]) -> None:
        self._should_stop, self._left = should_stop, PATIENCE

    def __call__(self) -> bool:
        self._left -= 1
        return self._left < 0 or self._should_stop()


def _level_results(
    scenario: Scenario, plan: Plan, parts: Sequence[_Part]
) -> tuple[LevelResult, ...]:
    """Return what *plan* reaches at every level, and the bounds among plans with its pairs."""
    results = []
    for name in scenario.policy.levels:
        try:
            reached = level_value(name, scenario, plan.pairs, plan.flows or ())
        except InvalidInput:
            # A distance that nobody knows: the checker says so, and no figure is claimed.
            return ()
        gaps = [] if name in PAIR_LEVELS else [part.gaps[name] for part in parts]
        spent = next((part.spent[name] for part in parts if name in part.spent), None)
        result = LevelResult(
            name=name, of=reached.of, value=0.0, bound=0.0, gap=0.0, certificate="unverified"
        )
        if isinstance(reached.value, tuple):
            vector = tuple(float(figure) for figure in reached.value)
            best = vector if spent is None else spent[0]
            assert isinstance(best, tuple)
            bounds, gap = _vector_bound(name, best, max(gaps, default=0.0))
            result = replace(result, value=vector, bound=bounds, gap=gap)
        else:
            value = float(reached.value)
            best = value if spent is None else _number(spent[0]) + value - _number(spent[1])
            # No distance and no cost is below zero.
            bound = max(0.0, best - sum(gaps)) if gaps else best
            gap = abs(best - bound) / max(1.0, abs(bound))
            result = replace(result, value=value, bound=bound, gap=gap)
        results.append(result if spent is None else replace(result, best=best))
    return tuple(results)


def _number(figure: Figure) -> float:
    assert not isinstance(figure, tuple)
    return figure


def _vector_bound(
    name: LevelName, value: tuple[float, ...], gap: float
) -> tuple[tuple[float, ...], float]:
    """Return the bounds of the sums of *value*, each place up to *gap* better, and the gap of §M6."""
    assert name in VECTOR_LEVELS
    sums = [math.fsum(value[:m]) for m in range(1, len(value) + 1)]
    if name == "coverage":
        bound = tuple(min(m, total + m * gap) for m, total in enumerate(sums, start=1))
    else:
        bound = tuple(max(0.0, total - m * gap) for m, total in enumerate(sums, start=1))
    gaps = [
        abs(b - total) / m for m, (b, total) in enumerate(zip(bound, sums, strict=True), start=1)
    ]
    return bound, max(gaps, default=0.0)
