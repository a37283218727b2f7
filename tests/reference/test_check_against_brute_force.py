"""
The checker and the arithmetic of plans against the yardstick, which shares no line with them.

On scenarios in whole lots all plans can be listed. The checker must be silent on these and on no
other, and the best of them by the recomputed levels must be what brute force says.
"""

import itertools
from dataclasses import replace

import pytest

from reference.brute_force import Case, Law, list_cases, solve_by_brute_force
from reference.instances import random_scenario
from tiebeam.core.model.plan import Flow, Pair, Plan
from tiebeam.core.model.scenario import LEVEL_NAMES, Scenario
from tiebeam.core.pairing.check import check_plan
from tiebeam.core.pairing.evaluate import leads, level_value, theta
from tiebeam.core.pairing.trivial_bounds import find_trivial_bound

MOST_PLANS = 30


def in_whole_lots(seed: int) -> Scenario | None:
    """Return the scenario of *seed* if it has resources, all in lots, and no slack."""
    scenario = random_scenario(seed)
    is_whole = scenario.resources and all(resource.lot for resource in scenario.resources)
    return scenario if is_whole and not scenario.policy.slack else None


SCENARIOS = {seed: s for seed in range(300) if (s := in_whole_lots(seed)) is not None}


def to_plan(scenario: Scenario, case: Case) -> Plan:
    """Return the plan of *case*, with its leads."""
    flows = [
        Flow(donor=d, recipient=r, resource=k, amount=float(x))
        for (d, r, k), x in case.lots.items()
    ]
    pairs = [Pair(donor=d, recipient=r) for d, r in sorted(case.pairs)]
    lead_of = leads(scenario, flows, pairs)
    return Plan(
        pairs=tuple(
            Pair(donor=p.donor, recipient=p.recipient, lead=lead_of[p.recipient] == p.donor)
            for p in pairs
        ),
        flows=tuple(flow for flow in flows if flow.amount),
    )


def list_plans(scenario: Scenario) -> list[Plan]:
    """Return every plan that keeps the rules."""
    tolerance = -1e-9
    cases = [
        case
        for case in list_cases(Law(scenario))
        if all(row.constant >= tolerance for row in case.rows)
    ]
    return [to_plan(scenario, case) for case in cases]


def to_key(scenario: Scenario, plan: Plan) -> tuple[float, ...]:
    """Return the levels of *plan* as one tuple of which the largest is the best (§M5)."""
    key: list[float] = []
    for name in scenario.policy.levels:
        value = level_value(name, scenario, plan.pairs, plan.flows).value
        sign = 1 if name in ("coverage", "continuity") else -1
        sums = theta(value) if isinstance(value, tuple) else (value,)
        # Equal numbers may differ in the last digit of a great circle only.
        key += [round(float(sign * number), 9) for number in sums]
    return tuple(key)


class TestLevelValue:
    def test_the_best_of_all_plans_has_the_levels_of_brute_force(self):
        """§M5: exact levels of listed plans against linear forms and frozen rows."""
        compared = 0
        for seed, scenario in SCENARIOS.items():
            plans = list_plans(scenario)
            expected = solve_by_brute_force(scenario)
            assert (expected is None) == (not plans), seed
            if expected is None:
                continue

            best = max(plans, key=lambda plan: to_key(scenario, plan))

            for name, figure in expected:
                value = level_value(name, scenario, best.pairs, best.flows).value
                floats = tuple(map(float, value)) if isinstance(value, tuple) else float(value)
                assert floats == pytest.approx(figure, rel=1e-9, abs=1e-7), (seed, name)
            compared += 1
        assert compared > 10


class TestCheckPlan:
    def test_is_silent_on_the_plans_that_keep_the_rules_and_on_no_other(self):
        """§M3: each listed plan, and each with one more lot on one pair, open or closed."""
        silent, loud = 0, 0
        for seed, scenario in SCENARIOS.items():
            plans = list_plans(scenario)
            keys = {(frozenset(p.pairs), frozenset(p.flows)) for p in plans}
            for plan in plans[:MOST_PLANS]:
                assert check_plan(scenario, plan).findings == (), seed
                silent += 1
            for plan, (donor, recipient, resource) in itertools.product(
                plans[:10],
                itertools.product(scenario.donors, scenario.recipients, scenario.resources),
            ):
                more = add_lot(scenario, plan, donor.id, recipient.id, resource.id)
                is_silent = check_plan(scenario, more).findings == ()
                assert is_silent == ((frozenset(more.pairs), frozenset(more.flows)) in keys), seed
                loud += not is_silent
        assert silent > 200
        assert loud > 200


class TestTrivialBounds:
    @pytest.mark.parametrize("name", LEVEL_NAMES)
    def test_are_beaten_by_no_plan(self, name):
        """§M6: each level alone, so that nothing holds it back, on scenarios of every kind."""
        compared = 0
        for seed in range(60):
            scenario = random_scenario(seed)
            alone = replace(scenario, policy=replace(scenario.policy, levels=(name,)))
            best = solve_by_brute_force(alone)
            if best is None:
                continue

            bound = find_trivial_bound(name, alone)

            figure = best[0][1]
            reached = theta(figure) if isinstance(figure, tuple) else (figure,)
            bounds = bound if isinstance(bound, tuple) else (bound,)
            sign = 1 if name in ("coverage", "continuity") else -1
            assert all(
                sign * (limit - met) >= -1e-6 for met, limit in zip(reached, bounds, strict=True)
            ), seed
            compared += 1
        assert compared > 30


def add_lot(scenario: Scenario, plan: Plan, donor: str, recipient: str, resource: str) -> Plan:
    """Return *plan* with one more lot of *resource* from *donor* to *recipient*, leads redone."""
    (lot,) = (each.lot for each in scenario.resources if each.id == resource)
    key = (donor, recipient, resource)
    amounts = {(f.donor, f.recipient, f.resource): f.amount for f in plan.flows}
    amounts[key] = amounts.get(key, 0.0) + lot
    flows = tuple(
        Flow(donor=d, recipient=r, resource=k, amount=amount)
        for (d, r, k), amount in amounts.items()
    )
    lead_of = leads(scenario, flows, plan.pairs)
    pairs = tuple(
        Pair(donor=p.donor, recipient=p.recipient, lead=lead_of[p.recipient] == p.donor)
        for p in plan.pairs
    )
    return Plan(pairs=pairs, flows=flows)
