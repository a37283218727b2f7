"""
What must hold of the solver on any scenario, small enough here to be tried by the hundred.

Sequences of levels are compared in lexicographic order (§M5).
"""

import random
from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reference.brute_force import solve_by_brute_force
from reference.comparing import (
    SLIP,
    compare_sequences,
    list_reached,
    stop_after,
    to_sums,
)
from reference.instances import tiny_scenarios
from tiebeam.core.model.identity import plan_sha256
from tiebeam.core.model.plan import OPTIMAL_GAP, Plan
from tiebeam.core.model.scenario import Link, Quantity, Scenario
from tiebeam.core.pairing.check import check_plan
from tiebeam.core.pairing.solver import solve_pairing

MOST_QUESTIONS = 3_000
"""How often a search may ask whether to stop: far more than a tiny one needs, and it ends."""

TABLES = ("donors", "recipients", "resources", "capacities", "needs", "links")
RAISED = ("coverage", "continuity")


def solve(scenario: Scenario) -> Plan:
    """Return a plan whose search ended by proof."""
    plan = solve_pairing(scenario, should_stop=stop_after(MOST_QUESTIONS))
    assert plan.status in ("optimal", "infeasible")
    return plan


def with_rows_in_another_order(scenario: Scenario, seed: int) -> Scenario:
    chance = random.Random(seed)
    return replace(
        scenario,
        **{
            table: tuple(chance.sample(rows, len(rows)))
            for table in TABLES
            for rows in [getattr(scenario, table)]
        },
    )


def with_status(scenario: Scenario, couple: tuple[str, str], status: str) -> Scenario:
    """Return *scenario* with the link of *couple* given *status*."""
    others = [link for link in scenario.links if (link.donor, link.recipient) != couple]
    known = [link for link in scenario.links if (link.donor, link.recipient) == couple]
    link = known[0] if known else Link(donor=couple[0], recipient=couple[1])
    return replace(scenario, links=(*others, replace(link, status=status)))


def status_of(scenario: Scenario, couple: tuple[str, str]) -> str:
    known = [x.status for x in scenario.links if (x.donor, x.recipient) == couple]
    return known[0] if known else "allowed"


class TestSolvePairing:
    @settings(max_examples=40)
    @given(scenario=tiny_scenarios())
    def test_pleases_the_checker_and_keeps_every_bound_on_its_side(self, scenario):
        """§M6, §M7: no sum theta_m, and no number, is better than its bound; gaps are told truly."""
        plan = solve(scenario)

        assert check_plan(scenario, plan).findings == ()
        for level, (_, figure) in zip(plan.levels, list_reached(plan), strict=True):
            bounds = level.bound if isinstance(level.bound, tuple) else (level.bound,)
            sign = 1.0 if level.name in RAISED else -1.0
            for met, bound in zip(to_sums(figure), bounds, strict=True):
                assert sign * (bound - met) >= -1e-6 * max(1.0, abs(bound))
            assert level.gap <= OPTIMAL_GAP

    @settings(max_examples=30)
    @given(scenario=tiny_scenarios(), seed=st.integers(0, 1000))
    def test_gives_the_same_plan_whatever_the_order_of_the_rows(self, scenario, seed):
        """§M9, §M10: every row counts, and none for its place in the table."""
        shuffled = with_rows_in_another_order(scenario, seed)

        assert plan_sha256(solve(shuffled)) == plan_sha256(solve(scenario))

    @settings(max_examples=20)
    @given(scenario=tiny_scenarios(), seed=st.integers(0, 3))
    def test_gives_the_same_plan_for_the_same_seed(self, scenario, seed):
        """§M9: one seed, one plan; another seed, another path to levels that are no worse."""
        plan = solve_pairing(scenario, seed=seed, should_stop=stop_after(MOST_QUESTIONS))
        again = solve_pairing(scenario, seed=seed, should_stop=stop_after(MOST_QUESTIONS))

        assert plan_sha256(again) == plan_sha256(plan)
        assert compare_sequences(list_reached(plan), list_reached(solve(scenario))) == 0

    @settings(max_examples=30)
    @given(
        scenario=tiny_scenarios(), chosen=st.integers(0, 20), factor=st.sampled_from([1.5, 2.0, 7])
    )
    def test_covers_no_worse_with_more_capacity(self, scenario, chosen, factor):
        """§M5: a donor that has some gets more, so that the rules bind the same parties (§M3)."""
        held = [quantity for quantity in scenario.capacities if quantity.amount > 0]
        assume(held)
        grown = held[chosen % len(held)]
        policy = replace(scenario.policy, levels=("coverage",), slack={})
        before = replace(scenario, policy=policy)
        after = replace(before, capacities=tuple(grow(q, grown, factor) for q in before.capacities))

        first, second = solve(before), solve(after)

        assume(first.status == "optimal")
        assert second.status == "optimal"
        assert compare_sequences(list_reached(second), list_reached(first)) >= 0

    @settings(max_examples=40)
    @given(scenario=tiny_scenarios(), chosen=st.integers(0, 20))
    def test_is_never_better_with_a_pair_forbidden(self, scenario, chosen):
        """§M3.5, §M5: fewer plans to choose from; a required pair would change its rule instead."""
        couples = [
            (donor.id, recipient.id)
            for donor in scenario.donors
            for recipient in scenario.recipients
            if status_of(scenario, (donor.id, recipient.id)) == "allowed"
        ]
        assume(couples)
        couple = couples[chosen % len(couples)]

        free, bound = solve(scenario), solve(with_status(scenario, couple, "forbidden"))

        if free.status == "infeasible":
            assert bound.status == "infeasible"
        elif bound.status == "optimal":
            assert compare_sequences(list_reached(bound), list_reached(free)) <= 0
            assert couple not in {(pair.donor, pair.recipient) for pair in bound.pairs}

    @settings(max_examples=60)
    @given(scenario=tiny_scenarios(), questions=st.integers(0, 60))
    def test_can_be_stopped_at_any_moment(self, scenario, questions):
        """§M6: what it has by then is a plan that the checker accepts, or it says "unknown"."""
        plan = solve_pairing(scenario, should_stop=stop_after(questions))

        if plan.status == "unknown":
            assert plan.pairs == ()
            assert plan.levels == ()
        elif plan.status == "infeasible":
            assert solve_by_brute_force(scenario) is None
        else:
            assert check_plan(scenario, plan).findings == ()

    @settings(max_examples=40)
    @given(scenario=tiny_scenarios(), questions=st.integers(0, 60))
    def test_bounds_the_first_level_truly_even_when_stopped(self, scenario, questions):
        """§M6: trying everything reaches nothing better than the bound of a stopped search."""
        plan = solve_pairing(scenario, should_stop=stop_after(questions))
        assume(plan.status in ("optimal", "feasible"))
        truth = solve_by_brute_force(scenario)
        assert truth is not None

        first = plan.levels[0]
        bound = first.bound[:1] if isinstance(first.bound, tuple) else (first.bound,)
        best = to_sums(truth[0][1])[:1]

        sign = 1.0 if first.name in RAISED else -1.0
        for limit, met in zip(bound, best, strict=True):
            assert sign * (limit - met) >= -SLIP * max(1.0, abs(met))


def grow(quantity: Quantity, grown: Quantity, factor: float) -> Quantity:
    """Return *quantity*, larger where it is the one to grow."""
    return replace(quantity, amount=quantity.amount * factor) if quantity == grown else quantity
