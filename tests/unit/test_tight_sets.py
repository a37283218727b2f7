"""
Tight sets: recipients that are short together, and all that may serve them (§M6).

NURSES: x and y need 40 and 80 nurses, z needs 10. The donors a (60) and b (30) may serve x and
y, c (50) may serve z alone. So x and y, who need 120, can have 90: no plan covers both to more
than 0.75. z is covered in full.
"""

from dataclasses import replace
from typing import Any

import pytest

from tiebeam.core.model.plan import LevelResult, Plan
from tiebeam.core.model.scenario import Link, Policy, Quantity, Resource, Scenario
from tiebeam.core.pairing.check import check_plan
from tiebeam.core.pairing.findings import TightSet
from tiebeam.core.pairing.solver import solve_pairing
from unit.test_certificate import COVERED, judge, plan_of, scenario_of

CLOSED = tuple(
    Link(donor=donor, recipient=recipient, status="forbidden")
    for donor, recipient in ("az", "bz", "cx", "cy")
)
NURSES = replace(
    scenario_of({"a": 60, "b": 30, "c": 50}, {"x": 40, "y": 80, "z": 10}), links=CLOSED
)
X_AND_Y = TightSet(
    resource="k",
    recipients=("x", "y"),
    donors=("a", "b"),
    need=120.0,
    capacity=90.0,
)


def list_tight_sets(scenario: Scenario, plan: Plan) -> tuple[TightSet, ...]:
    """Return what the checker names."""
    return check_plan(scenario, plan).levels[0].tight_sets


def proof_of(weights: dict[int, float], met: list[list[int]]) -> dict[str, Any]:
    """Return the proof of theta_1 in which the recipients count by *weights*."""
    listed = [list(weight) for weight in weights.items()]
    multipliers = {"coverage": listed, "worst": listed}
    nodes = [{"stage": ["coverage", 1], "multipliers": multipliers, "met": met}]
    return {"count": 1, "floors": [], "nodes": nodes}


def claimed(bound: float, proof: dict[str, Any]) -> Plan:
    """Return a plan that states *bound* for the worst covered, with *proof*."""
    level = LevelResult(
        name="coverage",
        of=("x", "y", "z"),
        value=(0.75, 0.75, 1.0),
        bound=(bound, 2.0, 3.0),
        gap=0.25,
        certificate="tight_set",
    )
    flows = {"ax": 30.0, "ay": 30.0, "by": 30.0, "cz": 10.0}
    return plan_of(flows, level, coverage=[proof])


