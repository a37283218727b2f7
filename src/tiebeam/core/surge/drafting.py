"""A first plan without any search: where it helps the worst place most, team by team (§S7)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from tiebeam.core.surge.following import follow, staff_on, start_course
from tiebeam.core.surge.framing import Floats, Frame
from tiebeam.core.surge.model import Order, State, Surge, need
from tiebeam.core.surge.planned import Aims


def keep_standing(surge: Surge, state: State, aims: Aims, standing: Iterable[Order]) -> list[Order]:
    """Return those of the *standing* orders for places that are still possible."""
    days = range(state.day, state.day + aims.window)
    known = {place.id for place in surge.places}
    teams = {team.id: team for team in surge.teams}
    kept: list[Order] = []
    courses = {}
    for order in sorted(standing, key=lambda o: (o.leaves_on, o.team)):
        place, standing_of = order.to, state.standings.get(order.team)
        if place is None or place not in known or standing_of is None:
            continue
        if order.leaves_on not in days or not aims.locks.allow(order.team, place):
            continue
        if order.team not in courses:
            courses[order.team] = start_course(surge, teams[order.team], standing_of, state.day)
        if order.arrives_on < days.stop and courses[order.team].take(order) is None:
            kept.append(order)
    return kept


@dataclass(slots=True)
class _Group:
    """Teams that are alike and free from the same day on, at home (*place* is None) or on duty."""

    place: str | None
    seat: str
    size: int
    free: int
    tour_end: int
    places: tuple[str, ...]
    teams: list[str]


def draft(frame: Frame, kept: Sequence[Order]) -> list[Order]:
    """Return *kept*, and orders for other teams while one helps a place that lacks heads."""
    return _Drafter(frame, kept).run()


class _Drafter:
    """Lacks of all places, and the groups of teams that have no order yet."""

    def __init__(self, frame: Frame, kept: Sequence[Order]) -> None:
        self.frame, self.travel = frame, frame.surge.travel
        self.today, self.window = frame.state.day, len(frame.days)
        self.orders = list(kept)
        days = range(self.today, self.today + self.window)
        followed = follow(frame.surge, frame.state, kept, days.stop)
        staff = staff_on(frame.surge, followed.spells, days)
        needs = {p: _needs(frame, p) for p in frame.ids}
        self.lack = {p: needs[p] - np.array(staff[p], dtype=float) for p in frame.ids}
        self.total = {p: np.maximum(needs[p].sum(1), 1e-9) for p in frame.ids}
        self.weights = np.array(frame.weights)
        self.ratio = {p: self._ratio(p, self.lack[p]) for p in frame.ids}
        self.groups = self._list_groups({order.team for order in kept})
        self.losses: dict[int, Floats] = {}
        self.gains: dict[tuple[str, int, int], Floats] = {}

    def _list_groups(self, busy: set[str]) -> list[_Group]:
        lumps = self.frame.lumps
        groups: dict[tuple[str | None, int, int], _Group] = {}
        for home, members in sorted(lumps.ready.items()):
            kind = lumps.homes[home]
            for free, team in sorted(members):
                key = (None, home, free)
                end = free + kind.max_tour
                made = _Group(None, kind.home, kind.size, free, end, kind.places, [])
                if team not in busy and free < self.window:
                    groups.setdefault(key, made).teams.append(team)
        for (duty, place), on_duty in sorted(lumps.on_duty.items()):
            kind_there = lumps.duties[duty]
            for _, free, team in sorted(on_duty):
                made = _Group(
                    place, place, kind_there.size, free, kind_there.tour_end, kind_there.places, []
                )
                if team not in busy and free < self.window:
                    groups.setdefault((place, duty, free), made).teams.append(team)
        return list(groups.values())

    def run(self) -> list[Order]:
        """Serve the worst place as long as anything helps it, then the next."""
        places = set(self.frame.ids)
        while places:
            place = max(sorted(places), key=self.ratio.__getitem__)
            best = max(
                (
                    choice
                    for at, group in enumerate(self.groups)
                    if group.teams
                    and place in group.places
                    and group.place != place
                    and (choice := self._weigh(at, group, place)) is not None
                ),
                default=None,
            )
            if best is None:
                places.discard(place)
            else:
                self._send(self.groups[best[-2]], place, best[-1])
        return self.orders

    def _weigh(self, at: int, group: _Group, place: str) -> tuple[float, int, int, int, int] | None:
        """Return how much sending one of *group* helps, and its number and day; None where not."""
        way = self.travel.days(group.seat, place)
        near = -self.travel.km(group.seat, place)
        if group.place is None:
            gain = float(self._gains(place, group.size)[min(group.free + way, self.window)])
            return (gain, -group.size, near, at, group.free) if gain > 0 else None
        last = min(group.tour_end, self.window) - way
        # Nobody is taken from a place that is as badly off.
        if group.free >= last or self.ratio[group.place] >= self.ratio[place]:
            return None
        if at not in self.losses:
            self.losses[at] = self._list_losses(group)
        days = np.arange(group.free, last)
        gains = self._gains(place, group.size, group.tour_end)[days + way] - self.losses[at][days]
        day = int(gains.argmax())
        gain = float(gains[day])
        if gain <= 0:
            return None
        left = self.lack[group.place].copy()
        left[:, group.free + day : group.tour_end] += group.size
        # Nor from one that would then be.
        if self._ratio(group.place, left) >= self.ratio[place]:
            return None
        return gain, -group.size, near, at, group.free + day

    def _gains(self, place: str, size: int, end: int | None = None) -> Floats:
        """Return (days + 1,) what *size* heads more from each day on are worth."""
        key = place, size, self.window if end is None else end
        if key not in self.gains:
            daily = self.weights @ self.lack[place].clip(0, size)
            daily[key[2] :] = 0
            self.gains[key] = _sum_from(daily)
        return self.gains[key]

    def _list_losses(self, group: _Group) -> Floats:
        """Return (days + 1,) what *group* is worth where it is, from each day on."""
        assert group.place is not None
        daily = self.weights @ (self.lack[group.place] + group.size).clip(0, group.size)
        daily[group.tour_end :] = 0
        return _sum_from(daily)

    def _send(self, group: _Group, place: str, day: int) -> None:
        """Order one team of *group* to *place*."""
        arrives = day + self.travel.days(group.seat, place)
        end = group.tour_end if group.place is not None else arrives + group.tour_end - group.free
        self.lack[place][:, arrives:end] -= group.size
        changed = {place}
        if group.place is not None:
            self.lack[group.place][:, day:end] += group.size
            changed.add(group.place)
        for other in changed:
            self.ratio[other] = self._ratio(other, self.lack[other])
        for at in [at for at in self.losses if self.groups[at].place in changed]:
            del self.losses[at]
        for key in [key for key in self.gains if key[0] in changed]:
            del self.gains[key]
        self.orders.append(
            Order(
                team=group.teams.pop(0),
                to=place,
                leaves_on=self.today + day,
                arrives_on=self.today + arrives,
            )
        )

    def _ratio(self, place: str, lack: Floats) -> float:
        return float(self.weights @ (np.maximum(lack, 0).sum(1) / self.total[place]))


def _sum_from(daily: Floats) -> Floats:
    """Return (days + 1,) the sum of *daily* from each day on."""
    sums = np.zeros(len(daily) + 1)
    sums[:-1] = daily[::-1].cumsum()[::-1]
    return sums


def _needs(frame: Frame, place: str) -> Floats:
    """Return (scenarios, days) the heads that *place* needs."""
    sigma = frame.surge.staff_per_patient
    return np.array(
        [[need(n, sigma) for n in patients[place]] for patients in frame.patients], dtype=float
    )
