"""One search, from its start to its plan: limits, progress, interruption."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tiebeam import __version__
from tiebeam.core.model.plan import Plan
from tiebeam.core.model.scenario import Scenario
from tiebeam.interfaces.cli.interruption import Interruption
from tiebeam.interfaces.cli.progress import draw_progress
from tiebeam.interfaces.cli.session import Session, demand_positive, write_lines

if TYPE_CHECKING:
    from tiebeam.core.pairing.solver import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """
    When a search may stop before it has proven everything; None = as the policy says.

    Attributes:
        time_limit_s: Seconds, > 0.
        gap: Largest gap that is good enough, >= 0 (§M6).
    """

    time_limit_s: float | None = None
    gap: float | None = None
    seed: int | None = None

    def demand_sense(self) -> None:
        """
        Refuse limits that make no sense.

        Raises:
            InvalidInput: One of the options holds a number out of range.
        """
        demand_positive("--time-limit", self.time_limit_s)
        demand_positive("--gap", self.gap, or_zero=True)
        demand_positive("--seed", self.seed, or_zero=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What a search is given to be watched and stopped by."""

    should_stop: Callable[[], bool]
    on_progress: "Callable[[Progress], None]"
    is_interrupted: Callable[[], bool]


@contextmanager
def watch(session: Session, limit_s: float | None) -> "Iterator[Watch]":
    """Draw progress while entered; the limit, or one Ctrl-C, asks the search to stop."""
    deadline = None if limit_s is None else time.monotonic() + limit_s
    with (
        Interruption(lambda: write_lines([session.say("cli.stopping")])) as interruption,
        draw_progress(session) as on_progress,
    ):
        yield Watch(
            should_stop=lambda: (
                interruption.is_asked() or (deadline is not None and time.monotonic() >= deadline)
            ),
            on_progress=on_progress,
            is_interrupted=interruption.is_asked,
        )


def within(limit_s: float) -> Callable[[], bool]:
    """Return what tells, from now on, whether *limit_s* seconds have passed."""
    deadline = time.monotonic() + limit_s
    return lambda: time.monotonic() >= deadline


def solve(session: Session, scenario: Scenario, limits: Limits) -> Plan:
    """
    Search the best plan of *scenario*, drawing progress; Ctrl-C keeps the best one so far.

    Returns:
        The plan with the seconds it took; its status tells whether there is one. Where the
        rules leave none, it names those that cannot hold together (§M8).
    """
    from tiebeam.core.explain.conflicts import find_conflicts
    from tiebeam.core.pairing.solver import solve_pairing

    limit = limits.time_limit_s
    if limit is None:
        limit = scenario.policy.time_limit_s
    started = time.monotonic()
    with watch(session, limit) as watched:
        plan = solve_pairing(
            scenario,
            gap=limits.gap,
            seed=limits.seed,
            should_stop=watched.should_stop,
            on_progress=watched.on_progress,
        )
        if plan.status == "infeasible" and not plan.conflict:
            conflict = find_conflicts(scenario, should_stop=watched.is_interrupted)
            plan = replace(plan, conflict=conflict)
    spent = time.monotonic() - started
    return replace(
        plan,
        solver=replace(
            plan.solver, version=plan.solver.version or __version__, seconds=round(spent, 3)
        ),
    )
