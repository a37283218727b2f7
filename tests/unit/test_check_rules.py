"""The checker on the hard rules: one class for each, every number of a finding made by hand."""

from dataclasses import replace

import pytest

from tiebeam.core.model.plan import Plan
from tiebeam.core.pairing.check import check_plan
from unit.two_towns import (
    PLAN,
    SCENARIO,
    finding,
    flow,
    found,
    lead,
    pair,
    quantity,
    with_flow,
    with_link,
    with_party,
    with_policy,
)


class TestSoundPlan:
    def test_has_no_findings(self):
        """§M7: the checker is silent on a plan that keeps the law."""
        report = check_plan(SCENARIO, PLAN)

        assert report.findings == ()
        assert report.scope == "full"

    def test_need_not_be_in_any_order(self):
        """§M9: the order of rows has no meaning."""
        shuffled = replace(PLAN, pairs=PLAN.pairs[::-1], flows=PLAN.flows[::-1])

        assert check_plan(SCENARIO, shuffled) == check_plan(SCENARIO, PLAN)


class TestKnownIds:
    def test_an_unknown_id_is_named_once_and_upsets_nothing_else(self):
        """§M1: donors, recipients and resources are those of the scenario."""
        plan = replace(
            PLAN,
            pairs=(*PLAN.pairs, pair("henan", "suizhou"), pair("henan", "xianning")),
            flows=(*PLAN.flows, flow("hunan", "suizhou", "beds", 3)),
        )

        assert found(SCENARIO, plan) == [
            finding("M1", "check.unknown_id", table="flows", column="resource", id="beds"),
            finding("M1", "check.unknown_id", table="pairs", column="donor", id="henan"),
            finding("M1", "check.unknown_id", table="pairs", column="recipient", id="xianning"),
        ]


class TestRows:
    def test_a_repeated_pair_counts_once(self):
        """§M2: y_ij is open or not; the row that is marked as lead stands for both."""
        plan = replace(PLAN, pairs=(*PLAN.pairs, pair("hunan", "huanggang")))

        assert found(with_policy(SCENARIO, max_partners_per_recipient=1), plan) == [
            finding(
                "M2",
                "check.repeated_pair",
                donor="hunan",
                recipient="huanggang",
                met=2,
                limit=1,
            )
        ]

    def test_a_lead_mark_on_the_second_of_two_rows_counts(self):
        """§M2: whichever of the repeated rows comes first."""
        plan = replace(PLAN, pairs=(pair("hunan", "huanggang"), *PLAN.pairs))

        assert [f.code for f in found(SCENARIO, plan)] == ["check.repeated_pair"]

    def test_a_repeated_flow_is_found_and_added_up(self):
        """§M2: 60 and 30 boxes are 90, more than the 80 that are needed."""
        plan = replace(PLAN, flows=(*PLAN.flows, flow("hunan", "huanggang", "masks", 30)))
        ids = {"donor": "hunan", "recipient": "huanggang", "resource": "masks"}

        assert found(SCENARIO, plan) == [
            finding("M2", "check.repeated_flow", **ids, met=2, limit=1),
            finding(
                "M3.2", "check.over_need", recipient="huanggang", resource="masks", met=90, limit=80
            ),
        ]

    @pytest.mark.parametrize("amount", [-1.0, float("inf")])
    def test_an_amount_below_zero_or_without_end_is_no_amount(self, amount):
        """§M2: x_ijk >= 0, and a number."""
        ids = {"donor": "hunan", "recipient": "huanggang", "resource": "masks"}
        plan = with_flow(PLAN, flow(*ids.values(), amount))

        assert found(SCENARIO, plan) == [
            finding("M2", "check.unsound_amount", **ids, met=amount, limit=0)
        ]

    def test_not_a_number_is_no_amount(self):
        """§M2: NaN means unknown and enters no sum."""
        plan = with_flow(PLAN, flow("hunan", "huanggang", "masks", float("nan")))

        assert [f.code for f in found(SCENARIO, plan)] == ["check.unsound_amount"]

    def test_noise_around_zero_does_not_count(self):
        """§M7: a flow counts from 1e-9, on either side of zero."""
        noise = [flow("jiangxi", "huanggang", "masks", 9e-10)]
        noise += [flow("hunan", "suizhou", "masks", -9e-10)]

        assert found(SCENARIO, with_flow(PLAN, *noise)) == []


class TestWholeLots:
    def test_half_a_doctor_is_refused(self):
        """§M2: doctors come in lots of 1."""
        plan = with_flow(PLAN, flow("jiangxi", "suizhou", "doctors", 2.5))
        ids = {"donor": "jiangxi", "recipient": "suizhou", "resource": "doctors"}

        assert found(SCENARIO, plan) == [
            finding("M2", "check.broken_lot", **ids, met=2.5, limit=1.0)
        ]


