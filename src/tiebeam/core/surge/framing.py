"""What a plan of a surge is made of, before any program (§S5, §S6)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tiebeam.core.surge.lumps import Lumps, lump_teams
from tiebeam.core.surge.model import Demand, Order, State, Surge, need
from tiebeam.core.surge.planned import Aims, Level
from tiebeam.core.surge.valuing import patients_in, sent

Floats = NDArray[np.float64]
MOST_SUMS = 20
"""So many sums of `shortage` are kept at most, in steps that double."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One number to minimise given the earlier ones: a level, or theta_m of `shortage`."""

    level: Level
    count: int = 0


class Frame:
    """What a plan is made of, before any program: kinds of teams, places and scenarios."""

    def __init__(
        self,
        surge: Surge,
        state: State,
        scenarios: Sequence[Demand],
        aims: Aims,
        standing: Sequence[Order],
    ) -> None:
        self.surge, self.state, self.aims = surge, state, aims
        self.lumps = self.lump()
        self.days = range(aims.window)
        self.ids = sorted(place.id for place in surge.places)
        calendar = range(state.day, state.day + aims.window)
        self.patients = [patients_in(surge, state, s, calendar) for s in scenarios]
        total = sum(s.weight for s in scenarios)
        self.weights = [float(s.weight / total) for s in scenarios]
        self.total_need = self._add_up_need()
        self.standing = sent(standing, calendar)

    def lump(self, *, in_heads: bool = False) -> Lumps:
        """Return the teams by what they have in common."""
        return lump_teams(
            self.surge, self.state, self.aims.window, self.aims.locks, in_heads=in_heads
        )

    def _add_up_need(self) -> float:
        """Return the heads needed on all days, the mean over the scenarios; at least 1."""
        sigma = self.surge.staff_per_patient
        needs = (
            sum(need(n, sigma) for series in patients.values() for n in series)
            for patients in self.patients
        )
        return max(1.0, sum(w * n for w, n in zip(self.weights, needs, strict=True)))

    @property
    def most_departures(self) -> int:
        """Return how many kinds, places and days of departure from home there are at most."""
        return len(self.lumps.homes) * len(self.ids) * len(self.days)

    def list_stages(self) -> list[Stage]:
        """Return the stages of all levels in their order."""
        return [
            Stage(level, count)
            for level in self.aims.levels
            for count in (kept_sums(len(self.ids)) if level == "shortage" else (0,))
        ]


def kept_sums(places: int) -> list[int]:
    """Return for which m theta_m is kept: all where places are few, else in steps that double."""
    if places <= MOST_SUMS:
        return list(range(1, places + 1))
    counts = [1]
    while counts[-1] * 2 < places:
        counts.append(counts[-1] * 2)
    return [*counts, places]
