"""What must hold of the planner of a surge on any state, small enough to try every plan."""

from fractions import Fraction
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from reference.surge_instances import every_plan, list_figures, tiny_surges
from tiebeam.core.surge.checking import check_surge_plan
from tiebeam.core.surge.planning import plan
from tiebeam.core.surge.valuing import Valuation

WINDOW = 4
TAILS = st.sampled_from((Fraction(1), Fraction(1, 3)))


class TestThePlannerOfASurge:
    @settings(max_examples=60, deadline=None)
    @given(tiny_surges(window=WINDOW), TAILS)
    def test_reaches_at_every_level_what_trying_all_plans_does(self, drawn, tail):
        """§S6: no plan at all is better, level by level."""
        surge, state, scenarios = drawn

        found = plan(surge, state, scenarios, window=WINDOW, tail=tail)

        best = min(
            list_figures(Valuation(surge, state, scenarios, found.aims, orders), found.aims)
            for orders in every_plan(surge, state, WINDOW)
        )
        truth = Valuation(surge, state, scenarios, found.aims, found.orders)
        assert list_figures(truth, found.aims) == best
        assert check_surge_plan(surge, state, scenarios, found) == ()

    @settings(max_examples=25, deadline=None)
    @given(tiny_surges(window=WINDOW))
    def test_bounds_what_trying_all_plans_reaches_where_ways_share_pools(self, drawn):
        """§S7: leaving rules out never makes a bound too high, and the plan keeps every rule."""
        surge, state, scenarios = drawn

        with patch("tiebeam.core.surge.team_rows.MOST_WAYS", 0):
            found = plan(surge, state, scenarios, window=WINDOW)

        first = [
            Valuation(surge, state, scenarios, found.aims, orders).figure("shortage")[0]
            for orders in every_plan(surge, state, WINDOW)
        ]
        assert found.levels[0].bound[0] <= float(min(first)) + 1e-6
        assert check_surge_plan(surge, state, scenarios, found) == ()
