"""The world of a replay: teams travel, serve, go home and rest; patients are moved (§S2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from tiebeam.core.surge.model import Limits, Order, Place, Standing, Surge, Team, Transfer, tour_end
from tiebeam.errors import Refused


class OrderRefused(Refused):
    """An order breaks a rule of §S2; facts: *rule*, *team*, *day*."""

    code = "surge.order_refused"


class TransferRefused(Refused):
    """A transfer breaks a rule of §S2; facts: *rule*, *source*, *destination*, *day*."""

    code = "surge.transfer_refused"


def begin(surge: Surge) -> dict[str, Standing]:
    """Return what the teams are doing before the first day: all are at home."""
    return {
        team.id: Standing(team=team.id, status="home", place=None, since=0, until=None)
        for team in surge.teams
    }


def go_home(surge: Surge, team: Team, standing: Standing, day: int) -> Standing:
    """Return *standing* after the team left its place for home on *day*."""
    assert standing.place is not None
    arrival = day + surge.travel.days(standing.place, team.home)
    return Standing(team=team.id, status="returning", place=None, since=day, until=arrival)


def wake(surge: Surge, team: Team, standing: Standing, day: int) -> Standing:
    """Return what *team* is doing on the morning of *day*, before any order of that day."""
    while (until := _until(team, standing)) is not None and until <= day:
        standing = _next(surge, team, standing, until)
    return standing


def _until(team: Team, standing: Standing) -> int | None:
    return tour_end(team, standing) if standing.status == "on_duty" else standing.until


def _next(surge: Surge, team: Team, standing: Standing, day: int) -> Standing:
    if standing.status == "travelling":
        begun = day if standing.tour_from is None else standing.tour_from
        return replace(
            standing, status="on_duty", since=day, until=begun + team.max_tour, tour_from=begun
        )
    if standing.status == "on_duty":
        return go_home(surge, team, standing, day)
    if standing.status == "returning" and team.rest:
        return replace(standing, status="resting", since=day, until=day + team.rest)
    return replace(standing, status="home", since=day, until=None)


def broken_rule(surge: Surge, team: Team, standing: Standing, order: Order, day: int) -> str | None:
    """Return which rule of §S2 *order*, given on the morning of *day*, breaks; None if none."""
    if standing.status not in ("home", "on_duty"):
        return "not_free"
    start = team.home if standing.place is None else standing.place
    goal = team.home if order.to is None else order.to
    if order.to is not None and order.to not in {place.id for place in surge.places}:
        return "unknown_place"
    if start == goal:
        return "already_there"
    if order.arrives_on != day + surge.travel.days(start, goal):
        return "travel_days"
    if standing.status == "home":
        return "not_ready" if day < team.ready_on else None
    if day < standing.since + team.min_tour:
        return "min_tour"
    end = _until(team, standing)
    assert end is not None
    return "max_tour" if order.to is not None and order.arrives_on >= end else None


def obey(surge: Surge, team: Team, standing: Standing, order: Order) -> Standing:
    """Return what *team* is doing once it has left by a sound *order*."""
    if order.to is None:
        return go_home(surge, team, standing, order.leaves_on)
    return Standing(
        team=team.id,
        status="travelling",
        place=order.to,
        since=order.leaves_on,
        until=order.arrives_on,
        tour_from=standing.tour_from,
    )


@dataclass(slots=True)
class Wards:
    """Where moved patients are cared for; *batches* are those still away, the longest first."""

    limits: Limits
    batches: list[Transfer]

    def settle(self, patients: Mapping[str, int | None], day: int) -> None:
        """Let those go whose stay is over, or whose place has fewer patients than it moved away."""
        self.batches = [b for b in self.batches if b.on + self.limits.stay_days > day]
        for place, count in patients.items():
            if count is None:
                continue
            excess = sum(b.patients for b in self.batches if b.source == place) - count
            for at, batch in enumerate(self.batches):
                if excess > 0 and batch.source == place:
                    gone = min(excess, batch.patients)
                    excess -= gone
                    self.batches[at] = replace(batch, patients=batch.patients - gone)
        self.batches = [b for b in self.batches if b.patients]

    def moved(self, place: str) -> tuple[int, int]:
        """Return how many of *place* are cared for elsewhere, and how many of others there."""
        away = sum(b.patients for b in self.batches if b.source == place)
        here = sum(b.patients for b in self.batches if b.destination == place)
        return away, here

    def cared(self, patients: Mapping[str, int | None]) -> dict[str, int | None]:
        """Return c_pt of §S1 for every place."""
        cared: dict[str, int | None] = {}
        for place, count in patients.items():
            away, here = self.moved(place)
            cared[place] = None if count is None else count - away + here
        return cared


def make_transfers(
    surge: Surge,
    wards: Wards,
    made: list[Transfer],
    asked: Iterable[Transfer],
    known: Mapping[str, int | None],
    patients: Mapping[str, int | None],
    day: int,
) -> None:
    """
    Move patients on the morning of *day*; what is moved joins *made* and *wards*.

    Args:
        known: The last published figures, by which a destination is held to its beds.
        patients: The true ones: nobody is moved who is not there.

    Raises:
        TransferRefused: One of them breaks a rule.
    """
    places = {place.id: place for place in surge.places}
    today: list[Transfer] = []
    for transfer in asked:
        rule = _broken_transfer_rule(places, wards, [*made, *today], today, transfer, known, day)
        if rule is not None:
            raise TransferRefused(
                rule=rule, source=transfer.source, destination=transfer.destination, day=day
            )
        there = (patients[transfer.source] or 0) - wards.moved(transfer.source)[0]
        count = min(transfer.patients, max(0, there))
        if count:
            today.append(replace(transfer, patients=count))
            wards.batches.append(today[-1])
    made.extend(today)


def _broken_transfer_rule(
    places: Mapping[str, Place],
    wards: Wards,
    made: list[Transfer],
    today: list[Transfer],
    transfer: Transfer,
    known: Mapping[str, int | None],
    day: int,
) -> str | None:
    limits, source, destination = wards.limits, transfer.source, transfer.destination
    if not limits.allowed:
        return "not_allowed"
    if source not in places or destination not in places or source == destination:
        return "unknown_place"
    if transfer.on != day or transfer.patients <= 0:
        return "not_today"
    sent = sum(t.patients for t in today if t.source == source) + transfer.patients
    taken = sum(t.patients for t in today if t.destination == destination) + transfer.patients
    if sent > limits.daily_per_source or taken > limits.daily_per_destination:
        return "daily_limit"
    recent = [t for t in made if t.on + limits.quiet_days >= day]
    if any(t.destination == source or t.source == destination for t in recent):
        return "quiet_days"
    away, here = wards.moved(destination)
    filled = (known[destination] or 0) - away + here + transfer.patients
    return "cushion" if filled > (1 - limits.cushion) * places[destination].beds else None
