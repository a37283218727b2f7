"""
Patients moved from where hospitals run over to where beds are free (§S12).

Two policies for the replay: the nearest free beds by the last figures, and a plan over a window of
the forecast that lowers the highest load first, then the next.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, floor

from tiebeam.core.solve.linear import LinearProgram
from tiebeam.core.surge.forecast import LEVELS, Forecaster, Known
from tiebeam.core.surge.model import State, Surge, Transfer
from tiebeam.core.surge.policies import last_known
from tiebeam.core.surge.replay import Decision, Policy
from tiebeam.core.surge.world import Wards

PARTS = 10**6
"""A load is counted in whole parts of one in so many."""

ROUNDING = 1e-6

NOBODY = 0.01
"""Less than this of a patient is nobody: what ceilings in whole parts leave over."""

EARLIER = 100
"""To move one patient less is worth so many times more than to move all of them a day later."""

MEDIAN = LEVELS.index(0.5)

Loads = Mapping[str, tuple[int, ...]]
"""Place -> patients cared for on the days of the window, if nobody else is moved."""


def stay_put(_state: State) -> Decision:
    """Move nobody."""
    return Decision()


def nearest_beds(surge: Surge) -> Policy:
    """Return the policy that moves today's excess to the nearest places with room."""

    def decide(state: State) -> Decision:
        room = _Room(surge, state)
        threshold = {p.id: floor((1 - surge.limits.cushion) * p.beds) for p in surge.places}
        excess = {
            place: min(surge.limits.daily_per_source, count - threshold[place])
            for place, count in room.cared.items()
            if count > threshold[place] and not room.received_lately(place)
        }
        return Decision(transfers=_to_nearest(surge, state.day, excess, room.free_today()))

    return decide


def planned_transfers(surge: Surge, forecaster: Forecaster, *, window: int = 14) -> Policy:
    """Return the policy that plans on the median of *forecaster*, anew each day."""

    def decide(state: State) -> Decision:
        days = min(window, surge.limits.stay_days)
        ahead = days + max(0, state.day - 1 - state.known_to)
        forecast = forecaster(Known(figures=state.patients), ahead)
        room = _Room(surge, state)
        loads = {}
        for place in surge.places:
            rows = forecast.quantiles.get(place.id)
            if rows is None:
                continue
            skipped = max(0, state.day - forecast.first_day)
            expected = [round(float(row[MEDIAN])) for row in rows[skipped : skipped + days]]
            moved = room.moved_on(place.id, state.day, len(expected))
            loads[place.id] = tuple(
                max(0, count + change) for count, change in zip(expected, moved, strict=True)
            )
        sends = send_today(surge, loads, {p for p in loads if room.received_lately(p)})
        return Decision(transfers=_to_nearest(surge, state.day, sends, room.free_on(loads)))

    return decide


def send_today(surge: Surge, loads: Loads, resting: set[str]) -> dict[str, int]:
    """
    Return how many patients each place sends on the first day of *loads*.

    The largest load is made as small as the limits allow, then the next, down to the beds less the
    cushion; then as few patient-days as possible are above these; then as few patients are moved,
    and as late, as that allows.

    Args:
        resting: Places that received within the quiet days: they do not send.
    """
    plan = _Plan(surge, loads, resting)
    if not plan.senders or not plan.receivers:
        return {}
    plan.lower_loads()
    return plan.first_day_of_fewest()


@dataclass(slots=True)
class _Room:
    """Where moved patients are, by the last published figures, and which beds are free."""

    surge: Surge
    state: State

    @property
    def wards(self) -> Wards:
        """Return those still away today."""
        wards = Wards(limits=self.surge.limits, batches=list(self.state.transfers))
        wards.settle(last_known(self.state), self.state.day)
        return wards

    @property
    def cared(self) -> dict[str, int]:
        """Return who is cared for where today; a place without figures is left out."""
        found = self.wards.cared(last_known(self.state))
        return {place: count for place, count in found.items() if count is not None}

    def received_lately(self, place: str) -> bool:
        """Return whether *place* may not send, because it received within the quiet days."""
        return any(t.destination == place for t in self._recent())

    def _recent(self) -> list[Transfer]:
        quiet = self.surge.limits.quiet_days
        return [t for t in self.state.transfers if t.on + quiet >= self.state.day]

    def free_today(self) -> dict[str, int]:
        """
        Return how many each place may receive today (§S2.8).

        To be safe, whoever it moved away counts as back, and whoever it received as still there:
        figures that are not published yet may have ended either.
        """
        limits, known = self.surge.limits, last_known(self.state)
        senders = {t.source for t in self._recent()}
        return {
            p.id: min(
                limits.daily_per_destination,
                floor((1 - limits.cushion) * p.beds) - known[p.id] - self._received(p.id),
            )
            for p in self.surge.places
            if p.id in known and p.id not in senders
        }

    def _received(self, place: str) -> int:
        stay = self.surge.limits.stay_days
        made = [t for t in self.state.transfers if t.on + stay > self.state.day]
        return sum(t.patients for t in made if t.destination == place)

    def free_on(self, loads: Loads) -> dict[str, int]:
        """Return how many each may receive today, and still have room on all days of *loads*."""
        threshold = {
            p.id: floor((1 - self.surge.limits.cushion) * p.beds) for p in self.surge.places
        }
        return {
            place: min(free, threshold[place] - max(loads[place]))
            for place, free in self.free_today().items()
        }

    def moved_on(self, place: str, first: int, days: int) -> list[int]:
        """Return the patients more (or less) in *place* on each day, from the transfers made."""
        stay = self.surge.limits.stay_days
        batches = self.wards.batches
        return [
            sum(
                b.patients * ((b.destination == place) - (b.source == place))
                for b in batches
                if day < b.on + stay
            )
            for day in range(first, first + days)
        ]


