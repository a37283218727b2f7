"""§M5 as a row of numbers to make small; expected values by hand."""

import numpy as np
import pytest

from tiebeam.core.model.scenario import Link, Party, Policy, Quantity, Resource, Scenario
from tiebeam.core.pairing.problem import Problem, compile_problem
from tiebeam.core.pairing.stages import Stage, coverages, list_stages, loads, stage_value

LEVELS = ("coverage", "burden", "continuity", "partners", "distance", "cost")


def make_problem(levels=LEVELS) -> Problem:
    """Return donors a (10), b (4) and idle c (0); recipients x (8), y (5) and content z (0)."""

    def party(name: str, **more) -> Party:
        return Party(id=name, name=name, **more)

    return compile_problem(
        Scenario(
            id="s",
            policy=Policy(levels=levels),
            donors=(party("a", open_cost=50.0), party("b", open_cost=20.0), party("c")),
            recipients=(party("x"), party("y"), party("z")),
            resources=(Resource(id="m", name="m", unit="person"),),
            capacities=(
                Quantity(party="a", resource="m", amount=10.0),
                Quantity(party="b", resource="m", amount=4.0),
            ),
            needs=(
                Quantity(party="x", resource="m", amount=8.0),
                Quantity(party="y", resource="m", amount=5.0),
            ),
            links=(
                Link(donor="a", recipient="x", tie=7.0, distance_km=100.0, unit_costs={"m": 1.5}),
                Link(donor="a", recipient="y", distance_km=10.0, uses={"m": 2.0}),
                Link(donor="b", recipient="x", tie=2.0, distance_km=30.0, fixed_cost=7.0),
                Link(donor="b", recipient="y", distance_km=50.0),
            ),
        )
    )


PAIRS = np.zeros((3, 3), dtype=bool)
PAIRS[[0, 0, 1], [0, 1, 0]] = True
AMOUNTS = np.zeros((3, 3, 1))
AMOUNTS[[0, 0, 1], [0, 1, 0], 0] = [4.0, 1.0, 2.0]
"""a sends 4 to x and 1 to y (which takes 2 of its capacity), b sends 2 to x."""


class TestListStages:
    def test_takes_one_stage_for_each_sum_of_a_vector_and_one_for_a_number(self):
        """§M5: theta_m for every m, over the parties with a need or a capacity alone."""
        stages = list_stages(make_problem())

        assert [(stage.level, stage.count) for stage in stages] == [
            ("coverage", 1),
            ("coverage", 2),
            ("burden", 1),
            ("burden", 2),
            ("continuity", 0),
            ("partners", 0),
            ("distance", 0),
            ("cost", 0),
        ]
        assert [stage.position for stage in stages] == [0, 0, 1, 1, 2, 3, 4, 5]

    def test_keeps_the_order_of_the_policy(self):
        """§M5."""
        stages = list_stages(make_problem(levels=("cost", "coverage")))

        assert [stage.level for stage in stages] == ["cost", "coverage", "coverage"]


class TestStage:
    @pytest.mark.parametrize(
        ("stage", "value", "bound", "gap"),
        [
            # |theta_3 - bound| / 3
            (Stage("coverage", 0, 3), -1.5, -1.8, 0.1),
            # |value - bound| / max(1, |bound|)
            (Stage("distance", 0), 110.0, 100.0, 0.1),
            (Stage("cost", 0), 0.5, 0.25, 0.25),
            # A bound that rounding has carried past the value is no gap.
            (Stage("partners", 0), 4.0, 4.0000001, 0.0),
        ],
    )
    def test_measures_gaps_as_the_law_does(self, stage, value, bound, gap):
        """§M6."""
        assert stage.gap(value, bound) == pytest.approx(gap)

    def test_knows_which_levels_look_at_flows(self):
        """§M5: ties and partners are counted by pairs alone."""
        without = [level for level in LEVELS if not Stage(level, 0).has_flows]

        assert without == ["continuity", "partners"]


class TestCoverages:
    def test_are_shares_of_what_is_needed(self):
        """§M4: x gets 6 of 8, y 1 of 5; z, in need of nothing, is not in the vector."""
        assert coverages(make_problem(), AMOUNTS).tolist() == pytest.approx([0.75, 0.2])


class TestLoads:
    def test_are_shares_of_capacity_with_what_a_unit_takes_of_it(self):
        """§M4: a spends 4 + 2 of 10, b 2 of 4; c, with nothing to give, is not in the vector."""
        assert loads(make_problem(), AMOUNTS).tolist() == pytest.approx([0.6, 0.5])


class TestStageValue:
    @pytest.mark.parametrize(
        ("stage", "value"),
        [
            (Stage("coverage", 0, 1), -0.2),
            (Stage("coverage", 0, 2), -0.95),
            (Stage("burden", 0, 1), 0.6),
            (Stage("burden", 0, 2), 1.1),
            (Stage("continuity", 0), -9.0),
            (Stage("partners", 0), 3.0),
            # 100 * 4/8 + 10 * 1/5 + 30 * 2/8
            (Stage("distance", 0), 59.5),
            # Opened a 50 and b 20, fixed 7, four units at 1.5.
            (Stage("cost", 0), 83.0),
        ],
    )
    def test_is_what_the_law_sums(self, stage, value):
        """§M5: less is better, so coverage and continuity carry a minus."""
        assert stage_value(make_problem(), stage, PAIRS, AMOUNTS) == pytest.approx(value)
