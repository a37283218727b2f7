"""
A surge: places that need staff, teams that can go there, and what is known on a day (§S1, §S2).

Values only. Days are whole numbers, day 0 is the first day of the case. What is unknown is None.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, get_args

from tiebeam.core.model.scenario import great_circle_km

Status = Literal["home", "travelling", "on_duty", "returning", "resting"]
STATUSES: tuple[Status, ...] = get_args(Status)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """
    A place where patients fall ill.

    Attributes:
        own_staff: Heads of its own who care for these patients on every day.
        beds: Beds with which its occupancy is measured (§S1).
        is_hub: Whether its load is what the emergency is feared for (§S4).
    """

    id: str
    name_en: str
    name_zh: str
    latitude: float
    longitude: float
    own_staff: int
    beds: int
    is_hub: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Where teams come from and return to."""

    id: str
    name_en: str
    name_zh: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """
    A team that goes whole or not at all (§S2).

    Attributes:
        size: Heads that count at a place on a day on duty.
        ready_on: The first day on which it can leave home.
        min_tour: Days on duty in a place before it may leave that place.
        max_tour: Days from its first arrival after which it goes home.
        rest: Days at home after a tour before it can leave again.
    """

    id: str
    home: str
    size: int
    skills: frozenset[str] = frozenset()
    ready_on: int = 0
    min_tour: int = 1
    max_tour: int
    rest: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """
    What a team is doing on the morning of a day (§S2).

    Attributes:
        place: Where it is on duty or on the way to; None at home, returning and resting.
        since: The day on which this began.
        until: The day on which the next begins by itself: arrival, the end of the rest, on duty the
            day on which its tour is over and it goes home, None for that of its maximum tour; None
            at home.
        tour_from: The day of its first arrival on this tour; None before it.
    """

    team: str
    status: Status
    place: str | None
    since: int
    until: int | None
    tour_from: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A team leaves for a place, or for home (*to* is None); it is on duty from *arrives_on*."""

    team: str
    to: str | None
    leaves_on: int
    arrives_on: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Patients cared for in another place from the day *on* (§S2)."""

    source: str
    destination: str
    patients: int
    on: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """
    One scenario of the days to come.

    Attributes:
        first_day: The day of the first figure of every series.
        patients: Place -> staffed beds needed there, day by day, before any transfer.
        weight: How much this scenario counts among the others.
    """

    first_day: int
    patients: Mapping[str, tuple[int, ...]]
    weight: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """
    What transfers of patients are held to (§S2).

    Attributes:
        daily_per_source, daily_per_destination: Patients a day.
        cushion: Share of the beds of a destination that transfers leave free.
        quiet_days: Days after receiving in which a place does not send, and the other way round.
        stay_days: Days for which a moved patient is cared for at the destination.
    """

    allowed: bool = False
    daily_per_source: int = 0
    daily_per_destination: int = 0
    cushion: Fraction = Fraction(0)
    quiet_days: int = 0
    stay_days: int = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Travel:
    """Kilometres by great circle between all seats, and the days they take."""

    kilometres: Mapping[tuple[str, str], int]
    km_per_day: int

    def km(self, start: str, end: str) -> int:
        """Return the whole kilometres between two seats; 0 from a seat to itself."""
        return 0 if start == end else self.kilometres[start, end]

    def days(self, start: str, end: str) -> int:
        """Return the days on the way: 1 + km // km_per_day, 0 from a seat to itself (§S2)."""
        return 0 if start == end else 1 + self.km(start, end) // self.km_per_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Surge:
    """
    Everything that holds on every day.

    Attributes:
        staff_per_patient: Heads on duty that one patient needs (§S1).
        horizon: Number of days: day 0 to day horizon - 1.
    """

    places: tuple[Place, ...]
    homes: tuple[Home, ...]
    teams: tuple[Team, ...]
    travel: Travel
    staff_per_patient: Fraction
    limits: Limits
    horizon: int


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """
    What is known on the morning of a day (§S2).

    Attributes:
        standings: Team -> what it is doing.
        patients: Place -> figures of day 0 to day *known_to*, before transfers; None = not known.
        known_to: The last day whose figures are published; -1 before the first.
        transfers: Those made before today.
    """

    day: int
    standings: Mapping[str, Standing]
    patients: Mapping[str, tuple[int | None, ...]]
    known_to: int
    transfers: tuple[Transfer, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """
    What a policy came to over the whole horizon (§S4).

    Attributes:
        worst_ratio, worst_place: The largest shortage ratio, and the place that has it.
        moves: Departures of teams, journeys home not counted.
        transfers: Patients moved.
    """

    unmet_person_days: int
    worst_ratio: Fraction
    worst_place: str | None
    peak_hub_occupancy: Fraction
    moves: int
    kilometres: int
    transfers: int


def travel_between(seats: Iterable[Place | Home], km_per_day: int) -> Travel:
    """Return the kilometres between all *seats* by great circle, rounded to whole ones."""
    seats = tuple(seats)
    return Travel(
        kilometres={
            (a.id, b.id): round(great_circle_km(a.latitude, a.longitude, b.latitude, b.longitude))
            for a in seats
            for b in seats
            if a.id != b.id
        },
        km_per_day=km_per_day,
    )


def tour_end(team: Team, standing: Standing) -> int | None:
    """Return the day on which the tour of a team under way is over (§S2.5); None where there is none."""
    if standing.status == "on_duty" and standing.until is not None:
        return standing.until
    if standing.status not in ("travelling", "on_duty"):
        return None
    arrived = standing.until if standing.status == "travelling" else standing.since
    begun = arrived if standing.tour_from is None else standing.tour_from
    return None if begun is None else begun + team.max_tour


def need(patients: int, staff_per_patient: Fraction) -> int:
    """Return the heads on duty that *patients* need: ceil(staff_per_patient · patients) (§S1)."""
    return -(-patients * staff_per_patient.numerator // staff_per_patient.denominator)
