"""From a cell of a surge case to what a replay takes: places, teams, patients, the official list."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, floor

from tiebeam.cases.surge_teams import Pair, Stream, make_teams
from tiebeam.cases.surges import Cell, SurgeCase, Value
from tiebeam.core.surge.model import Home, Limits, Place, Surge, travel_between


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """
    What a replay of one cell takes.

    Attributes:
        patients: Place -> who need a staffed bed, day by day; None = not published.
        assigned: Team -> place of the official list; the national flow goes to the hub.
        lag: Publication lag in days.
    """

    surge: Surge
    patients: Mapping[str, tuple[int | None, ...]]
    assigned: Mapping[str, str]
    lag: int


def build_instance(case: SurgeCase, cell: Cell) -> Instance:
    """Return what a replay of *cell* takes."""
    values = cell.values
    streams = case.replays[cell.replay]["streams"]
    places = _make_places(case, values, with_hub="national" in streams)
    homes = tuple(
        Home(
            id=row["id"],
            name_en=row["name"],
            name_zh=row["name_zh"],
            latitude=float(row["lat"]),
            longitude=float(row["lon"]),
        )
        for row in case.tables["homes"]
    )
    travel = travel_between([*places, *homes], int(values["km_per_day"]))
    staff = {name: _pairs_of(case, name, str(values["split"])) for name in streams}
    tour = {name: int(values[name]) for name in ("min_tour", "max_tour", "rest")}
    teams, assigned = make_teams(
        [_stream(case, name, pairs) for name, pairs in staff.items()], travel, tour
    )
    surge = Surge(
        places=places,
        homes=homes,
        teams=teams,
        travel=travel,
        staff_per_patient=Fraction(str(values["staff_per_patient"])),
        limits=_limits(case, values),
        horizon=case.horizon,
    )
    share = Fraction(str(values["hospitalised_share"]))
    return Instance(
        surge=surge,
        patients={place.id: _patients(case, place.id, share) for place in places},
        assigned=assigned,
        lag=int(values["lag"]),
    )


def _make_places(
    case: SurgeCase, values: Mapping[str, Value], *, with_hub: bool
) -> tuple[Place, ...]:
    """Return the cities with own staff and beds by population; all 17 share, even where one is out."""
    rows, published = case.tables["places"], case.content["published"]
    everybody = sum(int(row["population"]) for row in rows)
    staff = published["doctors_and_nurses"] * Fraction(str(values["own_share"]))
    beds = published["hospital_beds"] * Fraction(str(values["bed_share"]))
    return tuple(
        Place(
            id=row["id"],
            name_en=row["name"],
            name_zh=row["name_zh"],
            latitude=float(row["lat"]),
            longitude=float(row["lon"]),
            own_staff=floor(staff * int(row["population"]) / everybody),
            beds=floor(beds * int(row["population"]) / everybody),
            is_hub=row["is_hub"] == "true",
        )
        for row in rows
        if with_hub or row["is_hub"] == "false"
    )


def _limits(case: SurgeCase, values: Mapping[str, Value]) -> Limits:
    given = dict(case.content["transfer_limits"])
    cushion = Fraction(given.pop("cushion"))
    return Limits(allowed=bool(values["transfers"]), cushion=cushion, **given)


def _patients(case: SurgeCase, place: str, share: Fraction) -> tuple[int | None, ...]:
    days = (case.first_day + timedelta(days=day) for day in range(case.horizon))
    active = [case.reports.get((place, day)) for day in days]
    return tuple(None if count is None else ceil(share * count) for count in active)


def _pairs_of(case: SurgeCase, stream: str, split: str) -> list[Pair]:
    """Return who sends how many where, each with what is known of it."""
    if stream == "national":
        hub = next(row["id"] for row in case.tables["places"] if row["is_hub"] == "true")
        return [
            Pair(home=row["id"], place=hub, weight=Fraction(row["population"]))
            for row in case.tables["homes"]
        ]
    known = {(row["home"], row["place"]): row for row in case.tables["known_staff"]}
    people = {row["id"]: int(row["population"]) for row in case.tables["homes"]}
    pairs = [(row["home"], row["place"]) for row in case.tables["pairs"]]
    made = []
    for home, place in pairs:
        cases = case.reports[place, case.list_day]
        row = known.get((home, place), {})
        if split == "cases":
            weight = Fraction(cases, sum(goal == place for _, goal in pairs))
        else:
            # A donor of several cities splits its own people by their cases.
            own = [case.reports[goal, case.list_day] for start, goal in pairs if start == home]
            weight = Fraction(people[home] * cases, sum(own))
        made.append(
            Pair(
                home=home,
                place=place,
                weight=weight,
                staff=int(row["staff"]) if row.get("staff") else None,
                teams=int(row["teams"]) if row.get("teams") else None,
            )
        )
    return made


def _stream(case: SurgeCase, name: str, pairs: list[Pair]) -> Stream:
    published = case.content["published"]
    teams = published["list_teams"]
    if name == "national":
        teams = published["all_teams"] - teams
    arrived = [
        ((date.fromisoformat(row["date"]) - case.first_day).days, int(row["staff"]))
        for row in case.tables["arrivals"]
        if row["stream"] == name
    ]
    return Stream(
        name=name, pairs=pairs, staff=published[f"{name}_staff"], teams=teams, arrived=arrived
    )
