"""A forecast by exponential smoothing with a damped trend, from statsmodels (§S10)."""

import warnings
from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from tiebeam.core.surge.forecast import (
    DAMPING,
    Forecaster,
    Roots,
    Spread,
    by_place,
    damped_trend,
    damped_trend_of,
    last_value,
    seven_day_trend,
)
from tiebeam.errors import Refused

FEWEST_DAYS = 12
"""Shorter series are continued by the damped trend, whose parameters need no estimate."""


class SmoothingMissing(Refused):
    """The package that smooths is not installed; fact: *package*."""

    code = "surge.smoothing_missing"


def _smooth(roots: Roots, days: int) -> Spread:
    if len(roots) < FEWEST_DAYS:
        return damped_trend_of(roots, days)
    expected, deviations = _fit(tuple(roots.tolist()), days)
    return np.array(expected), np.array(deviations)


# A sweep asks for the same series again and again.
@lru_cache(maxsize=4096)
def _fit(roots: tuple[float, ...], days: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    try:
        import pandas as pd
        from statsmodels.tsa.exponential_smoothing.ets import ETSModel
    except ImportError as missing:
        raise SmoothingMissing(package="statsmodels") from missing

    model = ETSModel(
        pd.Series(roots),
        error="add",
        trend="add",
        damped_trend=True,
        initialization_method="heuristic",
    )
    with warnings.catch_warnings():
        # A search that ends early has parameters all the same; how good they are, the scores say.
        warnings.simplefilter("ignore")
        with model.fix_params({"damping_trend": DAMPING}):
            result = model.fit(disp=False)
        ahead = result.get_prediction(start=len(roots), end=len(roots) + days - 1)
    deviations = np.sqrt(np.asarray(ahead.forecast_variance))
    return tuple(np.asarray(ahead.predicted_mean).tolist()), tuple(deviations.tolist())


smoothing: Forecaster = by_place(_smooth)

FORECASTERS: Mapping[str, Forecaster] = {
    "smoothing": smoothing,
    "damped-trend": damped_trend,
    "7-day-trend": seven_day_trend,
    "last-value": last_value,
}
"""The forecasters by the name a user gives; every other satisfies the same interface."""
