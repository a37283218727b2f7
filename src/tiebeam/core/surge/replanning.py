"""The planner as a policy: every day a new plan for the days to come, of which today is given (§S3)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil

from tiebeam.core.surge.forecast import Break, Forecast, Forecaster, Known, damped_trend
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
    """

    every: int = 1
    window: int = 14
    scenarios: int = 1
    tail: Fraction = Fraction(1)
    effort: int = 1
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


def _send_ahead(
    surge: Surge, state: State, newest: SurgePlan, forecast: Forecast
) -> tuple[Order, ...]:
    """
    Return orders for teams that the plan leaves at home, against what may come too fast for them.

    Counted is what the uppermost quantile lacks within the days that the longest way takes. Where
    all who stay at home would not be enough for it, they stay: who is scarce waits for a need.
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
    until = state.day + max(ways) + 1
    bound_for = {order.team: order.to for order in newest.orders if order.leaves_on < until}
    lacking = {}
    for place in surge.places:
        rows = forecast.quantiles.get(place.id)
        rows = None if rows is None else rows[: until - forecast.first_day, -1]
        most = 0 if rows is None or not len(rows) else ceil(rows.max())
        there = sum(
            team.size
            for team in surge.teams
            if bound_for.get(team.id, state.standings[team.id].place) == place.id
        )
        lacking[place.id] = need(most, surge.staff_per_patient) - place.own_staff - there
    if sum(max(0, heads) for heads in lacking.values()) > sum(team.size for team in free):
        return ()
    return send_nearest(surge, lacking, free, state.day)


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
