"""
Measure the planner of a surge: ``python -m benchmarks.surge`` (``--short`` for a small part).

Every instance is drawn from its seed: homes and places on a map, teams of three sizes ready one
after the other, a wave that most of them are needed for. Cold is the first plan; warm is the plan
of the next morning, with the orders of the first carried out and its rest standing. Seconds are
of the processor, one thread.
"""

import argparse
import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random
from typing import Any

from benchmarks.registry import SURGES, SurgeKind
from tiebeam.core.surge.checking import check_surge_plan
from tiebeam.core.surge.model import (
    Demand,
    Home,
    Limits,
    Place,
    Standing,
    State,
    Surge,
    Team,
    travel_between,
)
from tiebeam.core.surge.planned import Reached, SurgePlan
from tiebeam.core.surge.planning import plan
from tiebeam.core.surge.world import begin, obey, wake

TODAY = 20
DAYS_DRAWN = 30
WINDOW = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One plan measured."""

    seconds: float
    plan: SurgePlan
    findings: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Print every figure beside its bar; return 1 where one is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="the smallest kind alone")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}")
    kinds = [kind for kind in SURGES.values() if kind.is_short or not options.short]
    hold = [_tell(kind, options.seed) for kind in kinds]
    return int(not all(hold))


def _tell(kind: SurgeKind, seed: int) -> bool:
    """Measure *kind*; return whether its bars hold."""
    print(
        f"\n{kind.name}: {kind.homes} homes, {kind.places} places, {kind.teams} teams, seed {seed}"
    )
    surge, state, scenarios = draw_surge(kind, seed)
    cold = _measure(kind, surge, state, scenarios, None)
    _print("cold", cold, kind.cold_seconds)
    warm = _measure(kind, surge, next_morning(surge, state, cold.plan), scenarios, cold.plan)
    _print("warm", warm, kind.warm_seconds)
    return all(
        found.seconds <= most
        and not found.findings
        and all(level.gap <= kind.gap for level in found.plan.levels[:2])
        for found, most in ((cold, kind.cold_seconds), (warm, kind.warm_seconds))
    )


def _measure(
    kind: SurgeKind,
    surge: Surge,
    state: State,
    scenarios: Sequence[Demand],
    standing: SurgePlan | None,
) -> Figures:
    start = time.process_time()
    found = plan(
        surge,
        state,
        scenarios,
        standing=standing,
        slack=kind.slack,
        tail=kind.tail,
        window=WINDOW,
    )
    seconds = time.process_time() - start
    orders = () if standing is None else standing.orders
    findings = check_surge_plan(surge, state, scenarios, found, orders)
    return Figures(seconds=seconds, plan=found, findings=len(findings))


def _print(name: str, found: Figures, most: float) -> None:
    print(f"  {name}: {found.seconds:.1f} s (bar {most:g} s), {found.findings} findings")
    for level in found.plan.levels:
        print(f"    {level.level:9} {_worst(level):>12} gap {level.gap:.2%} ({level.certificate})")


def _worst(level: Reached) -> str:
    value = level.value
    return f"{float(value[0]):.2%}" if isinstance(value, tuple) else f"{float(value):,.1f}"


def draw_surge(kind: SurgeKind, seed: int) -> tuple[Surge, State, list[Demand]]:
    """Return a surge of *kind*, its state on a morning, and scenarios, all from *seed*."""
    chance = Random(seed)
    homes = tuple(
        Home(**_seat(chance, f"h{n:03}", (22, 42), (100, 122))) for n in range(kind.homes)
    )
    places = tuple(
        Place(
            **_seat(chance, f"p{n:03}", (29, 33), (109, 116)),
            own_staff=chance.randrange(100, 900),
            beds=3000,
            is_hub=n == 0,
        )
        for n in range(kind.places)
    )
    teams = tuple(
        Team(
            id=f"t{n:04}",
            home=chance.choice(homes).id,
            size=chance.choice((60, 110, 150)),
            ready_on=max(0, TODAY + chance.randrange(-12, 10)),
            min_tour=7,
            max_tour=28,
            rest=14,
        )
        for n in range(kind.teams)
    )
    heads = sum(team.size for team in teams)
    shares = [chance.random() ** 2 + 0.05 for _ in places]
    shares[0] *= 6
    scenarios = [_wave(places, shares, heads, chance) for _ in range(kind.scenarios)]
    surge = Surge(
        places=places,
        homes=homes,
        teams=teams,
        travel=travel_between([*homes, *places], 800),
        staff_per_patient=Fraction(1, 2),
        limits=Limits(),
        horizon=TODAY + DAYS_DRAWN,
    )
    return surge, _draw_state(surge, chance), scenarios


def _seat(
    chance: Random, name: str, latitudes: tuple[int, int], longitudes: tuple[int, int]
) -> dict[str, Any]:
    return {
        "id": name,
        "name_en": name,
        "name_zh": name,
        "latitude": chance.uniform(*latitudes),
        "longitude": chance.uniform(*longitudes),
    }


def _wave(places: Sequence[Place], shares: list[float], heads: int, chance: Random) -> Demand:
    height = chance.uniform(0.8, 1.4)
    return Demand(
        first_day=TODAY,
        patients={
            place.id: tuple(
                int(height * 2 * heads * share / sum(shares) * (0.6 + 0.05 * day))
                for day in range(DAYS_DRAWN)
            )
            for place, share in zip(places, shares, strict=True)
        },
    )


def _draw_state(surge: Surge, chance: Random) -> State:
    """Return a morning on which some teams are on duty, here and there, as a wave leaves them."""
    standings = begin(surge)
    for team in surge.teams:
        if team.ready_on < TODAY - 3 and chance.random() < 0.6:
            since = TODAY - chance.randrange(0, 9)
            standings[team.id] = Standing(
                team=team.id,
                status="on_duty",
                place=chance.choice(surge.places).id,
                since=since,
                until=since + team.max_tour,
                tour_from=since,
            )
    return State(day=TODAY, standings=standings, patients={}, known_to=TODAY - 1)


def next_morning(surge: Surge, state: State, found: SurgePlan) -> State:
    """Return the state of the day after, once the orders of *found* were carried out."""
    teams = {team.id: team for team in surge.teams}
    standings = dict(state.standings)
    for order in found.given_orders:
        team = teams[order.team]
        standings[team.id] = obey(surge, team, standings[team.id], order)
    day = state.day + 1
    woken = {key: wake(surge, teams[key], standing, day) for key, standing in standings.items()}
    return replace(state, day=day, standings=woken, known_to=day - 1)


if __name__ == "__main__":
    raise SystemExit(main())
