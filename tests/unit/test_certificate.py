"""
The proofs that a plan carries, added up by the checker: two scenarios worked by hand (§M6).

SHARED: donors a (6) and b (3), recipients x (needs 5) and y (needs 10), of one divisible
resource. All 9 are given, so 5 v_x + 10 v_y <= 9, and the lesser of the two is at most 0.6:
one third of v_x and two thirds of v_y are at most 9 / 15. In the rows of the law, where
capacities are counted in shares, the multipliers are 6 / 15 = 0.4 of a's capacity, 3 / 15 = 0.2
of b's, 1/3 and 2/3 of the coverages. Given that both have 0.6, three times the same less once
v_y >= 0.6 gives v_x + v_y <= 1.8 - 0.6 = 1.2.

WHOLE: one donor with 3, recipients x and y that need 3 each, in lots of 2: one lot covers 2/3.
Each alone could have a lot; both together cannot, as 4 > 3. So x has none, or y has none, or
the capacity is broken: by 2/3 + 2/3 - 1 = 1/3 of it.
"""

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tiebeam.core.model.plan import Flow, LevelResult, Pair, Plan
from tiebeam.core.model.scenario import Link, Party, Policy, Quantity, Resource, Scenario
from tiebeam.core.pairing.check import check_plan

COVERED = Policy(levels=("coverage",))


def scenario_of(
    capacities: dict[str, float],
    needs: dict[str, float],
    lot: float = 0.0,
    policy: Policy = COVERED,
) -> Scenario:
    """Return the scenario of one resource in which each donor may help each recipient."""
    return Scenario(
        id="by-hand",
        policy=policy,
        donors=tuple(Party(id=name, name=name) for name in capacities),
        recipients=tuple(Party(id=name, name=name) for name in needs),
        resources=(Resource(id="k", name="k", lot=lot),),
        capacities=tuple(Quantity(party=n, resource="k", amount=a) for n, a in capacities.items()),
        needs=tuple(Quantity(party=n, resource="k", amount=a) for n, a in needs.items()),
    )


def plan_of(flows: dict[str, float], *levels: LevelResult, **certificate: Any) -> Plan:
    """Return a plan of *flows*, by the ids of donor and recipient in one word."""
    return Plan(
        status="optimal",
        levels=levels,
        pairs=tuple(
            Pair(donor=couple[0], recipient=couple[1], lead=couple[0] == "a") for couple in flows
        ),
        flows=tuple(
            Flow(donor=couple[0], recipient=couple[1], resource="k", amount=amount)
            for couple, amount in flows.items()
        ),
        certificate=certificate,
    )


SHARED = scenario_of({"a": 6, "b": 3}, {"x": 5, "y": 10})
FIRST = {
    "count": 1,
    "floors": [],
    "nodes": [
        {
            "stage": ["coverage", 1],
            "multipliers": {
                "capacity": [[0, 0, -0.4], [1, 0, -0.2]],
                "coverage": [[0, 0.333333333333], [1, 0.666666666667]],
                "worst": [[0, 0.333333333333], [1, 0.666666666667]],
            },
        }
    ],
}
SECOND = {
    "count": 2,
    "floors": [["coverage", 1, -0.6]],
    "nodes": [
        {
            "stage": ["coverage", 2],
            "multipliers": {
                "capacity": [[0, 0, -1.2], [1, 0, -0.6]],
                "coverage": [[0, 1.0], [1, 2.0]],
                "worst": [[0, 1.0], [1, 1.0]],
                "floor": [["coverage", [1], -1.0]],
            },
        }
    ],
}
SHARED_LEVEL = LevelResult(
    name="coverage", of=("x", "y"), value=(0.6, 0.6), bound=(0.6, 1.2), gap=0.0, certificate="dual"
)
SHARED_PLAN = plan_of({"ay": 6, "bx": 3}, SHARED_LEVEL, coverage=[FIRST, SECOND])
SHARED_PLAN = replace(SHARED_PLAN, pairs=tuple(replace(p, lead=True) for p in SHARED_PLAN.pairs))

