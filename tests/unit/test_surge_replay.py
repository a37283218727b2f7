"""Days, ways and heads below are counted by hand on the map of ``small_surge``."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiebeam.core.surge.model import Limits, Order, Transfer, need
from tiebeam.core.surge.policies import greedy, static
from tiebeam.core.surge.replay import Decision, replay
from tiebeam.core.surge.world import OrderRefused, TransferRefused
from unit.roaming import roaming, surges
from unit.small_surge import small_surge, team


def steady(hub, side, days=12):
    return {"hub": (hub,) * days, "side": (side,) * days}


def ordering(*orders):
    """Return the policy that gives these orders, each on the day it leaves."""
    return lambda state: Decision(
        orders=tuple(order for order in orders if order.leaves_on == state.day)
    )


def order(name, goal, leaves_on, arrives_on):
    return Order(team=name, to=goal, leaves_on=leaves_on, arrives_on=arrives_on)


class TestReplay:
    def test_counts_a_team_from_its_arrival_to_the_end_of_its_tour(self):
        """§S2: 222 km are one day; from day 1 six days of tour; home on day 8; rest to day 11."""
        history = replay(small_surge(), steady(40, 0), ordering(order("t", "hub", 0, 1)), lag=1)

        assert [day.staff["hub"] for day in history.days] == [10, *[15] * 6, *[10] * 5]
        assert [day.unmet["hub"] for day in history.days] == [10, *[5] * 6, *[10] * 5]
        assert history.measures.unmet_person_days == 90
        assert (history.measures.worst_ratio, history.measures.worst_place) == (
            Fraction(90, 240),
            "hub",
        )
        assert history.measures.peak_hub_occupancy == Fraction(40, 50)
        assert (history.measures.moves, history.measures.kilometres) == (1, 444)
        assert [day.standings["t"].status for day in history.days][7:] == [
            "returning",
            *["resting"] * 3,
            "home",
        ]

    def test_counts_an_unknown_figure_neither_as_need_nor_as_zero(self):
        """§S1."""
        figures = {"hub": (None, 40), "side": (0, 0)}

        days = replay(small_surge(horizon=2), figures, ordering(), lag=0).days

        assert [day.patients["hub"] for day in days] == [None, 40]
        assert [day.unmet["hub"] for day in days] == [0, 10]

    @pytest.mark.parametrize(("lag", "seen"), [(0, 3), (1, 2), (2, 1), (9, -1)])
    def test_shows_no_figure_before_its_publication(self, lag, seen):
        """§S2.7."""
        states = []

        def watch(state):
            states.append(state)
            return Decision()

        replay(small_surge(horizon=4), steady(1, 1, 4), watch, lag=lag)

        assert states[3].known_to == seen
        assert len(states[3].patients["hub"]) == seen + 1

    @pytest.mark.parametrize(
        ("orders", "rule"),
        [
            ([order("nobody", "hub", 0, 1)], "unknown_team"),
            ([order("t", "nowhere", 0, 1)], "unknown_place"),
            ([order("t", None, 0, 1)], "already_there"),
            ([order("t", "hub", 0, 0)], "travel_days"),
            ([order("late", "hub", 4, 5)], "not_ready"),
            ([order("t", "hub", 0, 1), order("t", "side", 0, 1)], "not_free"),
            ([order("t", "hub", 0, 1), order("t", "hub", 3, 4)], "already_there"),
            ([order("t", "hub", 0, 1), order("t", "side", 2, 3)], "min_tour"),
            ([order("t", "hub", 0, 1), order("t", "side", 6, 7)], "max_tour"),
        ],
    )
    def test_refuses_an_order_that_breaks_the_world(self, orders, rule):
        """§S2."""
        surge = small_surge(team(), team("late", ready_on=5))

        with pytest.raises(OrderRefused) as refusal:
            replay(surge, steady(9, 9), ordering(*orders), lag=1)

        assert refusal.value.code == "surge.order_refused"
        assert refusal.value.facts["rule"] == rule


ROOMY = Limits(
    allowed=True, daily_per_source=8, daily_per_destination=8, cushion=Fraction(1, 5),
    quiet_days=2, stay_days=3,
)  # fmt: skip


def moving(*transfers):
    return lambda state: Decision(transfers=tuple(t for t in transfers if t.on == state.day))


def transfer(count, on, source="hub", destination="side"):
    return Transfer(source=source, destination=destination, patients=count, on=on)


class TestTransfers:
    def test_are_cared_for_at_the_destination_until_their_stay_is_over(self):
        """§S2.8."""
        days = replay(
            small_surge(limits=ROOMY), steady(40, 2), moving(transfer(6, 1), transfer(4, 2)), lag=1
        ).days

        assert [day.patients["hub"] for day in days][:6] == [40, 34, 30, 30, 36, 40]
        assert [day.patients["side"] for day in days][:6] == [2, 8, 12, 12, 6, 2]

    def test_end_with_the_patients_of_the_source_the_longest_first(self):
        figures = {"hub": (10, 10, 10, 5, 5, 5), "side": (0,) * 6}

        history = replay(
            small_surge(limits=ROOMY, horizon=6),
            figures,
            moving(transfer(6, 1), transfer(4, 2)),
            lag=1,
        )

        assert [day.patients["side"] for day in history.days] == [0, 6, 10, 5, 4, 0]
        assert history.measures.transfers == 10

    @pytest.mark.parametrize(
        ("transfers", "rule"),
        [
            ([transfer(9, 1)], "daily_limit"),
            ([transfer(8, 1), transfer(1, 1)], "daily_limit"),
            ([transfer(8, 1), transfer(7, 2)], "cushion"),
            ([transfer(2, 1), transfer(1, 3, "side", "hub")], "quiet_days"),
            ([transfer(2, 1, "hub", "hub")], "unknown_place"),
            ([transfer(0, 1)], "not_today"),
        ],
    )
    def test_are_held_to_their_limits(self, transfers, rule):
        """§S2.8: 20 beds less a fifth leave room for 16; two are there."""
        with pytest.raises(TransferRefused) as refusal:
            replay(small_surge(limits=ROOMY), steady(40, 2), moving(*transfers), lag=1)

        assert refusal.value.code == "surge.transfer_refused"
        assert refusal.value.facts["rule"] == rule

    def test_are_refused_where_none_are_allowed(self):
        with pytest.raises(TransferRefused) as refusal:
            replay(small_surge(), steady(40, 2), moving(transfer(1, 1)), lag=1)

        assert refusal.value.facts["rule"] == "not_allowed"


class TestPolicies:
    def test_send_every_team_of_the_list_to_its_place_on_its_first_day(self):
        """§S3: the far home is 1,112 km from the hub: three days."""
        surge = small_surge(team(), team("late", home="far", ready_on=2))

        history = replay(surge, steady(90, 0), static(surge, {"t": "side", "late": "hub"}), lag=1)

        assert [(o.team, o.to, o.leaves_on, o.arrives_on) for d in history.days for o in d.orders if o.to][:2] == [
            ("t", "side", 0, 1),
            ("late", "hub", 2, 5),
        ]  # fmt: skip

    def test_send_the_nearest_free_team_to_whoever_lacks_most(self):
        """§S3: the hub lacks 10, then 5 after the near team of five, then 0 after the far one."""
        surge = small_surge(team("a", home="far"), team("b"), team("c", home="far"))

        history = replay(surge, steady(40, 8), greedy(surge), lag=1)

        assert [(o.team, o.leaves_on) for d in history.days for o in d.orders][:2] == [
            ("b", 1),
            ("a", 1),
        ]


class TestHistory:
    @settings(max_examples=20, deadline=None)
    @given(drawn=surges(), data=st.data())
    def test_is_what_its_departures_come_to(self, drawn, data):
        """§S2, §S4: a plain count from the departures alone."""
        surge, figures = drawn
        history = replay(surge, figures, roaming(surge, data), lag=1)

        staff = {("hub", day): 10 for day in range(14)} | {("side", day): 4 for day in range(14)}
        kilometres = 0
        for mate in surge.teams:
            legs = [o for day in history.days for o in day.orders if o.team == mate.id]
            ends = [leg.leaves_on for leg in legs[1:]] + [14]
            start = mate.home
            for leg, end in zip(legs, ends, strict=False):
                goal = leg.to or mate.home
                kilometres += surge.travel.km(start, goal)
                assert leg.leaves_on >= mate.ready_on
                assert leg.leaves_on < leg.arrives_on
                assert end == 14 or leg.to or end >= leg.arrives_on + mate.rest
                for day in range(leg.arrives_on, end) if leg.to else ():
                    staff[leg.to, day] += mate.size
                start = goal
        unmet = sum(
            max(0, need(figures[place][day], Fraction(1, 2)) - heads)
            for (place, day), heads in staff.items()
        )
        assert history.measures.unmet_person_days == unmet
        assert history.measures.kilometres == kilometres
        assert {(p, t): n for t, day in enumerate(history.days) for p, n in day.staff.items()} == (
            staff
        )
