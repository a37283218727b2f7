"""The planner of a surge: worked by hand, and what it refuses."""

from dataclasses import replace
from fractions import Fraction

import pytest

from tiebeam.core.surge import team_rows
from tiebeam.core.surge.checking import check_surge_plan
from tiebeam.core.surge.model import (
    Demand,
    Home,
    Limits,
    Order,
    Place,
    Standing,
    State,
    Surge,
    Team,
    Transfer,
    Travel,
)
from tiebeam.core.surge.planned import Locks
from tiebeam.core.surge.planning import plan
from tiebeam.errors import InvalidInput

KILOMETRES = {("H", "P"): 50, ("H", "Q"): 150, ("P", "Q"): 60}


def a_surge(*teams: Team, limits: Limits | None = None, own_staff: int = 0) -> Surge:
    """Return two places and a home; P is a day away, Q two days, and a day from P."""
    seats = {"name_en": "", "name_zh": "", "latitude": 0.0, "longitude": 0.0}
    return Surge(
        places=tuple(
            Place(id=p, **seats, own_staff=own_staff, beds=20, is_hub=p == "P") for p in "PQ"
        ),
        homes=(Home(id="H", **seats),),
        teams=teams,
        travel=Travel(
            kilometres={**KILOMETRES, **{(b, a): km for (a, b), km in KILOMETRES.items()}},
            km_per_day=100,
        ),
        staff_per_patient=Fraction(1),
        limits=limits or Limits(),
        horizon=50,
    )


def a_team(name: str, size: int = 10, **more) -> Team:
    return Team(id=name, home="H", size=size, **{"min_tour": 2, "max_tour": 20, **more})


def at_home(*teams: Team) -> State:
    return State(
        day=0,
        standings={
            t.id: Standing(team=t.id, status="home", place=None, since=0, until=None) for t in teams
        },
        patients={},
        known_to=-1,
    )


def demand(p: tuple[int, ...], q: tuple[int, ...]) -> Demand:
    return Demand(first_day=0, patients={"P": p, "Q": q})


class TestAPlan:
    def test_sends_the_only_team_where_the_worst_is_helped_most(self):
        """§S6: with ten heads P falls from 1 to 1/3 (day 0 is lost), Q from 1 to 2/3."""
        team = a_team("t")

        found = plan(a_surge(team), at_home(team), [demand((10, 10, 10), (0, 0, 0))], window=3)

        assert found.given_orders == (Order(team="t", to="P", leaves_on=0, arrives_on=1),)
        assert found.levels[0].value == (Fraction(1, 3), Fraction(0))
        assert [reached.value for reached in found.levels[1:]] == [10, Fraction(1, 2), 1, 50]
        assert found.is_optimal
        assert found.shortages == {"P": (10, 0, 0), "Q": (0, 0, 0)}

    def test_refuses_a_state_that_makes_no_sense_with_every_fault(self):
        """§S5: nothing is planned, and each fault is named."""
        team, other = a_team("t"), a_team("u")
        state = at_home(team)

        with pytest.raises(InvalidInput) as refused:
            plan(a_surge(team, other), state, [demand((1, 1), (1, -1))], window=3)

        assert [fault.code for fault in refused.value.faults] == [
            "surge.no_standing",
            "surge.scenario_days",
            "surge.scenario_days",
        ]

    def test_keeps_the_locks(self):
        """§S11: a place that is closed gets nobody, a team that is refused stays."""
        team, other = a_team("t"), a_team("u")
        surge, state = a_surge(team, other), at_home(team, other)
        both = [demand((20, 20, 20, 20), (20, 20, 20, 20))]
        locks = Locks(closed=frozenset("P"), refused=frozenset({"u"}))

        found = plan(surge, state, both, window=4, locks=locks)

        assert [(order.team, order.to) for order in found.orders] == [("t", "Q")]


