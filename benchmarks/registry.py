"""What is measured: kinds of instances with all their parameters, and the tools side by side."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from benchmarks.instances import random_scenario
from tiebeam.cases import list_cases
from tiebeam.core.model.scenario import Scenario
from tiebeam.core.surge.planned import Level

RATIOS = (0.8, 1.1, 1.8)
SMALL = {"donors": 8, "recipients": 6, "resources": 2}
FULL = {"donors": 19, "recipients": 16, "resources": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """
    Instances that belong together in a row of the table.

    Attributes:
        parameters: All of the generator's; empty for a case.
        is_seeded: Whether there is one instance for each seed.
        is_quick: Whether it is part of ``--quick``.
    """

    name: str
    make: Callable[[int], Scenario]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    is_seeded: bool = True
    is_quick: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One run: an instance, a tool and a time limit in seconds."""

    kind: str
    seed: int
    tool: str
    time_limit: float

    @property
    def name(self) -> str:
        """Where the result is stored."""
        return f"{self.kind}-{self.seed}--{self.tool}--{self.time_limit:g}s"


def _random_kind(size: Mapping[str, int], ratio: float, *, is_quick: bool) -> Kind:
    signature = inspect.signature(random_scenario)
    own = {name: p.default for name, p in signature.parameters.items() if name != "seed"}
    parameters = {**own, **size, "ratio": ratio}
    name = "x".join(str(size[key]) for key in ("donors", "recipients", "resources"))
    return Kind(
        name=f"{name}-{ratio}",
        make=lambda seed: random_scenario(seed, **parameters),
        parameters=parameters,
        is_quick=is_quick,
    )


def _case_kind(case_id: str, scenario_name: str, label: str) -> Kind:
    def make(seed: int) -> Scenario:  # noqa: ARG001 - a case has no seed
        from tiebeam.interchange.scenario import read_scenario

        case = next(case for case in list_cases() if case.id == case_id)
        return read_scenario(case.folder / scenario_name).scenario

    return Kind(name=label, make=make, is_seeded=False)


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        *(_random_kind(SMALL, ratio, is_quick=True) for ratio in RATIOS),
        _case_kind("hubei-2020", "scenario", "hubei-2020"),
        *(_random_kind(FULL, ratio, is_quick=False) for ratio in RATIOS),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SurgeKind:
    """
    Surges that belong together, and the bars of the planner for them.

    Attributes:
        cold_seconds, warm_seconds: Of the first plan, and of that of the next morning.
        gap: Largest gap of the first two levels.
    """

    name: str
    homes: int
    places: int
    teams: int
    scenarios: int = 1
    tail: Fraction = Fraction(1)
    slack: Mapping[Level, Fraction] = field(
        default_factory=lambda: {"shortage": Fraction(1, 50), "unmet": Fraction(1, 50)}
    )
    cold_seconds: float
    warm_seconds: float
    gap: float
    is_short: bool = False


SURGES: Mapping[str, SurgeKind] = {
    kind.name: kind
    for kind in (
        SurgeKind(
            name="province",
            homes=29,
            places=17,
            teams=346,
            cold_seconds=30,
            warm_seconds=10,
            gap=0.02,
            is_short=True,
        ),
        SurgeKind(
            name="province-20-scenarios",
            homes=29,
            places=17,
            teams=346,
            scenarios=20,
            tail=Fraction(1, 5),
            cold_seconds=120,
            warm_seconds=120,
            gap=0.02,
        ),
        SurgeKind(
            name="country",
            homes=29,
            places=300,
            teams=2000,
            cold_seconds=60,
            warm_seconds=60,
            gap=0.1,
        ),
    )
}

TOOLS = ("tiebeam", "highs", "pulp-cbc")
"""In the order of the table: ours first."""
