"""One search, from its start to its plan: limits, progress, interruption."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from tiebeam import __version__
from tiebeam.core.model.plan import Plan
from tiebeam.core.model.scenario import Scenario
from tiebeam.interfaces.cli.interruption import Interruption
from tiebeam.interfaces.cli.progress import draw_progress
from tiebeam.interfaces.cli.session import Session, demand_positive, write_lines


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
    with (
        Interruption(lambda: write_lines([session.say("cli.stopping")])) as interruption,
        draw_progress(session) as on_progress,
    ):
        plan = solve_pairing(
            scenario,
            gap=limits.gap,
            seed=limits.seed,
            should_stop=_stop_rule(interruption, None if limit is None else started + limit),
            on_progress=on_progress,
        )
        if plan.status == "infeasible" and not plan.conflict:
            conflict = find_conflicts(scenario, should_stop=interruption.is_asked)
            plan = replace(plan, conflict=conflict)
    spent = time.monotonic() - started
    return replace(
        plan,
        solver=replace(
            plan.solver, version=plan.solver.version or __version__, seconds=round(spent, 3)
        ),
    )


def _stop_rule(interruption: Interruption, deadline: float | None) -> Callable[[], bool]:
    return lambda: (
        interruption.is_asked() or (deadline is not None and time.monotonic() >= deadline)
    )
