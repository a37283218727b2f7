"""§S12: patients moved to free beds, on a case small enough to work by hand and on any case."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiebeam.core.surge.balancing import nearest_beds, planned_transfers, send_today, stay_put
from tiebeam.core.surge.forecast import last_value
from tiebeam.core.surge.hindsight import bound_measures
from tiebeam.core.surge.model import Limits, Place, Surge, travel_between
from tiebeam.core.surge.replay import replay


def place(name, beds, longitude):
    return Place(
        id=name,
        name_en=name,
        name_zh=name,
        latitude=0,
        longitude=longitude,
        own_staff=beds,
        beds=beds,
        is_hub=True,
    )


def surge(beds, *, daily=3, cushion="0", quiet_days=2, stay_days=4, horizon=6):
    """Places a, b, c … in a row along the equator, 111 km from each to the next."""
    places = tuple(place("abcd"[at], count, at) for at, count in enumerate(beds))
    return Surge(
        places=places,
        homes=(),
        teams=(),
        travel=travel_between(places, 1000),
        staff_per_patient=Fraction(1),
        limits=Limits(
            allowed=True,
            daily_per_source=daily,
            daily_per_destination=daily,
            cushion=Fraction(cushion),
            quiet_days=quiet_days,
            stay_days=stay_days,
        ),
        horizon=horizon,
    )


def moves(history):
    return [(t.on, t.source, t.destination, t.patients) for t in history.transfers]


class TestPlan:
    def test_sends_what_runs_over_as_far_as_the_day_allows(self):
        """14 patients for 10 beds: three today, so 11; the fourth can go tomorrow."""
        loads = {"a": (14, 14, 14), "b": (2, 2, 2)}

        assert send_today(surge([10, 10]), loads, set()) == {"a": 3}

    def test_lowers_the_highest_load_before_the_next(self):
        """Four beds are free: with three from a and one from b both stand at 11/10, the least."""
        loads = {"a": (14,), "b": (12,), "c": (6,)}

        assert send_today(surge([10, 10, 10], daily=9), loads, set()) == {"a": 3, "b": 1}

    def test_lowers_the_next_load_where_the_highest_cannot_be(self):
        """a may send three, c and d receive three each: 13/10 stays, and b goes down to its beds."""
        loads = {"a": (16,), "b": (12,), "c": (0,), "d": (0,)}

        assert send_today(surge([10, 10, 10, 10], daily=3), loads, set()) == {"a": 3, "b": 2}

    def test_leaves_the_cushion_free(self):
        """A tenth of 20 beds stays free: 18 hold; the fifteen of b leave room for three of five."""
        loads = {"a": (23, 23), "b": (15, 15)}

        assert send_today(surge([20, 20], daily=9, cushion="1/10"), loads, set()) == {"a": 3}

    def test_begins_early_where_the_days_to_come_need_more_than_a_day_can_move(self):
        """16 on the third day, ten beds, three a day: two at least must go before the second."""
        loads = {"a": (10, 10, 19), "b": (0, 0, 0)}

        assert send_today(surge([10, 10]), loads, set()) == {"a": 3}

    def test_waits_where_a_later_day_does_as_well(self):
        loads = {"a": (10, 10, 12), "b": (0, 0, 0)}

        assert send_today(surge([10, 10]), loads, set()) == {}

    def test_moves_nobody_into_a_place_that_will_run_over_itself(self):
        loads = {"a": (14, 14), "b": (2, 11)}

        assert send_today(surge([10, 10]), loads, set()) == {}

    def test_lets_nobody_go_from_a_place_that_has_just_received(self):
        loads = {"a": (14, 14), "b": (2, 2)}

        assert send_today(surge([10, 10]), loads, {"a"}) == {}


PATIENTS = {"a": (14,) * 6, "b": (2,) * 6}


class TestReplay:
    def test_of_nobody_moved_counts_the_beds_that_lack(self):
        history = replay(surge([10, 10]), PATIENTS, stay_put, lag=0)

        assert history.measures.unmet_person_days == 6 * 4
        assert history.measures.peak_hub_occupancy == Fraction(14, 10)

    def test_of_the_plan_moves_three_and_one_and_again_when_they_come_back(self):
        """Stay is four days: on day 4 three come back, on day 5 the fourth; each goes again."""
        world = surge([10, 10])

        history = replay(world, PATIENTS, planned_transfers(world, last_value), lag=0)

        assert moves(history) == [
            (0, "a", "b", 3),
            (1, "a", "b", 1),
            (4, "a", "b", 3),
            (5, "a", "b", 1),
        ]
        assert history.measures.unmet_person_days == 1
        assert history.measures.peak_hub_occupancy == Fraction(11, 10)

    def test_of_nearest_beds_fills_the_nearest_first(self):
        """c is nearer to b than a is full; a has four too many, b room for one, c for the rest."""
        world = surge([10, 3, 10], daily=9)
        patients = {"a": (14,) * 6, "b": (2,) * 6, "c": (0,) * 6}

        history = replay(world, patients, nearest_beds(world), lag=0)

        assert moves(history)[:2] == [(0, "a", "b", 1), (0, "a", "c", 3)]

    @pytest.mark.parametrize("planned", [True, False])
    def test_leaves_out_a_place_of_which_nothing_is_published(self, planned):
        """b is nearer, but its figures are not known before day 3; c takes what runs over."""
        world = surge([10, 10, 10], daily=9)
        patients = {"a": (14,) * 6, "b": (None,) * 3 + (2,) * 3, "c": (2,) * 6}
        policy = planned_transfers(world, last_value) if planned else nearest_beds(world)

        history = replay(world, patients, policy, lag=0)

        assert moves(history)[0] == (0, "a", "c", 4)
        assert history.measures.unmet_person_days == 0

    @pytest.mark.parametrize("planned", [True, False])
    def test_moves_nobody_before_anything_is_published(self, planned):
        world = surge([10, 10])
        policy = planned_transfers(world, last_value) if planned else nearest_beds(world)

        history = replay(world, {"a": (14,) * 6, "b": (2,) * 6}, policy, lag=2)

        assert moves(history)[0] == (2, "a", "b", 3)

    def test_sends_nobody_out_of_a_place_within_the_quiet_days(self):
        """b received on day 0 and runs over on day 1: it may send again on day 3."""
        world = surge([10, 10], quiet_days=2)
        patients = {"a": (12, 5, 5, 5, 5, 5), "b": (2, 14, 14, 14, 14, 14)}

        history = replay(world, patients, planned_transfers(world, last_value), lag=0)

        assert moves(history)[0] == (0, "a", "b", 2)
        assert min(on for on, source, _, _ in moves(history) if source == "b") == 3


SERIES = st.lists(st.integers(0, 60), min_size=8, max_size=8).map(tuple)


class TestAnyCase:
    @pytest.mark.parametrize("policy", ["nearest", "planned"])
    @settings(max_examples=40)
    @given(
        series=st.lists(SERIES, min_size=2, max_size=4),
        beds=st.lists(st.integers(1, 60), min_size=4, max_size=4),
        daily=st.integers(0, 9),
        cushion=st.sampled_from(["0", "1/10", "1/3"]),
        quiet=st.integers(0, 4),
        lag=st.integers(0, 2),
    )
    def test_breaks_no_rule_loses_nobody_and_undercuts_no_bound(
        self, policy, series, beds, daily, cushion, quiet, lag
    ):
        """The world refuses whatever breaks §S2.8, and the replay would end there."""
        world = surge(
            beds[: len(series)], daily=daily, cushion=cushion, quiet_days=quiet, horizon=8
        )
        patients = dict(zip("abcd", series, strict=False))
        choose = (
            nearest_beds(world) if policy == "nearest" else planned_transfers(world, last_value)
        )

        history = replay(world, patients, choose, lag=lag)
        bound = bound_measures(world, patients)

        for day, counted in enumerate(history.days):
            assert sum(counted.patients.values()) == sum(one[day] for one in patients.values())
            assert min(counted.patients.values()) >= 0
        assert history.measures.unmet_person_days >= bound.unmet_person_days
        assert history.measures.peak_hub_occupancy >= bound.peak_hub_occupancy
