"""
The proofs of bounds, on instances small enough to try everything (§M6).

What the solver states must be shown again by the checker alone. And the rows that the checker
adds up must hold in plans found by trying everything, which know nothing of rows.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import islice, product

import pytest

from reference.instances import random_scenario
from reference.test_check_against_brute_force import SCENARIOS, list_plans
from tiebeam.core.model.plan import Plan
from tiebeam.core.model.scenario import LEVEL_NAMES, Scenario
from tiebeam.core.pairing.check import check_plan
from tiebeam.core.pairing.evaluate import (
    RAISED_LEVELS,
    VECTOR_LEVELS,
    coverages,
    level_value,
    loads,
    sum_amounts,
    theta,
)
from tiebeam.core.pairing.law_rows import ONE, LawRows, Row
from tiebeam.core.pairing.solver import solve_pairing

SEEDS = range(150, 250)
MOST_PLANS = 20
PRECISION = Fraction(1, 10**6)
KEYS = {
    "capacity": "ik",
    "need": "jk",
    "share": "ij",
    "donor_partners": "i",
    "recipient_partners": "j",
    "coverage": "j",
    "load": "i",
    "worst": "j",
    "heaviest": "i",
    "open": "ij",
}


@pytest.fixture(scope="module")
def solved() -> list[tuple[Scenario, Plan]]:
    """Return the instances that have a plan, with the plan that the solver finds."""
    pairs = [(scenario, solve_pairing(scenario)) for scenario in map(random_scenario, SEEDS)]
    return [(scenario, plan) for scenario, plan in pairs if plan.pairs]


def is_divisible(scenario: Scenario) -> bool:
    return not any(resource.lot for resource in scenario.resources)


def list_rows(rows: LawRows) -> Iterator[Row]:
    """Yield every row of §M3 and §M4 that the scenario has."""
    columns = rows.columns
    sides = {"i": columns.donors, "j": columns.recipients, "k": columns.resources}
    for family, key in KEYS.items():
        for position in product(*(range(len(sides[side])) for side in key)):
            try:
                yield rows.row(family, *position)
            except KeyError:
                # A party without a place in the vector, or a pair that must be closed.
                continue


def column_values(rows: LawRows, plan: Plan, m: int) -> list[Fraction]:
    """Return what *plan* makes of the columns, with the thresholds that measure theta_m."""
    columns, scenario = rows.columns, rows.scenario
    values = [Fraction()] * len(columns.low)
    open_pairs = {(pair.donor, pair.recipient) for pair in plan.pairs}
    amounts = sum_amounts(scenario, plan.flows or ())
    for (i, j), column in columns.pairs.items():
        values[column] = Fraction((columns.donors[i].id, columns.recipients[j].id) in open_pairs)
    for (i, j, k), flow in columns.flows.items():
        key = columns.donors[i].id, columns.recipients[j].id, columns.resources[k].id
        values[flow.column] = amounts.get(key, Fraction()) / flow.amount
    for i, column in columns.opened.items():
        values[column] = Fraction(columns.donors[i].id in {donor for donor, _ in open_pairs})
    covered, loaded = coverages(scenario, plan.flows or ()), loads(scenario, plan.flows or ())
    worst = sorted(covered.values())[:m][-1:] or [Fraction()]
    heaviest = sorted(loaded.values(), reverse=True)[:m][-1:] or [Fraction()]
    values[columns.worst_from], values[columns.heaviest_from] = worst[0], heaviest[0]
    for j, column in columns.covered.items():
        values[column] = covered[columns.recipients[j].id]
        values[columns.worst[j]] = max(Fraction(), worst[0] - values[column])
    for i, column in columns.loaded.items():
        values[column] = loaded[columns.donors[i].id]
        values[columns.heaviest[i]] = max(Fraction(), values[column] - heaviest[0])
    return values


def sum_of(row: Row, values: list[Fraction]) -> Fraction:
    return sum((values[column] * value for column, value in row.terms), Fraction()) / ONE


def assert_rows_hold(scenario: Scenario, plan: Plan, where: str) -> None:
    """Assert that the columns and rows of *scenario* are true of *plan*, and cost what it costs."""
    rows = LawRows(scenario)
    values = column_values(rows, plan, 1)
    for value, low, high in zip(values, rows.columns.low, rows.columns.high, strict=True):
        assert low - PRECISION <= value <= high + PRECISION, where
    for row in list_rows(rows):
        total = sum_of(row, values)
        assert row.low is None or total >= Fraction(row.low, ONE) - PRECISION, where
        assert row.high is None or total <= Fraction(row.high, ONE) + PRECISION, where
    for name in LEVEL_NAMES:
        figure = level_value(name, scenario, plan.pairs, plan.flows or ()).value
        sign = -1 if name in RAISED_LEVELS else 1
        sums = theta(figure) if isinstance(figure, tuple) else (figure,)
        for m, expected in enumerate(sums, start=1):
            count = m if name in VECTOR_LEVELS else 0
            cost = sum_of(rows.cost(name, count), column_values(rows, plan, m))
            assert sign * cost == pytest.approx(float(expected), abs=1e-9), f"{where}, {name}"


class TestSolvedPlans:
    def test_are_proven_level_by_level(self, solved, record_property):
        """§M6: nothing is refuted, all but a few bounds verified, and all where amounts divide."""
        statuses: Counter[str] = Counter()
        for scenario, plan in solved:
            checks = check_plan(scenario, plan).levels
            statuses.update(check.bound_status for check in checks)
            if is_divisible(scenario):
                assert {check.bound_status for check in checks} == {"verified"}, scenario

        record_property("bounds", dict(statuses))
        assert statuses["verified"] >= 0.95 * statuses.total()
        assert statuses.keys() <= {"verified", "unverified"}

    def test_state_bounds_that_no_tighter_ones_follow_from(self, solved):
        """§M6: a bound one thousandth tighter is refuted, wherever its own proof carries it."""
        tried = 0
        for scenario, plan in solved:
            for at, level in enumerate(plan.levels):
                if level.certificate not in ("dual", "cover"):
                    continue
                step = -1e-3 if level.name in RAISED_LEVELS else 1e-3
                bound = level.bound
                tighter = (
                    tuple(number + step * (m + 1) for m, number in enumerate(bound))
                    if isinstance(bound, tuple)
                    else bound + step * max(1.0, abs(bound))
                )
                levels = list(plan.levels)
                levels[at] = replace(level, bound=tighter)
                claimed = replace(plan, levels=tuple(levels))
                status = check_plan(scenario, claimed).levels[at].bound_status
                assert status == "refuted", f"{scenario}, {level.name}"
                tried += 1
        assert tried > 50


class TestRows:
    def test_hold_in_the_plans_of_the_solver(self, solved):
        """§M3, §M4, §M5: with divisible amounts and lots, uses, weights, costs and minimal shares."""
        for number, (scenario, plan) in enumerate(solved):
            assert_rows_hold(scenario, plan, f"plan {number}")

    def test_hold_in_plans_found_by_trying_everything(self):
        """§M3, §M4, §M5: for a sample of all plans in whole lots."""
        for seed, scenario in islice(SCENARIOS.items(), 40):
            plans = list_plans(scenario)
            for plan in plans[:: 1 + len(plans) // MOST_PLANS]:
                assert_rows_hold(scenario, plan, f"seed {seed}")
