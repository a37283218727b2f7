"""The checker on what a plan says of itself; the figures of the two towns are made by hand."""

from dataclasses import replace

import pytest

from tiebeam.core.model.identity import scenario_sha256
from tiebeam.core.model.plan import LevelResult, Plan
from tiebeam.core.pairing.check import LevelCheck, check_plan
from unit.two_towns import (
    PLAN,
    SCENARIO,
    finding,
    flow,
    found,
    pair,
    quantity,
    with_flow,
    with_link,
    with_party,
    with_policy,
)

COVERAGE = LevelResult(
    name="coverage",
    of=("suizhou", "huanggang"),
    value=(0.5, 0.9375),
    bound=(0.5, 1.4375),
    gap=0.0,
    certificate="unverified",
)
BURDEN = LevelResult(
    name="burden",
    of=("hunan", "jiangxi"),
    value=(0.75, 0.55),
    bound=(0.75, 1.3),
    gap=0.0,
    certificate="unverified",
)
CONTINUITY = LevelResult(
    name="continuity", value=409.0, bound=409.0, gap=0.0, certificate="unverified"
)
PARTNERS = LevelResult(name="partners", value=2.0, bound=2.0, gap=0.0, certificate="unverified")
DISTANCE = LevelResult(
    name="distance", value=193.75, bound=193.75, gap=0.0, certificate="unverified"
)
COST = LevelResult(name="cost", value=33.0, bound=33.0, gap=0.0, certificate="unverified")


def check(*levels: LevelResult, plan: Plan = PLAN, **policy: object):
    """Return the report on *plan* with *levels*, under a policy of these levels."""
    scenario = with_policy(SCENARIO, levels=tuple(level.name for level in levels), **policy)
    return check_plan(scenario, replace(plan, levels=levels))


def findings(*levels: LevelResult, **policy: object) -> list[object]:
    return list(check(*levels, **policy).findings)


class TestLevels:
    def test_that_are_true_are_recomputed_and_stay_the_word_of_the_solver(self):
        """
        §M6: all six levels on one plan; `unverified` is never said to be verified.

        What can be seen party by party is: nothing is fuller than full, both ties are kept, a
        load or a distance is at least zero, each recipient has a partner.
        """
        report = check(COVERAGE, CONTINUITY, BURDEN, PARTNERS, DISTANCE, COST)

        assert report.findings == ()
        assert report.levels == (
            LevelCheck(
                name="coverage",
                value=(0.5, 0.9375),
                of=("suizhou", "huanggang"),
                bound_status="unverified",
                proven_gap=0.5,
            ),
            LevelCheck(name="continuity", value=409.0, bound_status="unverified", proven_gap=0.0),
            LevelCheck(
                name="burden",
                value=(0.75, 0.55),
                of=("hunan", "jiangxi"),
                bound_status="unverified",
                proven_gap=0.75,
            ),
            LevelCheck(name="partners", value=2.0, bound_status="unverified", proven_gap=0.0),
            LevelCheck(name="distance", value=193.75, bound_status="unverified", proven_gap=193.75),
            LevelCheck(name="cost", value=33.0, bound_status="unverified", proven_gap=33.0),
        )

    @pytest.mark.parametrize("kind", ["dual", "tight_set", "cover"])
    def test_of_kinds_that_rest_on_a_proof_stay_unverified_without_one(self, kind):
        """§M6: a kind alone proves nothing."""
        (level,) = check(replace(PARTNERS, certificate=kind)).levels

        assert level.bound_status == "unverified"

    def test_that_a_plan_by_hand_does_not_state_are_recomputed(self):
        """§M7: their bounds are absent."""
        report = check_plan(SCENARIO, PLAN)

        assert {level.bound_status for level in report.levels} == {"absent"}
        assert report.levels[0].value == (0.5, 0.9375)

    def test_are_those_of_the_policy_in_its_order(self):
        """§M5: the policy lists partners before continuity."""
        scenario = with_policy(SCENARIO, levels=("partners", "continuity", "burden"))

        report = check_plan(scenario, replace(PLAN, levels=(CONTINUITY, PARTNERS)))

        assert list(report.findings) == [
            finding(
                "M5",
                "check.other_levels",
                met=("continuity", "partners"),
                expected=("partners", "continuity", "burden"),
            )
        ]
        assert [level.bound_status for level in report.levels] == [
            "unverified",
            "unverified",
            "absent",
        ]

    @pytest.mark.parametrize(
        "level",
        [
            replace(COVERAGE, of=("suizhou",)),
            replace(COVERAGE, of=("suizhou", "suizhou")),
            replace(COVERAGE, value=0.5),
            replace(COVERAGE, value=(0.5,)),
            replace(COVERAGE, bound=(0.5, float("nan"))),
            replace(COVERAGE, best=(0.5,)),
            replace(COVERAGE, gap=float("inf")),
            replace(PARTNERS, of=("suizhou",)),
            replace(PARTNERS, value=(2.0,)),
            replace(PARTNERS, bound=float("-inf")),
        ],
    )
    def test_of_the_wrong_form_are_not_read_further(self, level):
        """§M6: vectors over the parties, numbers that are numbers."""
        report = check(level)

        assert list(report.findings) == [finding("M6", "check.misshapen_level", level=level.name)]
        assert report.levels[0].bound_status == "unverified"


