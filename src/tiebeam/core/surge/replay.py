"""A replay: day by day a policy gives orders, the world carries them out, and all is counted (§S2-§S4)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from tiebeam.core.surge.model import (
    Measures,
    Order,
    Standing,
    State,
    Surge,
    Team,
    Transfer,
    need,
)
from tiebeam.core.surge.world import (
    OrderRefused,
    Wards,
    begin,
    broken_rule,
    go_home,
    make_transfers,
    obey,
    wake,
)

Series = Mapping[str, tuple[int | None, ...]]
"""Place -> patients who need a staffed bed, day by day; None where nothing was published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """
    What a policy says on a morning.

    Attributes:
        orders: Those that leave today are carried out; later ones are intentions.
    """

    orders: tuple[Order, ...] = ()
    transfers: tuple[Transfer, ...] = ()


Policy = Callable[[State], Decision]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """
    What counted on one day.

    Attributes:
        standings: Once the orders of the morning were carried out.
        orders: Departures of the day, those for home without an order among them.
        patients: Place -> cared for there (c_pt of §S1); None where it is not known.
        staff, unmet: Place -> heads on duty, and heads that lack.
    """

    standings: Mapping[str, Standing]
    orders: tuple[Order, ...]
    patients: Mapping[str, int | None]
    staff: Mapping[str, int]
    unmet: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A whole replay."""

    days: tuple[Day, ...]
    transfers: tuple[Transfer, ...]
    kilometres: int
    measures: Measures = field(repr=False)


def replay(
    surge: Surge,
    patients: Series,
    policy: Policy,
    *,
    lag: int,
    on_day: Callable[[int], None] = lambda _day: None,
) -> History:
    """
    Return the history that *policy* makes of *surge*.

    Args:
        patients: The true figures of every day of the horizon; the policy sees those up to
            ``day - lag`` (§S2.7).
        on_day: Told each day once it is over.

    Raises:
        OrderRefused: The policy gave an order against §S2.
        TransferRefused: Likewise for a transfer.
    """
    run = _Run(surge=surge, patients=patients, lag=lag)
    for day in range(surge.horizon):
        run.live(day, policy)
        on_day(day)
    return run.history()


@dataclass(slots=True, kw_only=True)
class _Run:
    surge: Surge
    patients: Series
    lag: int
    days: list[Day] = field(default_factory=list)
    made: list[Transfer] = field(default_factory=list)
    kilometres: int = 0
    teams: dict[str, Team] = field(init=False)
    standings: dict[str, Standing] = field(init=False)
    wards: Wards = field(init=False)

    def __post_init__(self) -> None:
        self.teams = {team.id: team for team in self.surge.teams}
        self.standings = begin(self.surge)
        self.wards = Wards(limits=self.surge.limits, batches=[])

    def live(self, day: int, policy: Policy) -> None:
        """Let *day* happen: morning, orders, transfers, count."""
        departures = self._wake_all(day)
        truth = {place: series[day] for place, series in self.patients.items()}
        self.wards.settle(truth, day)
        decision = policy(self._state(day))
        for order in decision.orders:
            if order.leaves_on == day:
                departures.append(self._carry_out(order, day))
        known = {place: _last(series, day - self.lag) for place, series in self.patients.items()}
        make_transfers(self.surge, self.wards, self.made, decision.transfers, known, truth, day)
        self.days.append(self._count(truth, departures))

    def _wake_all(self, day: int) -> list[Order]:
        """Let every team do what it does by itself; return those that left for home (§S2.5)."""
        left = []
        for key, before in self.standings.items():
            team = self.teams[key]
            after = wake(self.surge, team, before, day)
            if before.status == "on_duty" and after.status != "on_duty":
                assert before.place is not None
                home = go_home(self.surge, team, before, day)
                assert home.until is not None
                left.append(Order(team=key, to=None, leaves_on=day, arrives_on=home.until))
                self.kilometres += self.surge.travel.km(before.place, team.home)
            self.standings[key] = after
        return left

    def _state(self, day: int) -> State:
        end = max(0, day - self.lag + 1)
        return State(
            day=day,
            standings=dict(self.standings),
            patients={place: series[:end] for place, series in self.patients.items()},
            known_to=end - 1,
            transfers=tuple(self.made),
        )

    def _carry_out(self, order: Order, day: int) -> Order:
        team = self.teams.get(order.team)
        if team is None:
            raise OrderRefused(rule="unknown_team", team=order.team, day=day)
        standing = self.standings[team.id]
        rule = broken_rule(self.surge, team, standing, order, day)
        if rule is not None:
            raise OrderRefused(rule=rule, team=team.id, day=day)
        start = team.home if standing.place is None else standing.place
        self.kilometres += self.surge.travel.km(start, team.home if order.to is None else order.to)
        self.standings[team.id] = obey(self.surge, team, standing, order)
        return order

    def _count(self, truth: Mapping[str, int | None], departures: list[Order]) -> Day:
        cared = self.wards.cared(truth)
        staff = {place.id: place.own_staff for place in self.surge.places}
        for standing in self.standings.values():
            if standing.status == "on_duty":
                assert standing.place is not None
                staff[standing.place] += self.teams[standing.team].size
        unmet = {}
        for place, count in cared.items():
            wanted = 0 if count is None else need(count, self.surge.staff_per_patient)
            unmet[place] = max(0, wanted - staff[place])
        return Day(
            standings=dict(self.standings),
            orders=tuple(departures),
            patients=cared,
            staff=staff,
            unmet=unmet,
        )

    def history(self) -> History:
        """Return everything that happened, measured."""
        return History(
            days=tuple(self.days),
            transfers=tuple(self.made),
            kilometres=self.kilometres,
            measures=_measure(self.surge, self.days, self.made, self.kilometres),
        )


def _last(series: tuple[int | None, ...], day: int) -> int | None:
    """Return the last known figure up to *day*."""
    return next((count for count in reversed(series[: max(0, day + 1)]) if count is not None), None)


def _measure(surge: Surge, days: list[Day], made: list[Transfer], kilometres: int) -> Measures:
    """Return the measures of §S4."""
    worst, worst_place = Fraction(0), None
    for place in surge.places:
        wanted = sum(
            need(count, surge.staff_per_patient)
            for day in days
            if (count := day.patients[place.id]) is not None
        )
        ratio = Fraction(sum(day.unmet[place.id] for day in days), max(1, wanted))
        if ratio > worst:
            worst, worst_place = ratio, place.id
    peaks = [
        Fraction(count, place.beds)
        for place in surge.places
        if place.is_hub
        for day in days
        if (count := day.patients[place.id]) is not None
    ]
    return Measures(
        unmet_person_days=sum(sum(day.unmet.values()) for day in days),
        worst_ratio=worst,
        worst_place=worst_place,
        peak_hub_occupancy=max(peaks, default=Fraction(0)),
        moves=sum(order.to is not None for day in days for order in day.orders),
        kilometres=kilometres,
        transfers=sum(transfer.patients for transfer in made),
    )