def _to_nearest(
    surge: Surge, day: int, sends: Mapping[str, int], free: Mapping[str, int]
) -> tuple[Transfer, ...]:
    """Return the transfers that bring *sends* into *free* beds, the shortest way first."""
    left, room, transfers = dict(sends), {p: max(0, n) for p, n in free.items()}, []
    ways = sorted((surge.travel.km(p, q), p, q) for p in left for q in room if q not in left)
    for _, source, destination in ways:
        count = min(left[source], room[destination])
        if count > 0:
            transfers.append(
                Transfer(source=source, destination=destination, patients=count, on=day)
            )
            left[source] -= count
            room[destination] -= count
    return tuple(transfers)


class _Plan:
    """The linear program of a window: how many each place sends and receives on each day."""

    def __init__(self, surge: Surge, loads: Loads, resting: set[str]) -> None:
        self.loads, self.limits = loads, surge.limits
        self.days = range(min(map(len, loads.values()), default=0))
        self.beds = {place.id: place.beds for place in surge.places}
        self.calm = {p: floor((1 - self.limits.cushion) * beds) for p, beds in self.beds.items()}
        over = {p for p, counts in loads.items() if max(counts) > self.calm[p]}
        self.senders = sorted(over - resting)
        self.receivers = sorted(set(loads) - over)
        self.ceilings: dict[str, int] = {}

    def lower_loads(self) -> None:
        """Find the ceiling of each sender, in parts of its beds, the largest first (leximin)."""
        least = ceil((1 - self.limits.cushion) * PARTS)
        open_places = set(self.senders)
        while open_places:
            program = self._lay()
            highest = program.column(PARTS * 1000, lower=least, cost=1)
            rows = {p: self._hold(program, p, highest) for p in self.senders}
            values, prices = program.solve()
            ceiling = max(least, ceil(values[highest] + ROUNDING))
            # What has a price is at the ceiling in every best plan.
            tight = {p for p in open_places if any(prices[row] > ROUNDING for row in rows[p])}
            done = tight if tight and values[highest] > least + 1 else set(open_places)
            self.ceilings |= dict.fromkeys(done, ceiling)
            open_places -= done

    def first_day_of_fewest(self) -> dict[str, int]:
        """Return who sends how many on the first day of the best plan under the ceilings."""
        program = self._lay()
        for (place, day), column in self.sends.items():
            program.cost[column] = EARLIER * len(self.days) - day
            self._count_above(program, place, day)
        for place in self.senders:
            self._hold(program, place, None)
        values, _ = program.solve()
        sends = {p: ceil(values[self.sends[p, 0]] - NOBODY) for p in self.senders}
        return {place: count for place, count in sends.items() if count > 0}

    def _lay(self) -> LinearProgram:
        """Write what transfers are held to; a place with patients above its beds receives nobody."""
        program = LinearProgram()
        self.sends = {
            (p, d): program.column(self.limits.daily_per_source)
            for p in self.senders
            for d in self.days
        }
        takes = {
            (q, d): program.column(self.limits.daily_per_destination)
            for q in self.receivers
            for d in self.days
        }
        for day in self.days:
            sent = [(self.sends[p, day], 1) for p in self.senders]
            program.row([*sent, *((takes[q, day], -1) for q in self.receivers)], low=0, high=0)
        for columns, room in ((takes, self._free), (self.sends, self.loads)):
            for place in {p for p, _ in columns}:
                for day in self.days:
                    so_far = [(columns[place, d], 1) for d in self.days[: day + 1]]
                    program.row(so_far, high=room[place][day])
        return program

    @property
    def _free(self) -> Loads:
        return {q: tuple(self.calm[q] - n for n in self.loads[q]) for q in self.receivers}

    def _count_above(self, program: LinearProgram, place: str, day: int) -> None:
        """Let each patient above the beds less the cushion on *day* cost more than any move."""
        count = self.loads[place][day]
        above = program.column(count, cost=2 * EARLIER * len(self.days))
        sent = [(self.sends[place, d], 1) for d in self.days[: day + 1]]
        program.row([*sent, (above, 1)], low=count - self.calm[place])

    def _hold(self, program: LinearProgram, place: str, highest: int | None) -> list[int]:
        """Hold *place* to its ceiling, or to the column *highest*; return the rows."""
        first = len(program.rows)
        for day in self.days:
            sent = [(self.sends[place, d], PARTS) for d in self.days[: day + 1]]
            low = PARTS * self.loads[place][day]
            if place in self.ceilings:
                program.row(sent, low=low - self.beds[place] * self.ceilings[place])
            elif highest is not None:
                program.row([*sent, (highest, self.beds[place])], low=low)
        return list(range(first, len(program.rows)))
