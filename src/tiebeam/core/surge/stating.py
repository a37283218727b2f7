"""What is told of the best plan: its values, what bounds them, and who goes home when (§S7, §S8)."""

from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from tiebeam.core.surge.framing import Frame, Stage
from tiebeam.core.surge.planned import OPTIMAL_GAP, Certificate, Level, Reached, SurgePlan
from tiebeam.core.surge.releasing import release
from tiebeam.core.surge.valuing import Valuation, sums

Bound = tuple[float, Certificate]


def state_plan(
    frame: Frame,
    best: Valuation,
    best_of: Mapping[Level, Valuation],
    bounds: Mapping[Stage, Bound],
) -> SurgePlan:
    """
    Return *best* as a plan.

    Args:
        best_of: Level -> the best of it before later levels spent the slack.
        bounds: Of the stages that were bounded.
    """
    homeward, orders = release(frame.surge, frame.state, best)
    levels = tuple(
        _tell_level(frame, level, best, best_of.get(level, best), bounds)
        for level in frame.aims.levels
    )
    return SurgePlan(
        day=frame.state.day,
        aims=frame.aims,
        orders=tuple(sorted((*best.orders, *orders), key=lambda o: (o.leaves_on, o.team))),
        transfers=best.transfers,
        levels=levels,
        shortages=best.mean_unmet(),
        homeward=homeward,
        is_optimal=all(level.gap <= OPTIMAL_GAP for level in levels),
    )


def _tell_level(
    frame: Frame,
    level: Level,
    final: Valuation,
    before: Valuation,
    bounds: Mapping[Stage, Bound],
) -> Reached:
    value = final.figure(level)
    best = before.figure(level) if frame.aims.slack.get(level) else value
    of: tuple[str, ...] = ()
    kinds: list[Certificate]
    bound: float | tuple[float, ...]
    if isinstance(best, tuple):
        ratios = final.ratios()
        of = tuple(sorted(ratios, key=lambda p: (-ratios[p], p)))
        bound, kinds = _bound_sums(best, bounds)
        gaps = [
            (float(v) - b) / m for m, (v, b) in enumerate(zip(sums(best), bound, strict=True), 1)
        ]
        gap = max([0.0, *gaps])
    else:
        is_fixed = level == "hub" and not frame.surge.limits.allowed
        plain: Bound = float(best) if is_fixed else 0.0, "trivial"
        bound, kind = bounds.get(Stage(level), plain)
        bound, kinds = min(bound, float(best)), [kind]
        gap = (float(best) - bound) / max(1.0, abs(bound))
    return Reached(
        level=level,
        of=of,
        value=value,
        bound=bound,
        gap=gap,
        certificate=max(kinds, key=("trivial", "dual", "search").index),
        best=best if best != value else None,
    )


def _bound_sums(
    values: tuple[Fraction, ...], bounds: Mapping[Stage, Bound]
) -> tuple[tuple[float, ...], list[Certificate]]:
    """Return a bound of every theta_m: what was found, and straight lines between (§S7)."""
    found = {0: 0.0}
    kinds: list[Certificate] = ["trivial"]
    for stage, (bound, kind) in bounds.items():
        if stage.level == "shortage":
            found[stage.count] = bound
            kinds.append(kind)
    marks = sorted(found)
    reached = np.array([float(v) for v in sums(values)])
    counts = np.arange(1, len(values) + 1)
    line = np.interp(counts, marks, np.maximum.accumulate([found[m] for m in marks]))
    return tuple(np.minimum(line, reached).tolist()), kinds
