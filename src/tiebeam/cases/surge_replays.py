"""Replays of a surge case: one policy on one cell of the grid, also as the work of a sweep."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from typing import Any

from tiebeam.cases.surge_instances import Instance, build_instance
from tiebeam.cases.surges import Cell, SurgeCase, read_surge_case
from tiebeam.core.surge.hindsight import bound_measures
from tiebeam.core.surge.measures import MeasureName
from tiebeam.core.surge.model import Measures, State
from tiebeam.core.surge.policies import greedy, static
from tiebeam.core.surge.replanning import Replanning, planner
from tiebeam.core.surge.replay import Decision, Policy, replay

BOUND = "hindsight"
POLICIES = ("static", "greedy", "planner", BOUND)

SCENARIOS = 7
"""The planner's plans are made for so many (§S3): chosen after seeing results."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """
    What one policy came to in one cell.

    Attributes:
        policy: One of POLICIES; hindsight has bounds for measures, and no days.
        unmet: Heads that lack, day by day, all places together.
    """

    cell: str
    policy: str
    measures: Measures
    unmet: tuple[int, ...]


def play(
    case: SurgeCase, cell: Cell, policy: str, on_day: Callable[[int], None] = lambda _day: None
) -> Outcome:
    """Replay *cell* with *policy*, or bound it where that is hindsight."""
    instance = build_instance(case, cell)
    if policy == BOUND:
        bounds = bound_measures(instance.surge, instance.patients)
        return Outcome(cell=cell.id, policy=policy, measures=bounds, unmet=())
    history = replay(
        instance.surge,
        instance.patients,
        _policy(case, instance, policy),
        lag=instance.lag,
        on_day=on_day,
    )
    return Outcome(
        cell=cell.id,
        policy=policy,
        measures=history.measures,
        unmet=tuple(sum(day.unmet.values()) for day in history.days),
    )


def find_state(case: SurgeCase, instance: Instance, policy: str, day: int) -> State:
    """Return what is known on the morning of *day* of the case after *policy* has been followed until then."""
    seen: list[State] = []
    decide = _policy(case, instance, policy)

    def watch(state: State) -> Decision:
        seen.append(state)
        return decide(state)

    until = replace(instance.surge, horizon=day + 1)
    replay(until, instance.patients, watch, lag=instance.lag)
    return seen[-1]


def _policy(case: SurgeCase, instance: Instance, name: str) -> Policy:
    if name == "static":
        return static(instance.surge, instance.assigned)
    if name == "greedy":
        return greedy(instance.surge)
    settings = Replanning(scenarios=SCENARIOS)
    return planner(instance.surge, breaks=case.breaks, settings=settings)


def ends_of(
    outcomes: Mapping[str, Outcome], policy: str, measure: MeasureName
) -> tuple[Fraction, Fraction, Fraction]:
    """Return what the list, *policy* and hindsight come to in one cell."""
    static, value, bound = (
        Fraction(getattr(outcomes[name].measures, measure)) for name in ("static", policy, BOUND)
    )
    return static, value, bound


# -- one replay as work of a sweep ----------------------------------------------


def play_document(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer one *asked* replay, as :func:`ask` writes it, with what JSON can say; ratios are text."""
    case = read_surge_case(asked["case"])
    cell = Cell(replay=asked["replay"], values=asked["values"])
    document = asdict(play(case, cell, asked["policy"]))
    document["measures"] = {
        key: str(value) if isinstance(value, Fraction) else value
        for key, value in document["measures"].items()
    }
    return document


def ask(case: SurgeCase, cell: Cell, policy: str) -> dict[str, Any]:
    """Return what asks :func:`play_document` for this replay."""
    return {"case": case.id, "replay": cell.replay, "values": dict(cell.values), "policy": policy}


def read_outcome(content: bytes) -> Outcome:
    """Return the outcome of an answer of :func:`play_document` that became JSON."""
    document: dict[str, Any] = json.loads(content)
    measures = document.pop("measures")
    for key in ("worst_ratio", "peak_hub_occupancy"):
        measures[key] = Fraction(measures[key])
    unmet = tuple(document.pop("unmet"))
    return Outcome(**document, unmet=unmet, measures=Measures(**measures))
