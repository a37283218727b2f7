"""The results as a picture: time and worst gap of every run, one column of dots for each tool."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

from benchmarks.registry import KINDS, TOOLS

COLOURS = {"tiebeam": "#0b6e4f", "highs": "#b5541c", "pulp-cbc": "#5b5ea6"}
LEAST_GAP = 1e-7
NO_PLAN = 1e6


def draw(results: Sequence[Mapping[str, Any]], target: Path) -> None:
    """Write *target* as .png and .svg: of each kind the runs with the longest limit."""
    mpl.use("Agg")
    from matplotlib import pyplot as plt

    limits = {
        r["kind"]: max(x["time_limit"] for x in results if x["kind"] == r["kind"]) for r in results
    }
    shown = [result for result in results if result["time_limit"] == limits[result["kind"]]]
    kinds = [kind for kind in KINDS if any(result["kind"] == kind for result in shown)]
    figure, (times, gaps) = plt.subplots(
        2, 1, figsize=(2.2 + 1.5 * len(kinds), 7.5), sharex=True, layout="constrained"
    )
    for at, tool in enumerate(TOOLS):
        runs = [result for result in shown if result["tool"] == tool]
        spots = [
            kinds.index(run["kind"]) + 0.25 * (at - 1) + 0.012 * (run["seed"] % 10 - 5)
            for run in runs
        ]
        style = {"color": COLOURS[tool], "s": 18, "alpha": 0.8, "label": tool}
        times.scatter(spots, [run["seconds"] for run in runs], **style)
        worst = [NO_PLAN if run["worst_gap"] is None else run["worst_gap"] for run in runs]
        gaps.scatter(spots, [max(LEAST_GAP, gap) for gap in worst], **style)
    for axes, label in ((times, "seconds"), (gaps, "worst gap of a level (§M6)")):
        axes.set_yscale("log")
        axes.set_ylabel(label)
        axes.grid(axis="y", color="#dddddd", linewidth=0.6)
        axes.set_axisbelow(b=True)
    for at, kind in enumerate(kinds):
        ends = (at - 0.42, at + 0.42)
        times.plot(ends, [limits[kind]] * 2, color="#888888", linewidth=0.8, linestyle="--")
    times.set_ylim(0.02, 3 * max(limits.values()))
    gaps.axhline(1e-4, color="#888888", linewidth=0.8, linestyle="--")
    gaps.set_xticks(range(len(kinds)), kinds, rotation=20, ha="right")
    times.legend(loc="best", frameon=False, ncols=len(TOOLS))
    times.set_title("Same law, same instances, same time limit (dashed: limit; optimal)")
    for suffix in (".png", ".svg"):
        figure.savefig(target.with_suffix(suffix), dpi=150)
    plt.close(figure)
