"""
The reasons of a plan against solving again, on tiny scenarios (§M8).

Exact answers are compared with brute force on the scenario with the pair forbidden or required;
intervals, which are found without solving again, with the exact answers.
"""

import pytest

from reference.brute_force import solve_by_brute_force
from reference.instances import random_scenario
from tiebeam.core.explain.pair_answer import explain_pair
from tiebeam.core.explain.plan_reasons import explain_plan
from tiebeam.core.pairing.changes import Forbid, Require, apply_changes
from tiebeam.core.pairing.solver import solve_pairing

TOLERANCE = 2e-5
"""What rounding at an earlier level may move at a later one, relative to at least 1."""

CHUNKS = [range(start, start + 8) for start in range(0, 40, 8)]


def solved(seeds):
    """Yield (seed, scenario, plan) where there is a plan, and no slack to tell values apart from."""
    for seed in seeds:
        scenario = random_scenario(seed)
        plan = solve_pairing(scenario)
        if plan.pairs:
            yield seed, scenario, plan


def room(change):
    return TOLERANCE * max(1.0, abs(change.before))


@pytest.mark.parametrize("seeds", CHUNKS, ids=lambda seeds: f"{seeds.start}-{seeds.stop - 1}")
class TestExplainPair:
    def test_tells_what_trying_everything_finds(self, seeds):
        """§M8: of a vector the figure at the first place that changes."""
        for seed, scenario, plan in solved(seeds):
            if scenario.policy.slack:
                continue
            for reason in explain_plan(scenario, plan).pairs[::3]:
                change = Forbid if reason.is_open else Require
                couple = {"donor": reason.donor, "recipient": reason.recipient}
                expected = solve_by_brute_force(apply_changes(scenario, [change(**couple)]))

                answer = explain_pair(scenario, plan, **couple)

                where = (seed, couple)
                assert (answer.outcome == "infeasible") == (expected is None), where
                for told in answer.changes:
                    figure = dict(expected)[told.level]
                    at_place = figure[told.position - 1] if isinstance(figure, tuple) else figure
                    assert told.exact, where
                    assert told.low == pytest.approx(at_place, abs=room(told)), (where, told)


@pytest.mark.parametrize("seeds", CHUNKS, ids=lambda seeds: f"{seeds.start}-{seeds.stop - 1}")
class TestExplainPlan:
    def test_holds_the_exact_answer_in_every_interval(self, seeds):
        """§M8: proven intervals."""
        for seed, scenario, plan in solved(seeds):
            for reason in explain_plan(scenario, plan).pairs:
                answer = explain_pair(scenario, plan, reason.donor, reason.recipient)

                where = (seed, reason.donor, reason.recipient)
                assert reason.outcome in ("unknown", answer.outcome), where
                exact = {change.level: change for change in answer.changes}
                for interval in reason.changes:
                    told = exact[interval.level]
                    # At a place before the first that changes the figure stays as it is.
                    stays = told.position > interval.position or told.low == told.before
                    figure = interval.before if stays else told.low
                    assert interval.low - room(interval) <= figure, (where, interval, told)
                    assert figure <= interval.high + room(interval), (where, interval, told)

    def test_says_no_change_only_where_there_is_none(self, seeds):
        """§M8."""
        for seed, scenario, plan in solved(seeds):
            for reason in explain_plan(scenario, plan).pairs:
                if reason.outcome != "feasible" or reason.changes:
                    continue

                answer = explain_pair(scenario, plan, reason.donor, reason.recipient)

                for told in answer.changes:
                    where = (seed, reason.donor, reason.recipient, told)
                    assert told.low == pytest.approx(told.before, abs=room(told)), where
