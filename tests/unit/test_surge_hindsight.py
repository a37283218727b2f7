"""What hindsight proves (§S3), against figures counted by hand and against any policy drawn."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiebeam.core.solve.linear import LinearProgram
from tiebeam.core.surge.hindsight import bound_measures
from tiebeam.core.surge.model import Limits, Transfer
from tiebeam.core.surge.policies import greedy
from tiebeam.core.surge.replay import Decision, replay
from unit.roaming import roaming, surges
from unit.small_surge import small_surge, team


class TestProvenBound:
    def test_is_the_optimum_of_a_small_program(self):
        """Least x + 2y with x + y >= 7, x <= 4: x = 4, y = 3, cost 10."""
        program = LinearProgram()
        x, y = program.column(4, cost=1), program.column(9, cost=2)
        program.row([(x, 1), (y, 1)], low=7)

        assert program.prove_bound() == 10

    def test_is_below_the_optimum_whatever_the_multipliers(self):
        program = LinearProgram()
        x, y = program.column(4, cost=1), program.column(9, cost=2)
        program.row([(x, 1), (y, 1)], low=7)

        assert max(program._add_up([m / 8]) for m in range(-40, 41)) == 10


class TestHindsight:
    def test_knows_what_the_travel_of_the_teams_leaves_unmet(self):
        """The hub lacks 10 on 12 days; five heads can be there from day 1, for six days: 120 - 30."""
        bound = bound_measures(small_surge(), {"hub": (40,) * 12, "side": (0,) * 12})

        assert bound.unmet_person_days == 90
        assert bound.worst_ratio <= Fraction(90, 240) < bound.worst_ratio + Fraction(1, 10**5)
        assert bound.peak_hub_occupancy == Fraction(40, 50)
        assert (bound.moves, bound.kilometres, bound.transfers) == (0, 0, 0)

    @pytest.mark.parametrize(("minimum", "unmet"), [(1, 0), (4, 10)])
    def test_lets_nobody_leave_before_the_minimum_tour(self, minimum, unmet):
        """
        The hub lacks 5 on days 1 and 2, the side 5 on days 4 to 7; there are five heads.

        Who may leave on day 3 is there on day 4; who may leave on day 5 misses days 4 and 5.
        """
        surge = small_surge(team(min_tour=minimum, max_tour=12), horizon=8)
        figures = {"hub": (0, 30, 30, 0, 0, 0, 0, 0), "side": (0, 0, 0, 0, 18, 18, 18, 18)}

        assert bound_measures(surge, figures).unmet_person_days == unmet

    @settings(max_examples=15, deadline=None)
    @given(drawn=surges(), data=st.data())
    def test_is_undercut_by_no_policy(self, drawn, data):
        surge, figures = drawn
        bound = bound_measures(surge, figures)

        for policy in (roaming(surge, data), greedy(surge)):
            measures = replay(surge, figures, policy, lag=0).measures
            assert bound.unmet_person_days <= measures.unmet_person_days
            assert bound.worst_ratio <= measures.worst_ratio
            assert bound.peak_hub_occupancy <= measures.peak_hub_occupancy

    @settings(max_examples=15, deadline=None)
    @given(drawn=surges(), counts=st.lists(st.integers(0, 8), min_size=14, max_size=14))
    def test_is_undercut_by_no_transfers(self, drawn, counts):
        limits = Limits(
            allowed=True, daily_per_source=8, daily_per_destination=8, quiet_days=1, stay_days=4
        )
        surge, figures = drawn
        surge = small_surge(*surge.teams, horizon=14, limits=limits)
        figures = {**figures, "side": (0,) * 14}

        def decide(state):
            here = state.patients["side"][-1] + sum(
                t.patients for t in state.transfers if t.on + 4 > state.day
            )
            count = min(counts[state.day], 20 - here)
            sent = Transfer(source="hub", destination="side", patients=count, on=state.day)
            return Decision(transfers=(sent,) if count > 0 else ())

        bound = bound_measures(surge, figures)
        measures = replay(surge, figures, decide, lag=0).measures

        assert bound.unmet_person_days <= measures.unmet_person_days
        assert bound.worst_ratio <= measures.worst_ratio
        assert bound.peak_hub_occupancy <= measures.peak_hub_occupancy
