"""The linear program as a solver of plans without whole numbers; values by hand."""

import highspy
import numpy as np
import pytest

from reference.golden_models import amount, make_scenario, party, resource
from tiebeam.core.model.scenario import Link, Policy, Scenario
from tiebeam.core.pairing.problem import compile_problem
from tiebeam.core.pairing.relaxation import Relaxation
from tiebeam.core.pairing.stages import Stage


def aimed(scenario: Scenario, stage: Stage, *, with_pairs: bool = True) -> Relaxation:
    relaxation = Relaxation(compile_problem(scenario), with_pairs=with_pairs)
    relaxation.aim(stage)
    return relaxation


class TestSolve:
    def test_covers_both_alike_where_it_can(self):
        """§M5: 14 for needs of 8 and 5 are enough for all."""
        solved = aimed(make_scenario(), Stage("coverage", 0, 2)).solve()

        assert solved.status == "optimal"
        assert solved.objective == pytest.approx(-2.0)

    def test_shares_a_shortage(self):
        """§M5: 14 for needs of 8 and 20: half of each is covered, so theta_1 is 0.5."""
        scenario = make_scenario(more_needs=())
        needs = (amount("x", "m", 8), amount("y", "m", 20))
        scenario = Scenario(**{**_fields(scenario), "needs": needs})

        solved = aimed(scenario, Stage("coverage", 0, 1)).solve()

        assert solved.objective == pytest.approx(-0.5)

    def test_says_that_rules_on_partners_cannot_hold(self):
        """§M3.4: a must have two partners and may have one link."""
        scenario = make_scenario(
            donors=(party("a", 30.0, min_partners=2), party("b", 31.0)),
            links=(Link(donor="a", recipient="x", status="forbidden"),),
        )

        solved = aimed(scenario, Stage("coverage", 0, 1)).solve()

        assert solved.status == "infeasible"
        assert solved.objective == np.inf

    def test_keeps_what_was_reached(self):
        """§M5: with burden at most 0.5 each, a gives 5 and b 2: seven of thirteen needed."""
        relaxation = aimed(make_scenario(), Stage("burden", 0, 1))
        relaxation.add_floor(Stage("burden", 0, 1), 0.5)
        relaxation.aim(Stage("coverage", 1, 1))

        solved = relaxation.solve()

        assert solved.objective == pytest.approx(-7 / 13)

    def test_adds_no_row_for_pairs_where_it_has_none(self):
        """§M5: a level of pairs is no matter of the program in which they are given."""
        relaxation = aimed(make_scenario(), Stage("partners", 0), with_pairs=False)
        before = len(relaxation.row_names)

        relaxation.add_floor(Stage("partners", 0), 3.0)

        assert len(relaxation.row_names) == before


class TestOpenPairs:
    def test_lets_nothing_flow_elsewhere(self):
        """§M3.3, §M7: a alone serves x and y: 10 of 13, ten thirteenths each."""
        relaxation = aimed(make_scenario(), Stage("coverage", 0, 1), with_pairs=False)

        relaxation.open_pairs(np.array([[True, True], [False, False]]))

        assert relaxation.solve().objective == pytest.approx(-10 / 13)

    def test_can_be_given_others_later(self):
        """§M3.6: the share that an open pair must bring goes with it."""
        scenario = make_scenario(policy=Policy(min_share=0.9))
        relaxation = aimed(scenario, Stage("coverage", 0, 1), with_pairs=False)

        relaxation.open_pairs(np.array([[False, True], [True, False]]))
        assert relaxation.solve().status == "infeasible"

        relaxation.open_pairs(np.array([[True, False], [False, False]]))
        assert relaxation.solve().objective == pytest.approx(0.0)


class TestWithoutOptimum:
    """What is made of a program that the LP solver gives up; both kinds, tried again from scratch."""

    def test_knows_nothing_of_one_that_may_have_a_plan(self):
        relaxation = aimed(make_scenario(), Stage("coverage", 0, 1))

        solved = relaxation._without_optimum(highspy.HighsModelStatus.kUnknown)

        assert solved.status == "stopped"
        assert solved.objective == -np.inf

    def test_sees_that_there_is_none(self):
        scenario = make_scenario(
            donors=(party("a", 30.0, min_partners=2), party("b", 31.0)),
            links=(Link(donor="a", recipient="x", status="forbidden"),),
        )
        relaxation = aimed(scenario, Stage("coverage", 0, 1))

        solved = relaxation._without_optimum(highspy.HighsModelStatus.kUnknown)

        assert solved.status == "infeasible"
        assert solved.objective == np.inf


class TestRead:
    def test_makes_lots_whole_and_drops_slivers(self):
        """§M2, §M3.3: 1.9999999 lots are two; a flow through a closed pair is none."""
        relaxation = aimed(
            make_scenario(resources=(resource("m", lot=3.0),)), Stage("coverage", 0, 1)
        )
        columns = np.zeros(relaxation.columns)
        columns[relaxation.at["flow"]] = [1.9999999, 1e-7, 1.0, 1.0]
        columns[relaxation.at["pair"]] = [1.0, 1.0, 0.9999999, 1e-7]

        pairs, amounts = relaxation.read(columns)

        assert pairs.tolist() == [[True, True], [True, False]]
        assert amounts[:, :, 0].tolist() == [[6.0, 0.0], [3.0, 0.0]]


def _fields(scenario: Scenario) -> dict:
    return {name: getattr(scenario, name) for name in Scenario.__dataclass_fields__}
