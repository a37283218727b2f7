"""What a plan comes to; every figure is made by hand in its docstring or in ``two_towns``."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from tiebeam.core.model.scenario import Party, Scenario
from tiebeam.core.pairing.evaluate import (
    coverages,
    exact,
    leads,
    level_value,
    list_pairable_donors,
    list_pairable_recipients,
    loads,
    pair_coverages,
    sum_amounts,
    theta,
)
from tiebeam.errors import InvalidInput
from unit.two_towns import PLAN, SCENARIO, flow, pair, quantity, with_flow, with_link

TENTH = Fraction(1, 10)


class TestExact:
    def test_takes_the_decimal_that_a_person_wrote(self):
        assert exact(0.1) == TENTH
        assert exact(7) == 7
        assert exact(1e-9) == Fraction(1, 10**9)
        assert exact(np.float64(0.1)) == TENTH


class TestSumAmounts:
    def test_adds_rows_of_one_key(self):
        """§M2: x_ijk is one amount, however many rows it is spread over."""
        rows = [flow("hunan", "suizhou", "masks", 0.1), flow("hunan", "suizhou", "masks", 0.2)]

        assert sum_amounts(SCENARIO, rows) == {("hunan", "suizhou", "masks"): 3 * TENTH}

    def test_counts_from_a_billionth(self):
        """§M7: a flow counts from 1e-9."""
        least, less = flow("hunan", "suizhou", "masks", 1e-9), flow("a", "b", "masks", 9e-10)

        assert set(sum_amounts(SCENARIO, [least, less])) == {("hunan", "suizhou", "masks")}

    def test_reads_a_lot_within_a_millionth_as_whole(self):
        """§M7: lots are whole numbers; 0.1 + 0.2 in floats is three lots of 0.1."""
        tenths = replace(SCENARIO.resources[0], lot=0.1)
        scenario = replace(SCENARIO, resources=(tenths, SCENARIO.resources[1]))
        key = ("hunan", "huanggang", "doctors")

        assert sum_amounts(scenario, [flow(*key, 0.1 + 0.2)]) == {key: 3 * TENTH}
        assert sum_amounts(SCENARIO, [flow(*key, 2.000001)]) == {key: 2}
        assert sum_amounts(SCENARIO, [flow(*key, 2.000002)]) == {key: exact(2.000002)}


class TestCoverages:
    def test_weigh_the_resources(self):
        """§M4: (3 * 8/8 + 60/80) / 4 and (3 * 2/4 + 50/100) / 4."""
        assert coverages(SCENARIO, PLAN.flows) == {
            "huanggang": Fraction(15, 16),
            "suizhou": Fraction(1, 2),
        }

    def test_sum_over_the_donors(self):
        """§M4: Hunan's 20 boxes of masks are 20/100 of a quarter on top of one half."""
        plan = with_flow(PLAN, flow("hunan", "suizhou", "masks", 20))

        assert pair_coverages(SCENARIO, plan.flows)["hunan", "suizhou"] == Fraction(1, 20)
        assert coverages(SCENARIO, plan.flows)["suizhou"] == Fraction(11, 20)

    def test_leave_out_who_needs_nothing_and_what_nobody_asked_for(self):
        """§M4: the vector holds recipients with a need; k runs over what is needed."""
        no_need = replace(SCENARIO, needs=SCENARIO.needs[:1])

        assert coverages(no_need, PLAN.flows) == {"huanggang": 1}

    def test_do_not_divide_by_a_need_of_zero(self):
        """§M4: k with n_jk = 0 is left out, so doctors are all that counts."""
        needs = (quantity("huanggang", "doctors", 8), quantity("huanggang", "masks", 0))
        scenario = replace(SCENARIO, needs=needs)

        assert coverages(scenario, PLAN.flows) == {"huanggang": 1}


class TestLoads:
    def test_weigh_the_resources(self):
        """§M4: (3 * 8/10 + 60/100) / 4 and (3 * 2/5 + 50/50) / 4."""
        assert loads(SCENARIO, PLAN.flows) == {
            "hunan": Fraction(3, 4),
            "jiangxi": Fraction(11, 20),
        }

    def test_count_what_a_delivery_takes_of_the_capacity(self):
        """§M4: with use 1.2 the 8 doctors take 9.6 of 10: (3 * 0.96 + 0.6) / 4 = 0.87."""
        scenario = with_link(SCENARIO, "hunan", "huanggang", uses={"doctors": 1.2})

        assert loads(scenario, PLAN.flows)["hunan"] == Fraction(87, 100)

    def test_are_zero_without_flows_and_absent_without_capacity(self):
        """§M4: the vector holds donors with a capacity."""
        scenario = replace(SCENARIO, capacities=SCENARIO.capacities[:2])

        assert loads(scenario, ()) == {"hunan": 0}


