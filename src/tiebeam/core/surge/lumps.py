"""
Teams that are alike, counted together (§S5).

A plan among hundreds of teams has few really different choices: which of three equal teams goes
is decided last, and costs the search nothing.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from tiebeam.core.surge.following import Course, start_course
from tiebeam.core.surge.model import State, Surge, Team
from tiebeam.core.surge.planned import Locks


@dataclass(frozen=True, slots=True, order=True)
class HomeKind:
    """What teams at one home have in common; *places* are those they may be sent to."""

    home: str
    size: int
    min_tour: int
    max_tour: int
    rest: int
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class DutyKind:
    """
    What teams on duty have in common, wherever they are from.

    Attributes:
        tour_end: Day of the window on which the tour is over; its length where that is later.
        back: Number of the home kind they are again after a rest that ends in time; else -1.
    """

    size: int
    min_tour: int
    tour_end: int
    back: int
    places: tuple[str, ...]


@dataclass(slots=True)
class Lumps:
    """
    All teams of a surge by what they have in common; days count from the first of the window.

    Attributes:
        ready: Home kind -> (first day at home, team).
        on_duty: (duty kind, place) -> (first day on duty, first day it may leave, team).
    """

    surge: Surge
    window: int
    homes: list[HomeKind] = field(default_factory=list)
    duties: list[DutyKind] = field(default_factory=list)
    ready: defaultdict[int, list[tuple[int, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    on_duty: defaultdict[tuple[int, str], list[tuple[int, int, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _home_at: dict[HomeKind, int] = field(default_factory=dict)
    _duty_at: dict[DutyKind, int] = field(default_factory=dict)
    _nearest: dict[str, int] = field(default_factory=dict)

    def home_of(self, team: Team, places: tuple[str, ...]) -> int:
        """Return the number of the home kind of *team*."""
        kind = HomeKind(team.home, team.size, team.min_tour, team.max_tour, team.rest, places)
        if kind not in self._home_at:
            self._home_at[kind] = len(self.homes)
            self.homes.append(kind)
        return self._home_at[kind]

    def duty_after(
        self, home: int, arrives: int, *, tour_end: int | None = None, is_held: bool = False
    ) -> int:
        """
        Return the number of the duty kind of those of *home* on duty from day *arrives*.

        Args:
            is_held: Whether they go home at the end of the tour alone, and do not come again.
        """
        kind = self.homes[home]
        end = arrives + kind.max_tour if tour_end is None else tour_end
        leaves = min(arrives + kind.min_tour, end)
        nearest = self._nearest[kind.home]
        returns = max(leaves, 0) + nearest + kind.rest + nearest < self.window
        duty = DutyKind(
            size=kind.size,
            min_tour=min(kind.min_tour, self.window),
            tour_end=min(end, self.window),
            back=home if returns and not is_held else -1,
            places=kind.places,
        )
        if duty not in self._duty_at:
            self._duty_at[duty] = len(self.duties)
            self.duties.append(duty)
        return self._duty_at[duty]

    def learn_home(self, home: str) -> None:
        """Remember how many days the shortest way from *home* to a place takes."""
        days = (self.surge.travel.days(home, place.id) for place in self.surge.places)
        self._nearest[home] = min(days, default=0)


def lump_teams(surge: Surge, state: State, window: int, locks: Locks) -> Lumps:
    """Return the teams of *surge* by what they have in common on the morning of *state*."""
    lumps = Lumps(surge, window)
    for home in sorted({team.home for team in surge.teams}):
        lumps.learn_home(home)
    for team in sorted(surge.teams, key=lambda team: team.id):
        standing = state.standings.get(team.id)
        if standing is not None:
            course = start_course(surge, team, standing, state.day)
            places = _open_places(surge, locks, team.id)
            _place(lumps, course, state.day, places, is_held=team.id in locks.held)
    return lumps


def _open_places(surge: Surge, locks: Locks, team: str) -> tuple[str, ...]:
    return tuple(sorted(p.id for p in surge.places if locks.allow(team, p.id)))


def _place(
    lumps: Lumps, course: Course, day: int, places: tuple[str, ...], *, is_held: bool
) -> None:
    """Count the team of *course* where it stands."""
    home = lumps.home_of(course.team, places)
    if course.place is None:
        lumps.ready[home].append((max(course.start - day, 0), course.team.id))
        return
    assert course.tour_end is not None
    start, end = course.start - day, course.tour_end - day
    duty = lumps.duty_after(home, start, tour_end=end, is_held=is_held)
    free = max(start + course.team.min_tour, 0)
    lumps.on_duty[duty, course.place].append((max(start, 0), free, course.team.id))
