"""The planner as a policy: every day a new plan for the days to come, of which today is given (§S3)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from tiebeam.core.surge.forecast import Break, Forecast, Forecaster, Known, damped_trend
from tiebeam.core.surge.model import Demand, State, Surge
from tiebeam.core.surge.planned import SurgePlan
from tiebeam.core.surge.planning import plan
from tiebeam.core.surge.replay import Decision, Policy
from tiebeam.core.surge.scenarios import draw_scenarios
from tiebeam.core.surge.sending import Outlook, send


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
        forecast = _forecast(state, breaks, chosen, _reach(surge, chosen))
        if not latest or state.day >= latest[-1].day + chosen.every:
            newest = plan(
                surge,
                state,
                _expect(state, forecast, chosen),
                standing=latest[-1] if latest else None,
                window=chosen.window,
                tail=chosen.tail,
                effort=chosen.effort,
            )
            latest[:] = [newest]
        outlook = Outlook(surge, state, forecast)
        return Decision(
            orders=send(surge, state, latest[-1].orders, outlook, chosen.window),
            transfers=tuple(move for move in latest[-1].transfers if move.on == state.day),
        )

    return decide


def expect(
    state: State, *, breaks: Sequence[Break] = (), settings: Replanning | None = None
) -> list[Demand]:
    """Return the scenarios of the window that the planner plans for on the morning of *state*."""
    chosen = settings or Replanning()
    return _expect(state, _forecast(state, breaks, chosen, chosen.window), chosen)


def _reach(surge: Surge, chosen: Replanning) -> int:
    """Return the days of the window, or of the first tour of whoever leaves today if that is longer."""
    tour = max((team.min_tour for team in surge.teams), default=0)
    ways = (surge.travel.days(home.id, place.id) for home in surge.homes for place in surge.places)
    return max(chosen.window, max(ways, default=0) + tour)


def _forecast(state: State, breaks: Sequence[Break], chosen: Replanning, days: int) -> Forecast:
    known = Known(
        figures=state.patients,
        breaks=tuple(item.day for item in breaks if item.known_from <= state.day),
    )
    return chosen.forecaster(known, days + state.day - state.known_to - 1)


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
