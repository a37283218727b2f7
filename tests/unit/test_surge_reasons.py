"""Why an order, and what if: sentences of two numbers, worked by hand (§S11)."""

from dataclasses import replace
from fractions import Fraction

from tiebeam.core.explain.surge_reasons import ask_what_if, explain_order, list_alternatives
from tiebeam.core.surge.model import Order, Standing
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

    def test_says_of_an_order_that_harms_that_it_is_not_needed(self):
        """§S11: P needs the ten who would leave it for Q, where nobody is."""
        team = a_team("t")
        at_p = Standing(team="t", status="on_duty", place="P", since=-3, until=17, tour_from=-3)
        surge, state = a_surge(team), replace(at_home(team), standings={"t": at_p})
        scenarios = [demand((10, 10, 10), (0, 0, 0))]
        away = Order(team="t", to="Q", leaves_on=0, arrives_on=1)
        found = replace(plan(surge, state, scenarios, window=3), orders=(away,))

        assert explain_order(surge, state, scenarios, found, away).code == "surge.why_nothing"


class TestWhyNotAnother:
    def test_place_or_team_says_which_level_differs_first(self):
        """§S11: t leaves P a third of its need; in Q P keeps all of it, and u is nobody's worse."""
        t, u = a_team("t"), a_team("u", size=5)
        surge, state = a_surge(t, u), at_home(t, u)
        scenarios = [demand((10, 10, 10), (0, 0, 0))]
        found = plan(surge, state, scenarios, window=3, locks=Locks(refused=frozenset("u")))
        free = replace(found, aims=replace(found.aims, locks=Locks()))

        seen = {
            (row.order.team, row.order.to): (row.level, row.worst, row.before, row.after)
            for row in list_alternatives(surge, state, scenarios, free, found.orders[0])
        }

        assert seen == {
            ("t", "Q"): ("shortage", 1, Fraction(1, 3), Fraction(1)),
            ("u", "P"): ("shortage", 1, Fraction(1, 3), Fraction(2, 3)),
        }

    def test_team_that_is_alike_would_do_as_well(self):
        """§S11: t and u are of one home and size: no level differs."""
        t, u = a_team("t"), a_team("u")
        surge, state = a_surge(t, u), at_home(t, u)
        scenarios = [demand((10, 10, 10), (0, 0, 0))]
        found = plan(surge, state, scenarios, window=3, locks=Locks(refused=frozenset("u")))
        free = replace(found, aims=replace(found.aims, locks=Locks()))

        rows = list_alternatives(surge, state, scenarios, free, found.orders[0])

        assert [row.level for row in rows if row.order.team == "u"] == [None]

    def test_place_is_no_question_of_a_team_that_goes_home(self):
        team = a_team("t")
        surge, state, scenarios = a_surge(team), at_home(team), [demand((0, 0, 0), (0, 0, 0))]
        home = Order(team="t", to=None, leaves_on=0, arrives_on=1)
        found = plan(surge, state, scenarios, window=3)

        assert list_alternatives(surge, state, scenarios, found, home) == ()


class TestWhatIf:
    def test_counts_more_patients_in_the_second_plan_alone(self):
        """§S11: of fifteen on each day the first lacks all, the two with the team five each."""
        team = a_team("t")
        surge, state, scenarios = a_surge(team), at_home(team), [demand((10, 10, 10), (0, 0, 0))]
        found = plan(surge, state, scenarios, window=3)

        more = [demand((15, 15, 15), (0, 0, 0))]
        answer = ask_what_if(surge, state, scenarios, found, Locks(), instead=more)

        assert (answer.levels[1].before, answer.levels[1].after) == (10, 25)
        assert answer.levels[0].difference == (1, Fraction(1, 3), Fraction(25, 45))
        assert answer.levels[4].difference == (0, 50, 50)
        assert (answer.added, answer.dropped) == ((), ())

    def test_shows_equal_levels_where_nothing_is_supposed(self):
        """§S11: the plan is the same, and the worst place keeps its third."""
        team = a_team("t")
        surge, state, scenarios = a_surge(team), at_home(team), [demand((10, 10, 10), (0, 0, 0))]
        found = plan(surge, state, scenarios, window=3)

        answer = ask_what_if(surge, state, scenarios, found, Locks())

        assert answer.levels[0].difference == (1, Fraction(1, 3), Fraction(1, 3))
        assert (answer.added, answer.dropped) == ((), ())

    def test_shows_the_levels_side_by_side_when_a_place_is_closed(self):
        """§S11: with P closed its ten patients have nobody, and the order for it falls."""
        team = a_team("t")
        surge, state, scenarios = a_surge(team), at_home(team), [demand((10, 10, 10), (0, 0, 0))]
        found = plan(surge, state, scenarios, window=3)

        answer = ask_what_if(surge, state, scenarios, found, Locks(closed=frozenset("P")))

        assert answer.levels[1].before == 10
        assert answer.levels[1].after == 30
        assert answer.dropped == found.orders
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
