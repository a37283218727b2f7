"""Scenarios for the planner, drawn from the quantiles of a forecast (§S10)."""

from fractions import Fraction
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from tiebeam.core.surge.forecast import LEVELS, Forecast
from tiebeam.core.surge.model import Demand

SHARED = 0.5
"""Part of the variance that all places share: an assumption."""


def draw_scenarios(
    forecast: Forecast, *, first_day: int, count: int, seed: int, shared: float = SHARED
) -> tuple[Demand, ...]:
    """
    Return *count* scenarios of equal weight from *first_day* on; one alone is the median.

    Each place takes each of the levels (i + 1/2) / count once, and keeps it on all days. A place of
    which nothing is known has no need (§S1).
    """
    places = sorted(forecast.quantiles)
    levels = _levels(places=len(places), count=count, seed=seed, shared=shared)
    skipped = first_day - forecast.first_day
    assert skipped >= 0
    days = {len(rows) for rows in forecast.quantiles.values()} or {skipped}
    return tuple(
        Demand(
            first_day=first_day,
            patients={
                place: tuple(
                    round(float(np.interp(level, LEVELS, row)))
                    for row in forecast.quantiles[place][skipped:]
                )
                for place, level in zip(places, own, strict=True)
            }
            | dict.fromkeys(forecast.unknown, (0,) * (max(days) - skipped)),
            weight=Fraction(1, count),
        )
        for own in levels
    )


def _levels(*, places: int, count: int, seed: int, shared: float) -> NDArray[np.float64]:
    """Return (count, places): a permutation of the same levels for each place, driven together."""
    steps = (np.arange(count) + 0.5) / count
    common = np.array([NormalDist().inv_cdf(step) for step in steps])
    own = np.random.default_rng(seed).standard_normal((count, places))
    drawn = np.sqrt(shared) * common[:, None] + np.sqrt(1 - shared) * own
    return steps[np.argsort(np.argsort(drawn, axis=0), axis=0)]
