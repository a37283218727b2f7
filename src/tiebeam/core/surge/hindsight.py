"""
What no policy can undercut, even one that knows every figure beforehand (§S3).

One linear program over the whole horizon. Heads flow instead of teams, all from one pool, and a
way takes the least days any such way takes: every history of the world is one of its solutions.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from tiebeam.core.solve.linear import LinearProgram
from tiebeam.core.surge.model import Measures, Surge, need
from tiebeam.core.surge.replay import Series

Spot = tuple[str, int]
"""A place on a day."""

PARTS = 10**6
"""A ratio is bounded in whole parts of one in so many."""


def bound_measures(surge: Surge, patients: Series) -> Measures:
    """
    Return for each measure a number that no policy undercuts (§S4).

    Moves, kilometres and transfers are 0: a policy may give no order at all.
    """
    bounds = _Bounds(surge, patients)
    return Measures(
        unmet_person_days=max(0, ceil(bounds.prove(bounds.price_unmet))),
        worst_ratio=max(Fraction(0), bounds.prove(bounds.price_worst) / PARTS),
        worst_place=None,
        peak_hub_occupancy=bounds.bound_hub(),
        moves=0,
        kilometres=0,
        transfers=0,
    )


@dataclass(slots=True)
class _Reach:
    """When heads can be on duty: by place and day, and anywhere."""

    by_place: dict[str, list[int]]
    first: list[int]


class _Bounds:
    def __init__(self, surge: Surge, patients: Series) -> None:
        self.surge, self.patients = surge, patients
        self.days = range(surge.horizon)
        self.own = {place.id: place.own_staff for place in surge.places}
        self.reach = self._find_reach()

    def prove(self, price: Callable[[LinearProgram], None]) -> Fraction:
        """Return the bound of the program in which *price* sets what is minimised."""
        self.program = LinearProgram()
        self._lay_patients()
        self._lay_unmet()
        self._lay_heads()
        price(self.program)
        return self.program.prove_bound()

    def _find_reach(self) -> _Reach:
        """Count the heads that can be in a place by a day, and that are first anywhere on it."""
        travel, horizon = self.surge.travel, self.surge.horizon
        by_place = {place: [0] * horizon for place in self.own}
        first = [0] * horizon
        for team in self.surge.teams:
            arrivals = {p: team.ready_on + travel.days(team.home, p) for p in self.own}
            for place, day in arrivals.items():
                if day < horizon:
                    by_place[place][day] += team.size
            earliest = min(arrivals.values())
            if earliest < horizon:
                first[earliest] += team.size
        for counts in by_place.values():
            for day in self.days[1:]:
                counts[day] += counts[day - 1]
        return _Reach(by_place=by_place, first=first)

    # -- patients ----------------------------------------------------------------

    def _lay_patients(self) -> None:
        """Lay who is cared for elsewhere and who of others, where transfers are allowed (§S2.8)."""
        self.moved: dict[Spot, tuple[int, int]] = {}
        limits = self.surge.limits
        if not limits.allowed:
            return
        program, ids = self.program, list(self.own)
        stay = limits.stay_days
        sends = {
            (p, t): program.column(min(limits.daily_per_source, self.patients[p][t] or 0))
            for p in ids
            for t in self.days
        }
        takes = {
            (p, t): program.column(limits.daily_per_destination) for p in ids for t in self.days
        }
        for t in self.days:
            for p in ids:
                known = self.patients[p][t]
                away = program.column(min(known or 0, limits.daily_per_source * stay))
                here = program.column(limits.daily_per_destination * stay)
                self.moved[p, t] = (away, here)
                recent = range(max(0, t - stay + 1), t + 1)
                program.row([(away, 1), *((sends[p, s], -1) for s in recent)], high=0)
                program.row([(here, 1), *((takes[p, s], -1) for s in recent)], high=0)
            pairs = [self.moved[p, t] for p in ids]
            program.row([*((a, 1) for a, _ in pairs), *((h, -1) for _, h in pairs)], low=0, high=0)
            everyone = [*((sends[p, t], 1) for p in ids), *((takes[p, t], -1) for p in ids)]
            program.row(everyone, low=0, high=0)

    def _lay_unmet(self) -> None:
        """Lay what lacks, and who is on duty, in every place on every day with a known need."""
        program, sigma = self.program, self.surge.staff_per_patient
        self.unmet: dict[Spot, int] = {}
        self.on_duty = {
            (p, t): program.column(self.reach.by_place[p][t]) for p in self.own for t in self.days
        }
        room = self.surge.limits.daily_per_destination * self.surge.limits.stay_days
        for p, own in self.own.items():
            for t in self.days:
                known = self.patients[p][t]
                if known is None:
                    continue
                most = need(known + (room if self.moved else 0), sigma)
                column = self.unmet[p, t] = program.column(most)
                if not self.moved:
                    terms = [(column, 1), (self.on_duty[p, t], 1)]
                    program.row(terms, low=need(known, sigma) - own)
                    continue
                # The need is at least its unrounded value; everything times the denominator.
                away, here = self.moved[p, t]
                top, bottom = sigma.numerator, sigma.denominator
                program.row(
                    [(column, bottom), (self.on_duty[p, t], bottom), (away, top), (here, -top)],
                    low=top * known - bottom * own,
                )

    # -- heads -------------------------------------------------------------------

    def _lay_heads(self) -> None:
        """Let heads flow from the pool to places and back (§S2.2 to §S2.6)."""
        program = self.program
        everyone = sum(team.size for team in self.surge.teams)
        way = min(
            (self.surge.travel.days(p, q) for p in self.own for q in self.own if p != q), default=1
        )
        self.arrived: dict[str, list[int]] = {place: [] for place in self.own}
        pool: list[int] = []
        out: list[list[int]] = []
        for t in self.days:
            come, gone = [], []
            for p in self.own:
                here = self.reach.by_place[p][t]
                into, leave = program.column(here), program.column(here if t else 0)
                come.append(into)
                gone.append(leave)
                before = [(self.on_duty[p, t - 1], -1)] if t else []
                program.row(
                    [(self.on_duty[p, t], 1), *before, (into, -1), (leave, 1)], low=0, high=0
                )
                self._hold_tours(p, t, into)
            out.append(gone)
            waiting = program.column(everyone)
            back = [(c, -1) for c in out[t - way]] if t >= way else []
            before = [(pool[-1], -1)] if pool else []
            first = self.reach.first[t]
            program.row(
                [(waiting, 1), *before, *back, *((c, 1) for c in come)], low=first, high=first
            )
            pool.append(waiting)
        self._hold_rest()

    def _hold_tours(self, place: str, day: int, into: int) -> None:
        """
        Keep who arrived within the least minimum tour on duty.

        Until the first tour can be over: from then on some may have been sent home earlier (§S2.5).
        """
        self.arrived[place].append(into)
        arrival = next((t for t in self.days if self.reach.first[t]), self.surge.horizon)
        shortest = min((team.max_tour for team in self.surge.teams), default=0)
        least = min((team.min_tour for team in self.surge.teams), default=0)
        recent = self.arrived[place][-least:] if least else []
        if len(recent) > 1 and day < arrival + shortest:
            self.program.row([(self.on_duty[place, day], 1), *((c, -1) for c in recent)], low=0)

    def _hold_rest(self) -> None:
        """
        Hold the heads on duty over a window to the longest tours in it.

        Between two tours lie a way home, the rest and a way out, so that a window one day shorter
        than tour, rest and both ways holds no more days on duty than one tour has.
        """
        program, horizon, travel = self.program, self.surge.horizon, self.surge.travel
        total = []
        for t in self.days:
            whole = program.column(sum(counts[t] for counts in self.reach.by_place.values()))
            terms = [(self.on_duty[p, t], -1) for p in self.own]
            program.row([(whole, 1), *terms], low=0, high=0)
            total.append(whole)
        tours = [
            (
                team.size,
                team.ready_on + min(travel.days(team.home, p) for p in self.own),
                team.max_tour,
                team.rest + 2 * min(travel.days(team.home, p) for p in self.own),
            )
            for team in self.surge.teams
        ]
        span = min((tour + off for _, _, tour, off in tours), default=horizon)
        for t in range(horizon - span + 1):
            most = sum(
                size * max(0, min(tour, t + span - max(t, first))) for size, first, tour, _ in tours
            )
            program.row([(whole, 1) for whole in total[t : t + span]], high=most)

    # -- what is minimised -------------------------------------------------------

    def price_unmet(self, program: LinearProgram) -> None:
        """Minimise the unmet person-days."""
        for column in self.unmet.values():
            program.cost[column] = 1

    def price_worst(self, program: LinearProgram) -> None:
        """Minimise the largest shortage ratio, in parts of one."""
        ratio = program.column(PARTS, cost=1)
        for p in self.own:
            known = [t for t in self.days if (p, t) in self.unmet]
            # Where patients may come the need may grow: the largest it can be.
            most = sum(program.upper[self.unmet[p, t]] for t in known)
            if most:
                terms = [(self.unmet[p, t], PARTS) for t in known]
                program.row([*terms, (ratio, -most)], high=0)

    def bound_hub(self) -> Fraction:
        """Return the least peak occupancy of the hubs."""
        limits = self.surge.limits
        peaks = [Fraction(0)]
        for place in self.surge.places:
            for t, known in enumerate(self.patients[place.id]) if place.is_hub else ():
                days = min(t + 1, limits.stay_days)
                away = limits.daily_per_source * days if limits.allowed else 0
                peaks.append(Fraction(max(0, (known or 0) - away), place.beds))
        return max(peaks)