class TestCapacity:
    def test_nobody_gives_more_than_it_has(self):
        """§M3.1: Jiangxi has 50 boxes and sends 51."""
        plan = with_flow(PLAN, flow("jiangxi", "suizhou", "masks", 51))

        assert found(SCENARIO, plan) == [
            finding(
                "M3.1", "check.over_capacity", donor="jiangxi", resource="masks", met=51, limit=50
            )
        ]

    def test_an_amount_without_any_capacity_is_too_much(self):
        """§M3.1: an absent row means 0, and of 0 there is no relative tolerance."""
        scenario = replace(SCENARIO, capacities=SCENARIO.capacities[:3])

        assert found(scenario, with_flow(PLAN, flow("jiangxi", "suizhou", "masks", 1e-8))) == [
            finding(
                "M3.1", "check.over_capacity", donor="jiangxi", resource="masks", met=1e-8, limit=0
            )
        ]

    @pytest.mark.parametrize(("boxes", "count"), [(50.00005, 0), (50.00006, 1)])
    def test_divisible_amounts_may_pass_by_a_millionth(self, boxes, count):
        """§M7: 1e-6 of 50 is 5e-5."""
        plan = with_flow(PLAN, flow("jiangxi", "suizhou", "masks", boxes))

        assert len(found(SCENARIO, plan)) == count

    def test_use_counts(self):
        """§M3.1: 8 doctors at 1.3 take 10.4 of 10."""
        scenario = with_link(SCENARIO, "hunan", "huanggang", uses={"doctors": 1.3})

        assert found(scenario, PLAN) == [
            finding(
                "M3.1", "check.over_capacity", donor="hunan", resource="doctors", met=10.4, limit=10
            )
        ]

    def test_whole_lots_may_not_pass_at_all(self):
        """§M7: 2,000,001 doctors of 2,000,000 are within a millionth, and one too many."""
        scenario = replace(
            with_link(SCENARIO, "jiangxi", "suizhou", uses={"doctors": 1.0}),
            capacities=(*SCENARIO.capacities[:2], quantity("jiangxi", "doctors", 2_000_000)),
            needs=(*SCENARIO.needs[:2], quantity("suizhou", "doctors", 3_000_000)),
        )
        plan = replace(
            PLAN, flows=(*PLAN.flows[:2], flow("jiangxi", "suizhou", "doctors", 2_000_001))
        )

        assert found(scenario, plan) == [
            finding(
                "M3.1",
                "check.over_capacity",
                donor="jiangxi",
                resource="doctors",
                met=2_000_001,
                limit=2_000_000,
            )
        ]

    @pytest.mark.parametrize(("use", "count"), [(1.66666667, 0), (1.667, 1)])
    def test_a_use_that_is_no_whole_number_has_the_tolerance_of_divisible_amounts(self, use, count):
        """§M7: 6 doctors at 1.66666667 take 10.00000002 of 10; at 1.667, 10.002."""
        scenario = with_link(SCENARIO, "hunan", "huanggang", uses={"doctors": use})
        plan = with_flow(PLAN, flow("hunan", "huanggang", "doctors", 6))

        assert len(found(scenario, plan)) == count


class TestNeed:
    def test_nobody_receives_more_than_it_needs(self):
        """§M3.2: 2 of Jiangxi and 3 of Hunan make 5 doctors for a need of 4."""
        scenario = with_policy(SCENARIO, levels=("coverage",))
        more = with_flow(
            PLAN,
            flow("hunan", "suizhou", "doctors", 3),
            flow("hunan", "huanggang", "doctors", 7),
        )
        plan = replace(
            more, pairs=(PLAN.pairs[0], pair("jiangxi", "suizhou"), lead("hunan", "suizhou"))
        )

        assert found(scenario, plan) == [
            finding(
                "M3.2", "check.over_need", recipient="suizhou", resource="doctors", met=5, limit=4
            )
        ]

    @pytest.mark.parametrize(("boxes", "count"), [(80.00008, 0), (80.00009, 1)])
    def test_divisible_amounts_may_pass_by_a_millionth(self, boxes, count):
        """§M7: 1e-6 of 80 is 8e-5."""
        plan = with_flow(PLAN, flow("hunan", "huanggang", "masks", boxes))

        assert len(found(SCENARIO, plan)) == count

    def test_what_nobody_asked_for_is_too_much(self):
        """§M3.2: an absent row means 0."""
        scenario = replace(SCENARIO, needs=SCENARIO.needs[:3])

        assert found(scenario, PLAN) == [
            finding(
                "M3.2", "check.over_need", recipient="suizhou", resource="masks", met=50, limit=0
            )
        ]


