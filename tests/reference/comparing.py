"""Searches that end, and their sequences of levels in lexicographic order (§M5)."""

from collections.abc import Callable
from itertools import pairwise

from tiebeam.core.model.plan import Figure, LevelResult, Plan

SLIP = 1e-5
"""What counts as equal: a level is kept to 1e-7 at most, and what that buys later is small."""


def stop_after(count: int) -> Callable[[], bool]:
    """Return a ``should_stop`` that says yes from the *count*-th question on: no clock is needed."""
    asked = iter(range(count))
    return lambda: next(asked, None) is None


def list_reached(plan: Plan) -> list[tuple[str, Figure]]:
    """Return what each level of *plan* reached before any of its slack was spent."""
    return [(level.name, reached_by(level)) for level in plan.levels]


def reached_by(level: LevelResult) -> Figure:
    """Return ``best`` where slack was spent, else the value."""
    return level.value if level.best is None else level.best


def compare_sequences(left: list[tuple[str, Figure]], right: list[tuple[str, Figure]]) -> int:
    """Return 1 where *left* is better, -1 where *right* is, 0 where neither; the same levels."""
    assert [name for name, _ in left] == [name for name, _ in right]
    for (name, one), (_, other) in zip(left, right, strict=True):
        sign = 1.0 if name in ("coverage", "continuity") else -1.0
        ones, others = _numbers(one), _numbers(other)
        for met, against in zip(ones, others, strict=True):
            if abs(met - against) > SLIP * max(1.0, abs(against)):
                return 1 if sign * (met - against) > 0 else -1
    return 0


def to_sums(figure: Figure) -> tuple[float, ...]:
    """Return the sums theta_m of a vector, or the one number (§M5)."""
    numbers = _numbers(figure)
    sums = [0.0]
    for number in numbers:
        sums.append(sums[-1] + number)
    steps = [after for _, after in pairwise(sums)]
    return tuple(steps) if isinstance(figure, tuple) else numbers


def _numbers(figure: Figure) -> tuple[float, ...]:
    return figure if isinstance(figure, tuple) else (figure,)
