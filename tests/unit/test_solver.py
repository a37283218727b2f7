"""What a caller of the search sees; expected plans by hand."""

import math
from dataclasses import replace

import pytest
from benchmarks.instances import random_scenario

from reference.comparing import stop_after
from reference.golden_models import amount, make_scenario, party, resource
from tiebeam.core.model.identity import plan_sha256
from tiebeam.core.model.scenario import Link, Policy, Scenario
from tiebeam.core.pairing.check import check_plan
from tiebeam.core.pairing.solver import solve_pairing

RAISED = ("coverage", "continuity")
MOST_QUESTIONS = 3_000
"""How often a search may ask whether to stop: far more than a tiny one needs, and it ends."""


def couples(plan) -> list[tuple[str, str]]:
    return sorted((pair.donor, pair.recipient) for pair in plan.pairs)


def level(plan, name: str):
    return next(level for level in plan.levels if level.name == name)


def impossible() -> Scenario:
    """Return a scenario in which a must have two partners and may have one."""
    return make_scenario(
        donors=(party("a", 30.0, min_partners=2), party("b", 31.0)),
        links=(Link(donor="a", recipient="x", status="forbidden"),),
    )


class TestSolvePairing:
    def test_takes_the_levels_in_their_order(self):
        """§M5: each recipient alone with one donor; ties come before kilometres, not after."""
        tied = (Link(donor="a", recipient="y", tie=3.0),)
        one_each = Policy(max_partners_per_donor=1, max_partners_per_recipient=1)
        # a covers x in full and b 0.8 of y; the other way round it is 0.5 of x, and y in full.
        scenario = make_scenario(policy=one_each, links=tied)
        ties_first = replace(one_each, levels=("continuity", "coverage"))

        by_coverage = solve_pairing(scenario)
        by_ties = solve_pairing(replace(scenario, policy=ties_first))

        assert couples(by_coverage) == [("a", "x"), ("b", "y")]
        assert level(by_coverage, "coverage").value == pytest.approx((0.8, 1.0))
        assert couples(by_ties) == [("a", "y"), ("b", "x")]
        assert level(by_ties, "coverage").value == pytest.approx((0.5, 1.0))

    def test_spends_slack_for_later_levels_and_tells_the_best(self):
        """§M5: a quarter of coverage may go: 1 and 0.8 become 0.75 and 0.6, for a lighter load."""
        policy = Policy(
            levels=("coverage", "burden"),
            slack={"coverage": 0.25},
            max_partners_per_donor=1,
            max_partners_per_recipient=1,
        )

        plan = solve_pairing(make_scenario(policy=policy))

        assert level(plan, "coverage").best == pytest.approx((0.8, 1.0))
        # theta_1 >= 0.6 and theta_2 >= 1.35: b gives 3 of 4, so that a, at the same 7.5 of 10,
        # brings x 0.9375; that is more than enough, and 0.6 + 0.75 are.
        assert level(plan, "burden").value == pytest.approx((0.75, 0.6))
        assert check_plan(make_scenario(policy=policy), plan).findings == ()

    def test_gives_whole_lots_alone(self):
        """§M2: in threes, a has three lots and b one: two for x, one for y, and one too many."""
        plan = solve_pairing(make_scenario(resources=(resource("m", lot=3.0),)))

        assert plan.status == "optimal"
        assert level(plan, "coverage").value == pytest.approx((0.6, 0.75))
        assert {flow.amount % 3 for flow in plan.flows} == {0.0}

    def test_finds_help_however_far_it_is(self):
        """§M10: thirty near donors have next to nothing, one at the other end of the world has all."""
        near = tuple(party(f"n{at:02}", 30.0 + at / 100) for at in range(30))
        far = party("far", -40.0)
        scenario = replace(
            make_scenario(policy=Policy(max_partners_per_recipient=1)),
            donors=(*near, far),
            capacities=(*(amount(donor.id, "m", 0.1) for donor in near), amount("far", "m", 13)),
        )

        plan = solve_pairing(scenario)

        assert couples(plan) == [("far", "x"), ("far", "y")]
        assert level(plan, "coverage").value == pytest.approx((1.0, 1.0))

    def test_says_that_nothing_keeps_the_rules(self):
        """§M3.4, §M8."""
        plan = solve_pairing(impossible())

        assert plan.status == "infeasible"
        assert plan.pairs == ()
        assert plan.levels == ()

    def test_says_unknown_rather_than_infeasible_when_it_is_stopped(self):
        """§M6: who is stopped before the proof has none."""
        plan = solve_pairing(impossible(), should_stop=lambda: True)

        assert plan.status == "unknown"

    def test_may_end_at_the_gap_it_is_given(self):
        """§M6: and tells the true one."""
        scenario = make_scenario(resources=(resource("m", lot=3.0),))

        plan = solve_pairing(scenario, gap=0.5, should_stop=stop_after(MOST_QUESTIONS))

        assert all(level.gap <= 0.5 for level in plan.levels)
        assert check_plan(scenario, plan).findings == ()

    def test_solves_scenarios_of_pairs_alone(self):
        """§M5: without resources there are ties and partners; x needs one, so does y."""
        scenario = replace(
            make_scenario(
                policy=Policy(levels=("continuity", "partners")),
                links=(Link(donor="b", recipient="x", tie=2.0),),
            ),
            resources=(),
            capacities=(),
            needs=(),
        )

        plan = solve_pairing(scenario)

        assert plan.status == "optimal"
        assert ("b", "x") in couples(plan)
        assert level(plan, "continuity").value == 2.0
        assert level(plan, "partners").value == 2.0

    def test_solves_a_scenario_in_which_nobody_is_in_need(self):
        """§M3: then nobody can have a pair, and nothing is left open."""
        scenario = replace(make_scenario(), needs=())

        plan = solve_pairing(scenario)

        assert plan.status == "optimal"
        assert plan.pairs == ()
        assert level(plan, "coverage").value == ()