class TestOpenPairs:
    def test_a_flow_over_a_closed_pair_is_refused(self):
        """§M3.3: Hunan sends 5 boxes to Suizhou without being its partner."""
        plan = with_flow(PLAN, flow("hunan", "suizhou", "masks", 5))
        ids = {"donor": "hunan", "recipient": "suizhou", "resource": "masks"}

        assert found(SCENARIO, plan) == [
            finding("M3.3", "check.flow_without_pair", **ids, met=5.0, limit=0)
        ]


class TestPartnerBounds:
    def test_every_recipient_with_a_need_has_a_partner_by_default(self):
        """§M3.4: pmin is 1."""
        plan = Plan(pairs=PLAN.pairs[:1], flows=PLAN.flows[:2])

        assert found(SCENARIO, plan) == [
            finding("M3.4", "check.recipient_too_few_partners", recipient="suizhou", met=0, limit=1)
        ]

    def test_a_recipient_may_not_have_more_than_its_maximum(self):
        """§M3.4: two partners, one allowed by the row itself, two by the policy."""
        scenario = with_policy(SCENARIO, max_partners_per_recipient=2)
        plan = replace(PLAN, pairs=(*PLAN.pairs, pair("hunan", "suizhou")))

        assert found(scenario, plan) == []
        assert found(with_party(scenario, "suizhou", max_partners=1), plan) == [
            finding(
                "M3.4", "check.recipient_too_many_partners", recipient="suizhou", met=2, limit=1
            )
        ]

    def test_a_donor_has_a_minimum_and_a_maximum(self):
        """§M3.4: Hunan has two pairs where one is allowed, Jiangxi one where two are asked."""
        scenario = with_party(
            with_policy(SCENARIO, max_partners_per_donor=1),
            "jiangxi",
            min_partners=2,
            max_partners=2,
        )
        plan = replace(PLAN, pairs=(*PLAN.pairs, pair("hunan", "suizhou")))

        assert found(scenario, plan) == [
            finding("M3.4", "check.donor_too_few_partners", donor="jiangxi", met=1, limit=2),
            finding("M3.4", "check.donor_too_many_partners", donor="hunan", met=2, limit=1),
        ]

    def test_who_needs_nothing_or_has_nothing_is_not_asked(self):
        """§M3: rule 4 does not apply to Suizhou without a need, nor to Jiangxi without capacity."""
        scenario = replace(
            with_policy(SCENARIO, min_partners_per_donor=1, min_share=0.5),
            needs=SCENARIO.needs[:2],
            capacities=SCENARIO.capacities[:2],
        )

        assert found(scenario, Plan(pairs=PLAN.pairs[:1], flows=PLAN.flows[:2])) == []


class TestImpossiblePairs:
    def test_who_needs_nothing_or_has_nothing_can_have_no_pair(self):
        """§M3: one pair is one too many, for the one end and for the other; no share is asked."""
        scenario = replace(
            with_policy(SCENARIO, min_share=0.5, levels=("coverage",)),
            needs=SCENARIO.needs[:2],
            capacities=SCENARIO.capacities[:2],
        )
        pairs = (PLAN.pairs[0], lead("hunan", "suizhou"), pair("jiangxi", "huanggang"))
        plan = Plan(pairs=pairs, flows=PLAN.flows[:2])

        assert found(scenario, plan) == [
            finding(
                "M3",
                "check.pair_without_capacity",
                donor="jiangxi",
                recipient="huanggang",
                met=1,
                limit=0,
            ),
            finding(
                "M3",
                "check.pair_without_need",
                donor="hunan",
                recipient="suizhou",
                met=1,
                limit=0,
            ),
        ]


class TestStatuses:
    def test_a_required_link_is_open(self):
        """§M3.5: Hunan - Suizhou is required and closed."""
        scenario = with_link(SCENARIO, "hunan", "suizhou", status="required")

        assert found(scenario, PLAN) == [
            finding(
                "M3.5", "check.required_closed", donor="hunan", recipient="suizhou", met=0, limit=1
            )
        ]
        opened = replace(PLAN, pairs=(*PLAN.pairs, pair("hunan", "suizhou")))
        assert found(scenario, opened) == []

    def test_a_forbidden_link_is_closed(self):
        """§M3.5: Hunan - Huanggang is forbidden and open."""
        scenario = with_link(SCENARIO, "hunan", "huanggang", status="forbidden")

        assert found(scenario, PLAN) == [
            finding(
                "M3.5", "check.forbidden_open", donor="hunan", recipient="huanggang", met=1, limit=0
            )
        ]


