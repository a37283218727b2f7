"""What must hold of the planner of a surge on any state, small enough to try every plan."""

from fractions import Fraction
from operator import gt
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from reference.surge_instances import every_plan, list_figures, tiny_surges
from tiebeam.core.surge.checking import check_surge_plan
from tiebeam.core.surge.planning import plan
from tiebeam.core.surge.valuing import Valuation, sums

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
    @given(tiny_surges(window=WINDOW), st.sampled_from((0, 10**6)))
    def test_bounds_what_trying_all_plans_reaches_as_where_teams_are_many(self, drawn, most):
        """§S7: shared pools and single heads never make a bound too high; every rule is kept."""
        surge, state, scenarios = drawn

        with (
            patch("tiebeam.core.surge.team_rows.MOST_WAYS", 0),
            patch("tiebeam.core.surge.planning.SMALL", -1),
            patch("tiebeam.core.surge.planning.MOST_DEPARTURES", most),
        ):
            found = plan(surge, state, scenarios, window=WINDOW)

        shortage, unmet = found.levels[:2]
        every = [
            (sums(valuation.figure("shortage")), valuation.figure("unmet"))
            for orders in every_plan(surge, state, WINDOW)
            for valuation in [Valuation(surge, state, scenarios, found.aims, orders)]
        ]
        assert shortage.bound[0] <= float(min(first for (first, *_), _ in every)) + 1e-6
        reached = sums(shortage.value)
        alike = [lacking for sums_, lacking in every if not any(map(gt, sums_, reached))]
        assert unmet.bound <= float(min(alike)) + 1e-6
        assert check_surge_plan(surge, state, scenarios, found) == ()
