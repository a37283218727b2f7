"""Why an order, and what if: sentences of two numbers, worked by hand (§S11)."""

from dataclasses import replace
from fractions import Fraction

from tiebeam.core.explain.surge_reasons import ask_what_if, explain_order
from tiebeam.core.surge.model import Order
from tiebeam.core.surge.planned import Locks
from tiebeam.core.surge.planning import plan
from unit.test_surge_planning import a_surge, a_team, at_home, demand


class TestWhyAnOrder:
    def test_names_what_the_worst_place_would_lack_without_it(self):
        """§S11: with the team P lacks a third of its need, without it everything."""
        team = a_team("t")
        surge, state, scenarios = a_surge(team), at_home(team), [demand((10, 10, 10), (0, 0, 0))]
        found = plan(surge, state, scenarios, window=3)

        reason = explain_order(surge, state, scenarios, found, found.orders[0])

        assert (reason.level, reason.worst) == ("shortage", 1)
        assert (reason.before, reason.after) == (Fraction(1, 3), Fraction(1))
        assert (reason.place, reason.person_days, reason.code) == ("P", 20, "surge.why_worst")

    def test_says_of_an_order_that_helps_nobody_that_it_is_not_needed(self):
        """§S11: no level loses without it."""
        team = a_team("t")
        surge, state, scenarios = a_surge(team), at_home(team), [demand((0, 0, 0), (0, 0, 0))]
        idle = Order(team="t", to="P", leaves_on=0, arrives_on=1)
        found = replace(plan(surge, state, scenarios, window=3), orders=(idle,))

        assert explain_order(surge, state, scenarios, found, idle).code == "surge.why_nothing"


class TestWhatIf:
    def test_shows_the_levels_side_by_side_when_a_place_is_closed(self):
        """§S11: with P closed its ten patients have nobody, and the order for it falls."""
        team = a_team("t")
        surge, state, scenarios = a_surge(team), at_home(team), [demand((10, 10, 10), (0, 0, 0))]
        found = plan(surge, state, scenarios, window=3)

        answer = ask_what_if(surge, state, scenarios, found, Locks(closed=frozenset("P")))

        assert answer.levels[1].before == 10
        assert answer.levels[1].after == 30
        assert answer.dropped == found.given_orders
        assert answer.added == ()

    def test_sends_a_team_that_is_kept_to_a_place_nowhere_else(self):
        """§S11: t may go to Q alone, so P keeps its shortage and Q gets the ten heads late."""
        team = a_team("t")
        surge, state = a_surge(team), at_home(team)
        scenarios = [demand((10, 10, 10, 10), (10, 10, 10, 10))]
        found = plan(surge, state, scenarios, window=4)

        answer = ask_what_if(surge, state, scenarios, found, Locks(kept={"t": "Q"}))

        assert [(o.team, o.to) for o in found.orders] == [("t", "P")]
        assert [(o.team, o.to, o.arrives_on) for o in answer.plan.orders] == [("t", "Q", 2)]
        assert (answer.levels[1].before, answer.levels[1].after) == (50, 60)