WHOLE = scenario_of({"a": 3}, {"x": 3, "y": 3}, lot=2.0)


def whole_proof(count: int) -> dict[str, Any]:
    """Return the proof of theta_1 = 0 or theta_2 = 2/3: no lot for x; none for y; or neither so."""
    sums = {"coverage": [[0, 1.0], [1, 1.0]], "worst": [[0, 1.0], [1, 1.0]]}
    without = [
        sums if count == 2 else {"coverage": [[at, 1.0]], "worst": [[at, 1.0]]} for at in (0, 1)
    ]
    return {
        "count": count,
        "floors": [],
        "nodes": [
            {"split": ["flow", 0, 0, 0], "at": 0, "below": 1, "above": 2},
            {"stage": ["coverage", count], "multipliers": without[0]},
            {"split": ["flow", 0, 1, 0], "at": 0, "below": 3, "above": 4},
            {"stage": ["coverage", count], "multipliers": without[1]},
            {"stage": None, "multipliers": {"capacity": [[0, 0, -1.0]]}},
        ],
    }


WHOLE_LEVEL = LevelResult(
    name="coverage",
    of=("y", "x"),
    value=(0.0, 2 / 3),
    bound=(0.0, 2 / 3),
    gap=0.0,
    certificate="cover",
)
WHOLE_PLAN = plan_of({"ax": 2, "ay": 0}, WHOLE_LEVEL, coverage=[whole_proof(1), whole_proof(2)])
WHOLE_PLAN = replace(WHOLE_PLAN, flows=(WHOLE_PLAN.flows or ())[:1])


def judge(scenario: Scenario, plan: Plan) -> str:
    """Return what becomes of the bound of the last level."""
    return check_plan(scenario, plan).levels[-1].bound_status


def tampered(plan: Plan, change: Callable[[Any], None]) -> Plan:
    """Return *plan* after *change* of its proofs of coverage."""
    proofs = copy.deepcopy(plan.certificate["coverage"])
    change(proofs)
    return replace(plan, certificate={"coverage": proofs})


def multipliers(proofs: Any, proof: int = 0, node: int = 0) -> Any:
    """Return the multipliers of one case."""
    return proofs[proof]["nodes"][node]["multipliers"]


