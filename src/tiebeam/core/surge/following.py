"""Where each team is on duty, day by day, when orders are followed; and which rules they break (§S2)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tiebeam.core.surge.model import Order, Standing, State, Surge, Team, tour_end


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One rule that is broken, or one figure that differs: the § of the law, a code and facts."""

    rule: str
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """A team is on duty in a place from *start* to the day before *end*."""

    team: str
    place: str
    start: int
    end: int


@dataclass(slots=True)
class Followed:
    """What came of orders: who is on duty where, the orders refused, kilometres to places."""

    spells: list[Spell] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    kilometres: int = 0


@dataclass(slots=True)
class Course:
    """
    One team on its way through the days.

    Attributes:
        place: Where it is on duty or on the way to; None at home or on the way there.
        start: First day on duty there; at home the first day on which it may leave.
        tour_end: The day on which its tour is over; None at home.
    """

    team: Team
    surge: Surge
    place: str | None
    start: int
    tour_end: int | None
    spells: list[Spell] = field(default_factory=list)
    kilometres: int = 0

    def take(self, order: Order) -> str | None:
        """Follow *order*; return the code of the rule that it breaks instead, if it does."""
        self.let_tour_end(order.leaves_on)
        code = self._objection(order)
        if code is None:
            if self.place is not None:
                self._leave(order.leaves_on)
            if order.to is not None:
                start = self.place or self.team.home
                self.kilometres += self.surge.travel.km(start, order.to)
            if order.to is None:
                self.place, self.tour_end = None, None
                self.start = order.arrives_on + self.team.rest
            else:
                self.place, self.start = order.to, order.arrives_on
                if self.tour_end is None:
                    self.tour_end = order.arrives_on + self.team.max_tour
        return code

    def _objection(self, order: Order) -> str | None:
        if order.to is None and self.place is None:
            return "surge.order_home_at_home"
        if order.to is not None and order.to == self.place:
            return "surge.order_to_same_place"
        wait = 0 if self.place is None else self.team.min_tour
        if order.leaves_on < self.start + wait:
            return "surge.order_not_free" if self.place is None else "surge.order_min_tour"
        way = self.surge.travel.days(self.place or self.team.home, order.to or self.team.home)
        if order.arrives_on != order.leaves_on + way:
            return "surge.order_travel"
        is_late = self.tour_end is not None and order.arrives_on >= self.tour_end
        return "surge.order_max_tour" if order.to is not None and is_late else None

    def let_tour_end(self, day: int) -> None:
        """Send the team home where its tour is over by *day*."""
        if self.place is not None and self.tour_end is not None and self.tour_end <= day:
            end, place = self.tour_end, self.place
            self._leave(end)
            way = self.surge.travel.days(place, self.team.home)
            self.place, self.tour_end = None, None
            self.start = end + way + self.team.rest

    def stop(self, day: int) -> None:
        """Count what the team is on duty for up to *day*."""
        self.let_tour_end(day)
        if self.place is not None:
            self._leave(day)

    def _leave(self, day: int) -> None:
        assert self.place is not None
        if day > self.start:
            self.spells.append(
                Spell(team=self.team.id, place=self.place, start=self.start, end=day)
            )


def start_course(surge: Surge, team: Team, standing: Standing, day: int) -> Course:
    """Return the course of *team* as it stands on the morning of *day*."""
    match standing.status:
        case "travelling":
            assert standing.until is not None
            start = standing.until
        case "on_duty":
            start = standing.since
        case status:
            rest = team.rest if status == "returning" else 0
            free = day if standing.until is None else standing.until + rest
            return Course(team, surge, None, max(free, team.ready_on, day), None)
    return Course(team, surge, standing.place, start, tour_end(team, standing))


def follow(surge: Surge, state: State, orders: Iterable[Order], until: int) -> Followed:
    """Return what comes of *orders* from the day of *state* to *until*."""
    given: defaultdict[str, list[Order]] = defaultdict(list)
    for order in sorted(orders, key=lambda o: (o.leaves_on, o.team)):
        given[order.team].append(order)
    places = {place.id for place in surge.places}
    followed = Followed()
    for team in surge.teams:
        if team.id not in state.standings:
            continue
        course = start_course(surge, team, state.standings[team.id], state.day)
        for order in given.pop(team.id, ()):
            if order.to is not None and order.to not in places:
                code: str | None = "surge.order_unknown_place"
            elif not state.day <= order.leaves_on < until:
                code = "surge.order_outside"
            else:
                code = course.take(order)
            if code is not None:
                followed.findings.append(_found(code, order))
        course.stop(until)
        followed.spells += [spell for spell in course.spells if spell.end > state.day]
        followed.kilometres += course.kilometres
    for unknown in given.values():
        followed.findings += [_found("surge.order_unknown_team", order) for order in unknown]
    return followed


def staff_on(surge: Surge, spells: Sequence[Spell], days: range) -> dict[str, list[int]]:
    """Return place -> heads on each of *days*, own staff and teams on duty (§S1)."""
    sizes = {team.id: team.size for team in surge.teams}
    heads = {place.id: [place.own_staff] * len(days) for place in surge.places}
    for spell in spells:
        for day in range(max(spell.start, days.start), min(spell.end, days.stop)):
            heads[spell.place][day - days.start] += sizes[spell.team]
    return heads


def _found(code: str, order: Order) -> Finding:
    facts = {"team": order.team, "place": order.to, "day": order.leaves_on}
    return Finding(rule="S2", code=code, facts=facts)
