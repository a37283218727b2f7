"""Who of the teams at home leaves today, by how likely it is used where it goes (§S3)."""

from collections.abc import Collection, Sequence
from math import erfc, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from tiebeam.core.surge.following import follow, staff_on
from tiebeam.core.surge.forecast import FEWEST_ERRORS, LEVELS, Forecast
from tiebeam.core.surge.model import Order, State, Surge, Team
from tiebeam.core.surge.policies import order_to

Floats = NDArray[np.float64]

SCARCE = 0.25, 0.3
"""Below the first chance that all teams are needed they are not scarce, from the second on they are."""

LEAST_USE = 0.01
"""Nobody is sent who is used less likely than this on a day of the tour."""

MEASURED = FEWEST_ERRORS + 2
"""So many published days make a spread that is not assumed (§S10)."""

_STEPS = np.linspace(-3, 3, 121)


class Outlook:
    """How likely places lack heads, day by day from the morning of *state*."""

    def __init__(self, surge: Surge, state: State, forecast: Forecast) -> None:
        self.surge, self.today = surge, state.day
        self.is_measured = state.known_to + 1 >= MEASURED
        self.roots = {
            place: _normal(rows, state.day - forecast.first_day)
            for place, rows in forecast.quantiles.items()
        }
        self.days = min((len(mean) for mean, _ in self.roots.values()), default=0)

    def lacks(self, place: str, heads: Floats, first: int) -> Floats:
        """Return how likely *place* needs more than *heads*, day by day from the day *first* on."""
        if place not in self.roots:
            return np.zeros(len(heads))
        mean, spread = (values[first : first + len(heads)] for values in self.roots[place])
        roots = np.sqrt(heads / float(self.surge.staff_per_patient))
        return np.array([erfc(z) for z in (roots - mean) / spread / sqrt(2)]) / 2

    def needs_all(self, window: int) -> float:
        """Return how likely on some day of *window* all teams are needed that can be there by then."""
        own = {place.id: place.own_staff for place in self.surge.places}
        sigma = float(self.surge.staff_per_patient)
        needed = np.zeros((len(_STEPS), min(window, self.days)))
        for place, (mean, spread) in self.roots.items():
            roots = mean + _STEPS[:, None] * spread
            heads = sigma * roots.clip(0)[:, : needed.shape[1]] ** 2
            needed += (heads - own[place]).clip(0)
        there = np.zeros(needed.shape[1])
        for team in self.surge.teams:
            way = min(self.surge.travel.days(team.home, place) for place in own)
            there[max(0, team.ready_on + way - self.today) :] += team.size
        short = (needed > there).any(axis=1)
        return float(erfc(_STEPS[short.argmax()] / sqrt(2)) / 2) if short.any() else 0.0

    def least(self, window: int) -> float:
        """Return how likely a team must be used on the day it arrives so as to leave today."""
        if not self.is_measured:
            return 0.5
        chance = self.needs_all(window)
        return float(np.interp(chance, SCARCE, (0, 1))) * chance / 2


def _normal(rows: Floats, skip: int) -> tuple[Floats, Floats]:
    """Return mean and deviation of the square roots of *rows*, from *skip* days after the first on."""
    if skip < 0:
        rows = np.vstack([rows[:1]] * -skip + [rows])
    roots = np.sqrt(rows[max(0, skip) :])
    mean = roots[:, LEVELS.index(0.5)]
    width = NormalDist().inv_cdf(LEVELS[-1])
    return mean, np.maximum((roots[:, -1] - mean) / width, 1e-9)


def send(
    surge: Surge, state: State, planned: Sequence[Order], outlook: Outlook, window: int
) -> tuple[Order, ...]:
    """
    Return the orders of today: those of the plan that are not held, and spare teams.

    Args:
        planned: All orders of the plan; of those, teams that leave later are not spare.
    """
    return _Sender(surge, state, outlook, outlook.least(window)).run(planned)


class _Sender:
    """The orders of one morning in the making, and how many heads are then where."""

    def __init__(self, surge: Surge, state: State, outlook: Outlook, least: float) -> None:
        self.surge, self.state, self.outlook, self.least = surge, state, outlook, least
        self.teams = {team.id: team for team in surge.teams}
        self.uses: dict[tuple[str, int, int, int], float] = {}

    def run(self, planned: Sequence[Order]) -> tuple[Order, ...]:
        today = self.state.day
        given = [order for order in planned if order.leaves_on == today]
        self.orders = [o for o in given if self.state.standings[o.team].status != "home"]
        days = range(today, today + self.outlook.days)
        spells = follow(self.surge, self.state, self.orders, days.stop).spells
        staff = staff_on(self.surge, spells, days)
        self.heads = {place: np.array(counts, dtype=float) for place, counts in staff.items()}
        for order in given:
            if self.state.standings[order.team].status == "home":
                team = self.teams[order.team]
                if order.to is not None and self._use(team, order.to) > 0:
                    self._leave(team, order.to)
        self._send_spare({order.team for order in planned if order.leaves_on > today})
        return tuple(self.orders)

    def _send_spare(self, busy: Collection[str]) -> None:
        """Send the others where they are used most, one by one, until nobody would be used."""
        gone = {order.team for order in self.orders}
        spare: dict[tuple[str, int, int], list[Team]] = {}
        for team in sorted(self.surge.teams, key=lambda team: team.id):
            is_free = self.state.standings[team.id].status == "home"
            if is_free and self.state.day >= team.ready_on and team.id not in gone | set(busy):
                spare.setdefault((team.home, team.size, team.min_tour), []).append(team)
        places = sorted(self.heads)
        while spare:
            use, _, kind, place = max(
                (self._use(alike[0], p), -self.surge.travel.km(kind[0], p), kind, p)
                for kind, alike in spare.items()
                for p in places
            )
            if use < LEAST_USE:
                break
            self._leave(spare[kind].pop(0), place)
            if not spare[kind]:
                del spare[kind]

    def _use(self, team: Team, place: str) -> float:
        """Return how likely *team* is used in *place* on a day of its tour; 0 where it is too early."""
        way = self.surge.travel.days(team.home, place)
        key = place, team.size, way, team.min_tour
        if key not in self.uses:
            heads = self.heads[place][way : way + max(1, team.min_tour)]
            chances = self.outlook.lacks(place, heads + team.size / 2, way)
            is_due = len(chances) > 0 and chances[0] >= self.least
            self.uses[key] = float(chances.mean()) if is_due else 0.0
        return self.uses[key]

    def _leave(self, team: Team, place: str) -> None:
        order = order_to(self.surge, team, team.home, place, self.state.day)
        first = order.arrives_on - self.state.day
        self.heads[place][first : first + team.max_tour] += team.size
        self.uses = {key: use for key, use in self.uses.items() if key[0] != place}
        self.orders.append(order)
