"""
Measure a sweep: 100 replays of 30 days, each with the planner making a new plan every week.

    python -m benchmarks.surge_sweep [--replays N] [--jobs N] [--cluster ADDRESS]

The replays are cells of the grid of ``hubei-2020-surge``, begun on different days.
"""

import argparse
import itertools
import resource
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tiebeam.cases.surge_instances import build_instance
from tiebeam.cases.surge_replays import SCENARIOS
from tiebeam.cases.surges import Cell, read_surge_case
from tiebeam.core.surge.model import Surge
from tiebeam.core.surge.replanning import Replanning, planner
from tiebeam.core.surge.replay import replay
from tiebeam.platform.sweeps.executors import open_executor
from tiebeam.platform.sweeps.sweep import run_sweep

CASE = "hubei-2020-surge"
DAYS = 30
WEEK = 7


def play_month(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Replay 30 days of a cell from the day *first*, and answer what came of it."""
    instance = build_instance(
        read_surge_case(CASE), Cell(replay=asked["replay"], values=asked["values"])
    )
    first = asked["first"]
    teams = (replace(team, ready_on=max(0, team.ready_on - first)) for team in instance.surge.teams)
    surge: Surge = replace(instance.surge, teams=tuple(teams), horizon=DAYS)
    patients = {
        place: figures[first : first + DAYS] for place, figures in instance.patients.items()
    }
    policy = planner(surge, settings=Replanning(every=WEEK, scenarios=SCENARIOS))
    measures = replay(surge, patients, policy, lag=instance.lag).measures
    return {"unmet": measures.unmet_person_days, "worst": str(measures.worst_ratio)}


def ask_all(count: int) -> list[dict[str, Any]]:
    """Return *count* different months: every cell from one day, then from the next."""
    cells = read_surge_case(CASE).cells
    months = ((cell, first) for first in itertools.count(0, 5) for cell in cells)
    return [
        {"replay": cell.replay, "values": dict(cell.values), "first": first}
        for cell, first in itertools.islice(months, count)
    ]


def main() -> None:
    """Run the sweep and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replays", type=int, default=100)
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--cluster")
    options = parser.parse_args()
    # By its name, so that a worker finds it.
    from benchmarks.surge_sweep import play_month as work

    begun = time.monotonic()
    swept = run_sweep(
        work, ask_all(options.replays), executor=open_executor(options.cluster, options.jobs)
    )
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        f"{len(swept.answers)} replays of {DAYS} days: {time.monotonic() - begun:.0f} s, "
        f"{usage.ru_utime + usage.ru_stime:.0f} s of computing in processes here"
    )


if __name__ == "__main__":
    main()
