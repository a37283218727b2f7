"""What a policy came to, and how much of the way from the list to hindsight it goes (§S4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from statistics import median
from typing import Literal, get_args

MeasureName = Literal["unmet_person_days", "worst_ratio", "peak_hub_occupancy"]
MEASURED: tuple[MeasureName, ...] = get_args(MeasureName)
"""The measures of which a share closed is told; of the others every bound is 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """
    Shares closed over a grid (§S4).

    Attributes:
        median, worst: Over the cells that are no tie; None where all are.
        losses: Cells where the policy is worse than the list, ties among them.
    """

    cells: int
    ties: int
    losses: int
    median: Fraction | None
    worst: Fraction | None


def share_closed(static: Fraction, value: Fraction, bound: Fraction) -> Fraction | None:
    """Return the share of the way from *static* to *bound* that *value* goes; None for a tie."""
    return None if static == bound else (static - value) / (static - bound)


def summarise(values: Iterable[tuple[Fraction, Fraction, Fraction]]) -> Summary:
    """Return how the shares lie over cells, each given as list, policy and bound."""
    listed = list(values)
    known = [share for cell in listed if (share := share_closed(*cell)) is not None]
    return Summary(
        cells=len(listed),
        ties=len(listed) - len(known),
        losses=sum(value > static for static, value, _ in listed),
        median=median(known) if known else None,
        worst=min(known, default=None),
    )