class TestDual:
    def test_is_verified_where_the_multipliers_add_up_to_the_bound(self):
        """§M6: 0.6 for the worst alone, 1.2 for both, and the plan reaches them."""
        report = check_plan(SHARED, SHARED_PLAN)

        assert report.findings == ()
        assert report.levels[0].bound_status == "verified"

    @pytest.mark.parametrize("bound", [(0.599, 1.2), (0.6, 1.199)])
    def test_does_not_carry_a_tighter_bound(self, bound):
        """§M6: what is stated may not say more than what is proven."""
        level = replace(SHARED_LEVEL, bound=bound)

        assert judge(SHARED, replace(SHARED_PLAN, levels=(level,))) == "refuted"

    @pytest.mark.parametrize("bound", [(0.61, 1.2), (0.9, 1.9)])
    def test_carries_a_looser_bound(self, bound):
        """§M6: at (0.9, 1.9) the trivial bound says as much, and no proof is needed."""
        level = replace(SHARED_LEVEL, bound=bound)

        assert judge(SHARED, replace(SHARED_PLAN, levels=(level,))) == "verified"

    @pytest.mark.parametrize("number", [-0.3, -0.5, 0.0, 0.4])
    def test_does_not_hold_with_another_multiplier(self, number):
        """§M6: any multipliers give a bound, but these not 0.6; one of the wrong sign counts as 0."""

        def change(proofs: Any) -> None:
            multipliers(proofs)["capacity"][0][2] = number

        assert judge(SHARED, tampered(SHARED_PLAN, change)) == "refuted"

    def test_is_unverified_where_a_proof_is_missing(self):
        """§M6: the second sum is then the word of the solver."""
        assert judge(SHARED, tampered(SHARED_PLAN, lambda proofs: proofs.pop())) == "unverified"

    def test_is_unverified_where_all_proofs_are_missing(self):
        """§M6: a kind alone proves nothing."""
        assert judge(SHARED, replace(SHARED_PLAN, certificate={})) == "unverified"

    def test_of_an_unverified_bound_may_say_how_near_it_is(self):
        """§M6: the first shows 0.6; for the second, each alone comes to 1.9 in all: (1.9 - 1.2) / 2."""
        level = replace(SHARED_LEVEL, certificate="unverified")
        plan = plan_of({"ay": 6, "bx": 3}, level, coverage=[FIRST])
        (check,) = check_plan(SHARED, plan).levels

        assert check.bound_status == "unverified"
        assert check.proven_gap == pytest.approx(0.35)

    def test_of_an_unverified_bound_counts_as_nothing_where_it_is_no_proof(self):
        """§M6: x and y alone could have 1.0 and 0.9: 0.9 - 0.6, and (1.9 - 1.2) / 2."""
        level = replace(SHARED_LEVEL, certificate="unverified")
        plan = plan_of({"ay": 6, "bx": 3}, level, coverage=[{"count": 1}])
        (check,) = check_plan(SHARED, plan).levels

        assert check.bound_status == "unverified"
        assert check.proven_gap == pytest.approx(0.35)

    def test_is_refuted_where_a_false_proof_stands_beside_a_missing_one(self):
        """§M6: the first is read all the same."""

        def change(proofs: Any) -> None:
            proofs.pop()
            multipliers(proofs)["capacity"][0][2] = 0.0

        assert judge(SHARED, tampered(SHARED_PLAN, change)) == "refuted"


