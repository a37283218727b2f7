"""What the days to come are taken to bring when the next orders are planned (§E11)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from typing import Literal
from uuid import UUID

from tiebeam.apps.emergencies.models import Incident
from tiebeam.apps.emergencies.queries.foreseen import foresee_patients
from tiebeam.core.surge.planned import LEVELS, Level
from tiebeam.core.surge.scenarios import draw_scenarios
from tiebeam.platform.permissions.operations import Given

SCENARIOS, WORST, SEED = 7, 2, 1
"""How many are drawn from the forecast, how many of them are its worst, and what they are drawn with."""
FEWEST_REPORTS = 2
"""Days with a figure from which the growth of a place is expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim(Given):
    """
    How the next orders are to be planned.

    Attributes:
        outlook: Needs stay as they were entered; or grow with the forecast of the patients of their
            place, and the plan is for the mean of its scenarios, or for the mean of its worst.
        first: The level that comes before all others.
    """

    outlook: Literal["entered", "mean", "worst"] = "entered"
    first: Literal["shortage", "unmet"] = "shortage"

    @property
    def levels(self) -> tuple[Level, ...]:
        """Return the levels in their order (§S6)."""
        return (self.first, *(level for level in LEVELS if level != self.first))

    @property
    def tail(self) -> Fraction:
        """Return the share of the scenarios that counts (§S6)."""
        return Fraction(WORST, SCENARIOS) if self.outlook == "worst" else Fraction(1)


AS_ENTERED = Aim()

Growth = Mapping[UUID, tuple[Fraction, ...]]
"""Place -> how many times its last figure its patients are on each day of the window."""


def foresee(
    incident: Incident, place_ids: Collection[UUID], today: date, now: datetime
) -> tuple[Growth, ...]:
    """
    Return how the patients of places grow in each scenario of their forecast (§S10).

    A place that reported patients on fewer than two days before *today*, or none last, is in no scenario.
    """
    seen = foresee_patients(incident, today, now, place_ids)
    quantiles = {
        key: rows
        for key, rows in seen.forecast.quantiles.items()
        if seen.told[key] >= FEWEST_REPORTS and seen.last[key]
    }
    forecast = replace(seen.forecast, quantiles=quantiles)
    scenarios = draw_scenarios(forecast, first_day=forecast.first_day, count=SCENARIOS, seed=SEED)
    return tuple(
        {
            UUID(key): tuple(Fraction(patients, seen.last[key]) for patients in series)
            for key, series in scenario.patients.items()
        }
        for scenario in scenarios
    )
