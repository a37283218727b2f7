"""
Amounts per head, and how unequally they are spread.

What is not known is never filled: it is left out, and named beside the result.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise

Figure = int | Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class PerHead:
    """
    Amounts over heads.

    Attributes:
        of: Key → amount for each head.
        unknown: Keys whose heads are not known, or none; the others are all that is in *of*.
    """

    of: Mapping[str, Fraction]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inequality:
    """
    How unequally figures are spread.

    Attributes:
        gini: 0 where all have the same, towards 1 where one has all; None where it says nothing.
        theil: 0 where all have the same, at most the logarithm of the number; None likewise.
        mean: Of what was counted, each as often as its weight.
        counted: How many figures that is.
        zeros: How many of them are 0; both measures take them in.
        unknown, negative: Keys left out: the figure or its weight is not known; it is below 0.
    """

    gini: Fraction | None
    theil: float | None
    mean: Fraction | None
    counted: int
    zeros: int
    unknown: tuple[str, ...]
    negative: tuple[str, ...]


def per_head(amounts: Mapping[str, Figure], heads: Mapping[str, Figure | None]) -> PerHead:
    """Return each of *amounts* over its *heads*; without known heads above 0 it is left out and named."""
    of, unknown = {}, []
    for key, amount in amounts.items():
        count = heads.get(key)
        if count is None or count <= 0:
            unknown.append(key)
        else:
            of[key] = Fraction(amount) / count
    return PerHead(of=of, unknown=tuple(unknown))


def measure_inequality(
    figures: Mapping[str, Figure | None], weights: Mapping[str, Figure | None] | None = None
) -> Inequality:
    r"""
    Return how unequally *figures* are spread.

    Gini: $G = \frac{\sum_i \sum_j w_i w_j |x_i - x_j|}{2 \mu W^2}$, the mean difference over
    twice the mean. Theil: $T = \frac{1}{W} \sum_i w_i \frac{x_i}{\mu} \ln \frac{x_i}{\mu}$,
    where a figure of 0 adds 0, the limit of $x \ln x$. $W = \sum_i w_i$, and $\mu$ is the
    weighted mean. Weights are the heads behind each figure, so that every head counts once.

    Both say nothing (None) without figures, and where all are 0.

    Sources: A. Sen, On Economic Inequality (1973), ch. 2; H. Theil, Economics and
    Information Theory (1967), ch. 4.

    Args:
        figures: Key → figure; None where it is not known.
        weights: Key → weight; None, absent, 0 or less: not known. Without it, each weighs 1.
    """
    unknown, negative, counted = [], [], []
    for key, figure in figures.items():
        weight = 1 if weights is None else weights.get(key)
        if figure is None or weight is None or weight <= 0:
            unknown.append(key)
        elif figure < 0:
            negative.append(key)
        else:
            counted.append((Fraction(figure), Fraction(weight)))
    total = sum((figure * weight for figure, weight in counted), Fraction())
    whole = sum((weight for _, weight in counted), Fraction())
    mean = total / whole if whole else None
    return Inequality(
        gini=_gini(counted, total, whole) if total else None,
        theil=_theil(counted, total / whole, whole) if total else None,
        mean=mean,
        counted=len(counted),
        zeros=sum(figure == 0 for figure, _ in counted),
        unknown=tuple(unknown),
        negative=tuple(negative),
    )


def _gini(counted: list[tuple[Fraction, Fraction]], total: Fraction, whole: Fraction) -> Fraction:
    """Return the Gini by the Lorenz curve: 1 less twice the area below it; the same sum, in one pass."""
    ordered = sorted(counted)
    below = accumulate((figure * weight for figure, weight in ordered), initial=Fraction())
    area = sum(
        (
            weight * (before + after)
            for (_, weight), (before, after) in zip(ordered, pairwise(below), strict=True)
        ),
        Fraction(),
    )
    return 1 - area / (whole * total)


def _theil(counted: list[tuple[Fraction, Fraction]], mean: Fraction, whole: Fraction) -> float:
    shares = ((float(figure / mean), float(weight / whole)) for figure, weight in counted)
    # Rounding can leave a hair below 0 where all are equal.
    return max(0.0, math.fsum(weight * x * math.log(x) for x, weight in shares if x))
