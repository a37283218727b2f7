"""§S10: what is known by then, the break of a definition, quantiles, scores."""

import numpy as np
import pytest
from benchmarks.forecast import DEFINITION, PUBLISHED, read_hubei, read_texas
from hypothesis import given, settings
from hypothesis import strategies as st

from tiebeam.core.surge.forecast import (
    LEVELS,
    Break,
    Known,
    damped_trend,
    last_value,
    published_on,
    seven_day_trend,
)
from tiebeam.core.surge.scores import pinball_loss, score
from tiebeam.core.surge.smoothing import smoothing

ALL = [last_value, seven_day_trend, damped_trend, smoothing]
NAMES = ["last value", "7-day trend", "damped trend", "smoothing"]
MEDIAN = LEVELS.index(0.5)

FIGURES = st.lists(st.none() | st.integers(0, 50_000), min_size=1, max_size=40).map(tuple)


def _medians(forecaster, figures, days=3, breaks=()):
    known = Known(figures={"wuhan": tuple(figures)}, breaks=breaks)
    return forecaster(known, days).quantiles["wuhan"][:, MEDIAN].tolist()


class TestWhatIsKnown:
    @pytest.mark.parametrize(("lag", "seen"), [(0, (5, 6, 7)), (1, (5, 6)), (2, (5,)), (3, ())])
    def test_ends_with_the_last_figure_published(self, lag, seen):
        known = published_on(2, {"wuhan": (5, 6, 7, 8)}, lag=lag)

        assert known.figures == {"wuhan": seen}

    @pytest.mark.parametrize(("morning", "breaks"), [(19, ()), (20, (19,)), (30, (19,))])
    def test_has_a_break_only_once_it_was_announced(self, morning, breaks):
        known = published_on(morning, {"wuhan": ()}, breaks=[Break(day=19, known_from=20)])

        assert known.breaks == breaks


@pytest.mark.parametrize("forecaster", ALL, ids=NAMES)
class TestForecast:
    @settings(max_examples=30)
    @given(figures=FIGURES, later=FIGURES, lag=st.integers(0, 2), other=st.integers(0, 9))
    def test_cannot_be_changed_by_what_is_published_later(
        self, forecaster, figures, later, lag, other
    ):
        morning = len(figures) - 1 + lag
        told, retold = (
            forecaster(
                published_on(
                    morning,
                    {"wuhan": figures + rest},
                    lag=lag,
                    breaks=[Break(day=2, known_from=morning + 1 + other)],
                ),
                7,
            )
            for rest in (later, ())
        )

        assert told.first_day == retold.first_day == len(figures)
        assert told.unknown == retold.unknown
        assert all(
            np.array_equal(told.quantiles[place], rows) for place, rows in retold.quantiles.items()
        )

    @settings(max_examples=30)
    @given(figures=FIGURES)
    def test_gives_ascending_quantiles_that_are_never_negative(self, forecaster, figures):
        forecast = forecaster(Known(figures={"wuhan": figures}), 14)

        if all(figure is None for figure in figures):
            assert forecast.unknown == ("wuhan",)
            assert forecast.quantiles == {}
        else:
            rows = forecast.quantiles["wuhan"]
            assert rows.shape == (14, len(LEVELS))
            assert np.isfinite(rows).all()
            assert rows.min() >= 0
            assert (np.diff(rows, axis=1) >= 0).all()

    def test_expects_a_standing_number_to_stand(self, forecaster):
        assert _medians(forecaster, [900] * 20) == pytest.approx([900] * 3)

    def test_takes_a_new_definition_for_no_growth(self, forecaster):
        """The twentieth figure counts half as many again; nothing else happens."""
        assert _medians(forecaster, [900] * 20 + [1350] * 4, breaks=(20,)) == pytest.approx(
            [1350] * 3
        )

    def test_leaves_alone_what_a_new_definition_cannot_be_compared_with(self, forecaster):
        """Before it nothing was known, or nobody was ill."""
        unknown, nobody = [None] * 3 + [900] * 20, [0] * 3 + [900] * 60

        assert _medians(forecaster, unknown, breaks=(2,)) == pytest.approx([900] * 3)
        assert _medians(last_value, nobody, breaks=(3,)) == pytest.approx([900] * 3)

    def test_goes_on_through_days_without_a_figure(self, forecaster):
        known = Known(figures={"wuhan": (900,) * 14 + (None,) * 3 + (900,) * 3 + (None, None)})

        forecast = forecaster(known, 4)

        assert forecast.first_day == 22
        assert forecast.quantiles["wuhan"][:, MEDIAN] == pytest.approx([900] * 4)