class TestPairable:
    def test_are_those_with_something_to_give_or_to_get(self):
        """§M3: a recipient without any need, and a donor without any capacity, have no pair."""
        scenario = replace(
            SCENARIO,
            capacities=(quantity("hunan", "doctors", 0), quantity("jiangxi", "masks", 1)),
            needs=(quantity("suizhou", "masks", 1),),
        )

        assert list_pairable_donors(scenario) == ("jiangxi",)
        assert list_pairable_recipients(scenario) == ("suizhou",)

    def test_are_all_where_nobody_speaks_of_resources(self):
        """§M5: a case that knows pairs alone has levels such as continuity."""
        scenario = replace(SCENARIO, resources=(), capacities=(), needs=())

        assert list_pairable_donors(scenario) == ("hunan", "jiangxi")
        assert list_pairable_recipients(scenario) == ("huanggang", "suizhou")


class TestLeads:
    def test_are_the_partners_that_cover_most(self):
        """§M5: Jiangxi covers one half of Suizhou, Hunan a twentieth."""
        plan = with_flow(PLAN, flow("hunan", "suizhou", "masks", 20))
        pairs = [*plan.pairs, pair("hunan", "suizhou")]

        assert leads(SCENARIO, plan.flows, pairs) == {"huanggang": "hunan", "suizhou": "jiangxi"}

    @pytest.mark.parametrize(("boxes", "expected"), [(50.0000002, "hunan"), (50.000002, "jiangxi")])
    def test_go_to_the_lower_id_within_a_billionth(self, boxes, expected):
        """§M5: 2e-7 boxes of 100 at weight 1/4 are 5e-10 of the need, 2e-6 boxes are 5e-9."""
        flows = [flow("jiangxi", "suizhou", "masks", boxes), flow("hunan", "suizhou", "masks", 50)]
        pairs = [pair("jiangxi", "suizhou"), pair("hunan", "suizhou")]

        assert leads(SCENARIO, flows, pairs) == {"suizhou": expected}

    def test_go_to_the_lower_id_in_code_points_where_nothing_flows(self):
        """§M5: capital letters come before small ones, and 湖 after both."""
        pairs = [pair("湖南", "x"), pair("a", "x"), pair("B", "x")]

        assert leads(Scenario(id="s"), (), pairs) == {"x": "B"}


class TestTheta:
    def test_sums_the_first_m(self):
        """§M5: theta_1, theta_2, theta_3 of 1/4, 1/2, 1."""
        values = (Fraction(1, 4), Fraction(1, 2), Fraction(1))

        assert theta(values) == (Fraction(1, 4), Fraction(3, 4), Fraction(7, 4))
        assert theta(()) == ()


class TestLevelValue:
    @pytest.mark.parametrize(
        ("name", "of", "value"),
        [
            ("coverage", ("suizhou", "huanggang"), (Fraction(1, 2), Fraction(15, 16))),
            ("burden", ("hunan", "jiangxi"), (Fraction(3, 4), Fraction(11, 20))),
            ("continuity", (), 274 + 135),
            ("partners", (), 2),
            # 100 km * 0.9375 + 200 km * 0.5
            ("distance", (), Fraction("193.75")),
            # 5 to open Hunan, 7 for the pair, 8 doctors at 2, 50 boxes at 0.1
            ("cost", (), 33),
        ],
    )
    def test_is_what_hand_arithmetic_says(self, name, of, value):
        """§M5: every level on the plan of the two towns."""
        result = level_value(name, SCENARIO, PLAN.pairs, PLAN.flows)

        assert (result.of, result.value) == (of, value)

    def test_puts_equal_parties_in_the_order_of_their_ids(self):
        """§M9: the order of rows does not show."""
        idle = level_value("burden", SCENARIO, (), ())

        assert idle.of == ("hunan", "jiangxi")
        assert level_value("coverage", SCENARIO, (), ()).of == ("huanggang", "suizhou")

    def test_counts_a_couple_without_a_link_as_plain(self):
        """§M1: an absent link has no tie and no costs; Jiangxi costs nothing to open."""
        pairs, flows = [pair("jiangxi", "huanggang")], [flow("jiangxi", "huanggang", "masks", 5)]
        scenario = replace(SCENARIO, links=())

        assert level_value("continuity", scenario, pairs, flows).value == 0
        assert level_value("cost", scenario, pairs, flows).value == 0

    def test_measures_a_great_circle_where_no_distance_is_given(self):
        """§M1: a quarter of the equator of the sphere is 6371.0088 * pi / 2 = 10007.557 km."""
        scenario = replace(
            SCENARIO,
            links=(),
            donors=(Party(id="hunan", name="Hunan", lat=0.0, lon=0.0),),
            recipients=(Party(id="suizhou", name="Suizhou", lat=0.0, lon=90.0),),
        )
        flows = [flow("hunan", "suizhou", "masks", 100)]

        km = level_value("distance", scenario, [pair("hunan", "suizhou")], flows).value

        # Masks alone are a quarter of the need.
        assert float(km) == pytest.approx(10007.5572 / 4, abs=1e-3)

    def test_refuses_to_guess_a_distance(self):
        """§M1: never 0 km silently."""
        flows = [flow("jiangxi", "huanggang", "masks", 5)]
        scenario = replace(SCENARIO, links=())

        with pytest.raises(InvalidInput) as caught:
            level_value("distance", scenario, [pair("jiangxi", "huanggang")], flows)

        (fault,) = caught.value.faults
        assert fault.code == "evaluate.unknown_distance"
        assert fault.facts == {"donor": "jiangxi", "recipient": "huanggang"}
