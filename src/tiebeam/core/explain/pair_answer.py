"""Why a pair is open, or why it is not: the exact answer, by solving again (§M8)."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from tiebeam.core.explain.reasons import LevelChange, PairQuestion, PairReason
from tiebeam.core.model.plan import OPTIMAL_GAP, LevelResult, Plan
from tiebeam.core.model.scenario import LevelName, Scenario
from tiebeam.core.pairing.changes import Forbid, Require, apply_changes
from tiebeam.core.pairing.compare import LevelPair, compare_plans
from tiebeam.core.pairing.completion import complete_flows
from tiebeam.core.pairing.evaluate import VECTOR_LEVELS, theta
from tiebeam.core.pairing.solver import Progress, solve_pairing


def explain_pair(
    scenario: Scenario,
    plan: Plan,
    donor: str,
    recipient: str,
    *,
    should_stop: Callable[[], bool] = lambda: False,
    on_progress: Callable[[Progress], None] | None = None,
) -> PairReason:
    """
    Return what every level becomes when the open pair is forbidden, or the closed one required.

    A level is exact where the new search proved it to 1e-4. The first that it did not prove
    lies between what was reached and its bound; nothing is known of the levels after that,
    since they depend on it, and both their ends are infinite.

    Args:
        plan: Whose pairs and values the answer starts from; pairs alone are completed.
        should_stop: Asked between steps of the search.

    Raises:
        InvalidInput: The pair makes no sense: an unknown id, or a party that can have none.
    """
    is_open = any((p.donor, p.recipient) == (donor, recipient) for p in plan.pairs)
    question: PairQuestion = "forbid" if is_open else "require"
    change = Forbid if is_open else Require
    changed = apply_changes(scenario, [change(donor=donor, recipient=recipient)])
    if plan.flows is None:
        plan = complete_flows(scenario, plan, should_stop=should_stop)
    other = solve_pairing(changed, should_stop=should_stop, on_progress=on_progress)
    reason = PairReason(
        donor=donor, recipient=recipient, is_open=is_open, question=question, outcome="unknown"
    )
    if other.status == "infeasible":
        return replace(reason, outcome="infeasible")
    if other.status == "unknown":
        return reason
    levels = compare_plans(scenario, plan, other, after_scenario=changed).levels
    results = {result.name: result for result in other.levels}
    return replace(
        reason,
        outcome="feasible",
        changes=tuple(_list_changes(levels, results, scenario.policy.slack)),
    )


def _list_changes(
    levels: Sequence[LevelPair],
    results: Mapping[LevelName, LevelResult],
    slack: Mapping[str, float],
) -> list[LevelChange]:
    """Return the change at every level, in order; what follows an unproven one is open."""
    changes = []
    is_proven = True
    for level in levels:
        if level.before.value == ():
            continue
        result = results.get(level.name)
        place, shortfall = _first_difference(level, result)
        before, after = _at(level.before.value, place), _at(level.after.value, place)
        low = high = after
        is_exact = is_proven and shortfall <= 0
        if not is_proven or (shortfall > 0 and slack.get(level.name, 0.0) > 0):
            low, high = -math.inf, math.inf
        elif shortfall > 0 and level.name in ("coverage", "continuity"):
            high = min(1.0, after + shortfall) if level.name == "coverage" else after + shortfall
        elif shortfall > 0:
            low = max(0.0, after - shortfall)
        changes.append(
            LevelChange(
                level=level.name,
                before=before,
                low=low,
                high=high,
                exact=is_exact,
                position=place,
            )
        )
        is_proven = is_exact and result is not None and result.gap <= OPTIMAL_GAP
    return changes


def _first_difference(level: LevelPair, result: LevelResult | None) -> tuple[int, float]:
    """
    Return the first place that changes or is not proven (1 for a number), and what is not proven.

    The second is how much better the place might still be, or 0 where it is proven.
    """
    changed = level.position or 0
    if level.name not in VECTOR_LEVELS:
        if result is None or isinstance(result.value, tuple) or isinstance(result.bound, tuple):
            return 1, math.inf
        reached = result.value if result.best is None else result.best
        assert not isinstance(reached, tuple)
        return 1, 0.0 if result.gap <= OPTIMAL_GAP else abs(result.bound - reached)
    if result is None or not isinstance(result.bound, tuple):
        return max(1, changed), math.inf
    reached = result.value if result.best is None else result.best
    assert isinstance(reached, tuple)
    sums = theta(Fraction(value) for value in reached)
    for place, (total, bound) in enumerate(zip(sums, result.bound, strict=True), start=1):
        shortfall = abs(bound - float(total))
        if shortfall > OPTIMAL_GAP * place:
            return place, shortfall
        if place == changed:
            return place, 0.0
    return 1, 0.0


def _at(value: Fraction | tuple[Fraction, ...], place: int) -> float:
    """Return the figure at *place* of a vector, or the number."""
    return float(value[place - 1] if isinstance(value, tuple) else value)
