"""The checker of a surge plan: each rule broken once, each figure changed once (§S9)."""

from dataclasses import replace
from fractions import Fraction

import pytest

from tiebeam.core.surge.checking import check_surge_plan
from tiebeam.core.surge.following import follow
from tiebeam.core.surge.model import Limits, Order, Standing, Transfer
from tiebeam.core.surge.planned import Aims, Locks, SurgePlan
from tiebeam.core.surge.planning import plan
from tiebeam.core.surge.world import broken_rule
from unit.test_surge_planning import a_surge, a_team, at_home, demand

LIMITS = Limits(
    allowed=True,
    daily_per_source=5,
    daily_per_destination=5,
    cushion=Fraction(1, 4),
    quiet_days=1,
    stay_days=3,
)
TEAM = a_team("t")


def with_limits(limits: Limits):
    """Return P without staff, and Q with 20 heads of its own and 20 beds."""
    surge = a_surge(TEAM, limits=limits)
    p, q = surge.places
    return replace(surge, places=(p, replace(q, own_staff=20)))


def move(source: str, destination: str, patients: int, on: int) -> Transfer:
    return Transfer(source=source, destination=destination, patients=patients, on=on)


def codes(surge, state, scenarios, found) -> set[str]:
    return {finding.code for finding in check_surge_plan(surge, state, scenarios, found)}


class TestTransfersOfAPlan:
    def test_bring_patients_where_there_are_heads(self):
        """§S2.8: five a day may leave P, so it lacks 5 heads on day 0 and none on day 1."""
        surge, state = with_limits(LIMITS), at_home(TEAM)
        scenarios = [demand((10, 10), (0, 0))]

        found = plan(surge, state, scenarios, window=2, locks=Locks(refused=frozenset("t")))

        assert found.transfers == (move("P", "Q", 5, 0), move("P", "Q", 5, 1))
        assert [reached.value for reached in found.levels] == [
            (Fraction(1, 4), 0),
            5,
            Fraction(1, 4),
            0,
            0,
        ]
        assert found.is_optimal
        assert codes(surge, state, scenarios, found) == set()

    def test_count_those_moved_before(self):
        """§S5: six moved from P two days ago stay in Q for one day more."""
        surge, state = with_limits(replace(LIMITS, daily_per_source=0)), at_home(TEAM)
        state = replace(state, transfers=(move("P", "Q", 6, -2),))
        scenarios = [demand((10, 10), (0, 0))]

        found = plan(surge, state, scenarios, window=2, locks=Locks(refused=frozenset("t")))

        assert found.shortages["P"] == (4, 10)

    @pytest.mark.parametrize(
        ("transfers", "code"),
        [
            ([move("P", "Q", 6, 0)], "surge.transfer_source"),
            ([move("P", "Q", 6, 0)], "surge.transfer_destination"),
            ([move("P", "Q", 0, 0)], "surge.transfer"),
            ([move("P", "P", 1, 0)], "surge.transfer"),
            ([move("P", "Z", 1, 0)], "surge.transfer"),
            ([move("P", "Q", 1, 9)], "surge.transfer"),
            ([move("P", "Q", 1, 0), move("Q", "P", 1, 1)], "surge.transfer_quiet"),
            ([move("P", "Q", 3, 0)], "surge.transfer_cushion"),
            ([move("P", "Q", 5, 0), move("P", "Q", 5, 1)], "surge.transfer_more_than_left"),
        ],
    )
    def test_that_break_a_rule_are_named(self, transfers, code):
        """§S9: Q has 13 patients and 15 beds without the cushion; P has 9 on day 1."""
        surge, state, scenarios = with_limits(LIMITS), at_home(TEAM), [demand((10, 9), (13, 13))]
        found = SurgePlan(day=0, aims=Aims(window=2, levels=()), transfers=tuple(transfers))

        assert code in codes(surge, state, scenarios, found)

    def test_are_refused_where_none_are_allowed(self):
        """§S9: whatever their size."""
        surge, state, scenarios = a_surge(TEAM), at_home(TEAM), [demand((10, 9), (0, 0))]
        found = SurgePlan(day=0, aims=Aims(window=2, levels=()), transfers=(move("P", "Q", 1, 0),))

        assert "surge.transfers_not_allowed" in codes(surge, state, scenarios, found)


