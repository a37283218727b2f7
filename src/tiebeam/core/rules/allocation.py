"""Share a sum out over pairings by weights, never below a floor (§P7)."""

from collections.abc import Mapping
from fractions import Fraction

from tiebeam.units import allocate


def allocate_above_floors(
    total: int, weights: Mapping[str, Fraction | int], floors: Mapping[str, int]
) -> dict[str, int]:
    """
    Return *total* by *weights*, each part raised to its floor and the others lowered in proportion.

    Args:
        floors: Key → least part; absent = 0. *total* is at least their sum.

    Raises:
        InvalidInput: A weight is negative, or none above 0 (``units.bad_weights``).
    """
    assert total >= sum(floors.values()), "the floors are part of the sum"
    parts: dict[str, int] = {}
    free = allocate(total, weights)
    while raised := [key for key in free if free[key] < floors.get(key, 0)]:
        parts |= {key: floors[key] for key in raised}
        rest = total - sum(parts.values())
        # Someone with a weight stays free: the floors of the raised alone would pass the sum.
        free = allocate(rest, {key: weights[key] for key in free if key not in parts})
    parts |= free
    return {key: parts[key] for key in weights}
