"""
The window as a program: teams, patients who are moved, and a row for every stage (§S5, §S6).

Everything is minimised.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from tiebeam.core.surge.framing import Frame, Stage
from tiebeam.core.surge.model import Place, need
from tiebeam.core.surge.team_rows import TeamRows, Terms

INFINITY = float("inf")


class Program(TeamRows):
    """
    Columns and rows of one window, for the *stages* that are named.

    Args:
        in_heads: Whether single heads are sent in the place of whole teams: fewer columns, and
            as good a bound of what lacks.

    Attributes:
        moved_out, moved_in: (place, day) -> patients.
        stage_rows: Stage -> the row that adds it up, free until it is kept.
    """

    def __init__(self, frame: Frame, stages: Sequence[Stage], *, in_heads: bool = False) -> None:
        super().__init__(frame, in_heads=in_heads)
        self.patients, self.weights = frame.patients, frame.weights
        self.stage_rows: dict[Stage, int] = {}
        self.moved_out: dict[tuple[str, int], int] = {}
        self.moved_in: dict[tuple[str, int], int] = {}
        if self.surge.limits.allowed:
            self._lay_transfers()
        self._lay_shortages()
        for stage in stages:
            self._lay_stage(stage, frame.standing)

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
