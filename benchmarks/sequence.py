"""
One objective after another over a plain model: what any MIP tool can be asked to do (§M5, §M6).

Time is dealt out so that a hard step does not leave the later ones without any bound: of what is
left, a level gets an even share, and a step of it half of that. What one does not spend, the
later ones may.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Protocol

from benchmarks.formulation import Column, Formulation, Row, Step, Terms, formulate
from tiebeam.core.model.plan import OPTIMAL_GAP, Flow, LevelResult, Pair, Plan
from tiebeam.core.model.scenario import LevelName, Scenario
from tiebeam.core.pairing.evaluate import leads, level_value, theta

KEPT = 1e-6
"""How much of a reached step rounding may cost at later ones, in the step's unit: as much as the
tools let a whole number be off. With less, they call their own last plan infeasible."""
GAP = 1e-6
"""Where a tool may stop a step, absolute and relative: what the policy asks of the solver."""
LEAST_SECONDS = 0.05
WORTH_ANOTHER = 0.1
"""Share of the time limit that must be left to take all steps once more."""


@dataclass(frozen=True, slots=True)
class Answer:
    """
    What a tool said of one step.

    Attributes:
        values: One for each column, or None where no plan was found.
        bound: The tool's dual bound of the least value; -inf where it gave none.
        is_infeasible: The tool proved that nothing keeps the rows.
    """

    values: Sequence[float] | None
    bound: float
    is_infeasible: bool = False


class Tool(Protocol):
    """A MIP tool as the sequence uses it; rows are numbered in the order in which they came."""

    def add(self, columns: Sequence[Column], rows: Sequence[Row]) -> None:
        """Add columns, then rows."""

    def keep(self, terms: Terms, limit: float) -> int:
        """Add the row terms <= limit; return its number among the kept ones."""

    def loosen(self, number: int, limit: float) -> None:
        """Give a kept row another limit."""

    def minimise(self, objective: Terms, seconds: float, start: Sequence[float] | None) -> Answer:
        """Minimise within *seconds*, from *start* (values of the first columns) where given."""


@dataclass(slots=True)
class _Reached:
    """A finished step."""

    step: Step
    bound: float
    row: int
    limit: float


def solve_in_sequence(scenario: Scenario, make_tool: Callable[[], Tool], time_limit: float) -> Plan:
    """
    Return the plan that a tool reaches within *time_limit* seconds, and its bounds.

    While time is left and a gap is open, all steps are taken once more, from the last plan; the
    plan with the smaller worst gap counts.
    """
    end = time.monotonic() + time_limit
    model = formulate(scenario)
    best, values = _take_all_steps(scenario, model, make_tool(), end, None)
    while values is not None and best.status == "feasible":
        if end - time.monotonic() < WORTH_ANOTHER * time_limit:
            break
        start = values[: len(model.columns)]
        plan, values = _take_all_steps(scenario, model, make_tool(), end, start)
        best = min(best, plan, key=worst_gap)
    return best


def worst_gap(plan: Plan) -> float:
    """Return the largest gap of any level."""
    return max((level.gap for level in plan.levels), default=math.inf)


def _take_all_steps(
    scenario: Scenario,
    model: Formulation,
    tool: Tool,
    end: float,
    values: Sequence[float] | None,
) -> tuple[Plan, Sequence[float] | None]:
    """Return the plan that *tool* reaches until *end*, from *values* where given."""
    tool.add(model.columns, model.rows)
    best: dict[LevelName, Sequence[float]] = {}
    reached: list[_Reached] = []
    level, end_of_level = None, 0.0
    for step, following in zip(model.steps, [*model.steps[1:], None], strict=True):
        is_last = following is None or following.level != step.level
        now = time.monotonic()
        if end - now < LEAST_SECONDS:
            break
        if step.level != level:
            level = step.level
            end_of_level = now + (end - now) / len({s.level for s in model.steps} - best.keys())
        seconds = max(LEAST_SECONDS, end_of_level - now) / (1 if is_last else 2)
        tool.add(step.columns, step.rows)
        start = None if values is None else [*values, *step.complete(values)]
        answer = tool.minimise(step.objective, seconds, start)
        if answer.is_infeasible and start is None:
            return Plan(scenario_id=scenario.id, status="infeasible"), None
        values = start if answer.values is None else answer.values
        if values is None:
            # Without a plan there is nothing to keep; the next step may find one.
            continue
        value = sum(factor * values[column] for column, factor in step.objective.items())
        limit = value + KEPT * (step.unit if step.count else max(1.0, abs(value)))
        bound = min(value, max(answer.bound, step.trivial))
        reached.append(_Reached(step, bound, tool.keep(step.objective, limit), limit))
        if is_last:
            best[step.level] = values
            _spend_slack(scenario, tool, [r for r in reached if r.step.level == step.level])
    if values is None:
        return Plan(scenario_id=scenario.id, status="unknown"), None
    return _write_plan(scenario, model, values, reached, best), values


def _spend_slack(scenario: Scenario, tool: Tool, level: Sequence[_Reached]) -> None:
    """Let later levels spend the slack of a level that is finished (§M5)."""
    slack = scenario.policy.slack.get(level[0].step.level, 0.0)
    if slack > 0:
        for step in level:
            tool.loosen(step.row, step.limit + slack * abs(step.limit))


def _write_plan(
    scenario: Scenario,
    model: Formulation,
    values: Sequence[float],
    reached: Sequence[_Reached],
    best: dict[LevelName, Sequence[float]],
) -> Plan:
    """Return *values* as a plan with the bounds and gaps of §M6."""
    pairs, flows = _read(model, values)
    leading = leads(scenario, flows, pairs)
    levels = []
    for name in scenario.policy.levels:
        steps = [step for step in model.steps if step.level == name]
        known = {r.step.count: r.bound for r in reached if r.step.level == name}
        bounds = [known.get(step.count, step.trivial) for step in steps]
        held = _read(model, best.get(name, values))
        levels.append(
            state_level(
                scenario,
                name,
                (pairs, flows),
                held if scenario.policy.slack.get(name, 0.0) > 0 else None,
                [step.sign * bound for step, bound in zip(steps, bounds, strict=True)],
            )
        )
    worst = max((level.gap for level in levels), default=0.0)
    return Plan(
        scenario_id=scenario.id,
        status="optimal" if worst <= OPTIMAL_GAP else "feasible",
        pairs=tuple(replace(p, lead=leading.get(p.recipient) == p.donor) for p in pairs),
        flows=tuple(flows),
        levels=tuple(levels),
    )


def _read(model: Formulation, values: Sequence[float]) -> tuple[list[Pair], list[Flow]]:
    """Return the open pairs and what flows through them; slivers of rounding are none."""
    pairs = [Pair(donor=d, recipient=r) for (d, r), y in model.pairs.items() if values[y] > 0.5]
    couples = {(pair.donor, pair.recipient) for pair in pairs}
    flows = []
    for (donor, recipient, resource), column in model.flows.items():
        most = model.columns[column].high
        amount = min(values[column], most)
        if model.columns[column].is_whole:
            amount = round(amount)
        if (donor, recipient) in couples and amount > 1e-7 * max(1.0, most):
            amount = float(f"{amount * model.unit_of[resource]:.12g}")
            flows.append(Flow(donor=donor, recipient=recipient, resource=resource, amount=amount))
    return pairs, flows


def state_level(
    scenario: Scenario,
    name: LevelName,
    plan: tuple[list[Pair], list[Flow]],
    best: tuple[list[Pair], list[Flow]] | None,
    bounds: Sequence[float],
) -> LevelResult:
    """Return value, bound and gap of one level, recomputed from pairs and flows (§M6)."""
    met = level_value(name, scenario, *plan)
    figure = met if best is None else level_value(name, scenario, *best)
    if isinstance(figure.value, tuple):
        gaps = [
            abs(float(total) - bound) / m
            for m, (total, bound) in enumerate(zip(theta(figure.value), bounds, strict=True), 1)
        ]
        gap = max(gaps, default=0.0)
    else:
        gap = abs(float(figure.value) - bounds[0]) / max(1.0, abs(bounds[0]))
    return LevelResult(
        name=name,
        of=met.of,
        value=_to_floats(met.value),
        best=None if best is None else _to_floats(figure.value),
        bound=tuple(bounds) if isinstance(figure.value, tuple) else bounds[0],
        gap=gap if math.isfinite(gap) else 1e9,
        certificate="unverified",
    )


def _to_floats(value: Fraction | tuple[Fraction, ...]) -> float | tuple[float, ...]:
    """Return exact figures as floats."""
    return tuple(map(float, value)) if isinstance(value, tuple) else float(value)
