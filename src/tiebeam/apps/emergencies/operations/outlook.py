"""What the days to come are taken to bring when the next orders are planned (§E11)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Literal
from uuid import UUID

from tiebeam.apps.emergencies.models import Incident
from tiebeam.apps.emergencies.queries.reports import table_of
from tiebeam.core.surge.forecast import Known, damped_trend
from tiebeam.core.surge.planned import LEVELS, Level
from tiebeam.core.surge.scenarios import draw_scenarios
from tiebeam.platform.permissions.operations import Given

WINDOW = 14
"""Days ahead that are planned."""
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
    first = incident.activated_on
    table = table_of(incident, first, today - timedelta(1), now, place_ids=place_ids)
    figures, last = {}, {}
    for place_id, days in table.items():
        told = {each.day: each.figure("patients") for each in days}
        known = [figure for figure in told.values() if figure is not None]
        if len(known) < FEWEST_REPORTS or not known[-1]:
            continue
        span = range((today - first).days)
        figures[str(place_id)] = tuple(told.get(first + timedelta(at)) for at in span)
        last[str(place_id)] = known[-1]
    forecast = damped_trend(Known(figures=figures), WINDOW)
    scenarios = draw_scenarios(forecast, first_day=forecast.first_day, count=SCENARIOS, seed=SEED)
    return tuple(
        {
            UUID(key): tuple(Fraction(patients, last[key]) for patients in series)
            for key, series in scenario.patients.items()
        }
        for scenario in scenarios
    )