class TestValues:
    def test_of_a_vector_belong_to_their_parties(self):
        """§M5: the two towns exchanged; the order of the values is still ascending."""
        swapped = replace(COVERAGE, of=("huanggang", "suizhou"))

        assert findings(swapped) == [
            finding(
                "M5",
                "check.false_party_value",
                level="coverage",
                id="huanggang",
                met=0.5,
                expected=0.9375,
            ),
            finding(
                "M5",
                "check.false_party_value",
                level="coverage",
                id="suizhou",
                met=0.9375,
                expected=0.5,
            ),
        ]

    @pytest.mark.parametrize(
        ("level", "smaller", "larger"),
        [
            (COVERAGE, ("suizhou", 0.5), ("huanggang", 0.9375)),
            (BURDEN, ("jiangxi", 0.55), ("hunan", 0.75)),
        ],
    )
    def test_of_a_vector_stand_worst_first(self, level, smaller, larger):
        """§M5: coverages ascending, loads descending."""
        turned = replace(level, of=level.of[::-1], value=level.value[::-1])
        first, second = (larger, smaller) if level is COVERAGE else (smaller, larger)

        false_order = [f for f in findings(turned) if f.code == "check.false_order"]

        assert false_order == [
            finding(
                "M5",
                "check.false_order",
                level=level.name,
                position=2,
                id=second[0],
                met=second[1],
                limit=first[1],
            )
        ]

    @pytest.mark.parametrize(("stated", "count"), [(0.937501, 0), (0.937502, 1)])
    def test_of_a_vector_may_differ_by_a_millionth(self, stated, count):
        """§M7: 1e-6 of a coverage."""
        level = replace(COVERAGE, value=(0.5, stated), bound=(0.5, 0.5 + stated))

        assert [f.code for f in findings(level)] == ["check.false_party_value"] * count

    @pytest.mark.parametrize(("stated", "count"), [(193.75019, 0), (193.75020, 1)])
    def test_of_a_number_may_differ_by_a_millionth_of_it(self, stated, count):
        """§M7: 1e-6 of 193.75 km is 0.00019375 km."""
        level = replace(DISTANCE, value=stated, bound=stated)

        assert [f.code for f in findings(level)] == ["check.false_value"] * count

    def test_of_a_number_are_named_beside_what_was_found(self):
        """§M5: two open pairs, three stated."""
        level = replace(PARTNERS, value=3.0, bound=3.0)

        assert findings(level) == [
            finding("M5", "check.false_value", level="partners", met=3.0, expected=2.0)
        ]

    def test_that_need_flows_are_not_judged_without_flows(self):
        """§M7: pairs alone; continuity is still judged."""
        plan = replace(PLAN, flows=None)
        wrong = replace(CONTINUITY, value=410.0, bound=410.0)
        other = replace(DISTANCE, value=1.0, bound=1.0)

        report = check(wrong, other, plan=plan)

        assert list(report.findings) == [
            finding("M5", "check.false_value", level="continuity", met=410.0, expected=409.0)
        ]


