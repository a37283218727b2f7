"""From counts of teams that are alike to orders of single teams, and back (§S5)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from tiebeam.core.surge.model import Order, Transfer
from tiebeam.core.surge.program import Program


class Dealing:
    """
    Deals the counts of a program out to teams, day by day.

    Args:
        counts: Column -> how many.
        standing: Orders that stood before: a team keeps its own where it can.
    """

    def __init__(
        self, program: Program, counts: Mapping[int, int], standing: Iterable[Order]
    ) -> None:
        self.program, self.counts = program, counts
        self.lumps, self.travel = program.lumps, program.surge.travel
        self.today = program.state.day
        self.stood = {(o.team, o.to, o.leaves_on - self.today) for o in standing}
        self.has_stood = {team for team, _, _ in self.stood}
        self.home = {kind: sorted(teams) for kind, teams in self.lumps.ready.items()}
        self.duty: defaultdict[tuple[int, str], list[tuple[int, str]]] = defaultdict(list)
        self.coming: defaultdict[int, list[tuple[int, str, str]]] = defaultdict(list)
        for (duty, place), members in self.lumps.on_duty.items():
            self.duty[duty, place] += [(free, team) for _, free, team in members]
        self.orders: list[Order] = []

    def deal(self) -> list[Order]:
        """Return the orders of all teams."""
        for day in self.program.days:
            self._settle(day)
            for duty, start, end, count in [*self._ways_on(day), *self._pair_pools(day)]:
                for team in self._take(self.duty[duty, start], end, day, count):
                    self._send(team, duty, start, end, day)
            for duty, start, count in self._on(day, self.program.back):
                for team in self._take(self.duty[duty, start], None, day, count):
                    self._send_home(team, duty, start, day)
            for home, place, count in self._on(day, self.program.go):
                for team in self._take(self.home.get(home, []), place, day, count):
                    arrives = day + self.travel.days(self.lumps.homes[home].home, place)
                    self._order(team, place, day, arrives)
                    duty = self.lumps.duty_after(home, arrives)
                    self.coming[arrives].append((duty, place, team))
        # Who goes home to stay there is not decided here (§S8).
        last = {order.team: order for order in self.orders}
        return [o for o in self.orders if o.to is not None or last[o.team] is not o]

    def _on(
        self, day: int, columns: Mapping[tuple[int, str, int], int]
    ) -> list[tuple[int, str, int]]:
        """Return kind, place and how many of those that *columns* let leave on *day*."""
        return [
            (kind, place, self.counts[column])
            for (kind, place, at), column in columns.items()
            if at == day and self.counts.get(column)
        ]

    def _ways_on(self, day: int) -> list[tuple[int, str, str, int]]:
        return [
            (duty, start, end, self.counts[column])
            for (duty, start, end, at), column in self.program.way.items()
            if at == day and self.counts.get(column)
        ]

    def _settle(self, day: int) -> None:
        """Let those who arrive be on duty, and those whose tour is over be home in time."""
        for duty, place, team in self.coming.pop(day, ()):
            free = day + self.lumps.duties[duty].min_tour
            self.duty[duty, place].append((free, team))
        for (duty, place), members in self.duty.items():
            kind = self.lumps.duties[duty]
            if kind.tour_end == day < len(self.program.days) and kind.back >= 0:
                home = self.lumps.homes[kind.back]
                ready = day + self.travel.days(place, home.home) + home.rest
                self.home.setdefault(kind.back, []).extend((ready, t) for _, t in members)
                members.clear()

    def _pair_pools(self, day: int) -> list[tuple[int, str, str, int]]:
        """Return who goes where of those who left through a pool, the nearest together."""
        program = self.program
        outs: defaultdict[tuple[int, int], dict[str, int]] = defaultdict(dict)
        for (duty, place, at, way), column in program.out.items():
            if at == day and self.counts.get(column):
                outs[duty, way][place] = self.counts[column]
        found = []
        for (duty, way), leaving in outs.items():
            into = {q: program.into.get((duty, q, day, way), -1) for q in program.ids}
            ends = {q: self.counts[c] for q, c in into.items() if self.counts.get(c)}
            near = sorted((self.travel.km(p, q), p, q) for p in leaving for q in ends if p != q)
            for _, p, q in near:
                count = min(leaving[p], ends[q])
                if count:
                    found.append((duty, p, q, count))
                    leaving[p] -= count
                    ends[q] -= count
        return found

    def _take(
        self, pool: list[tuple[int, str]], end: str | None, day: int, count: int
    ) -> list[str]:
        """Take *count* that may leave *pool*: first whose order stood, then the longest there."""
        free = sorted(
            (not self._stands(team, end, day), team in self.has_stood, since, team)
            for since, team in pool
            if since <= day
        )
        taken = [team for _, _, _, team in free[:count]]
        pool[:] = [(since, team) for since, team in pool if team not in taken]
        return taken

    def _stands(self, team: str, place: str | None, day: int) -> bool:
        return (team, place, day) in self.stood

    def _send(self, team: str, duty: int, start: str, end: str, day: int) -> None:
        arrives = day + self.travel.days(start, end)
        if arrives < self.lumps.duties[duty].tour_end or arrives >= len(self.program.days):
            self._order(team, end, day, arrives)
            self.coming[arrives].append((duty, end, team))

    def _send_home(self, team: str, duty: int, place: str, day: int) -> None:
        kind = self.lumps.homes[self.lumps.duties[duty].back]
        arrives = day + self.travel.days(place, kind.home)
        self._order(team, None, day, arrives)
        ready = arrives + kind.rest
        self.home.setdefault(self.lumps.duties[duty].back, []).append((ready, team))

    def _order(self, team: str, to: str | None, leaves: int, arrives: int) -> None:
        self.orders.append(
            Order(team=team, to=to, leaves_on=self.today + leaves, arrives_on=self.today + arrives)
        )


def deal_transfers(program: Program, counts: Mapping[int, int]) -> list[Transfer]:
    """Return who sends patients to whom on each day."""
    found = []
    for day in program.days:
        leaving = {p: counts.get(program.moved_out[p, day], 0) for p in program.ids}
        taking = {p: counts.get(program.moved_in[p, day], 0) for p in program.ids}
        for source, destination in (
            (p, q) for p in program.ids if leaving[p] for q in program.ids if taking[q]
        ):
            patients = min(leaving[source], taking[destination])
            if patients:
                leaving[source] -= patients
                taking[destination] -= patients
                found.append(
                    Transfer(
                        source=source,
                        destination=destination,
                        patients=patients,
                        on=program.state.day + day,
                    )
                )
    return found


def count_orders(
    program: Program, orders: Iterable[Order], transfers: Iterable[Transfer]
) -> dict[int, int]:
    """Return column -> how many of *orders* and *transfers* it stands for."""
    lumps, today = program.lumps, program.state.day
    counts: defaultdict[int, int] = defaultdict(int)
    kinds = program.kinds_of_teams()
    at: dict[str, tuple[int, str | None]] = {}
    for order in sorted(orders, key=lambda o: (o.leaves_on, o.team)):
        day, arrives = order.leaves_on - today, order.arrives_on - today
        kind, start = at.get(order.team, kinds[order.team])
        column: int | None
        if start is not None and lumps.duties[kind].tour_end <= day:
            kind, start = lumps.duties[kind].back, None
        if order.to is None:
            column = program.back.get((kind, start or "", day))
            at[order.team] = lumps.duties[kind].back, None
        elif start is None:
            column = program.go_on(kind, order.to, day)
            at[order.team] = lumps.duty_after(kind, arrives), order.to
        else:
            column = program.way.get((kind, start, order.to, day))
            at[order.team] = kind, order.to
            if column is None:
                column = program.out.get((kind, start, day, arrives - day))
                into = program.into.get((kind, order.to, day, arrives - day))
                if into is not None:
                    counts[into] += 1
        if column is not None:
            counts[column] += 1
    for transfer in transfers:
        counts[program.moved_out[transfer.source, transfer.on - today]] += transfer.patients
        counts[program.moved_in[transfer.destination, transfer.on - today]] += transfer.patients
    return dict(counts)
