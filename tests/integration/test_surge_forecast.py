"""``tiebeam surge forecast`` on the case that is shipped (§S10)."""

import sys

import pytest

from integration.command_line import run
from tiebeam.core.surge import smoothing

ASKED = ("surge", "forecast", "hubei-2020-surge")


class TestScores:
    def test_put_smoothing_before_last_value_and_trend(self):
        ended = run(*ASKED, "--json")

        loss = {
            row["forecast"]: row["score"]["loss"]
            for row in ended.document["scores"]
            if row["group"] == "ordinary"
        }
        assert loss["smoothing"] < loss["damped-trend"] < loss["last-value"]
        assert loss["smoothing"] < loss["7-day-trend"]

    def test_say_which_forecast_is_not_installed(self, monkeypatch):
        smoothing._fit.cache_clear()
        monkeypatch.setitem(sys.modules, "statsmodels.tsa.exponential_smoothing.ets", None)

        ended = run(*ASKED, locale="zh_CN.UTF-8")

        assert ended.status == 0
        assert "未给 smoothing 评分：尚未安装 statsmodels" in ended.err
        assert "damped-trend" in ended.out
        assert "\nsmoothing" not in ended.out


class TestForecast:
    def test_of_a_morning_rests_on_what_was_published_the_day_before(self):
        """Wuhan on 10 February: 18,454 confirmed less 1,243 cured and 748 dead."""
        ended = run(*ASKED, "--on", "2020-02-11", "--forecast", "damped-trend")

        (wuhan,) = (line for line in ended.out.splitlines() if line.startswith("Wuhan"))
        assert "16 463" in wuhan.replace("\u2009", " ").replace("\u202f", " ")

    def test_begins_on_the_day_after_the_last_published_one(self):
        asked = (*ASKED, "--on", "2020-02-11", "--forecast", "last-value", "--json")

        days = [run(*asked, "--lag", lag).document["first_day"] for lag in (0, 1, 2)]

        assert days == ["2020-02-12", "2020-02-11", "2020-02-10"]

    @pytest.mark.parametrize("day", ["2020-01-24", "2020-05-01", "tomorrow"])
    def test_refuses_a_day_with_nothing_published_before_it(self, day):
        ended = run(*ASKED, "--on", day)

        assert ended.status == 2
        assert "from 2020-01-25 to 2020-04-30" in ended.err

    def test_refuses_a_forecast_that_is_not_there(self):
        ended = run(*ASKED, "--forecast", "moon", "--on", "2020-02-11")

        assert ended.status == 2
        assert 'There is no forecast "moon"' in ended.err