class TestSeed:
    def test_is_that_of_the_policy_unless_another_is_given(self):
        """§M9."""
        scenario = make_scenario(policy=Policy(seed=5))

        assert solve_pairing(scenario).solver.seed == 5
        assert solve_pairing(scenario, seed=7).solver.seed == 7


class TestNames:
    def test_do_not_matter_but_for_their_order(self):
        """§M9: renaming ids renames the plan unless ties decide; here the order stays."""
        scenario = make_scenario(links=(Link(donor="a", recipient="x", tie=1.0),))
        other = {"a": "k", "b": "l", "x": "v", "y": "w"}

        def renamed(rows, *fields):
            return tuple(
                replace(row, **{field: other[getattr(row, field)] for field in fields})
                for row in rows
            )

        plan = solve_pairing(scenario)
        plan_of_renamed = solve_pairing(
            replace(
                scenario,
                donors=renamed(scenario.donors, "id"),
                recipients=renamed(scenario.recipients, "id"),
                capacities=renamed(scenario.capacities, "party"),
                needs=renamed(scenario.needs, "party"),
                links=renamed(scenario.links, "donor", "recipient"),
            )
        )

        assert renamed(plan.pairs, "donor", "recipient") == plan_of_renamed.pairs
        assert renamed(plan.flows, "donor", "recipient") == plan_of_renamed.flows

    def test_stand_in_the_hash_with_the_plan_but_no_times_do(self):
        """§M9."""
        plan = solve_pairing(make_scenario())
        later = replace(plan, solver=replace(plan.solver, seconds=99.0))

        assert plan_sha256(later) == plan_sha256(plan)


class TestProgress:
    def test_goes_through_the_levels_with_the_bound_on_its_side(self):
        """§M5, §M6: told in the figures of the law: more coverage, fewer partners are better."""
        told = []

        solve_pairing(make_scenario(resources=(resource("m", lot=3.0),)), on_progress=told.append)

        positions = list(dict.fromkeys((event.position, event.level) for event in told))
        assert positions[0] == (1, "coverage")
        assert sorted(set(positions)) == [
            (1, "coverage"),
            (2, "continuity"),
            (3, "burden"),
            (4, "partners"),
            (5, "distance"),
        ]
        assert {event.levels for event in told} == {5}
        for event in told:
            if event.bound is not None and event.incumbent is not None:
                better = event.bound - event.incumbent
                sign = 1.0 if event.level in RAISED else -1.0
                assert sign * better >= -1e-6
                assert math.isfinite(event.gap)


class TestLargeSearchThatIsStopped:
    def test_keeps_a_sound_plan_and_does_not_call_it_optimal(self):
        scenario = random_scenario(
            0, donors=34, recipients=32, resources=2, whole_every=3, ratio=1.1, required=2
        )
        told = []

        plan = solve_pairing(scenario, should_stop=lambda: bool(told), on_progress=told.append)

        # §M6: a stop gives the best plan found with its true gap.
        assert plan.status == "feasible"
        assert check_plan(scenario, plan).findings == ()
        assert [level.name for level in plan.levels] == list(scenario.policy.levels)
        assert max(level.gap for level in plan.levels) > 1e-4
