"""What changes the identity of a scenario or plan, and what does not (§M9)."""

from dataclasses import replace

import pytest

from tiebeam.core.model.identity import plan_sha256, scenario_sha256
from tiebeam.core.model.numbers import number_text
from tiebeam.core.model.plan import Flow, LevelResult, Notice, Pair, Plan, SolverRecord
from tiebeam.core.model.scenario import Party, Policy, Quantity, Resource, Scenario

SCENARIO = Scenario(
    id="s",
    donors=(Party(id="a", name="A"), Party(id="b", name="B")),
    recipients=(Party(id="x", name="X"),),
    resources=(Resource(id="r", name="R", unit="u"),),
    needs=(Quantity(party="x", resource="r", amount=3.0),),
)
PLAN = Plan(
    scenario_id="s",
    solver=SolverRecord(version="1", seed=1, seconds=0.5),
    levels=(LevelResult(name="partners", value=2.0, bound=2.0, gap=0.0, certificate="trivial"),),
    pairs=(Pair(donor="a", recipient="x", lead=True), Pair(donor="b", recipient="x")),
    flows=(Flow(donor="a", recipient="x", resource="r", amount=1.0),),
    certificate={"multipliers": (1.0, 2)},
    warnings=(Notice(code="w"),),
)


class TestScenarioIdentity:
    """§M9"""

    def test_does_not_depend_on_the_order_of_rows(self):
        turned = replace(SCENARIO, donors=SCENARIO.donors[::-1])

        assert scenario_sha256(turned) == scenario_sha256(SCENARIO)

    def test_leaves_out_unknown_columns(self):
        noted = replace(
            SCENARIO,
            donors=(replace(SCENARIO.donors[0], extra={"note": "n"}), SCENARIO.donors[1]),
            extra={"author": "me"},
        )

        assert scenario_sha256(noted) == scenario_sha256(SCENARIO)

    def test_takes_one_number_in_two_spellings_for_one(self):
        whole = replace(SCENARIO, needs=(Quantity(party="x", resource="r", amount=3),))

        assert scenario_sha256(whole) == scenario_sha256(SCENARIO)

    @pytest.mark.parametrize(
        "changed",
        [
            {"id": "t"},
            {"policy": Policy(min_share=0.1)},
            {"policy": Policy(levels=("burden", "coverage"))},
            {"donors": SCENARIO.donors[:1]},
            {"needs": (Quantity(party="x", resource="r", amount=3.0000000001),)},
            {"needs": (Quantity(party="x", resource="r", amount=3.0, source="3"),)},
        ],
    )
    def test_changes_with_the_content(self, changed):
        assert scenario_sha256(replace(SCENARIO, **changed)) != scenario_sha256(SCENARIO)

    def test_depends_on_the_order_of_levels(self):
        one = replace(SCENARIO, policy=Policy(levels=("coverage", "burden")))
        other = replace(SCENARIO, policy=Policy(levels=("burden", "coverage")))

        assert scenario_sha256(one) != scenario_sha256(other)


class TestPlanIdentity:
    """§M9"""

    def test_leaves_out_times(self):
        slower = replace(PLAN, solver=replace(PLAN.solver, seconds=99.0))

        assert plan_sha256(slower) == plan_sha256(PLAN)

    def test_does_not_depend_on_the_order_of_pairs(self):
        assert plan_sha256(replace(PLAN, pairs=PLAN.pairs[::-1])) == plan_sha256(PLAN)

    @pytest.mark.parametrize(
        "changed",
        [
            {"pairs": PLAN.pairs[:1]},
            {"flows": None},
            {"flows": ()},
            {"status": "optimal"},
            {"certificate": {"multipliers": (1.0, 3)}},
            {"solver": SolverRecord(version="1", seed=2, seconds=0.5)},
        ],
    )
    def test_changes_with_the_content(self, changed):
        assert plan_sha256(replace(PLAN, **changed)) != plan_sha256(PLAN)

    def test_tells_no_flows_from_an_empty_list_of_flows(self):
        assert plan_sha256(replace(PLAN, flows=None)) != plan_sha256(replace(PLAN, flows=()))


class TestNumberText:
    @pytest.mark.parametrize(
        ("number", "text"),
        [
            (120.0, "120"),
            (-0.0, "0"),
            (0.1, "0.1"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1e22, "1e+22"),
            (7, "7"),
        ],
    )
    def test_is_the_shortest_text_of_the_same_number(self, number, text):
        assert number_text(number) == text
        assert float(number_text(number)) == number
