"""
Counts of teams that are alike as columns and rows: who leaves, who is on duty, who is home (§S5).

Time-expanded: a column for each kind of team, place and day of departure, and for those on duty
in a place on a day. Teams are whole in the search over whole numbers and parts of teams in the
linear program that bounds it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from tiebeam.core.surge.framing import Frame

Terms = list[tuple[int, float]]
MOST_WAYS = 5_000
"""So many columns for ways between places at most; beyond, ways of equal length share a pool."""


class TeamRows:
    """
    What §S2 asks of teams.

    Attributes:
        go: (home kind, place, day) -> the column of those who leave home.
        way: (duty kind, place, other place, day) -> the column of those who go there.
        out, into: The same through pools: (duty kind, place, day, days on the way) -> column.
        back: (duty kind, place, day) -> the column of those who go home to come again.
        team_columns: The number of columns of teams; they are the first.
    """

    def __init__(self, frame: Frame, *, in_heads: bool) -> None:
        self.surge, self.state, self.aims = frame.surge, frame.state, frame.aims
        self.lumps = frame.lump(in_heads=True) if in_heads else frame.lumps
        self.days, self.ids, self.standing = frame.days, frame.ids, frame.standing
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.whole: list[bool] = []
        self.rows: list[tuple[list[int], list[float], float, float]] = []
        self.go: dict[tuple[int, str, int], int] = {}
        self.way: dict[tuple[int, str, str, int], int] = {}
        self.out: dict[tuple[int, str, int, int], int] = {}
        self.into: dict[tuple[int, str, int, int], int] = {}
        self.back: dict[tuple[int, str, int], int] = {}
        self._arriving: defaultdict[tuple[int, str, int], list[int]] = defaultdict(list)
        self._leaving: defaultdict[tuple[int, str, int], list[int]] = defaultdict(list)
        self._returning: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        self._present: dict[tuple[int, str, int], int] = {}
        self._lay_departures()
        self._lay_ways()
        self._lay_duty()
        self._lay_homes()
        self.team_columns = len(self.lower)

    # -- columns and rows ------------------------------------------------------

    def column(self, upper: float, *, lower: float = 0.0, whole: bool = False) -> int:
        """Add a column; return its number."""
        self.lower.append(lower)
        self.upper.append(upper)
        self.whole.append(whole)
        return len(self.lower) - 1

    def row(self, terms: Iterable[tuple[int, float]], low: float, high: float) -> int:
        """Add a row; return its number."""
        sums: dict[int, float] = {}
        for at, value in terms:
            sums[at] = sums.get(at, 0.0) + value
        self.rows.append((list(sums), list(sums.values()), low, high))
        return len(self.rows) - 1

    # -- teams -----------------------------------------------------------------

    def _lay_departures(self) -> None:
        """Lay a column for each kind at home, place and day on which it can leave in time."""
        lumps, travel = self.lumps, self.surge.travel
        self._members = [0] * len(lumps.homes)
        stood = self._list_stood()
        returned = {d.back for d in lumps.duties} - {-1}
        for at, kind in enumerate(lumps.homes):
            returned |= {lumps.duties[lumps.duty_after(at, day)].back for day in self.days} - {-1}
            teams = lumps.ready[at]
            self._members[at] = sum(lumps.units[team] for _, team in teams) + sum(
                lumps.units[team]
                for (duty, _), members in lumps.on_duty.items()
                if lumps.duties[duty].back == at
                for _, _, team in members
            )
            ready = {day for day, _ in teams}
            first = 0 if at in returned else min(ready, default=len(self.days))
            for place in kind.places:
                way = travel.days(kind.home, place)
                after = lumps.duties[lumps.duty_after(at, first + way)]
                # Who stays to the end of the window comes as early as can be, or as it stood.
                is_free = at in returned or after.tour_end < len(self.days)
                for day in range(first, len(self.days) - way):
                    if not (is_free or day in ready or (at, place, day) in stood):
                        continue
                    column = self.column(self._members[at], whole=True)
                    self.go[at, place, day] = column
                    self._arriving[lumps.duty_after(at, day + way), place, day + way].append(column)

    def _list_stood(self) -> set[tuple[int, str, int]]:
        """Return home kind, place and day of the window of the standing orders."""
        kinds = {team: at for at, teams in self.lumps.ready.items() for _, team in teams}
        return {
            (kinds[team], place, day - self.state.day)
            for team, place, day in self.standing
            if team in kinds
        }

    def go_on(self, home: int, place: str, day: int) -> int | None:
        """Return the column of those who leave home on *day*, or could have and wait till then."""
        while day > 0 and (home, place, day) not in self.go:
            day -= 1
        return self.go.get((home, place, day))

    def _lay_ways(self) -> None:
        """Lay the columns of those on duty who go to another place, or home to come again."""
        lumps, travel = self.lumps, self.surge.travel
        first: dict[int, int] = {}
        for duty, _, day in self._arriving:
            free = day + lumps.duties[duty].min_tour
            first[duty] = min(first.get(duty, free), free)
        for (duty, _), members in lumps.on_duty.items():
            free = min(free for _, free, _ in members)
            first[duty] = min(first.get(duty, free), free)
        self._total = self._count_kinds()
        spans = {
            duty: range(free, lumps.duties[duty].tour_end) for duty, free in sorted(first.items())
        }
        places = len(self.ids)
        self.has_pools = places * places * sum(map(len, spans.values())) > MOST_WAYS
        for duty, span in spans.items():
            kind = lumps.duties[duty]
            for start in self.ids:
                for day in span:
                    ends = {q: travel.days(start, q) for q in kind.places if q != start}
                    near = {q: n for q, n in ends.items() if day + n < kind.tour_end}
                    if self.has_pools:
                        self._lay_pools(duty, start, day, set(near.values()))
                    else:
                        for end, way in near.items():
                            column = self.column(self._total[duty], whole=True)
                            self.way[duty, start, end, day] = column
                            self._leaving[duty, start, day].append(column)
                            self._arriving[duty, end, day + way].append(column)
                    if kind.back >= 0:
                        home = lumps.homes[kind.back]
                        ready = day + travel.days(start, home.home) + home.rest
                        if ready < len(self.days):
                            column = self.column(self._total[duty], whole=True)
                            self.back[duty, start, day] = column
                            self._leaving[duty, start, day].append(column)
                            self._returning[kind.back, ready].append(column)
        self._join_pools()

    def _count_kinds(self) -> list[int]:
        """Return for each duty kind how many teams can be of it at most."""
        lumps = self.lumps
        total = [0] * len(lumps.duties)
        for (duty, _), members in lumps.on_duty.items():
            total[duty] += sum(lumps.units[team] for _, _, team in members)
        for home in range(len(lumps.homes)):
            fed = {lumps.duty_after(home, day) for day in self.days}
            for duty in fed:
                total[duty] += self._members[home]
        return total

    def _lay_pools(self, duty: int, start: str, day: int, ways: set[int]) -> None:
        for way in sorted(ways):
            column = self.column(self._total[duty], whole=True)
            self.out[duty, start, day, way] = column
            self._leaving[duty, start, day].append(column)
            for end in self.lumps.duties[duty].places:
                key = (duty, end, day, way)
                # Only places that some other one reaches in so many days.
                reached = any(self.surge.travel.days(p, end) == way for p in self.ids if p != end)
                if reached and key not in self.into:
                    column = self.column(self._total[duty], whole=True)
                    self.into[key] = column
                    self._arriving[duty, end, day + way].append(column)

    def _join_pools(self) -> None:
        pools: defaultdict[tuple[int, int, int], Terms] = defaultdict(list)
        for (duty, _, day, way), column in self.out.items():
            pools[duty, day, way].append((column, 1.0))
        for (duty, _, day, way), column in self.into.items():
            pools[duty, day, way].append((column, -1.0))
        for terms in pools.values():
            self.row(terms, 0.0, 0.0)

    def _lay_duty(self) -> None:
        """Write who is on duty on each day, and of these who may leave (§S2.5)."""
        lumps = self.lumps
        begins: defaultdict[tuple[int, str], int] = defaultdict(lambda: len(self.days))
        for duty, place, day in (*self._arriving, *self._leaving):
            begins[duty, place] = min(begins[duty, place], day)
        for key, members in lumps.on_duty.items():
            begins[key] = min(begins[key], *(start for start, _, _ in members))
        units = lumps.units
        for (duty, place), begin in sorted(begins.items()):
            kind = lumps.duties[duty]
            span = range(begin, kind.tour_end)
            there = lumps.on_duty.get((duty, place), ())
            starts = [(start, units[team]) for start, _, team in there]
            present = self._lay_stock(duty, place, span, 0, starts)
            for day, column in zip(span, present, strict=True):
                self._present[duty, place, day] = column
            if any((duty, place, day) in self._leaving for day in span):
                frees = [(free, units[team]) for _, free, team in there]
                self._lay_stock(duty, place, span, kind.min_tour, frees)
            if kind.back >= 0 and present and kind.tour_end < len(self.days):
                home = lumps.homes[kind.back]
                ready = kind.tour_end + self.surge.travel.days(place, home.home) + home.rest
                self._returning[kind.back, ready].append(present[-1])

    def _lay_stock(
        self, duty: int, place: str, span: range, wait: int, begins: Sequence[tuple[int, int]]
    ) -> list[int]:
        """Lay how many are in *place*, *wait* days after they came; return the columns of *span*."""
        columns: list[int] = []
        for day in span:
            gone = [(c, 1.0) for c in self._leaving.get((duty, place, day), ())]
            come = [(c, -1.0) for c in self._arriving.get((duty, place, day - wait), ())]
            before = [(columns[-1], -1.0)] if columns else []
            columns.append(self.column(self._total[duty]))
            more = float(sum(units for begin, units in begins if begin == day))
            self.row([(columns[-1], 1.0), *before, *come, *gone], more, more)
        return columns

    def _lay_homes(self) -> None:
        """Write that nobody leaves home who is not there."""
        leaving: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        for (home, _, day), column in self.go.items():
            leaving[home, day].append(column)
        for home, members in enumerate(self._members):
            begins = [(ready, self.lumps.units[team]) for ready, team in self.lumps.ready[home]]
            last: Terms = []
            for day in self.days if members else ():
                gone = [(c, 1.0) for c in leaving.get((home, day), ())]
                come = [(c, -1.0) for c in self._returning.get((home, day), ())]
                column = self.column(members)
                more = float(sum(units for ready, units in begins if ready == day))
                self.row([(column, 1.0), *last, *gone, *come], more, more)
                last = [(column, -1.0)]