class TestAStandingPlan:
    """§S6 changes: orders for places that stand in one of the two plans alone."""

    @pytest.mark.parametrize("most_ways", [0, None])
    def test_is_kept_where_nothing_is_new(self, monkeypatch, most_ways):
        """The team that goes to P goes on to Q; with many ways their ends are pooled."""
        if most_ways is not None:
            monkeypatch.setattr(team_rows, "MOST_WAYS", most_ways)
        team, far = a_team("t"), a_team("u", ready_on=6)
        moves_on = [demand((10, 10, 10, 0, 0, 0, 0), (0, 0, 0, 0, 10, 10, 10))]
        surge, state = a_surge(team, far), at_home(team, far)
        standing = plan(surge, state, moves_on, window=7)

        found = plan(surge, state, moves_on, window=7, standing=standing)

        assert [(o.team, o.to, o.leaves_on) for o in standing.orders if o.to] == [
            ("t", "P", 0),
            ("t", "Q", 3),
        ]
        assert found.orders == standing.orders
        assert found.levels[3].value == 0

    @pytest.mark.parametrize("most_ways", [0, None])
    def test_counts_what_can_no_longer_be(self, monkeypatch, most_ways):
        """On duty in P it was to go to Q; now another place for it is refused, and u goes instead."""
        if most_ways is not None:
            monkeypatch.setattr(team_rows, "MOST_WAYS", most_ways)
        team, other = a_team("t"), a_team("u", ready_on=1)
        on_duty = Standing(team="t", status="on_duty", place="P", since=-3, until=17, tour_from=-3)
        surge, state = a_surge(team, other), at_home(team, other)
        state = replace(state, standings={**state.standings, "t": on_duty})
        shifts = [demand((0, 0, 0, 0, 0), (0, 10, 10, 10, 10))]
        standing = plan(surge, state, shifts, window=5)

        kept = plan(surge, state, shifts, window=5, standing=standing)
        found = plan(
            surge, state, shifts, window=5, standing=standing, locks=Locks(refused=frozenset("t"))
        )

        assert [(o.team, o.to) for o in standing.orders if o.to] == [("t", "Q")]
        assert kept.levels[3].value == 0
        assert [(o.team, o.to) for o in found.orders if o.to] == [("u", "Q")]
        assert found.levels[3].value == 2


class TestTransfers:
    @pytest.mark.parametrize(("moved_on", "moved"), [(0, 0), (-3, 5)])
    def test_leave_a_place_only_after_its_quiet_days(self, moved_on, moved):
        """§S2: P received on day 0 and is quiet to day 2; had it been on day -3, five may go at once."""
        team = a_team("t", ready_on=40)
        limits = Limits(
            allowed=True, daily_per_source=5, daily_per_destination=5, quiet_days=2, stay_days=14
        )
        before = Transfer(source="Q", destination="P", patients=1, on=moved_on)
        state = replace(at_home(team), day=1, transfers=(before,), patients={})
        crowded = Demand(first_day=1, patients={"P": (19, 19), "Q": (3, 3)})

        found = plan(a_surge(team, limits=limits, own_staff=10), state, [crowded], window=2)

        assert sum(t.patients for t in found.given_transfers) == moved
        assert {(t.source, t.destination) for t in found.transfers} <= {("P", "Q")}


class TestGoingHome:
    def test_names_the_first_day_on_which_nobody_is_missed(self):
        """§S8: ten patients leave P for good on day 2, so the team goes then."""
        team = a_team("t")
        standing = Standing(team="t", status="on_duty", place="P", since=-3, until=17, tour_from=-3)
        state = replace(at_home(team), standings={"t": standing})
        scenarios = [demand((10, 10, 0, 0), (0, 0, 0, 0))]

        found = plan(a_surge(team), state, scenarios, window=4)

        assert found.homeward == {"t": 2}
        assert found.orders == (Order(team="t", to=None, leaves_on=2, arrives_on=3),)
        assert check_surge_plan(a_surge(team), state, scenarios, found) == ()


class TestTheChecker:
    def test_finds_what_was_changed_in_a_plan(self):
        """§S7, §S9: a value, a bound, a gap and an order that break the law are each named."""
        team = a_team("t")
        surge, state = a_surge(team), at_home(team)
        scenarios = [demand((10, 10, 10), (0, 0, 0))]
        found = plan(surge, state, scenarios, window=3)
        unmet = found.levels[1]
        late = replace(found.orders[0], arrives_on=2)

        def codes(changed) -> set[str]:
            return {f.code for f in check_surge_plan(surge, state, scenarios, changed)}

        def with_unmet(**changes):
            levels = [replace(r, **changes) if r is unmet else r for r in found.levels]
            return replace(found, levels=tuple(levels))

        assert codes(found) == set()
        assert codes(with_unmet(value=Fraction(9))) >= {"surge.check_value"}
        assert codes(with_unmet(bound=11.0)) >= {"surge.check_bound"}
        assert codes(with_unmet(gap=0.5)) == {"surge.check_gap"}
        assert "surge.order_travel" in codes(replace(found, orders=(late,)))
        assert codes(replace(found, day=1)) == {"surge.check_day"}
        assert codes(replace(found, homeward={"t": 1})) == {"surge.check_homeward"}
