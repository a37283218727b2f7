"""What is expected of the days to come, from what is published and from nothing later (§S10)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

LEVELS = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)
"""The levels at which every forecast gives its quantiles."""

DAMPING = 0.9
"""What is left of a trend one day later."""

FEWEST_ERRORS = 3
"""Past errors at one distance from which their spread is taken."""

FIRST_SPREAD = 1.0
"""Spread of the next day's square root while too few errors are known: an assumption."""

_DEVIATES = np.array([NormalDist().inv_cdf(level) for level in LEVELS])

Figures = Sequence[int | None]
Roots = NDArray[np.float64]
Spread = tuple[Roots, Roots]
"""Expected square roots of the days to come, and the standard deviations of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """From *day* on another definition counts; nobody knows before *known_from*."""

    day: int
    known_from: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """
    What is published on a morning.

    Attributes:
        figures: Place -> patients of day 0 and later, as far as published; None = not known.
        breaks: Days from which another definition counts, as far as that was announced.
    """

    figures: Mapping[str, tuple[int | None, ...]]
    breaks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """
    Quantiles of the days to come.

    Attributes:
        quantiles: Place -> (days, LEVELS), patients; in each row ascending and not negative.
        unknown: Places of which nothing was ever published: nothing is said of them.
    """

    first_day: int
    quantiles: Mapping[str, NDArray[np.float64]]
    unknown: tuple[str, ...] = ()


class Forecaster(Protocol):
    """Whatever can say what is to come; it is given what is known and nothing else."""

    def __call__(self, known: Known, days: int, /) -> Forecast:
        """Return the quantiles of the *days* after the last published one."""


def published_on(
    day: int,
    series: Mapping[str, tuple[int | None, ...]],
    *,
    lag: int = 0,
    breaks: Sequence[Break] = (),
) -> Known:
    """Return what of *series* is published on the morning of *day*: figures up to *day* - *lag*."""
    end = max(0, day - lag + 1)
    return Known(
        figures={place: figures[:end] for place, figures in series.items()},
        breaks=tuple(sorted(item.day for item in breaks if item.known_from <= day)),
    )


def by_place(spread: Callable[[Roots, int], Spread]) -> Forecaster:
    """Return the forecaster that treats each place by itself, on the scale of square roots."""

    def forecast(known: Known, days: int, /) -> Forecast:
        quantiles, unknown, end = {}, [], 0
        for place, figures in sorted(known.figures.items()):
            end = max(end, len(figures))
            roots, silent = _roots(figures, known.breaks)
            if not len(roots):
                unknown.append(place)
                continue
            expected, deviations = spread(roots, days + silent)
            steps = expected[silent:, None] + deviations[silent:, None] * _DEVIATES
            quantiles[place] = np.maximum(0, steps) ** 2
        return Forecast(first_day=end, quantiles=quantiles, unknown=tuple(unknown))

    return forecast


def past_errors(point: Callable[[Roots, int], Roots]) -> Callable[[Roots, int], Spread]:
    """Return *point* with the spread of the errors that it would have made so far."""

    def spread(roots: Roots, days: int) -> Spread:
        errors: list[list[float]] = [[] for _ in range(days)]
        for end in range(2, len(roots)):
            missed = roots[end : end + days] - point(roots[:end], days)[: len(roots) - end]
            for distance, error in enumerate(missed):
                errors[distance].append(error)
        deviations = np.empty(days)
        for distance, known in enumerate(errors):
            if len(known) >= FEWEST_ERRORS:
                deviations[distance] = np.sqrt(np.mean(np.square(known)))
            else:
                before = deviations[distance - 1] / distance if distance else FIRST_SPREAD
                deviations[distance] = before * (distance + 1)
        return point(roots, days), np.maximum.accumulate(deviations)

    return spread


def _roots(figures: Figures, breaks: Sequence[int]) -> tuple[Roots, int]:
    """Return square roots from the first known figure to the last, and the unknown days since."""
    known = [day for day, figure in enumerate(figures) if figure is not None]
    if not known:
        return np.empty(0), 0
    roots = np.sqrt([figures[day] or 0 for day in known])
    whole = np.interp(range(known[0], known[-1] + 1), known, roots)
    for day in breaks:
        _rescale(whole, day - known[0])
    return whole, len(figures) - 1 - known[-1]


def _rescale(roots: Roots, day: int) -> None:
    """Bring what was counted before *day* to the definition of that day: a break is no growth."""
    if not 0 < day < len(roots):
        return
    before = roots[max(0, day - 4) : day]
    growth = (before[-1] - before[0]) / (len(before) - 1) if len(before) > 1 else 0.0
    expected = before[-1] + growth
    if expected > 0 and roots[day] > 0:
        roots[:day] *= roots[day] / expected


def _last_value(roots: Roots, days: int) -> Roots:
    return np.full(days, roots[-1])


def _seven_day_trend(roots: Roots, days: int) -> Roots:
    """Continue the patients of the last seven days on a straight line."""
    back = min(7, len(roots) - 1)
    slope = (roots[-1] ** 2 - roots[-1 - back] ** 2) / max(1, back)
    return np.asarray(np.sqrt(np.maximum(0, roots[-1] ** 2 + slope * np.arange(1, days + 1))))


def _damped_trend(roots: Roots, days: int) -> Roots:
    """Continue the square roots of the last seven days, less steeply each day."""
    back = min(7, len(roots) - 1)
    slope = (roots[-1] - roots[-1 - back]) / max(1, back)
    return np.asarray(roots[-1] + slope * np.cumsum(DAMPING ** np.arange(1, days + 1)))


damped_trend_of = past_errors(_damped_trend)

last_value: Forecaster = by_place(past_errors(_last_value))
seven_day_trend: Forecaster = by_place(past_errors(_seven_day_trend))
damped_trend: Forecaster = by_place(damped_trend_of)