class TestGaps:
    def test_of_a_vector_are_the_largest_distance_of_a_sum_over_its_count(self):
        """§M6: theta 0.5, 1.4375 to bounds 0.6, 1.8375: 0.1/1 and 0.4/2, so 0.2."""
        level = replace(COVERAGE, bound=(0.6, 1.8375), gap=0.2)

        assert findings(level) == []
        assert findings(replace(level, gap=0.1)) == [
            finding("M6", "check.false_gap", level="coverage", met=0.1, expected=0.2)
        ]

    def test_of_a_number_are_relative_to_its_bound(self):
        """§M6: 33 over a bound of 30: 3/30; 2 over a bound of 0.5: 1.5/1."""
        assert findings(replace(COST, bound=30.0, gap=0.1)) == []
        assert findings(replace(PARTNERS, bound=0.5, gap=1.5)) == []
        assert findings(replace(COST, bound=30.0, gap=0.0)) == [
            finding("M6", "check.false_gap", level="cost", met=0.0, expected=0.1)
        ]

    def test_of_a_level_with_spent_slack_are_those_of_its_best(self):
        """§M6: 500 was reached, 510 not ruled out: 10/510; what later levels spent is no gap."""
        level = replace(CONTINUITY, best=500.0, bound=510.0, gap=10 / 510)

        assert findings(level, slack={"continuity": 0.2}) == []

    def test_of_an_empty_vector_are_zero(self):
        """§M4: without needs, the vector of coverages holds nobody."""
        scenario = replace(with_policy(SCENARIO, levels=("coverage",)), needs=())
        level = replace(COVERAGE, of=(), value=(), bound=(), certificate="trivial")

        report = check_plan(scenario, Plan(levels=(level,)))

        assert report.findings == ()
        assert report.levels[0].value == ()
        assert report.levels[0].bound_status == "verified"


class TestBounds:
    def test_of_sums_that_grow_cannot_be_below_them(self):
        """§M6: theta_2 is 1.4375 and is said to be at most 1.4."""
        level = replace(COVERAGE, bound=(0.5, 1.4), gap=0.0375 / 2)

        assert findings(level) == [
            finding("M6", "check.beaten_bound", level="coverage", position=2, met=1.4375, limit=1.4)
        ]

    def test_of_sums_that_shrink_cannot_be_above_them(self):
        """§M6: the largest load is 0.75 and is said to be at least 0.8."""
        level = replace(BURDEN, bound=(0.8, 1.3), gap=0.05)

        assert findings(level) == [
            finding("M6", "check.beaten_bound", level="burden", position=1, met=0.75, limit=0.8)
        ]

    @pytest.mark.parametrize(
        ("level", "bound"), [(CONTINUITY, 300.0), (PARTNERS, 3.0), (DISTANCE, 200.0), (COST, 40.0)]
    )
    def test_of_numbers_lie_on_their_side(self, level, bound):
        """§M6: continuity from above; partners, distance and cost from below."""
        beaten = replace(level, bound=bound, gap=abs(level.value - bound) / bound)

        assert findings(beaten) == [
            finding(
                "M6",
                "check.beaten_bound",
                level=level.name,
                position=1,
                met=level.value,
                limit=bound,
            )
        ]

    def test_hold_for_what_was_reached_before_slack_was_spent(self):
        """§M6: best 0.55, 1.5 passes the second bound, 1.4375."""
        level = replace(COVERAGE, best=(0.55, 0.95), bound=(0.55, 1.4375), gap=0.0625 / 2)

        assert findings(level, slack={"coverage": 0.1}) == [
            finding("M6", "check.beaten_bound", level="coverage", position=2, met=1.5, limit=1.4375)
        ]

    def test_do_not_bind_the_sums_behind_one_that_spent_slack(self):
        """
        §M6: best is 0.52 twice; the plan gives 0.02 of the worst away and sums to 1.4375.

        The second bound, 1.04, is what can be had while the worst stays at 0.52.
        """
        level = replace(COVERAGE, best=(0.52, 0.52), bound=(0.52, 1.04), gap=0.0)

        assert findings(level, slack={"coverage": 0.05}) == []

    def test_are_measured_with_the_tolerance_of_their_count(self):
        """§M7: a sum of two may pass by 2e-6."""
        level = replace(COVERAGE, bound=(0.5, 1.4375 - 2e-6))

        assert findings(level) == []