class TestTightSets:
    def test_carry_the_bound_that_anybody_can_divide_out(self):
        """§M6: 90 of 120 nurses; x counts a third and y two, as they need 40 and 80."""
        weights = {0: 1 / 3, 1: 2 / 3}

        assert judge(NURSES, claimed(0.7500001, proof_of(weights, []))) == "verified"
        assert judge(NURSES, claimed(0.7499, proof_of(weights, []))) == "refuted"

    def test_count_in_full_what_they_say_is_met(self):
        """§M6: z's need is met: half of z and a sixth and a third of the others come to 0.875."""
        weights = {0: 1 / 6, 1: 1 / 3, 2: 1 / 2}

        assert judge(NURSES, claimed(0.8750001, proof_of(weights, [[2, 0]]))) == "verified"
        assert judge(NURSES, claimed(0.8749, proof_of(weights, [[2, 0]]))) == "refuted"

    def test_name_who_is_short_of_what_and_who_may_serve_them(self):
        """§M6: these recipients, these donors, their capacity."""
        plan = solve_pairing(NURSES)

        assert plan.levels[0].certificate == "tight_set"
        assert judge(NURSES, plan) == "verified"
        assert plan.levels[0].bound == pytest.approx((0.75, 1.5, 2.5), abs=1e-6)
        assert list_tight_sets(NURSES, plan) == (X_AND_Y,)

    def test_are_named_apart_where_no_donor_may_serve_both(self):
        """§M6: with 20 for z, which c alone serves with 5, z is short by itself."""
        needs = tuple(replace(n, amount=20) if n.party == "z" else n for n in NURSES.needs)
        capacities = tuple(replace(c, amount=5) if c.party == "c" else c for c in NURSES.capacities)
        scenario = replace(NURSES, needs=needs, capacities=capacities)
        plan = solve_pairing(scenario)
        alone = TightSet(
            resource="k",
            recipients=("z",),
            donors=("c",),
            need=20.0,
            capacity=5.0,
        )

        assert check_plan(scenario, plan).levels[0].bound_status == "verified"
        assert set(list_tight_sets(scenario, plan)) >= {X_AND_Y}
        assert set(list_tight_sets(scenario, plan)) <= {X_AND_Y, alone}

    def test_count_what_reaches_the_recipients_of_a_capacity(self):
        """§M1: each nurse of b takes two of its capacity, so 30 are 15."""
        links = (
            *CLOSED,
            Link(donor="b", recipient="x", uses={"k": 2.0}),
            Link(donor="b", recipient="y", uses={"k": 2.0}),
        )
        scenario = replace(NURSES, links=links)
        plan = solve_pairing(scenario)
        short = replace(X_AND_Y, capacity=75.0)

        assert plan.levels[0].value == pytest.approx((75 / 120, 75 / 120, 1.0), abs=1e-6)
        assert list_tight_sets(scenario, plan) == (short,)

    def test_leave_partner_limits_to_other_proofs(self):
        """§M6: one partner each leaves x and y short of what their capacity alone would allow."""
        scenario = replace(NURSES, policy=replace(COVERED, max_partners_per_recipient=1))
        plan = solve_pairing(scenario)

        assert plan.levels[0].certificate in ("dual", "cover", "trivial")
        assert judge(scenario, plan) == "verified"

    def test_weigh_several_resources(self):
        """
        §M4: x and y have the doctors they need, and 90 of 120 nurses: a coverage of 0.875.

        The doctors' need is met, so only the nurses are named.
        """
        doctors = Resource(id="m", name="m")
        scenario = replace(
            NURSES,
            resources=(*NURSES.resources, doctors),
            capacities=(*NURSES.capacities, Quantity(party="a", resource="m", amount=9)),
            needs=(
                *NURSES.needs,
                Quantity(party="x", resource="m", amount=3),
                Quantity(party="y", resource="m", amount=3),
            ),
        )
        plan = solve_pairing(scenario)

        assert plan.levels[0].value[0] == pytest.approx(0.875, abs=1e-6)
        assert judge(scenario, plan) == "verified"
        assert list_tight_sets(scenario, plan) == (X_AND_Y,)

    def test_name_nobody_who_could_have_enough(self):
        """§M6: z counts too, and is not said to be met; but c has 50 for the 10 that it needs."""
        weights = {0: 1 / 6, 1: 1 / 3, 2: 1 / 2}
        plan = claimed(2.875, proof_of(weights, []))

        assert list_tight_sets(NURSES, plan) == (X_AND_Y,)


class TestForm:
    def test_with_other_multipliers_is_refuted(self):
        """§M6: a tight set says how much recipients count, and nothing of rules on pairs."""
        proof = proof_of({0: 1 / 3, 1: 2 / 3}, [])
        proof["nodes"][0]["multipliers"]["donor_partners"] = [[0, -1.0]]

        assert judge(NURSES, claimed(0.7500001, proof)) == "refuted"

    @pytest.mark.parametrize("met", [5, [5], [[0]], [["x"]]])
    def test_that_is_none_is_refuted(self, met):
        """§M6: nothing breaks."""
        plan = claimed(0.7500001, proof_of({0: 1 / 3, 1: 2 / 3}, met))

        assert judge(NURSES, plan) == "refuted"
        assert list_tight_sets(NURSES, plan) == ()

    def test_of_plans_without_proofs_names_nothing(self):
        """§M6: a plan by hand has no bounds."""
        assert list_tight_sets(NURSES, plan_of({"ax": 30.0})) == ()


def test_scenarios_of_one_resource_have_tight_sets_wherever_partners_are_free() -> None:
    """§M6: with capacity for half the need, all recipients are short of all donors."""
    scenario: Scenario = scenario_of(
        {"a": 5, "b": 5}, {"x": 8, "y": 12}, policy=Policy(levels=("coverage",))
    )
    (tight,) = list_tight_sets(scenario, solve_pairing(scenario))

    assert (tight.need, tight.capacity) == (20, 10)
