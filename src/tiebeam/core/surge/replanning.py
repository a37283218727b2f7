"""The planner as a policy: every day a new plan for the days to come, of which today is given (§S3)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil

from tiebeam.core.surge.forecast import LEVELS, Break, Forecast, Forecaster, Known, damped_trend
from tiebeam.core.surge.model import Demand, Order, State, Surge, need
from tiebeam.core.surge.planned import SurgePlan
from tiebeam.core.surge.planning import plan
from tiebeam.core.surge.policies import send_nearest
from tiebeam.core.surge.replay import Decision, Policy
from tiebeam.core.surge.scenarios import draw_scenarios


@dataclass(frozen=True, slots=True, kw_only=True)
class Replanning:
    """
    How often and from what the planner plans.

    Attributes:
        every: Days from one plan to the next; in between the orders of the last stand.
        window: Days that a plan looks ahead.
        scenarios: How many; one alone is the median of the forecast.
        tail: Share of the worst scenarios that counts; 1 = the expectation.
        effort: 0 takes the draft of each plan: a replay makes a hundred of them.
    """

    every: int = 1
    window: int = 14
    scenarios: int = 1
    tail: Fraction = Fraction(1)
    effort: int = 0
    forecaster: Forecaster = damped_trend


def planner(
    surge: Surge, *, breaks: Sequence[Break] = (), settings: Replanning | None = None
) -> Policy:
    """Return the policy that gives the orders of the newest plan."""
    chosen = settings or Replanning()
    latest: list[SurgePlan] = []

    def decide(state: State) -> Decision:
        ahead: tuple[Order, ...] = ()
        if not latest or state.day >= latest[-1].day + chosen.every:
            forecast = _forecast(state, breaks, chosen)
            standing = latest[-1] if latest else None
            newest = plan(
                surge,
                state,
                _expect(state, forecast, chosen),
                standing=standing,
                window=chosen.window,
                tail=chosen.tail,
                effort=chosen.effort,
            )
            latest[:] = [newest]
            ahead = _send_ahead(surge, state, newest, forecast)
        given = [order for order in latest[-1].orders if order.leaves_on == state.day]
        moves = tuple(move for move in latest[-1].transfers if move.on == state.day)
        return Decision(orders=(*given, *ahead), transfers=moves)

    return decide


def expect(
    state: State, *, breaks: Sequence[Break] = (), settings: Replanning | None = None
) -> list[Demand]:
    """Return the scenarios of the window that the planner plans for on the morning of *state*."""
    chosen = settings or Replanning()
    return _expect(state, _forecast(state, breaks, chosen), chosen)


def _send_ahead(
    surge: Surge, state: State, newest: SurgePlan, forecast: Forecast
) -> tuple[Order, ...]:
    """
    Return orders for teams that the plan leaves at home, against what may come too fast for them.

    Counted is what a quantile lacks within the days that the longest way takes and figures are
    late: the uppermost quantile, from the median on, that those teams are enough for.
    """
    ordered = {order.team for order in newest.orders}
    free = [
        team
        for team in surge.teams
        if team.id not in ordered
        and state.standings[team.id].status == "home"
        and state.day >= team.ready_on
    ]
    if not free:
        return ()
    ways = [surge.travel.days(team.home, place.id) for team in free for place in surge.places]
    until = state.day + max(ways) + max(1, state.day - state.known_to)
    bound_for = {order.team: order.to for order in newest.orders if order.leaves_on < until}
    there = {place.id: place.own_staff for place in surge.places}
    for team in surge.teams:
        at = bound_for.get(team.id, state.standings[team.id].place)
        if at is not None:
            there[at] += team.size
    spare = sum(team.size for team in free)
    for level in reversed(range(len(LEVELS) // 2, len(LEVELS))):
        lacking = {}
        for place, heads in there.items():
            rows = forecast.quantiles.get(place, ())[: until - forecast.first_day]
            most = ceil(max((row[level] for row in rows), default=0))
            lacking[place] = need(most, surge.staff_per_patient) - heads
        if sum(max(0, heads) for heads in lacking.values()) <= spare:
            return send_nearest(surge, lacking, free, state.day)
    return ()


def _forecast(state: State, breaks: Sequence[Break], chosen: Replanning) -> Forecast:
    known = Known(
        figures=state.patients,
        breaks=tuple(item.day for item in breaks if item.known_from <= state.day),
    )
    return chosen.forecaster(known, chosen.window + state.day - state.known_to - 1)


def _expect(state: State, forecast: Forecast, chosen: Replanning) -> list[Demand]:
    """Return the scenarios of the window; places without any published figure need nobody yet."""
    first = max(state.day, state.known_to + 1)
    drawn = draw_scenarios(forecast, first_day=first, count=chosen.scenarios, seed=state.day)
    nobody = (0,) * chosen.window
    return [
        replace(
            scenario,
            first_day=state.day,
            patients={
                # Where today is published already it is no forecast.
                place: (
                    *(count or 0 for count in state.patients[place][state.day : first]),
                    *series,
                    *nobody,
                )[: chosen.window]
                for place, series in scenario.patients.items()
            },
        )
        for scenario in drawn
    ]