class TestSlack:
    def test_of_coverage_is_not_overspent(self):
        """§M5: theta is 0.5, 1.4375. From best 0.6, 0.9: 90 % of 0.6 and 1.5 are 0.54 and 1.35."""
        level = replace(COVERAGE, best=(0.6, 0.9), bound=(0.6, 1.5))

        assert findings(level, slack={"coverage": 0.1}) == [
            finding(
                "M5", "check.overspent_slack", level="coverage", position=1, met=0.5, limit=0.54
            )
        ]
        assert findings(level, slack={"coverage": 0.17}) == []

    def test_of_burden_is_a_share_above_its_best(self):
        """§M5: theta is 0.75, 1.3. From best 0.6, 0.6: 110 % are 0.66 and 1.32."""
        level = replace(BURDEN, best=(0.6, 0.6), bound=(0.6, 1.2))

        assert findings(level, slack={"burden": 0.1}) == [
            finding("M5", "check.overspent_slack", level="burden", position=1, met=0.75, limit=0.66)
        ]
        assert findings(level, slack={"burden": 0.25}) == []

    def test_of_zero_lets_nothing_go(self):
        """§M5: continuity fell from 500 to 409; cost rose from 30 to 33, 10 % allowed."""
        assert findings(replace(CONTINUITY, best=500.0, bound=500.0)) == [
            finding(
                "M5",
                "check.overspent_slack",
                level="continuity",
                position=1,
                met=409.0,
                limit=500.0,
            )
        ]
        assert findings(replace(COST, best=30.0, bound=30.0), slack={"cost": 0.1}) == []


class TestStatus:
    @pytest.mark.parametrize(("gap", "codes"), [(1e-4, []), (1.01e-4, ["check.not_optimal"])])
    def test_optimal_is_said_only_of_small_gaps(self, gap, codes):
        """§M6: at most 1e-4 at every level."""
        level = replace(CONTINUITY, bound=409.0 / (1 - gap), gap=gap)
        plan = replace(PLAN, status="optimal")

        report = check(PARTNERS, level, plan=plan)

        assert [f.code for f in report.findings] == codes
        if codes:
            assert report.findings[0] == finding(
                "M6", "check.not_optimal", level="continuity", met=1.01e-4, limit=1e-4
            )

    def test_feasible_may_have_any_gap(self):
        """§M6: a time limit gives the best plan with its true gap."""
        report = check(replace(COST, bound=3.0, gap=10.0), plan=replace(PLAN, status="feasible"))

        assert report.findings == ()

    def test_optimal_is_not_said_without_levels(self):
        """§M6: no bound, no optimum."""
        assert found(SCENARIO, replace(PLAN, status="optimal")) == [
            finding("M6", "check.optimal_without_levels")
        ]

    def test_infeasible_leaves_nothing_to_check(self):
        """§M8: such a plan holds a conflict and no pairs."""
        report = check_plan(SCENARIO, Plan(status="infeasible"))

        assert report.findings == ()
        assert report.levels == ()
        assert report.scope == "none"

    def test_infeasible_is_not_said_of_pairs(self):
        """§M6: two pairs that keep all rules deny it."""
        report = check_plan(SCENARIO, replace(PLAN, status="infeasible"))

        assert list(report.findings) == [
            finding("M6", "check.infeasible_with_pairs", met=2, limit=0)
        ]
        assert report.scope == "full"


class TestScenario:
    def test_is_the_one_that_the_plan_was_made_for(self):
        """§M9: by id and by hash; a plan by hand names neither."""
        sha256 = scenario_sha256(SCENARIO)
        right = replace(PLAN, scenario_id="two-towns", scenario_sha256=sha256)
        wrong = replace(PLAN, scenario_id="hubei", scenario_sha256="0" * 64)

        assert found(SCENARIO, right) == []
        assert found(SCENARIO, wrong) == [
            finding("M9", "check.other_scenario", key="id", met="hubei", expected="two-towns"),
            finding("M9", "check.other_scenario", key="sha256", met="0" * 64, expected=sha256),
        ]


