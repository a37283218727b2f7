"""Plans of pairs alone get their flows, leads and levels (§M7)."""

import pytest

from tiebeam.core.model.plan import Pair, Plan
from tiebeam.core.model.scenario import Link, Party, Policy, Scenario
from tiebeam.core.pairing import completion
from tiebeam.core.pairing.check import check_plan
from tiebeam.core.pairing.completion import complete_flows
from tiebeam.errors import Infeasible
from unit.two_towns import PLAN, SCENARIO, with_link, with_policy

PAIRS = tuple(Pair(donor=pair.donor, recipient=pair.recipient) for pair in PLAN.pairs)


def amounts(plan):
    return {(f.donor, f.recipient, f.resource): f.amount for f in plan.flows}


class TestCompleteFlows:
    def test_gives_all_that_helps(self):
        """By hand: Hunan can meet Huanggang in full, Jiangxi has 5 doctors for 4 and 50 masks for 100."""
        plan = complete_flows(SCENARIO, Plan(pairs=PAIRS, flows=None))

        assert amounts(plan) == {
            ("hunan", "huanggang", "doctors"): 8,
            ("hunan", "huanggang", "masks"): 80,
            ("jiangxi", "suizhou", "doctors"): 4,
            ("jiangxi", "suizhou", "masks"): 50,
        }

    def test_says_that_the_flows_are_not_what_people_wrote(self):
        plan = complete_flows(SCENARIO, Plan(pairs=PAIRS, flows=None))

        assert plan.completed
        assert plan.status != "optimal"

    def test_marks_leads_and_states_levels(self):
        """By hand: Suizhou is covered to (3 * 4/4 + 50/100) / 4 = 0.875."""
        plan = complete_flows(SCENARIO, Plan(pairs=PAIRS, flows=None))

        assert all(pair.lead for pair in plan.pairs)
        assert plan.levels[0].of == ("suizhou", "huanggang")
        assert plan.levels[0].value == pytest.approx((0.875, 1.0))
        assert check_plan(SCENARIO, plan).findings == ()

    def test_keeps_a_pair_that_cannot_reach_min_share(self):
        """§M3.6: the checker names it, the list stays comparable."""
        strict = with_policy(SCENARIO, min_share=0.9)

        plan = complete_flows(strict, Plan(pairs=PAIRS, flows=None))

        assert [f.code for f in check_plan(strict, plan).findings] == ["check.below_min_share"]
        assert amounts(plan)["jiangxi", "suizhou", "masks"] == 50

    def test_lets_flow_through_a_pair_that_the_policy_forbids(self):
        """§M3.5."""
        closed = with_link(SCENARIO, "jiangxi", "suizhou", status="forbidden")

        plan = complete_flows(closed, Plan(pairs=PAIRS, flows=None))

        assert amounts(plan)["jiangxi", "suizhou", "doctors"] == 4
        assert [f.code for f in check_plan(closed, plan).findings] == ["check.forbidden_open"]

    def test_leaves_a_recipient_without_partner_uncovered(self):
        plan = complete_flows(SCENARIO, Plan(pairs=PAIRS[:1], flows=None))

        assert plan.levels[0].of[0] == "suizhou"
        assert plan.levels[0].value[0] == 0

    def test_gives_flows_even_when_stopped_at_once(self):
        plan = complete_flows(SCENARIO, Plan(pairs=PAIRS, flows=None), should_stop=lambda: True)

        assert check_plan(SCENARIO, plan).findings == ()

    def test_of_a_case_that_knows_pairs_alone_counts_pairs(self):
        """§M5: without resources nothing flows, and nothing is assumed."""
        bare = Scenario(
            id="bare",
            policy=Policy(levels=("continuity", "partners")),
            donors=(Party(id="a", name="A"), Party(id="b", name="B")),
            recipients=(Party(id="x", name="X"),),
            links=(Link(donor="a", recipient="x", tie=3.0),),
        )

        plan = complete_flows(bare, Plan(pairs=(Pair(donor="a", recipient="x"),), flows=None))

        assert (plan.completed, plan.flows) == (False, ())
        assert [level.value for level in plan.levels] == [3.0, 1.0]
        assert plan.pairs[0].lead

    def test_passes_over_a_pair_of_strangers(self):
        """§M1: the checker names it."""
        stranger = Pair(donor="mars", recipient="huanggang")

        plan = complete_flows(SCENARIO, Plan(pairs=(*PAIRS, stranger), flows=None))

        assert {flow.donor for flow in plan.flows} == {"hunan", "jiangxi"}

    def test_claims_no_levels_where_a_distance_is_not_known(self):
        """§M5: neither points nor a distance."""
        vague = with_link(SCENARIO, "jiangxi", "suizhou", distance_km=None)

        plan = complete_flows(vague, Plan(pairs=PAIRS, flows=None))

        assert plan.levels == ()
        assert amounts(plan)["jiangxi", "suizhou", "doctors"] == 4

    def test_says_so_where_the_search_finds_nothing(self, monkeypatch):
        class Nothing(completion.Search):
            def run(self):
                return "unknown"

        monkeypatch.setattr(completion, "Search", Nothing)

        with pytest.raises(Infeasible):
            complete_flows(SCENARIO, Plan(pairs=PAIRS, flows=None))
