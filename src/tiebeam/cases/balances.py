"""
The cases of moving patients: hospital load by place and day, and named assumptions.

``cases/<id>/balance.toml`` holds the assumptions, the tables beside it the facts.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from tiebeam.cases import CASES_FOLDER, read_rows
from tiebeam.cases.surges import Assumption, Value, read_assumptions
from tiebeam.core.surge.balancing import nearest_beds, planned_transfers, stay_put
from tiebeam.core.surge.forecast import Forecaster
from tiebeam.core.surge.hindsight import bound_measures
from tiebeam.core.surge.model import Limits, Measures, Place, Surge, Transfer, travel_between
from tiebeam.core.surge.replay import Policy, replay
from tiebeam.core.surge.smoothing import FORECASTERS
from tiebeam.errors import Refused

POLICIES = ("no_transfer", "nearest_beds", "planned", "hindsight")
"""The last is no policy but a bound for each measure (§S3)."""


class UnknownBalance(Refused):
    """No case of moving patients has this id; facts: *id*, *known*."""

    code = "cases.unknown_balance"


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceCase:
    """A case as read; *patients* by place and day, day 0 is *first_day*."""

    id: str
    title: str
    title_zh: str
    first_day: date
    last_day: date
    assumptions: tuple[Assumption, ...]
    places: tuple[Place, ...]
    patients: Mapping[str, tuple[int | None, ...]]

    @property
    def base(self) -> dict[str, Value]:
        """Return the value taken of every assumption."""
        return {assumption.id: assumption.value for assumption in self.assumptions}

    def list_cells(self) -> tuple[dict[str, Value], ...]:
        """Return the values taken, then each other value that is tried, one change at a time."""
        changes = [
            {assumption.id: value}
            for assumption in self.assumptions
            for value in assumption.tried
            if value != assumption.value
        ]
        return tuple(self.base | change for change in [{}, *changes])


def list_balance_cases() -> tuple[str, ...]:
    """Return the ids of the cases of moving patients."""
    return tuple(sorted(path.parent.name for path in CASES_FOLDER.glob("*/balance.toml")))


def read_balance_case(case_id: str) -> BalanceCase:
    """
    Read the case *case_id*.

    Raises:
        UnknownBalance: There is none of this id.
    """
    if case_id not in list_balance_cases():
        raise UnknownBalance(id=case_id, known=list_balance_cases())
    folder = CASES_FOLDER / case_id
    content = tomllib.loads((folder / "balance.toml").read_text(encoding="utf-8"))
    days = read_rows(folder / "patients.csv")
    places = tuple(_read_place(row) for row in read_rows(folder / "places.csv"))
    return BalanceCase(
        **content["case"],
        assumptions=read_assumptions(content),
        places=places,
        patients={
            place.id: tuple(int(row[place.id]) if row[place.id] else None for row in days)
            for place in places
        },
    )


def _read_place(row: Mapping[str, str]) -> Place:
    """Return a place whose staff are its beds: a patient lacks a head where there is no bed."""
    return Place(
        id=row["id"],
        name_en=row["name"],
        name_zh=row["name_zh"],
        latitude=float(row["lat"]),
        longitude=float(row["lon"]),
        own_staff=int(row["beds"]),
        beds=int(row["beds"]),
        is_hub=True,
    )


def make_surge(case: BalanceCase, values: Mapping[str, Value]) -> Surge:
    """Return *case* as a surge without teams, in which every place is a hub."""
    daily = int(values["daily"])
    return Surge(
        places=case.places,
        homes=(),
        teams=(),
        travel=travel_between(case.places, km_per_day=1),
        staff_per_patient=Fraction(1),
        limits=Limits(
            allowed=True,
            daily_per_source=daily,
            daily_per_destination=daily,
            cushion=Fraction(str(values["cushion"])),
            quiet_days=int(values["quiet_days"]),
            stay_days=int(values["stay_days"]),
        ),
        horizon=(case.last_day - case.first_day).days + 1,
    )


def play(cell: Mapping[str, Any]) -> dict[str, Any]:
    """
    Replay one cell of a sweep, or bound it where its policy is hindsight.

    Args:
        cell: *case*, *policy*, *forecast* and the *values* of the assumptions.
    """
    case = read_balance_case(cell["case"])
    values = cell["values"]
    surge = make_surge(case, values)
    if cell["policy"] == "hindsight":
        return _answer(bound_measures(surge, case.patients), kilometres=0)
    policy = _policy(cell["policy"], surge, FORECASTERS[cell["forecast"]])
    history = replay(surge, case.patients, policy, lag=int(values["lag"]))
    return _answer(history.measures, kilometres=patient_kilometres(surge, history.transfers))


def _policy(name: str, surge: Surge, forecaster: Forecaster) -> Policy:
    if name == "planned":
        return planned_transfers(surge, forecaster)
    return nearest_beds(surge) if name == "nearest_beds" else stay_put


def _answer(measures: Measures, *, kilometres: int) -> dict[str, Any]:
    return {
        "highest_load": str(measures.peak_hub_occupancy),
        "patient_days_without_bed": measures.unmet_person_days,
        "patients_moved": measures.transfers,
        "patient_kilometres": kilometres,
    }


def patient_kilometres(surge: Surge, transfers: tuple[Transfer, ...]) -> int:
    """Return the kilometres of all moved patients, one way."""
    return sum(t.patients * surge.travel.km(t.source, t.destination) for t in transfers)