class TestMinimumShare:
    def test_an_open_pair_means_something(self):
        """§M3.6: Jiangxi covers half of Suizhou where 0.6 is asked; an empty pair covers 0."""
        scenario = with_policy(SCENARIO, min_share=0.6)
        plan = replace(PLAN, pairs=(*PLAN.pairs, pair("hunan", "suizhou")))

        assert found(scenario, plan) == [
            finding(
                "M3.6",
                "check.below_min_share",
                donor="hunan",
                recipient="suizhou",
                met=0,
                limit=0.6,
            ),
            finding(
                "M3.6",
                "check.below_min_share",
                donor="jiangxi",
                recipient="suizhou",
                met=0.5,
                limit=0.6,
            ),
        ]

    @pytest.mark.parametrize(("share", "count"), [(0.500001, 0), (0.500002, 1)])
    def test_may_lack_a_millionth(self, share, count):
        """§M7: min_share within 1e-6."""
        assert len(found(with_policy(SCENARIO, min_share=share), PLAN)) == count

    def test_of_zero_lets_an_empty_pair_pass(self):
        """§M3.6: that is warned of when the scenario is read, and breaks no rule."""
        plan = replace(PLAN, pairs=(*PLAN.pairs, pair("hunan", "suizhou")))

        assert found(SCENARIO, plan) == []


class TestLead:
    def test_is_asked_for_every_recipient_with_a_pair(self):
        """§M5: Suizhou has a partner and no lead."""
        plan = replace(PLAN, pairs=(PLAN.pairs[0], pair("jiangxi", "suizhou")))

        assert found(SCENARIO, plan) == [
            finding("M5", "check.no_lead", recipient="suizhou", met=0, limit=1, expected="jiangxi")
        ]

    def test_is_one(self):
        """§M5: Suizhou has two."""
        plan = replace(PLAN, pairs=(*PLAN.pairs, lead("hunan", "suizhou")))

        assert found(SCENARIO, plan) == [
            finding(
                "M5",
                "check.several_leads",
                recipient="suizhou",
                donors=("hunan", "jiangxi"),
                met=2,
                limit=1,
            )
        ]

    def test_is_the_partner_that_covers_most(self):
        """§M5: Hunan's 20 boxes are 20/100 of a quarter, Jiangxi's share is one half."""
        plan = with_flow(
            replace(
                PLAN, pairs=(PLAN.pairs[0], pair("jiangxi", "suizhou"), lead("hunan", "suizhou"))
            ),
            flow("hunan", "suizhou", "masks", 20),
        )

        assert found(SCENARIO, plan) == [
            finding(
                "M5",
                "check.wrong_lead",
                recipient="suizhou",
                met="hunan",
                expected="jiangxi",
                met_share=0.05,
                expected_share=0.5,
            )
        ]


class TestPairsAlone:
    def test_are_checked_by_the_rules_on_pairs(self):
        """§M7: flows are absent, so no amount and no lead is asked for, and the report says so."""
        plan = Plan(pairs=(pair("hunan", "huanggang"), pair("jiangxi", "suizhou")), flows=None)

        report = check_plan(with_policy(SCENARIO, min_share=0.9), plan)

        assert report.findings == ()
        assert report.scope == "pairs"
        assert {level.name: level.value for level in report.levels} == {
            "coverage": None,
            "continuity": 274 + 135,
            "burden": None,
            "partners": 2,
            "distance": None,
            "cost": None,
        }

    def test_may_not_have_two_leads(self):
        """§M5: whoever covers most, it is one."""
        plan = Plan(pairs=(*PLAN.pairs, lead("hunan", "suizhou")), flows=None)

        assert [f.code for f in found(SCENARIO, plan)] == ["check.several_leads"]

    def test_break_rules_on_pairs_as_any_plan_does(self):
        """§M3.4: Suizhou has no partner."""
        plan = Plan(pairs=(pair("hunan", "huanggang"),), flows=None)

        assert [f.rule for f in found(SCENARIO, plan)] == ["M3.4"]

    def test_of_a_case_without_resources_are_a_whole_plan(self):
        """§M5: who can pair does not hang on needs then; the lead is the lower id."""
        scenario = replace(
            with_policy(SCENARIO, levels=("continuity", "partners")),
            resources=(),
            capacities=(),
            needs=(),
        )
        pairs = (
            lead("hunan", "huanggang"),
            pair("jiangxi", "huanggang"),
            lead("jiangxi", "suizhou"),
        )

        report = check_plan(scenario, Plan(pairs=pairs))

        assert report.findings == ()
        assert [level.value for level in report.levels] == [409, 3]
