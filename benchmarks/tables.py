"""The results as a table (Markdown and CSV): medians over the seeds, and ratios of ours to a peer."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Any

from benchmarks.registry import KINDS, TOOLS
from tiebeam.core.model.plan import OPTIMAL_GAP
from tiebeam.core.model.scenario import LEVEL_NAMES

OURS = TOOLS[0]
ALMOST = 0.01
"""The gap at which the speed bars begin: 1 %."""

HEAD = (
    "kind",
    "limit s",
    "tool",
    "runs",
    "optimal",
    "gap <= 1 %",
    "median s",
    "median worst gap",
    "largest worst gap",
    "median levels proven",
    "median MiB",
    "ours / peer: s",
    "ours / peer: gap",
    "ours / peer: MiB",
    "refused",
)

Result = Mapping[str, Any]


def summarise(results: Iterable[Result]) -> list[dict[str, Any]]:
    """Return one row for each kind, time limit and tool."""
    groups: dict[tuple[str, float, str], list[Result]] = defaultdict(list)
    for result in results:
        groups[result["kind"], result["time_limit"], result["tool"]].append(result)
    order = {name: at for at, name in enumerate(KINDS)}
    rows = []
    for kind, limit, tool in sorted(groups, key=lambda g: (order[g[0]], g[1], TOOLS.index(g[2]))):
        ours = groups.get((kind, limit, OURS), [])
        rows.append(_row(groups[kind, limit, tool], ours))
    return rows


def _row(group: Sequence[Result], ours: Sequence[Result]) -> dict[str, Any]:
    """Return the figures of one tool; ratios only over seeds that both have run."""
    found = [r for r in group if r["worst_gap"] is not None]
    gaps = [r["worst_gap"] for r in found]
    tool = group[0]["tool"]
    shared = {r["seed"] for r in group} & {r["seed"] for r in ours}
    peer = [r for r in group if r["seed"] in shared]
    own = [r for r in ours if r["seed"] in shared]
    return {
        "kind": group[0]["kind"],
        "limit s": group[0]["time_limit"],
        "tool": tool,
        "runs": len(group),
        "optimal": sum(r["status"] == "optimal" for r in group),
        "gap <= 1 %": sum(gap <= ALMOST for gap in gaps),
        "median s": median(r["seconds"] for r in group),
        "median worst gap": median(gaps) if gaps else None,
        "largest worst gap": max(gaps) if len(gaps) == len(group) else None,
        "median levels proven": median(r["levels_proven"] for r in group),
        "median MiB": median(r["peak_mib"] for r in group),
        "ours / peer: s": _ratio(tool, own, peer, "seconds"),
        "ours / peer: gap": _ratio(tool, own, peer, "worst_gap"),
        "ours / peer: MiB": _ratio(tool, own, peer, "peak_mib"),
        "refused": " ".join(sorted({code for r in group for code in r["findings"]})),
        **{f"gap: {name}": _median_gap(found, name) for name in LEVEL_NAMES},
    }


def _median_gap(group: Sequence[Result], level: str) -> float | None:
    """Return the median gap of *level*; None where it is no level of these."""
    gaps = [r["gaps"][level] for r in group if level in r["gaps"]]
    return median(gaps) if gaps else None


def _ratio(tool: str, ours: Sequence[Result], peers: Sequence[Result], key: str) -> float | None:
    """Return median of ours over median of the peer's; None where there is none."""
    own = [r[key] for r in ours if r[key] is not None]
    peer = [r[key] for r in peers if r[key] is not None]
    if tool == OURS or not own or not peer or not median(peer):
        return None
    return median(own) / median(peer)


def write_markdown(rows: Sequence[Mapping[str, Any]], results: Sequence[Result]) -> str:
    """Return the table with what it was measured on."""
    lines = ["# Pairing benchmark", "", *_describe(results), ""]
    lines += ["| " + " | ".join(HEAD) + " |", "|" + "---|" * len(HEAD)]
    lines += ["| " + " | ".join(_text(row[key]) for key in HEAD) + " |" for row in rows]
    lines += ["", "Median gap of each level (§M6):", ""]
    head = ("kind", "limit s", "tool", *LEVEL_NAMES)
    lines += ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in rows:
        texts = [_text(row[key]) for key in head[:3]]
        texts += [_text(row[f"gap: {name}"]) for name in LEVEL_NAMES]
        lines.append("| " + " | ".join(texts) + " |")
    lines += [
        "",
        "The worst gap is the largest over all levels (§M6); a level that a tool never reached",
        "counts with the bound that needs no search. Optimal: every gap at most 1e-4. Refused:",
        "what the checker finds in plans of this row. The median of seconds counts runs that were",
        "stopped with the time they had.",
        "",
        *_compare(results),
        "",
    ]
    return "\n".join(lines)


def _describe(results: Sequence[Result]) -> list[str]:
    """Return the parameters of all kinds that were run, versions and threads."""
    kinds = {r["kind"]: r["parameters"] for r in results}
    lines = [
        f"* {kind}: " + (", ".join(f"{k} {v}" for k, v in sorted(own.items())) or "as shipped")
        for kind, own in kinds.items()
    ]
    versions = sorted(
        {f"{name} {number}" for r in results for name, number in r["versions"].items()}
    )
    python = sorted({r["python"] for r in results})
    threads = sorted({str(r["threads"]) for r in results})
    loads = [r["load_before"] for r in results]
    lines.append(f"* Python {', '.join(python)}; {', '.join(versions)}; threads of the peers: ")
    lines[-1] += (
        f"{', '.join(threads)}; load of the machine before a run: {min(loads)} to {max(loads)}"
    )
    return lines


def _compare(results: Sequence[Result]) -> list[str]:
    """Return where two tools both say optimal and differ at the first level: one must be wrong."""
    proven: dict[tuple[str, int], list[tuple[str, float]]] = defaultdict(list)
    for result in results:
        if result["status"] == "optimal" and result["values"]:
            first = next(iter(result["values"].values()))
            total = sum(first) / len(first) if isinstance(first, list) else first
            proven[result["kind"], result["seed"]].append((result["tool"], total))
    lines = []
    for (kind, seed), said in sorted(proven.items()):
        values = [value for _, value in said]
        if max(values) - min(values) > 2 * OPTIMAL_GAP * max(1.0, abs(max(values))):
            lines.append(f"* DISAGREEMENT: {kind}, seed {seed}: {said}")
    count = sum(len({tool for tool, _ in said}) > 1 for said in proven.values())
    return lines or [f"Where two tools both say optimal ({count} instances), they agree."]


def write_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the same figures as CSV, unrounded."""
    out = io.StringIO()
    head = [*HEAD, *(f"gap: {name}" for name in LEVEL_NAMES)]
    writer = csv.DictWriter(out, head, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _text(value: Any) -> str:
    """Return *value* as a reader wants it."""
    if value is None:
        return "–"
    return f"{value:.3g}" if isinstance(value, float) else str(value)