class TestFloors:
    @pytest.mark.parametrize(
        ("limit", "status"), [(-0.6, "verified"), (-0.6000001, "verified"), (-0.600002, "refuted")]
    )
    def test_stand_as_the_plan_reached_them(self, limit, status):
        """§M6: within a millionth, as all figures of a plan are compared."""

        def change(proofs: Any) -> None:
            proofs[1]["floors"][0][2] = limit

        assert judge(SHARED, tampered(SHARED_PLAN, change)) == status

    def test_that_are_tighter_than_what_the_plan_reached_are_refuted(self):
        """§M6: with both at 0.59, no bound may rest on 0.6."""
        level = replace(SHARED_LEVEL, value=(0.59, 0.59), gap=0.01)

        assert judge(SHARED, replace(SHARED_PLAN, levels=(level,))) == "refuted"

    def test_that_are_looser_prove_less(self):
        """§M6: given 0.5 only, the sum is at most 1.8 - 0.5 = 1.3."""

        def change(proofs: Any) -> None:
            proofs[1]["floors"][0][2] = -0.5

        plan = tampered(SHARED_PLAN, change)

        assert judge(SHARED, plan) == "refuted"
        level = replace(SHARED_LEVEL, bound=(0.6, 1.3), gap=0.05)
        assert judge(SHARED, replace(plan, levels=(level,))) == "verified"

    @pytest.mark.parametrize(
        "floor",
        [
            ["coverage", 2, -1.2],  # the stage itself
            ["coverage", 0, -0.6],  # no sum of the vector
            ["burden", 1, 0.5],  # no level of the policy
            ["partners", 0, 2.0],  # a level that comes later
            ["coverage", 1, float("nan")],
            ["coverage", 1, float("inf")],
        ],
    )
    def test_are_stages_that_come_before(self, floor):
        """§M6: a bound holds given the earlier levels, and nothing else."""
        scenario = replace(SHARED, policy=Policy(levels=("coverage", "partners")))
        partners = LevelResult(
            name="partners", value=2.0, bound=2.0, gap=0.0, certificate="trivial"
        )
        plan = replace(SHARED_PLAN, levels=(SHARED_LEVEL, partners))

        def change(proofs: Any) -> None:
            proofs[1]["floors"].append(floor)

        assert check_plan(scenario, plan).levels[0].bound_status == "verified"
        assert check_plan(scenario, tampered(plan, change)).levels[0].bound_status == "refuted"

    @pytest.mark.parametrize("parties", [[1, 1], [], [2], [0, 1]])
    def test_hold_for_as_many_parties_as_they_count(self, parties):
        """§M5: theta_1 says something of each recipient, and of no two or none."""

        def change(proofs: Any) -> None:
            multipliers(proofs, 1)["floor"] = [["coverage", parties, -1.0]]

        assert judge(SHARED, tampered(SHARED_PLAN, change)) == "refuted"

    @pytest.mark.parametrize(("limit", "status"), [(-1.9, "verified"), (-2.0, "refuted")])
    def test_of_an_earlier_level_leave_its_slack(self, limit, status):
        """
        §M5: both donors hold their own ties, 1 each; continuity 2 may lose 5 per cent, so 1.9 stay.

        Then y_ax + y_by >= 1.9 less two maxima: at least 1.9 pairs. Without slack it would be 2.
        The trivial bound is 2 here, as each recipient has a pair; so recipients may have none.
        """
        policy = Policy(
            levels=("continuity", "partners"),
            slack={"continuity": 0.05},
            min_partners_per_recipient=0,
        )
        links = (Link(donor="a", recipient="x", tie=1.0), Link(donor="b", recipient="y", tie=1.0))
        scenario = replace(SHARED, policy=policy, links=links)
        case = {
            "stage": ["partners", 0],
            "multipliers": {"floor": [["continuity", [], -1.0]]},
        }
        proof = {"count": 0, "floors": [["continuity", 0, limit]], "nodes": [case]}
        levels = (
            LevelResult(
                name="continuity", value=2.0, bound=2.0, gap=0.0, certificate="trivial", best=2.0
            ),
            LevelResult(name="partners", value=2.0, bound=1.9, gap=0.1 / 1.9, certificate="dual"),
        )

        assert judge(scenario, plan_of({"ax": 5, "by": 3}, *levels, partners=[proof])) == status