class TestTrend:
    def test_goes_on_by_the_mean_of_seven_days(self):
        """700 to 1,400 in seven days: 100 a day."""
        assert _medians(seven_day_trend, range(700, 1500, 100)) == pytest.approx([1500, 1600, 1700])

    def test_is_damped_by_a_tenth_each_day(self):
        """Roots 10, 12, …, 24: 24 + 1.8 = 25.8, + 1.62 = 27.42, + 1.458 = 28.878."""
        assert _medians(damped_trend, [root**2 for root in range(10, 25, 2)]) == pytest.approx(
            [25.8**2, 27.42**2, 28.878**2]
        )

    def test_of_smoothing_slows_down(self):
        first, second, third = np.sqrt(
            _medians(smoothing, [root**2 for root in range(10, 50, 2)])
        ).tolist()

        assert 48 < first < second < third
        assert third - second < second - first < 2

    def test_takes_a_jump_for_growth_while_nobody_knows_better(self):
        figures = [900] * 20 + [1350] * 4

        assert _medians(seven_day_trend, figures)[0] == pytest.approx(1350 + 450 / 7)


class TestScore:
    def test_is_nothing_where_every_quantile_came_true(self):
        assert pinball_loss([7.0] * len(LEVELS), 7) == 0

    def test_weighs_too_low_by_the_level_and_too_high_by_the_rest(self):
        """A miss of 10: mean level 1/2 either way, as the levels lie evenly about it."""
        assert pinball_loss([0.0] * len(LEVELS), 10) == pytest.approx(5)
        assert pinball_loss([20.0] * len(LEVELS), 10) == pytest.approx(5)
        assert pinball_loss([0.0] * MEDIAN + [10.0] * (9 - MEDIAN), 10) == pytest.approx(
            10 * (0.025 + 0.05 + 0.1 + 0.25) / 9
        )

    def test_leaves_out_a_day_that_was_never_published(self):
        series = {"wuhan": (900,) * 20 + (None, 900)}

        found = score(last_value, series, mornings=[20], days=2, lag=1)

        assert found["ordinary"].targets == 1

    def test_counts_apart_what_crosses_a_break_that_nobody_knew(self):
        series = {"wuhan": (900,) * 20 + (1350,) * 10}

        found = score(
            last_value,
            series,
            mornings=[18, 22],
            days=4,
            lag=1,
            breaks=[Break(day=20, known_from=21)],
        )

        # From morning 18: days 18, 19 before, 20, 21 across; from 22 all four after.
        assert {group: one.targets for group, one in found.items()} == {
            "ordinary": 6,
            "across_a_break": 2,
        }
        assert found["ordinary"].loss < 1
        assert found["across_a_break"].loss > 100


@pytest.mark.data
@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published series are not beside us")
class TestPublishedSeries:
    @pytest.mark.parametrize(
        ("read", "mornings", "breaks"),
        [(read_hubei, range(6, 70, 8), (DEFINITION,)), (read_texas, range(14, 148, 24), ())],
        ids=["Hubei", "Texas"],
    )
    def test_are_forecast_better_than_by_last_value_and_trend(self, read, mornings, breaks):
        ours, last, trend = (
            score(one, read(PUBLISHED), mornings=mornings, days=14, lag=1, breaks=breaks)[
                "ordinary"
            ]
            for one in (smoothing, last_value, seven_day_trend)
        )

        assert ours.targets == last.targets == trend.targets > 1000
        assert ours.loss < min(last.loss, trend.loss)
        assert ours.relative_loss < min(last.relative_loss, trend.relative_loss)

    def test_show_that_the_jump_of_12_february_is_no_outbreak(self):
        """Wuhan's figures of the 12th were published on the 13th: day 20 without delay."""
        series = {"Wuhan": read_hubei(PUBLISHED)["Wuhan"]}

        aware, unaware = (
            smoothing(published_on(20, series, lag=1, breaks=breaks), 7).quantiles["Wuhan"][-1][
                MEDIAN
            ]
            for breaks in ((DEFINITION,), ())
        )

        assert series["Wuhan"][19:27] == (30036, 32959, 34189, 35292, 36385, 37118, 37925, 37869)
        assert abs(aware - 37869) < abs(unaware - 37869)
