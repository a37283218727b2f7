"""What is measured: kinds of instances with all their parameters, and the tools side by side."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.instances import random_scenario
from tiebeam.cases import list_cases
from tiebeam.core.model.scenario import Scenario

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

TOOLS = ("tiebeam", "highs", "pulp-cbc")
"""In the order of the table: ours first."""