class TestCover:
    def test_is_verified_where_every_case_is_bounded_or_empty(self):
        """§M6: theta_1 = 0 and theta_2 = 2/3; half a lot each would give 1/2 and 1."""
        report = check_plan(WHOLE, WHOLE_PLAN)

        assert report.findings == ()
        assert report.levels[0].bound_status == "verified"

    def test_leaves_no_case_out(self):
        """§M6: without the last one, x and y might both have a lot."""

        def change(proofs: Any) -> None:
            proofs[0]["nodes"].pop()

        assert judge(WHOLE, tampered(WHOLE_PLAN, change)) == "refuted"

    @pytest.mark.parametrize(
        ("node", "change"),
        [
            (0, {"below": 2}),  # the same half twice
            (0, {"above": 0}),  # round in a circle
            (2, {"below": 1}),  # a case that stands for another part
            (0, {"below": -1}),
            (0, {"at": 1}),  # x with one lot passes for x without any
            (0, {"at": 0.5}),  # nothing would hold one whole lot
            (0, {"split": ["pair", 0, 0]}),  # x open without a lot passes for x with one
            (0, {"split": ["flow", 0, 0, 1]}),  # no such resource
            (4, {"stage": ["coverage", 1]}),  # a bound that is too weak there
            (4, {"stage": ["coverage", 2]}),  # neither this stage nor one before
            (4, {"multipliers": {}}),  # nothing shows that it is empty
            (4, {"multipliers": {"capacity": [[0, 0, 1.0]]}}),
        ],
    )
    def test_is_refuted_after_a_change_of_its_nodes(self, node, change):
        """§M6: the halves must be the two parts of one whole, each met once."""

        def tamper(proofs: Any) -> None:
            proofs[0]["nodes"][node].update(change)

        assert judge(WHOLE, tampered(WHOLE_PLAN, tamper)) == "refuted"

    def test_splits_whole_columns_alone(self):
        """§M2: a divisible amount may lie between 0 and 1."""

        def change(proofs: Any) -> None:
            case = proofs[0]["nodes"][0]
            split = {"split": ["flow", 0, 0, 0], "at": 0, "below": 1, "above": 2}
            proofs[0]["nodes"] = [split, case, case]

        assert judge(SHARED, tampered(SHARED_PLAN, change)) == "refuted"

    def test_takes_a_flow_in_a_closed_pair_for_impossible(self):
        """§M3.3: the pair is closed, yet a lot flows: no such plan, whatever the multipliers."""

        def change(proofs: Any) -> None:
            nodes = proofs[0]["nodes"]
            nodes[4] = {"split": ["pair", 0, 0], "at": 0, "below": 5, "above": 6}
            nodes += [
                {"stage": None, "multipliers": {}},
                {"stage": None, "multipliers": {"capacity": [[0, 0, -1.0]]}},
            ]

        assert judge(WHOLE, tampered(WHOLE_PLAN, change)) == "verified"

    @pytest.mark.parametrize(("recipient", "status"), [(1, "verified"), (0, "refuted")])
    def test_takes_an_earlier_stage_that_a_case_breaks_for_a_reason(self, recipient, status):
        """
        §M6: given theta_1 = 0.6, no plan leaves y to b alone, as 3 of 10 are 0.3.

        But one may leave x to b alone: 3 of 5 are 0.6, as was reached.
        """
        alone = {"coverage": [[recipient, 1.0]], "worst": [[recipient, 1.0]]}

        def change(proofs: Any) -> None:
            proofs[1]["nodes"] = [
                {"split": ["pair", 0, recipient], "at": 0, "below": 1, "above": 2},
                {"stage": ["coverage", 1], "multipliers": alone},
                *proofs[1]["nodes"],
            ]

        assert judge(SHARED, tampered(SHARED_PLAN, change)) == status


class TestForm:
    @pytest.mark.parametrize(
        "proofs",
        [
            5,
            None,
            "no proofs",
            [5],
            [{}],
            [{"count": 1, "floors": [], "nodes": []}],
            [{"count": 1, "floors": 5, "nodes": FIRST["nodes"]}],
            [{"count": 1, "floors": [["coverage"]], "nodes": FIRST["nodes"]}],
            [{"count": "1", "floors": [], "nodes": FIRST["nodes"]}],
            [{"count": 1, "floors": [], "nodes": [{"stage": None}]}],
            [{"count": 1, "floors": [], "nodes": [{"stage": ["coverage"], "multipliers": {}}]}],
        ],
    )
    def test_that_is_no_proof_is_refuted(self, proofs):
        """§M6: a plan that says it is proven must be able to show it; and nothing breaks."""
        assert judge(SHARED, replace(SHARED_PLAN, certificate={"coverage": proofs})) == "refuted"

    @pytest.mark.parametrize(
        "families",
        [
            {"luck": [[0, 1.0]]},
            {"capacity": [[0, 1.0]]},
            {"capacity": [[5, 0, -1.0], "row"]},
            {"capacity": [[0, 0, "1"]]},
            {"capacity": [[0, 0, float("nan")]]},
            {"capacity": [[0, 0, float("inf")]]},
            {"capacity": [[0, 0, 1e308]]},
            {"coverage": [[7, 1.0]]},
            {"donor_partners": [[[0], 1.0]]},
            {"floor": [["coverage", [0], -1.0]]},
        ],
    )
    def test_of_multipliers_that_belong_to_no_row_is_refuted(self, families):
        """§M6: only the rows of the law may be added up."""

        def change(proofs: Any) -> None:
            multipliers(proofs).update(families)

        assert judge(SHARED, tampered(SHARED_PLAN, change)) == "refuted"
