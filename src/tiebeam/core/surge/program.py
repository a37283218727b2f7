"""
The window as a program over counts of teams that are alike (§S5, §S6).

Time-expanded: a column for each kind of team, place and day of departure, and for those on duty
in a place on a day. Teams are whole in the search over whole numbers and parts of teams in the
linear program that bounds it; everything is minimised.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tiebeam.core.surge.lumps import lump_teams
from tiebeam.core.surge.model import Demand, Order, Place, State, Surge, need
from tiebeam.core.surge.planned import Aims, Level
from tiebeam.core.surge.valuing import patients_in, sent

Floats = NDArray[np.float64]
Terms = list[tuple[int, float]]
INFINITY = float("inf")
MOST_WAYS = 25_000
"""So many columns for ways between places at most; beyond, ways of equal length share a pool."""
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
        self.lumps = lump_teams(surge, state, aims.window, aims.locks)
        self.days = range(aims.window)
        self.ids = sorted(place.id for place in surge.places)
        calendar = range(state.day, state.day + aims.window)
        self.patients = [patients_in(surge, state, s, calendar) for s in scenarios]
        total = sum(s.weight for s in scenarios)
        self.weights = [float(s.weight / total) for s in scenarios]
        self.standing = sent(standing, calendar)

    def list_stages(self) -> list[Stage]:
        """Return the stages of all levels in their order."""
        return [
            Stage(level, count)
            for level in self.aims.levels
            for count in (kept_sums(len(self.ids)) if level == "shortage" else (0,))
        ]


class Program:
    """
    Columns and rows of one window.

    Attributes:
        go: (home kind, place, day) -> the column of those who leave home.
        way: (duty kind, place, other place, day) -> the column of those who go there.
        out, into: The same through pools: (duty kind, place, day, days on the way) -> column.
        back: (duty kind, place, day) -> the column of those who go home to come again.
        moved_out, moved_in: (place, day) -> patients.
        stage_rows: Stage -> the row that adds it up, free until it is kept.
    """

    def __init__(self, frame: Frame) -> None:
        self.surge, self.state, self.aims = frame.surge, frame.state, frame.aims
        self.lumps, self.days, self.ids = frame.lumps, frame.days, frame.ids
        self.patients, self.weights = frame.patients, frame.weights
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.whole: list[bool] = []
        self.rows: list[tuple[list[int], list[float], float, float]] = []
        self.stage_rows: dict[Stage, int] = {}
        self.go: dict[tuple[int, str, int], int] = {}
        self.way: dict[tuple[int, str, str, int], int] = {}
        self.out: dict[tuple[int, str, int, int], int] = {}
        self.into: dict[tuple[int, str, int, int], int] = {}
        self.back: dict[tuple[int, str, int], int] = {}
        self.moved_out: dict[tuple[str, int], int] = {}
        self.moved_in: dict[tuple[str, int], int] = {}
        self._arriving: defaultdict[tuple[int, str, int], list[int]] = defaultdict(list)
        self._leaving: defaultdict[tuple[int, str, int], list[int]] = defaultdict(list)
        self._returning: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        self._present: dict[tuple[int, str, int], int] = {}
        self._lay_departures()
        self._lay_ways()
        self._lay_duty()
        self._lay_homes()
        if self.surge.limits.allowed:
            self._lay_transfers()
        self._lay_shortages()
        for stage in frame.list_stages():
            self._lay_stage(stage, frame.standing)

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
        returned = {d.back for d in lumps.duties} - {-1}
        for at, kind in enumerate(lumps.homes):
            returned |= {lumps.duties[lumps.duty_after(at, day)].back for day in self.days} - {-1}
            teams = lumps.ready[at]
            self._members[at] = sum(
                len(members)
                for (duty, _), members in lumps.on_duty.items()
                if lumps.duties[duty].back == at
            ) + len(teams)
            first = min((ready for ready, _ in teams), default=len(self.days))
            if at in returned and not teams:
                first = 0
            for place in kind.places:
                way = travel.days(kind.home, place)
                for day in range(first, len(self.days) - way):
                    column = self.column(self._members[at], whole=True)
                    self.go[at, place, day] = column
                    self._arriving[lumps.duty_after(at, day + way), place, day + way].append(column)

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
            total[duty] += len(members)
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
        for (duty, place), begin in sorted(begins.items()):
            kind = lumps.duties[duty]
            span = range(begin, kind.tour_end)
            there = lumps.on_duty.get((duty, place), ())
            present = self._lay_stock(duty, place, span, 0, [start for start, _, _ in there])
            for day, column in zip(span, present, strict=True):
                self._present[duty, place, day] = column
            if any((duty, place, day) in self._leaving for day in span):
                self._lay_stock(duty, place, span, kind.min_tour, [free for _, free, _ in there])
            if kind.back >= 0 and present and kind.tour_end < len(self.days):
                home = lumps.homes[kind.back]
                ready = kind.tour_end + self.surge.travel.days(place, home.home) + home.rest
                self._returning[kind.back, ready].append(present[-1])

    def _lay_stock(
        self, duty: int, place: str, span: range, wait: int, begins: Sequence[int]
    ) -> list[int]:
        """Lay how many are in *place*, *wait* days after they came; return the columns of *span*."""
        columns: list[int] = []
        for day in span:
            gone = [(c, 1.0) for c in self._leaving.get((duty, place, day), ())]
            come = [(c, -1.0) for c in self._arriving.get((duty, place, day - wait), ())]
            before = [(columns[-1], -1.0)] if columns else []
            columns.append(self.column(self._total[duty]))
            more = float(begins.count(day))
            self.row([(columns[-1], 1.0), *before, *come, *gone], more, more)
        return columns

    def _lay_homes(self) -> None:
        """Write that nobody leaves home who is not there."""
        leaving: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        for (home, _, day), column in self.go.items():
            leaving[home, day].append(column)
        for home, members in enumerate(self._members):
            begins = [ready for ready, _ in self.lumps.ready[home]]
            last: Terms = []
            for day in self.days if members else ():
                gone = [(c, 1.0) for c in leaving.get((home, day), ())]
                come = [(c, -1.0) for c in self._returning.get((home, day), ())]
                column, more = self.column(members), float(begins.count(day))
                self.row([(column, 1.0), *last, *gone, *come], more, more)
                last = [(column, -1.0)]

    # -- patients --------------------------------------------------------------

    def _lay_transfers(self) -> None:
        """Write what transfers are held to (§S2.8), in every scenario."""
        limits = self.surge.limits
        sends: dict[tuple[str, int], int] = {}
        takes: dict[tuple[str, int], int] = {}
        for day in self.days:
            for place in self.ids:
                key = place, day
                self.moved_out[key] = self.column(limits.daily_per_source, whole=True)
                self.moved_in[key] = self.column(limits.daily_per_destination, whole=True)
                sends[key], takes[key] = self.column(1, whole=True), self.column(1, whole=True)
                self._hold_by(self.moved_out[key], sends[key], limits.daily_per_source)
                self._hold_by(self.moved_in[key], takes[key], limits.daily_per_destination)
            ins = [(self.moved_in[place, day], -1.0) for place in self.ids]
            self.row([*((self.moved_out[p, day], 1.0) for p in self.ids), *ins], 0.0, 0.0)
        self._keep_quiet(sends, takes)
        for patients in self.patients:
            for place_ in self.surge.places:
                room = float(place_.beds * (1 - limits.cushion))
                for day in self.days:
                    here = patients[place_.id][day]
                    net = self._net(place_.id, day)
                    self.row([(c, -v) for c, v in net if v < 0], -INFINITY, float(here))
                    # A destination is not filled above its beds less the cushion.
                    most = limits.daily_per_destination * len(self.days)
                    over = max(0.0, here + most - room)
                    self.row([*net, (takes[place_.id, day], over)], -INFINITY, room - here + over)

    def _hold_by(self, column: int, switch: int, most: int) -> None:
        self.row([(column, 1.0), (switch, -float(most))], -INFINITY, 0.0)

    def _keep_quiet(
        self, sends: dict[tuple[str, int], int], takes: dict[tuple[str, int], int]
    ) -> None:
        quiet, today = self.surge.limits.quiet_days, self.state.day
        for (place, day), sending in sends.items():
            for other in self.days:
                if abs(day - other) <= quiet:
                    self.row([(sending, 1.0), (takes[place, other], 1.0)], 0.0, 1.0)
        for past in self.state.transfers:
            for day in self.days:
                if today + day - past.on <= quiet:
                    self.upper[takes[past.source, day]] = 0.0
                    self.upper[sends[past.destination, day]] = 0.0

    def _net(self, place: str, day: int) -> Terms:
        """Return the terms of patients moved in less those moved out and still away."""
        since = range(max(0, day - self.surge.limits.stay_days + 1), day + 1)
        if not self.moved_in:
            return []
        return [
            *((self.moved_in[place, d], 1.0) for d in since),
            *((self.moved_out[place, d], -1.0) for d in since),
        ]

    # -- levels ----------------------------------------------------------------

    def _lay_shortages(self) -> None:
        """Lay what stays unmet, scenario by scenario, and the ratios of places."""
        on_duty: defaultdict[tuple[str, int], Terms] = defaultdict(list)
        for (duty, place, day), column in self._present.items():
            on_duty[place, day].append((column, float(self.lumps.duties[duty].size)))
        self.unmet: list[Terms] = []
        parts: defaultdict[str, list[Terms]] = defaultdict(list)
        for patients in self.patients:
            self.unmet.append([])
            for at in self.surge.places:
                needs = [need(n, self.surge.staff_per_patient) for n in patients[at.id]]
                columns = [
                    self._lay_unmet(at, day, needs[day], patients[at.id][day], on_duty)
                    for day in self.days
                ]
                found = [column for column in columns if column is not None]
                self.unmet[-1] += [(column, 1.0) for column in found]
                total = sum(needs)
                parts[at.id].append([(c, 1.0 / total) for c in found] if total else [])
        self.ratio = {place: self._over_scenarios(terms) for place, terms in sorted(parts.items())}

    def _lay_unmet(
        self,
        place: Place,
        day: int,
        needed: int,
        patients: int,
        on_duty: dict[tuple[str, int], Terms],
    ) -> int | None:
        """Lay the heads that lack in *place* on *day*; None where none ever can."""
        net, here = self._net(place.id, day), on_duty.get((place.id, day), [])
        lack = needed - place.own_staff
        if not net:
            if lack <= 0:
                return None
            column = self.column(float(lack))
            self.row([(column, 1.0), *here], float(lack), INFINITY)
            return column
        sigma = float(self.surge.staff_per_patient)
        most = patients + self.surge.limits.daily_per_destination * len(self.days)
        column = self.column(float(np.ceil(sigma * most)), whole=True)
        terms = [(column, 1.0), *((c, -sigma * v) for c, v in net), *here]
        self.row(terms, sigma * patients - place.own_staff, INFINITY)
        return column

    def _over_scenarios(self, figures: list[Terms]) -> int:
        """Lay the mean of the worst of *figures* (§S6); return its column."""
        top = [sum(self.upper[c] * v for c, v in terms) for terms in figures]
        most = max(top, default=0.0) + 1e-9
        whole = self.column(most)
        tail = float(self.aims.tail)
        if tail == 1.0:
            terms = [
                (c, -w * v)
                for w, figure in zip(self.weights, figures, strict=True)
                for c, v in figure
            ]
            self.row([(whole, 1.0), *terms], 0.0, INFINITY)
            return whole
        threshold = self.column(most)
        above = []
        for weight, figure in zip(self.weights, figures, strict=True):
            column = self.column(most)
            self.row(
                [(column, 1.0), (threshold, 1.0), *((c, -v) for c, v in figure)], 0.0, INFINITY
            )
            above.append((column, -weight / tail))
        self.row([(whole, 1.0), (threshold, -1.0), *above], 0.0, INFINITY)
        return whole

    def _lay_stage(self, stage: Stage, standing: set[tuple[str, str, int]]) -> None:
        """Write the row that adds up *stage*."""
        match stage.level:
            case "shortage":
                terms = self._sum_terms(stage.count)
            case "unmet":
                terms = [(self._over_scenarios(self.unmet), 1.0)]
            case "hub":
                terms = self._hub_terms()
            case "changes":
                terms = self._change_terms(standing)
            case _:
                terms = self._travel_terms()
        self.stage_rows[stage] = self.row(terms, -INFINITY, INFINITY)

    def _sum_terms(self, count: int) -> Terms:
        most = max((self.upper[c] for c in self.ratio.values()), default=1.0)
        threshold = self.column(most)
        terms = [(threshold, float(count))]
        for ratio in self.ratio.values():
            above = self.column(most)
            self.row([(above, 1.0), (threshold, 1.0), (ratio, -1.0)], 0.0, INFINITY)
            terms.append((above, 1.0))
        return terms

    def _hub_terms(self) -> Terms:
        peaks = []
        for patients in self.patients:
            hubs = [p for p in self.surge.places if p.is_hub and p.beds]
            base = [patients[p.id][day] / p.beds for p in hubs for day in self.days]
            room = self.surge.limits.daily_per_destination * len(self.days)
            top = max(base, default=0.0) + max((room / p.beds for p in hubs), default=0.0)
            peak = self.column(top)
            if not self.moved_in:
                self.lower[peak] = max(base, default=0.0)
            for place in hubs if self.moved_in else ():
                for day in self.days:
                    net = [(c, -v / place.beds) for c, v in self._net(place.id, day)]
                    self.row([(peak, 1.0), *net], patients[place.id][day] / place.beds, INFINITY)
            peaks.append([(peak, 1.0)])
        return [(self._over_scenarios(peaks), 1.0)]

    def _travel_terms(self) -> Terms:
        km, homes = self.surge.travel.km, self.lumps.homes
        terms = [(c, float(km(homes[h].home, p))) for (h, p, _), c in self.go.items()]
        terms += [(c, float(km(p, q))) for (_, p, q, _), c in self.way.items()]
        shortest: dict[tuple[str, int], int] = {}
        for p in self.ids:
            for q in self.ids:
                key = p, self.surge.travel.days(p, q)
                if p != q:
                    shortest[key] = min(shortest.get(key, km(p, q)), km(p, q))
        terms += [(c, float(shortest[p, way])) for (_, p, _, way), c in self.out.items()]
        return [(c, v) for c, v in terms if v]

    def _change_terms(self, standing: set[tuple[str, str, int]]) -> Terms:
        """Count orders that stand in one of the two plans alone; kinds stand for their teams."""
        kinds = self.kinds_of_teams()
        stood: defaultdict[int, int] = defaultdict(int)
        gone = later = 0
        firsts = {team: min(d for t, _, d in standing if t == team) for team, _, _ in standing}
        for team, place, day in standing:
            if day != firsts[team]:
                later += 1
                continue
            column = self._column_of(kinds.get(team), place, day - self.state.day)
            if column is None:
                gone += 1
            else:
                stood[column] += 1
        terms: Terms = []
        ways = dict.fromkeys((*self.way.values(), *self.out.values()))
        for column in (*self.go.values(), *ways):
            count = stood.get(column, 0)
            if count:
                differs = self.column(max(self.upper[column], count))
                self.row([(differs, 1.0), (column, -1.0)], -float(count), INFINITY)
                self.row([(differs, 1.0), (column, 1.0)], float(count), INFINITY)
                terms.append((differs, 1.0))
            elif column not in ways or not later:
                terms.append((column, 1.0))
        if later:
            # A second order of a team may be one of these ways: as many are not counted.
            loose = [c for c in ways if not stood.get(c)]
            others = self.column(sum(self.upper[c] for c in loose))
            self.row([(others, 1.0), *((c, -1.0) for c in loose)], -float(later), INFINITY)
            terms.append((others, 1.0))
        if gone:
            terms.append((self.column(gone, lower=gone), 1.0))
        return terms

    def kinds_of_teams(self) -> dict[str, tuple[int, str | None]]:
        """Return team -> its home kind, or its duty kind and place."""
        found: dict[str, tuple[int, str | None]] = {}
        for home, teams in self.lumps.ready.items():
            found |= {team: (home, None) for _, team in teams}
        for (duty, place), members in self.lumps.on_duty.items():
            found |= {team: (duty, place) for _, _, team in members}
        return found

    def _column_of(self, kind: tuple[int, str | None] | None, place: str, day: int) -> int | None:
        """Return the column that counts an order of a team of *kind*; None where there is none."""
        if kind is None:
            return None
        at, start = kind
        if start is None:
            return self.go.get((at, place, day))
        if self.has_pools and place != start and place in self.ids:
            return self.out.get((at, start, day, self.surge.travel.days(start, place)))
        return self.way.get((at, start, place, day))


def kept_sums(places: int) -> list[int]:
    """Return for which m theta_m is kept: all where places are few, else in steps that double."""
    if places <= MOST_SUMS:
        return list(range(1, places + 1))
    counts = [1]
    while counts[-1] * 2 < places:
        counts.append(counts[-1] * 2)
    return [*counts, places]
