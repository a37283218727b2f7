"""Patients of the window for whom supplies are planned: told, or a quantile of the forecast (§S13.5)."""

from collections.abc import Mapping

import numpy as np

from tiebeam.core.surge.forecast import LEVELS, Forecaster, Known, damped_trend


def expect_patients(
    told: Mapping[str, Mapping[int, int]],
    *,
    day: int,
    window: int,
    quantile: float = 0.5,
    forecaster: Forecaster = damped_trend,
) -> dict[str, tuple[int, ...]]:
    """
    Return the patients of each place on the days of the window; places that say too little are out.

    Args:
        told: Place -> day -> patients, before *day* for the forecast, from then on as they are.
        quantile: Beyond the outermost level of a forecast it stays.
    """
    days = range(day, day + window)
    found = {}
    for place, figures in told.items():
        before = [known for known in figures if known < day]
        expected: list[int | None] = [None] * window
        if before:
            series = tuple(figures.get(known) for known in range(min(before), day))
            rows = forecaster(Known(figures={place: series}), window).quantiles[place]
            expected = [round(float(np.interp(quantile, LEVELS, row))) for row in rows]
        counts = [figures.get(one, rest) for one, rest in zip(days, expected, strict=True)]
        if None not in counts:
            found[place] = tuple(count for count in counts if count is not None)
    return found
