"""The reasons for a whole plan at once, as a report shows them (§M8)."""

from collections.abc import Callable

import numpy as np

from tiebeam.core.explain.bindings import Bindings
from tiebeam.core.explain.intervals import Intervals
from tiebeam.core.explain.reasons import PlanReasons
from tiebeam.core.model.plan import Plan
from tiebeam.core.model.scenario import Scenario
from tiebeam.core.pairing.check import check_plan
from tiebeam.core.pairing.completion import complete_flows
from tiebeam.core.pairing.problem import Bools, Floats, Problem, compile_problem

LAW = "M3"
"""Findings of this section, and of whole lots (§M2), say that a plan breaks a hard rule."""


def explain_plan(
    scenario: Scenario, plan: Plan, *, should_stop: Callable[[], bool] = lambda: False
) -> PlanReasons:
    """
    Return why each pair is in *plan* or not, and what binds each party, without solving again.

    Every couple that can be a pair has its reason, with a proven interval of the first figure
    that its answer moves; ``explain_pair`` gives the exact one. Where nothing could be shown
    in time, the outcome is "unknown".

    Args:
        plan: Of this scenario. Pairs alone are completed first (§M7). Where it breaks a
            hard rule, only what no plan at all could do is told of its pairs.
        should_stop: Asked between pairs.
    """
    if plan.flows is None:
        plan = complete_flows(scenario, plan, should_stop=should_stop)
    problem = compile_problem(scenario)
    pairs, amounts = plan_arrays(problem, plan)
    bindings = Bindings(problem, pairs, amounts)
    intervals = Intervals(
        scenario,
        plan,
        pairs,
        amounts,
        is_sound=_keeps_hard_rules(scenario, plan),
        should_stop=should_stop,
    )
    return PlanReasons(
        pairs=intervals.run(), recipients=bindings.recipients(), donors=bindings.donors()
    )


def plan_arrays(problem: Problem, plan: Plan) -> tuple[Bools, Floats]:
    """Return the open pairs (donors, recipients) and amounts (…, resources) of known ids in *plan*."""
    row = {donor: i for i, donor in enumerate(problem.donors)}
    column = {recipient: j for j, recipient in enumerate(problem.recipients)}
    layer = {resource: k for k, resource in enumerate(problem.resources)}
    pairs = np.zeros(problem.possible.shape, dtype=bool)
    amounts = np.zeros(problem.most.shape)
    for pair in plan.pairs:
        if pair.donor in row and pair.recipient in column:
            pairs[row[pair.donor], column[pair.recipient]] = True
    for flow in plan.flows or ():
        if flow.donor in row and flow.recipient in column and flow.resource in layer:
            at = row[flow.donor], column[flow.recipient], layer[flow.resource]
            amounts[at] += flow.amount
    return pairs, amounts


def _keeps_hard_rules(scenario: Scenario, plan: Plan) -> bool:
    """Whether the checker finds nothing against the pairs and flows of *plan*."""
    findings = check_plan(scenario, plan).findings
    return not any(finding.rule.startswith(LAW) or finding.rule == "M2" for finding in findings)