def status_of(level: LevelResult, scenario=SCENARIO) -> str:
    """Return what the checker says of the bound of *level*, taken as trivial."""
    scenario = with_policy(scenario, levels=(level.name,))
    level = replace(level, certificate="trivial")
    return check_plan(scenario, replace(PLAN, levels=(level,))).levels[0].bound_status


class TestTrivialBounds:
    def test_full_coverage_cannot_be_beaten(self):
        """§M6: theta_m = m. Hunan alone has enough for Huanggang; Suizhou gets 150 of 100 boxes."""
        assert status_of(replace(COVERAGE, bound=(1.0, 2.0))) == "verified"
        assert status_of(replace(COVERAGE, bound=(1.0, 1.99))) == "refuted"

    def test_a_refuted_bound_is_a_finding(self):
        """§M6: nobody may rely on it."""
        level = replace(COVERAGE, certificate="trivial")

        assert findings(level) == [
            finding("M6", "check.refuted_bound", level="coverage", certificate="trivial")
        ]

    def test_coverage_ends_where_all_capacity_that_may_come_ends(self):
        """
        §M6: with Hunan - Suizhou forbidden, Jiangxi alone sends Suizhou 4 doctors (it has 5) and
        50 of 100 boxes: (3 + 1/2) / 4 = 0.875. Huanggang can be covered fully.
        """
        scenario = with_link(SCENARIO, "hunan", "suizhou", status="forbidden")

        assert status_of(replace(COVERAGE, bound=(0.875, 1.875)), scenario) == "verified"
        assert status_of(replace(COVERAGE, bound=(0.874, 1.875)), scenario) == "refuted"

    def test_coverage_counts_as_many_donors_as_are_allowed_and_what_use_leaves(self):
        """
        §M6: Suizhou may have one donor. The largest sends 10 doctors or 100 boxes; with use 2
        Hunan sends 50 boxes, as Jiangxi does: (3 + 1/2) / 4 = 0.875.
        """
        scenario = with_party(SCENARIO, "suizhou", max_partners=1)
        scenario = with_link(scenario, "hunan", "suizhou", uses={"masks": 2.0})

        assert status_of(replace(COVERAGE, bound=(0.875, 1.875)), scenario) == "verified"
        assert status_of(replace(COVERAGE, bound=(0.874, 1.875)), scenario) == "refuted"

    def test_coverage_ends_at_the_whole_lots_that_a_need_holds(self):
        """§M6: a need of 5 doctors holds two teams of 2: (3 * 0.8 + 1) / 4 = 0.85 for Suizhou."""
        scenario = replace(
            SCENARIO,
            needs=(*SCENARIO.needs[:2], quantity("suizhou", "doctors", 5), SCENARIO.needs[3]),
            resources=(replace(SCENARIO.resources[0], lot=2.0), SCENARIO.resources[1]),
            links=(),
        )

        assert status_of(replace(COVERAGE, bound=(0.85, 1.85)), scenario) == "verified"
        assert status_of(replace(COVERAGE, bound=(0.84, 1.85)), scenario) == "refuted"

    def test_nothing_weighs_less_than_nothing(self):
        """§M6: zero for burden, distance and cost."""
        for level in (DISTANCE, COST):
            assert status_of(replace(level, bound=0.0)) == "verified"
            assert status_of(replace(level, bound=1e-10)) == "verified"
            assert status_of(replace(level, bound=0.1)) == "refuted"
        assert status_of(replace(BURDEN, bound=(0.0, 0.0))) == "verified"
        assert status_of(replace(BURDEN, bound=(0.0, 0.1))) == "refuted"

    def test_continuity_ends_at_all_ties_that_may_stand(self):
        """§M6: 274 + 135; with a tie of 7 to a third couple, 416; forbidden again, 409."""
        third = with_link(SCENARIO, "hunan", "suizhou", tie=7.0)
        barred = with_link(third, "hunan", "suizhou", status="forbidden")

        assert status_of(CONTINUITY) == "verified"
        assert status_of(CONTINUITY, third) == "refuted"
        assert status_of(replace(CONTINUITY, bound=416.0), third) == "verified"
        assert status_of(CONTINUITY, barred) == "verified"

    def test_continuity_counts_as_many_partners_as_are_allowed(self):
        """§M6: with one partner for Suizhou the tie of 7 falls, by its maximum or by Hunan's."""
        third = with_link(SCENARIO, "hunan", "suizhou", tie=7.0)

        assert status_of(CONTINUITY, with_party(third, "suizhou", max_partners=1)) == "verified"
        assert status_of(CONTINUITY, with_party(third, "hunan", max_partners=1)) == "verified"

    def test_continuity_leaves_out_who_can_have_no_pair(self):
        """§M3: Suizhou needs nothing, so only 274 can stand."""
        scenario = replace(SCENARIO, needs=SCENARIO.needs[:2])

        assert status_of(replace(CONTINUITY, bound=274.0), scenario) == "verified"

    def test_partners_are_at_least_what_every_party_must_have(self):
        """§M6: one for each town; three where Hunan must have two and Jiangxi one."""
        assert status_of(PARTNERS) == "verified"
        assert status_of(replace(PARTNERS, bound=2.1)) == "refuted"
        busy = with_policy(SCENARIO, min_partners_per_donor=1)
        busy = with_party(busy, "hunan", min_partners=2)
        assert status_of(replace(PARTNERS, bound=3.0), busy) == "verified"

    def test_partners_are_at_least_the_required_links(self):
        """§M6: two required links of Suizhou and one partner of Huanggang make three."""
        scenario = with_link(SCENARIO, "hunan", "suizhou", status="required")
        scenario = with_link(scenario, "jiangxi", "suizhou", status="required")

        assert status_of(replace(PARTNERS, bound=3.0), scenario) == "verified"
        assert status_of(replace(PARTNERS, bound=3.1), scenario) == "refuted"

    def test_partners_are_at_least_the_required_links_of_the_donors(self):
        """§M6: Hunan must have one; Jiangxi two, required. No town must have any: three, not two."""
        scenario = with_policy(SCENARIO, min_partners_per_recipient=0)
        scenario = with_party(scenario, "hunan", min_partners=1)
        scenario = with_link(scenario, "jiangxi", "suizhou", status="required")
        scenario = with_link(scenario, "jiangxi", "huanggang", status="required")

        assert status_of(replace(PARTNERS, bound=3.0), scenario) == "verified"
        assert status_of(replace(PARTNERS, bound=3.1), scenario) == "refuted"

    def test_partners_are_not_asked_of_who_can_have_none(self):
        """§M3: Suizhou needs nothing and Jiangxi has nothing, so one pair is enough."""
        scenario = replace(
            with_policy(SCENARIO, min_partners_per_donor=1),
            needs=SCENARIO.needs[:2],
            capacities=SCENARIO.capacities[:2],
        )

        assert status_of(replace(PARTNERS, bound=1.0), scenario) == "verified"
        assert status_of(replace(PARTNERS, bound=2.0), scenario) == "refuted"


def test_a_plan_with_many_faults_names_them_all_in_one_order():
    """§M9: sorted by rule, code and ids, whatever the order of the rows."""
    scenario = with_link(
        with_policy(SCENARIO, min_share=0.6), "hunan", "huanggang", status="forbidden"
    )
    plan = with_flow(
        replace(PLAN, pairs=(pair("jiangxi", "suizhou"), pair("hunan", "huanggang"))),
        flow("jiangxi", "suizhou", "masks", 51),
        flow("jiangxi", "huanggang", "masks", 1.5),
    )
    turned = replace(plan, pairs=plan.pairs[::-1], flows=plan.flows[::-1])

    assert [(f.rule, f.code) for f in found(scenario, plan)] == [
        ("M3.1", "check.over_capacity"),
        ("M3.3", "check.flow_without_pair"),
        ("M3.5", "check.forbidden_open"),
        ("M3.6", "check.below_min_share"),
        ("M5", "check.no_lead"),
        ("M5", "check.no_lead"),
    ]
    assert found(scenario, turned) == found(scenario, plan)
