"""How good a forecast was: pinball loss and coverage, on what was published by then (§S10)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tiebeam.core.surge.forecast import LEVELS, Break, Forecaster, published_on

Group = Literal["ordinary", "across_a_break"]
"""Whether a definition changed, unknown to the forecast, between what it saw and the target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """
    Means over all places, origins and days ahead.

    Attributes:
        targets: How many figures were forecast and later published.
        loss: Pinball loss in patients, mean over LEVELS.
        relative_loss: The same, each as a part of its place's largest figure: small places count.
        within_80: Share of the figures between the quantiles 0.1 and 0.9; 0.8 is right.
    """

    targets: int
    loss: float
    relative_loss: float
    within_80: float


def pinball_loss(quantiles: Sequence[float] | NDArray[np.float64], figure: float) -> float:
    """Return the loss of *quantiles*, given at LEVELS, where *figure* came true; 0 is the best."""
    missed = figure - np.asarray(quantiles, dtype=float)
    levels = np.array(LEVELS)
    return float(np.mean(np.maximum(levels * missed, (levels - 1) * missed)))


def score(
    forecaster: Forecaster,
    series: Mapping[str, tuple[int | None, ...]],
    *,
    mornings: Sequence[int],
    days: int,
    lag: int,
    breaks: Sequence[Break] = (),
) -> dict[Group, Score]:
    """
    Return how *forecaster* does on the *days* from each of the *mornings* on.

    Args:
        lag: Days after which a figure is published.
    """
    losses: dict[Group, list[tuple[float, float, bool]]] = {"ordinary": [], "across_a_break": []}
    peaks = {
        place: max((figure for figure in figures if figure is not None), default=0)
        for place, figures in series.items()
    }
    for morning in mornings:
        known = published_on(morning, series, lag=lag, breaks=breaks)
        forecast = forecaster(known, days + lag)
        for place, quantiles in forecast.quantiles.items():
            for ahead, row in enumerate(quantiles):
                day = forecast.first_day + ahead
                if not morning <= day < min(morning + days, len(series[place])):
                    continue
                figure = series[place][day]
                if figure is None:
                    continue
                unseen = any(
                    item.day not in known.breaks and forecast.first_day <= item.day <= day
                    for item in breaks
                )
                loss = pinball_loss(row, figure)
                within = row[LEVELS.index(0.1)] <= figure <= row[LEVELS.index(0.9)]
                losses["across_a_break" if unseen else "ordinary"].append(
                    (loss, loss / max(1, peaks[place]), bool(within))
                )
    return {group: _mean(found) for group, found in losses.items() if found}


def _mean(found: list[tuple[float, float, bool]]) -> Score:
    loss, relative, within = np.mean(np.array(found, dtype=float), axis=0).tolist()
    return Score(targets=len(found), loss=loss, relative_loss=relative, within_80=within)
