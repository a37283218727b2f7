"""What a plan of a surge is refused for, one fault at a time (§S5, §S6)."""

from dataclasses import replace
from fractions import Fraction

import pytest

from tiebeam.core.surge.model import Standing
from tiebeam.core.surge.planned import Locks
from tiebeam.core.surge.planning import plan
from tiebeam.errors import InvalidInput
from unit.test_surge_planning import a_surge, a_team, at_home, demand

TEAM = a_team("t")
SURGE, STATE, SCENARIO = a_surge(TEAM), at_home(TEAM), demand((1, 1), (1, 1))


def faults(surge=SURGE, state=STATE, scenarios=(SCENARIO,), **aims) -> list[str]:
    """Return the codes of the faults that a plan is refused for."""
    with pytest.raises(InvalidInput) as refused:
        plan(surge, state, scenarios, **{"window": 2, **aims})
    return [fault.code.removeprefix("surge.") for fault in refused.value.faults]


def standing(**changes):
    """Return the state with another standing of the only team."""
    home = {"team": "t", "status": "home", "place": None, "since": 0, "until": None}
    return replace(STATE, standings={"t": Standing(**{**home, **changes})})


class TestAPlanIsRefused:
    def test_for_what_is_asked_of_it(self):
        """§S6: window, tail, levels, slack and locks."""
        assert faults(window=0) == ["window"]
        assert faults(tail=Fraction(0)) == ["tail"]
        assert faults(levels=("unmet", "unmet")) == ["levels"]
        assert faults(slack={"unmet": Fraction(-1)}) == ["slack"]
        assert faults(locks=Locks(kept={"z": "Z"})) == ["unknown_team", "unknown_place"]

    def test_for_a_surge_without_places_teams_or_homes(self):
        """§S5: an empty surge has no plan."""
        assert faults(replace(SURGE, places=()), scenarios=[demand((), ())])[0] == "no_places"
        assert faults(replace(SURGE, teams=()))[0] == "no_teams"
        assert faults(replace(SURGE, homes=())) == ["unknown_home"]
        assert faults(a_surge(replace(TEAM, size=0))) == ["team"]

    def test_for_a_state_that_cannot_be(self):
        """§S2, §S5: a day outside, a team unknown or nowhere, a time that has no end."""
        assert faults(
            state=replace(STATE, day=50), scenarios=[replace(SCENARIO, first_day=50)]
        ) == ["day"]
        assert faults(state=replace(STATE, standings={})) == ["no_standing"]
        assert faults(state=standing(status="lost")) == ["status"]
        assert faults(state=standing(status="on_duty", place="Z")) == ["standing_place"]
        assert faults(state=standing(status="travelling", place="P")) == ["standing_until"]
        assert faults(state=standing(since=3)) == ["standing_since"]

    def test_for_scenarios_that_say_too_little_or_nonsense(self):
        """§S5: none, no weight, days missing, patients below zero, a place unknown."""
        more = replace(SCENARIO, patients={**SCENARIO.patients, "Z": (1, 1)})

        assert faults(scenarios=()) == ["no_scenarios"]
        assert faults(scenarios=[replace(SCENARIO, weight=Fraction(0))]) == ["weight"]
        assert faults(scenarios=[demand((1,), (1, 1))]) == ["scenario_days"]
        assert faults(scenarios=[demand((1, -1), (1, 1))]) == ["negative"]
        assert faults(scenarios=[more]) == ["unknown_place"]


class TestTheWorstShareOfScenarios:
    def test_counts_the_mean_over_it(self):
        """§S6: 10 and 40 person-days, of equal weight: 25 on the whole, 40 in the worst half."""
        locks = Locks(refused=frozenset("t"))
        two = [demand((5, 5), (0, 0)), demand((20, 20), (0, 0))]

        def unmet(tail: Fraction) -> Fraction:
            return plan(SURGE, STATE, two, window=2, locks=locks, tail=tail).levels[1].value

        assert unmet(Fraction(1)) == 25
        assert unmet(Fraction(1, 2)) == 40
        assert unmet(Fraction(3, 4)) == 30


class TestTheStandingPlan:
    def test_is_kept_where_nothing_is_better(self):
        """§S6: of two teams alike, the one whose order stood goes."""
        u = a_team("u")
        surge, state = a_surge(TEAM, u), at_home(TEAM, u)
        scenarios = [demand((10, 10), (0, 0))]
        first = plan(surge, state, scenarios, window=2)
        swapped = replace(first, orders=(replace(first.orders[0], team="u"),))

        again = plan(surge, state, scenarios, window=2, standing=swapped)

        assert [order.team for order in first.orders] == ["t"]
        assert [order.team for order in again.orders] == ["u"]
        assert again.levels[3].value == 0
