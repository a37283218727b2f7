"""What is expected of the patients of places, from what they reported (§S10)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from tiebeam.apps.emergencies.models import Incident
from tiebeam.apps.emergencies.queries.reports import table_of
from tiebeam.core.surge.forecast import Forecast, Known, damped_trend

WINDOW = 14
"""Days ahead that are planned, today among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """
    The patients of places from today on.

    Attributes:
        forecast: Of the window; places are named by the text of their id.
        last: Place -> its last figure before today.
        told: Place -> on how many days before today it told a figure.
    """

    forecast: Forecast
    last: Mapping[str, int]
    told: Mapping[str, int]


def foresee_patients(
    incident: Incident, today: date, now: datetime, place_ids: Collection[UUID] | None = None
) -> Foreseen:
    """Return what is expected of the places that report in *incident*; who never told a figure is in nothing."""
    first = incident.activated_on
    table = table_of(incident, first, today - timedelta(1), now, place_ids=place_ids)
    span = [first + timedelta(at) for at in range((today - first).days)]
    figures, last, told = {}, {}, {}
    for place_id, days in table.items():
        by_day = {each.day: each.figure("patients") for each in days}
        known = [figure for day in span if (figure := by_day.get(day)) is not None]
        if known:
            key = str(place_id)
            figures[key] = tuple(by_day.get(day) for day in span)
            last[key], told[key] = known[-1], len(known)
    return Foreseen(forecast=damped_trend(Known(figures=figures), WINDOW), last=last, told=told)
