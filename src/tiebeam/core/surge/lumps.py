"""
Teams that are alike, counted together (§S5).

A plan among hundreds of teams has few really different choices: which of three equal teams goes
is decided last, and costs the search nothing. For a bound of what lacks, heads are counted instead:
their sizes no longer tell teams apart, nor do homes from which every way takes as long.
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
        units: Team -> as how many it counts: as one, or as its heads.
    """

    surge: Surge
    window: int
    in_heads: bool = False
    units: dict[str, int] = field(default_factory=dict)
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
    _stands_for: dict[str, str] = field(default_factory=dict)
    _ways: dict[tuple[int, ...], str] = field(default_factory=dict)

    def home_of(self, team: Team, places: tuple[str, ...]) -> int:
        """Return the number of the home kind of *team*."""
        home, size = (self._stands_for[team.home], 1) if self.in_heads else (team.home, team.size)
        kind = HomeKind(home, size, team.min_tour, team.max_tour, team.rest, places)
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
        """Remember how many days the ways between *home* and the places take."""
        days, places = self.surge.travel.days, [place.id for place in self.surge.places]
        there = [days(home, place) for place in places]
        self._nearest[home] = min(there, default=0)
        ways = (*there, *(days(place, home) for place in places))
        self._stands_for[home] = self._ways.setdefault(ways, home)


def lump_teams(
    surge: Surge, state: State, window: int, locks: Locks, *, in_heads: bool = False
) -> Lumps:
    """Return the teams of *surge* by what they have in common on the morning of *state*."""
    lumps = Lumps(surge, window, in_heads)
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
    lumps.units[course.team.id] = course.team.size if lumps.in_heads else 1
    if course.place is None:
        lumps.ready[home].append((max(course.start - day, 0), course.team.id))
        return
    assert course.tour_end is not None
    start, end = course.start - day, course.tour_end - day
    duty = lumps.duty_after(home, start, tour_end=end, is_held=is_held)
    free = max(start + course.team.min_tour, 0)
    lumps.on_duty[duty, course.place].append((max(start, 0), free, course.team.id))
