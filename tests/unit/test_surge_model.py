from fractions import Fraction

import pytest

from tiebeam.core.surge.model import Home, Place, need, travel_between

WUHAN = Place(
    id="wuhan",
    name_en="Wuhan",
    name_zh="武汉市",
    latitude=30.58333,
    longitude=114.26667,
    own_staff=0,
    beds=1,
    is_hub=True,
)
BEIJING = Home(
    id="beijing", name_en="Beijing", name_zh="北京市", latitude=39.9075, longitude=116.39723
)


class TestTravel:
    @pytest.mark.parametrize(
        ("km_per_day", "days"), [(400, 3), (800, 2), (1055, 2), (1056, 1), (2000, 1)]
    )
    def test_takes_a_day_and_one_more_for_every_full_days_way(self, km_per_day, days):
        """§S2: the 1,054.6 km of the data set of distances, rounded."""
        travel = travel_between([WUHAN, BEIJING], km_per_day)

        assert travel.km("beijing", "wuhan") == 1055
        assert travel.days("beijing", "wuhan") == days

    def test_takes_no_day_from_a_seat_to_itself(self):
        assert travel_between([WUHAN], 800).days("wuhan", "wuhan") == 0


class TestNeed:
    @pytest.mark.parametrize(
        ("patients", "share", "heads"),
        [(0, "1/2", 0), (7, "1/2", 4), (10, "3/10", 3), (11, "3/10", 4), (5, "1", 5)],
    )
    def test_is_rounded_up_to_whole_heads(self, patients, share, heads):
        """§S1."""
        assert need(patients, Fraction(share)) == heads
