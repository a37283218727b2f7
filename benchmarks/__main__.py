"""
Measure the solver beside its peers: ``python -m benchmarks --help``.

Every result is stored as soon as it is there; a second call continues where the first was
interrupted, and draws the table and the plot of all that lies in the folder.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.plot import draw
from benchmarks.registry import KINDS, TOOLS, Job
from benchmarks.tables import summarise, write_csv, write_markdown

GRACE_SECONDS = 120
"""How long a tool may go on past its limit before it is ended."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for, then write the table and the plot; return the exit status."""
    options = _parser().parse_args(arguments)
    jobs = list_jobs(options)
    folder = options.output
    (folder / "results").mkdir(parents=True, exist_ok=True)
    try:
        for position, job in enumerate(jobs, start=1):
            _run(job, f"[{position}/{len(jobs)}]", options)
    except KeyboardInterrupt:
        print("\nInterrupted; what is there is kept, the same call goes on from here.")
    results = [
        json.loads(file.read_text(encoding="utf-8"))
        for file in sorted((folder / "results").glob("*.json"))
    ]
    if not results:
        return 1
    rows = summarise(results)
    table = write_markdown(rows, results)
    (folder / "table.md").write_text(table, encoding="utf-8")
    (folder / "table.csv").write_text(write_csv(rows), encoding="utf-8")
    draw(results, folder / "plot")
    print(f"\n{table}\nIn {folder}: table.md, table.csv, plot.png, plot.svg")
    return 0


def list_jobs(options: argparse.Namespace) -> list[Job]:
    """List the runs in an order that lets an early end show all tools side by side."""
    kinds = [
        kind
        for kind in KINDS.values()
        if (not options.only or any(word in kind.name for word in options.only))
        and (kind.is_quick or not options.quick)
    ]
    limits = options.time_limit or ([10.0] if options.quick else [10.0, 60.0])
    seeds = options.seeds or (3 if options.quick else 10)
    return [
        Job(kind=kind.name, seed=seed, tool=tool, time_limit=limit)
        for kind in kinds
        for limit in limits
        for seed in (range(seeds) if kind.is_seeded else [0])
        for tool in options.tools
    ]


def _run(job: Job, place: str, options: argparse.Namespace) -> None:
    """Run *job* in a process of its own and store what it says, unless that is there already."""
    target = options.output / "results" / f"{job.name}.json"
    if target.exists() and not options.again:
        return
    print(f"{place} {job.name} ...", end=" ", flush=True)
    command = [sys.executable, "-m", "benchmarks.measure", job.kind, str(job.seed), job.tool]
    command += [str(job.time_limit), str(options.threads)]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            timeout=job.time_limit + GRACE_SECONDS,
        )
    except subprocess.TimeoutExpired:
        print("did not end: not counted")
        return
    lines = done.stdout.splitlines()
    if done.returncode != 0 or not lines:
        print(f"failed: not counted\n{done.stderr}")
        return
    result = json.loads(lines[-1])
    part = target.with_suffix(".part")
    part.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    part.replace(target)
    print(_say(result))


def _say(result: dict[str, Any]) -> str:
    """Return one line on *result*."""
    gap = "no plan" if result["worst_gap"] is None else f"worst gap {result['worst_gap']:.2e}"
    proven = f"{result['levels_proven']} of {result['levels']} levels proven"
    refused = f", REFUSED: {' '.join(result['findings'])}" if result["findings"] else ""
    figures = f"{result['status']}, {result['seconds']:.2f} s, {gap}, {proven}"
    return f"{figures}, {result['peak_mib']:.0f} MiB{refused}"


def _parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small instances, few seeds, 10 s")
    parser.add_argument(
        "--only", nargs="+", metavar="WORD", help=f"kinds that contain one: {', '.join(KINDS)}"
    )
    parser.add_argument("--tools", nargs="+", choices=TOOLS, default=list(TOOLS))
    parser.add_argument(
        "--time-limit", nargs="+", type=float, metavar="S", help="one or several (10 60)"
    )
    parser.add_argument("--seeds", type=int, metavar="N", help="so many of each kind (10)")
    parser.add_argument("--threads", type=int, default=2, help="of the peers (2)")
    parser.add_argument("--again", action="store_true", help="measure anew what is there")
    parser.add_argument(
        "-o", "--output", type=Path, default=Path("build/benchmarks"), metavar="FOLDER"
    )
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