class TestOrdersOfAPlan:
    @pytest.mark.parametrize(
        ("orders", "code"),
        [
            ([Order(team="z", to="P", leaves_on=0, arrives_on=1)], "surge.order_unknown_team"),
            ([Order(team="t", to="Z", leaves_on=0, arrives_on=1)], "surge.order_unknown_place"),
            ([Order(team="t", to="P", leaves_on=8, arrives_on=9)], "surge.order_outside"),
            ([Order(team="t", to=None, leaves_on=0, arrives_on=1)], "surge.order_home_at_home"),
            ([Order(team="u", to="P", leaves_on=1, arrives_on=2)], "surge.order_to_same_place"),
            ([Order(team="u", to="Q", leaves_on=0, arrives_on=1)], "surge.order_min_tour"),
            ([Order(team="u", to="Q", leaves_on=3, arrives_on=4)], "surge.order_max_tour"),
            ([Order(team="v", to="P", leaves_on=0, arrives_on=1)], "surge.order_not_free"),
        ],
    )
    def test_that_break_a_rule_are_named(self, orders, code):
        """§S2: u came to P yesterday, for two days at least and five at most; v rests till day 2."""
        u, v = a_team("u", max_tour=5), a_team("v")
        surge, state = a_surge(TEAM, u, v), at_home(TEAM, u, v)
        standings = {
            **state.standings,
            "u": Standing(team="u", status="on_duty", place="P", since=-1, until=4, tour_from=-1),
            "v": Standing(team="v", status="resting", place=None, since=-3, until=2),
        }
        found = SurgePlan(
            day=0, aims=Aims(window=5, levels=()), orders=tuple(orders), homeward={"u": 4}
        )

        seen = codes(
            surge, replace(state, standings=standings), [demand((0,) * 5, (0,) * 5)], found
        )

        assert code in seen

    @pytest.mark.parametrize(("until", "rule"), [(2, "max_tour"), (3, None), (None, None)])
    def test_are_judged_as_the_world_judges_them_where_a_tour_ends_on_a_day_of_its_own(
        self, until, rule
    ):
        """§S2.5: who leaves P today is in Q tomorrow: in time for a tour that is over on day 3, not 2."""
        team = a_team("t")
        surge = a_surge(team)
        there = Standing(team="t", status="on_duty", place="P", since=-3, until=until)
        state = replace(at_home(team), day=1, standings={"t": there})
        order = Order(team="t", to="Q", leaves_on=1, arrives_on=2)

        found = follow(surge, state, [order], 8)

        assert broken_rule(surge, team, there, order, 1) == rule
        assert [finding.code for finding in found.findings] == (
            ["surge.order_max_tour"] if rule else []
        )
        ends = {spell.place: spell.end for spell in found.spells}
        assert ends == ({"P": 2} if rule else {"Q": until or 8})

    def test_against_a_lock_or_from_where_they_are_needed_are_named(self):
        """§S8, §S11: u is needed in P on day 2 and 3, and t is refused."""
        u = a_team("u")
        surge, state = a_surge(TEAM, u), at_home(TEAM, u)
        there = Standing(team="u", status="on_duty", place="P", since=-3, until=17, tour_from=-3)
        state = replace(state, standings={**state.standings, "u": there})
        found = SurgePlan(
            day=0,
            aims=Aims(
                window=4, levels=(), locks=Locks(refused=frozenset("t"), held=frozenset("u"))
            ),
            orders=(
                Order(team="t", to="Q", leaves_on=0, arrives_on=2),
                Order(team="u", to=None, leaves_on=2, arrives_on=3),
            ),
            homeward={"u": 2},
        )

        seen = codes(surge, state, [demand((10,) * 4, (0,) * 4)], found)

        assert {"surge.check_lock", "surge.check_held", "surge.check_release"} <= seen


class TestFiguresOfAPlan:
    def test_that_differ_are_named(self):
        """§S9: levels missing, another order of places, a bound too short, slack overspent."""
        surge, state, scenarios = a_surge(TEAM), at_home(TEAM), [demand((10, 10, 10), (5, 5, 5))]
        found = plan(surge, state, scenarios, window=3)
        first, unmet, *rest = found.levels

        def changed(*levels) -> set[str]:
            return codes(surge, state, scenarios, replace(found, levels=(*levels, *rest)))

        assert codes(surge, state, scenarios, found) == set()
        assert codes(surge, state, scenarios, replace(found, shortages={})) == {
            "surge.check_shortages"
        }
        assert changed(unmet) == {"surge.check_levels"}
        assert changed(replace(first, of=first.of[::-1]), unmet) == {"surge.check_order_of_places"}
        assert changed(replace(first, bound=1.0), unmet) == {"surge.check_bound"}
        assert changed(first, replace(unmet, bound=(1.0,))) == {"surge.check_bound"}
        assert changed(first, replace(unmet, best=unmet.value)) == set()
        assert changed(first, replace(unmet, best=unmet.value - 1)) >= {"surge.check_slack"}
        assert changed(replace(first, best=tuple(v / 2 for v in first.value)), unmet) >= {
            "surge.check_slack"
        }

    def test_of_a_team_on_duty_that_goes_home_on_another_day_are_named(self):
        """§S8: the day that is told is that of the order."""
        surge, state = a_surge(TEAM), at_home(TEAM)
        there = Standing(team="t", status="on_duty", place="P", since=-3, until=17, tour_from=-3)
        state = replace(state, standings={"t": there})
        scenarios = [demand((0,) * 4, (0,) * 4)]
        found = plan(surge, state, scenarios, window=4)

        assert found.homeward == {"t": 0}
        assert codes(surge, state, scenarios, replace(found, homeward={"t": 1})) == {
            "surge.check_homeward"
        }
