"""
One run of one tool on one instance, in a process of its own, so that its memory is its own.

``python -m benchmarks.measure KIND SEED TOOL SECONDS THREADS`` prints the result as one JSON
object. Time runs from the scenario in memory to the plan in memory, models built included.
"""

import importlib
import json
import os
import resource
import sys
import threading
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.registry import KINDS
from tiebeam.core.model.plan import OPTIMAL_GAP, Plan
from tiebeam.core.model.scenario import Scenario
from tiebeam.core.pairing.check import check_plan

SAMPLE_SECONDS = 0.05


def solve_with(tool: str, scenario: Scenario, time_limit: float, threads: int) -> Plan:
    """Return the plan of *tool* within *time_limit* seconds."""
    if tool == "highs":
        from benchmarks.plain_highs import solve_with_highs

        return solve_with_highs(scenario, time_limit, threads)
    if tool == "pulp-cbc":
        from benchmarks.plain_pulp import solve_with_pulp

        return solve_with_pulp(scenario, time_limit, threads)
    from tiebeam.core.pairing.solver import solve_pairing

    end = time.monotonic() + time_limit
    return solve_pairing(scenario, should_stop=lambda: time.monotonic() >= end)


def measure(kind: str, seed: int, tool: str, time_limit: float, threads: int) -> dict[str, Any]:
    """Return what there is to say of one run, as plain JSON values."""
    scenario = KINDS[kind].make(seed)
    # Loading a library is no part of solving.
    _load(tool)
    watch = _ChildrenWatch()
    load = os.getloadavg()[0]
    start = time.monotonic()
    plan = solve_with(tool, scenario, time_limit, threads)
    seconds = time.monotonic() - start
    children = watch.stop()
    findings = sorted({f.code for f in check_plan(scenario, plan).findings})
    gaps = {level.name: float(level.gap) for level in plan.levels}
    return {
        "kind": kind,
        "seed": seed,
        "tool": tool,
        "time_limit": time_limit,
        "threads": threads,
        "parameters": dict(KINDS[kind].parameters),
        "status": plan.status,
        "seconds": round(seconds, 3),
        "worst_gap": max(gaps.values(), default=None),
        "gaps": gaps,
        "values": {level.name: level.value for level in plan.levels},
        "bounds": {level.name: level.bound for level in plan.levels},
        "levels": len(scenario.policy.levels),
        "levels_proven": _count_proven(plan),
        "peak_mib": round(_own_peak_mib() + children, 1),
        "findings": findings,
        "load_before": round(load, 2),
        "versions": {name: version(name) for name in ("highspy", "numpy", "pulp")},
        "python": sys.version.split()[0],
    }


def _load(tool: str) -> None:
    """Import what *tool* needs."""
    modules = {"highs": "benchmarks.plain_highs", "pulp-cbc": "benchmarks.plain_pulp"}
    importlib.import_module(modules.get(tool, "tiebeam.core.pairing.solver"))


def _count_proven(plan: Plan) -> int:
    """Return how many levels in order, from the first, are optimal by §M6."""
    count = 0
    for level in plan.levels:
        if level.gap > OPTIMAL_GAP:
            break
        count += 1
    return count


class _ChildrenWatch:
    """Samples the memory of child processes (CBC is one), where the system shows it."""

    def __init__(self) -> None:
        self._peak = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._done.wait(SAMPLE_SECONDS):
            peaks = [_peak_mib_of(child) for child in _children()]
            self._peak = max(self._peak, sum(peaks))

    def stop(self) -> float:
        """Return the most that all children together have held, in MiB."""
        self._done.set()
        self._thread.join()
        return self._peak


def _children() -> list[str]:
    """List the process numbers of our children (Linux; elsewhere none)."""
    return [
        child
        for file in Path("/proc/self/task").glob("*/children")
        for child in _text(file).split()
    ]


def _peak_mib_of(process: str) -> float:
    """Return the most memory that *process* has held so far, in MiB; 0 where that is unknown."""
    for line in _text(Path("/proc") / process / "status").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _own_peak_mib() -> float:
    """Return the most memory that we have held, in MiB."""
    return _peak_mib_of("self") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _text(file: Path) -> str:
    """Return what *file* holds; a process that has ended holds nothing."""
    try:
        return file.read_text(encoding="ascii")
    except OSError:
        return ""


if __name__ == "__main__":
    _kind, _seed, _tool, _limit, _threads = sys.argv[1:]
    print(json.dumps(measure(_kind, int(_seed), _tool, float(_limit), int(_threads))))
