"""The planner as a policy: every day a new plan for the days to come, of which today is given (§S3)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from tiebeam.core.surge.forecast import Break, Forecaster, Known, damped_trend
from tiebeam.core.surge.model import Demand, State, Surge
from tiebeam.core.surge.planned import SurgePlan
from tiebeam.core.surge.planning import plan
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
    effort: int = 0
    forecaster: Forecaster = damped_trend


def planner(
    surge: Surge, *, breaks: Sequence[Break] = (), settings: Replanning | None = None
) -> Policy:
    """Return the policy that gives the orders of the newest plan."""
    chosen = settings or Replanning()
    latest: list[SurgePlan] = []

    def decide(state: State) -> Decision:
        if not latest or state.day >= latest[-1].day + chosen.every:
            scenarios = _expect(state, breaks, chosen)
            standing = latest[-1] if latest else None
            latest[:] = [
                plan(
                    surge,
                    state,
                    scenarios,
                    standing=standing,
                    window=chosen.window,
                    tail=chosen.tail,
                    effort=chosen.effort,
                )
            ]
        newest = latest[-1]
        return Decision(
            orders=tuple(order for order in newest.orders if order.leaves_on == state.day),
            transfers=tuple(move for move in newest.transfers if move.on == state.day),
        )

    return decide


def _expect(state: State, breaks: Sequence[Break], chosen: Replanning) -> list[Demand]:
    """Return the scenarios of the window; places without any published figure need nobody yet."""
    known = Known(
        figures=state.patients,
        breaks=tuple(item.day for item in breaks if item.known_from <= state.day),
    )
    ahead = chosen.window + state.day - state.known_to - 1
    drawn = draw_scenarios(
        chosen.forecaster(known, ahead),
        first_day=state.day,
        count=chosen.scenarios,
        seed=state.day,
    )
    nobody = (0,) * chosen.window
    return [
        replace(
            scenario,
            patients={
                place: (series + nobody)[: chosen.window]
                for place, series in scenario.patients.items()
            },
        )
        for scenario in drawn
    ]
