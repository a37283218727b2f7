"""§S10: scenarios for the planner."""

from fractions import Fraction

import numpy as np

from tiebeam.core.surge.forecast import LEVELS, Forecast
from tiebeam.core.surge.scenarios import draw_scenarios

# The quantile at the level 0.5 is 500 on the first day, 600 on the second.
ROWS = np.array([[1000 * level for level in LEVELS], [1200 * level for level in LEVELS]])
FORECAST = Forecast(
    first_day=8, quantiles={"wuhan": ROWS, "xiaogan": ROWS}, unknown=("shennongjia",)
)


class TestOneScenario:
    def test_is_the_median_from_the_first_day_asked_for(self):
        (demand,) = draw_scenarios(FORECAST, first_day=9, count=1, seed=0)

        assert demand.first_day == 9
        assert demand.weight == 1
        assert demand.patients == {"wuhan": (600,), "xiaogan": (600,), "shennongjia": (0,)}


class TestScenarios:
    def test_take_every_level_once_in_each_place(self):
        demands = draw_scenarios(FORECAST, first_day=8, count=5, seed=1)

        # Levels 0.1, 0.3, 0.5, 0.7, 0.9.
        assert sum(demand.weight for demand in demands) == Fraction(1)
        for place in ("wuhan", "xiaogan"):
            assert sorted(demand.patients[place] for demand in demands) == [
                (100, 120),
                (300, 360),
                (500, 600),
                (700, 840),
                (900, 1080),
            ]

    def test_are_the_same_for_the_same_seed_and_differ_for_others(self):
        drawn = [draw_scenarios(FORECAST, first_day=8, count=20, seed=s) for s in (3, 3, 4)]

        assert drawn[0] == drawn[1]
        assert drawn[0] != drawn[2]

    def test_rise_and_fall_together_as_far_as_places_share(self):
        def correlation(shared):
            demands = draw_scenarios(FORECAST, first_day=8, count=400, seed=5, shared=shared)
            pairs = [[d.patients[p][0] for d in demands] for p in ("wuhan", "xiaogan")]
            return np.corrcoef(pairs)[0, 1]

        assert abs(correlation(0.0)) < 0.15
        assert 0.3 < correlation(0.5) < 0.7
        assert correlation(1.0) > 0.999
