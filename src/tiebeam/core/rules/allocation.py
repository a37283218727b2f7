"""Share a sum out over pairings: to the fen, by weights, never below a floor (§P7)."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from tiebeam.errors import Refused


class WeightsEmpty(Refused):
    """Nothing can be shared out: no weight is above 0, or one is below."""

    code = "obligations.weights_empty"


def allocate_fen(total: int, weights: Sequence[Fraction | int]) -> list[int]:
    """
    Return *total* in whole fen by *weights*: the largest remainders get the last fen.

    The parts sum to *total* exactly and each is less than 1 fen from its exact share.
    Of equal remainders the earlier comes first.

    Raises:
        WeightsEmpty: A weight is negative, or all are 0.
    """
    assert total >= 0, "a sum to share out is never negative"
    whole = sum(weights, Fraction())
    if whole <= 0 or min(weights) < 0:
        raise WeightsEmpty(weights=tuple(str(weight) for weight in weights))
    exact = [total * Fraction(weight) / whole for weight in weights]
    parts = [share.numerator // share.denominator for share in exact]
    by_remainder = sorted(range(len(parts)), key=lambda place: parts[place] - exact[place])
    for place in by_remainder[: total - sum(parts)]:
        parts[place] += 1
    return parts


def allocate_above_floors(
    total: int, weights: Mapping[str, Fraction | int], floors: Mapping[str, int]
) -> dict[str, int]:
    """
    Return *total* by *weights*, each part raised to its floor and the others lowered in proportion.

    Args:
        floors: Key → least part; absent = 0. *total* is at least their sum.

    Raises:
        WeightsEmpty: As :func:`allocate_fen`.
    """
    assert total >= sum(floors.values()), "the floors are part of the sum"
    free = list(weights)
    if not free or sum(weights.values()) <= 0 or min(weights.values()) < 0:
        raise WeightsEmpty(weights=tuple(str(weight) for weight in weights.values()))
    parts: dict[str, int] = {}
    while True:
        rest = total - sum(parts.values())
        weight_of_free = sum((weights[key] for key in free), Fraction())
        raised = [
            key
            for key in free
            if floors.get(key, 0) * weight_of_free > rest * weights[key]
        ]
        if not raised:
            break
        parts |= {key: floors.get(key, 0) for key in raised}
        free = [key for key in free if key not in parts]
    # Someone with a weight stays free: the floors of the raised alone would pass the sum.
    shared = allocate_fen(rest, [weights[key] for key in free])
    parts |= dict(zip(free, shared, strict=True))
    return {key: parts[key] for key in weights}
