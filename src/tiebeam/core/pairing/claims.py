"""
What a plan says of itself, judged: the values of its levels, bounds, gaps and status (§M5, §M6).

A claim is compared with what the pairs and flows come to, and with what its own bound implies.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction

from tiebeam.core.model.plan import OPTIMAL_GAP, CertificateKind, Figure, LevelResult, Plan
from tiebeam.core.model.scenario import Scenario
from tiebeam.core.pairing.certificate import (
    PROOF_TOLERANCE,
    UnsoundProof,
    find_proven_bounds,
    verify_proof,
)
from tiebeam.core.pairing.evaluate import (
    RAISED_LEVELS,
    VECTOR_LEVELS,
    LevelValue,
    exact,
    index_quantities,
    theta,
)
from tiebeam.core.pairing.findings import BoundStatus, Finding
from tiebeam.core.pairing.trivial_bounds import find_trivial_bound

CLAIM_TOLERANCE = Fraction(1, 10**6)
"""By how much a stated figure may differ from the recomputed one: for a number times max(1, |it|)."""

Numbers = tuple[Fraction, ...]
"""A figure as the checker compares it: the sums theta_m of a vector, or one number alone."""


def find_false_status(plan: Plan) -> Iterator[Finding]:
    """Yield a finding where the status says more than the gaps do, or denies the pairs (§M6)."""
    if plan.status == "infeasible" and plan.pairs:
        yield Finding.of("M6", "check.infeasible_with_pairs", met=len(plan.pairs), limit=0)
    if plan.status != "optimal":
        return
    if not plan.levels:
        yield Finding.of("M6", "check.optimal_without_levels")
    for level in plan.levels:
        if not level.gap <= OPTIMAL_GAP:
            facts = {"level": level.name, "met": level.gap, "limit": OPTIMAL_GAP}
            yield Finding.of("M6", "check.not_optimal", **facts)


def find_other_levels(scenario: Scenario, plan: Plan) -> Iterator[Finding]:
    """Yield a finding where the plan's levels are not those of the policy, in its order (§M5)."""
    names = tuple(level.name for level in plan.levels)
    if names and names != scenario.policy.levels:
        expected = scenario.policy.levels
        yield Finding.of("M5", "check.other_levels", met=names, expected=expected)


def has_shape(level: LevelResult, scenario: Scenario) -> bool:
    """
    Whether the figures of *level* are of its form: finite, and as many as there are parties.

    For the two vectors ``of`` names each recipient with a need, or donor with a capacity, once.
    """
    figures = [level.value, level.bound, *([] if level.best is None else [level.best])]
    if not math.isfinite(level.gap):
        return False
    if level.name not in VECTOR_LEVELS:
        return level.of == () and all(
            not isinstance(figure, tuple) and math.isfinite(figure) for figure in figures
        )
    quantities = scenario.needs if level.name == "coverage" else scenario.capacities
    parties = {party for party, _ in index_quantities(quantities)}
    return sorted(level.of) == sorted(parties) and all(
        isinstance(figure, tuple)
        and len(figure) == len(parties)
        and all(math.isfinite(number) for number in figure)
        for figure in figures
    )


def find_false_values(level: LevelResult, recomputed: LevelValue) -> Iterator[Finding]:
    """Yield where the stated value is not what the plan comes to, or not in its order (§M5)."""
    if not isinstance(recomputed.value, tuple):
        met, expected = as_numbers(level.value)[0], recomputed.value
        if abs(met - expected) > CLAIM_TOLERANCE * max(Fraction(1), abs(expected)):
            numbers = {"met": met, "expected": expected}
            yield Finding.of("M5", "check.false_value", level=level.name, **numbers)
        return
    of_party = dict(zip(recomputed.of, recomputed.value, strict=True))
    stated = _members(level.value)
    for party, met in zip(level.of, stated, strict=True):
        if abs(met - of_party[party]) > CLAIM_TOLERANCE:
            numbers = {"met": met, "expected": of_party[party]}
            ids = {"level": str(level.name), "id": party}
            yield Finding.of("M5", "check.false_party_value", **ids, **numbers)
    sign = 1 if level.name in RAISED_LEVELS else -1
    for position in range(1, len(stated)):
        if sign * (stated[position - 1] - stated[position]) > CLAIM_TOLERANCE:
            before, after = stated[position - 1], stated[position]
            facts = {"level": level.name, "position": position + 1, "id": level.of[position]}
            yield Finding.of("M5", "check.false_order", **facts, met=after, limit=before)


def find_overspent_slack(level: LevelResult, slack: float) -> Iterator[Finding]:
    """Yield where the value is further from ``best`` than the level's *slack* lets it (§M5)."""
    if level.best is None:
        return
    is_raised = level.name in RAISED_LEVELS
    factor = 1 - exact(slack) if is_raised else 1 + exact(slack)
    pairs = zip(as_numbers(level.value), as_numbers(level.best), strict=True)
    for m, (met, best) in enumerate(pairs, start=1):
        limit = factor * best
        if _is_past(met, limit, is_raised=not is_raised, m=m):
            facts = {"level": level.name, "position": m}
            yield Finding.of("M5", "check.overspent_slack", **facts, met=met, limit=limit)


def find_false_gap(level: LevelResult) -> Iterator[Finding]:
    """Yield a finding where the stated gap is not that of the value and its bound (§M6)."""
    bound = _members(level.bound)
    reached = as_numbers(level.value if level.best is None else level.best)
    if level.name in VECTOR_LEVELS:
        distances = (abs(r - b) / m for m, (r, b) in enumerate(zip(reached, bound, strict=True), 1))
        expected = max(distances, default=Fraction())
    else:
        expected = abs(reached[0] - bound[0]) / max(Fraction(1), abs(bound[0]))
    if abs(exact(level.gap) - expected) > CLAIM_TOLERANCE:
        facts = {"level": level.name, "met": level.gap}
        yield Finding.of("M6", "check.false_gap", **facts, expected=expected)


def find_beaten_bounds(level: LevelResult) -> Iterator[Finding]:
    """
    Yield where the value or ``best`` is better than the bound that nothing can beat (§M6).

    The m-th bound of a vector takes the sums before it for granted. Where spent slack has let
    one of these go, the value may pass the bounds that follow.
    """
    reached = as_numbers(level.value if level.best is None else level.best)
    for figure in dict.fromkeys([level.value, *([] if level.best is None else [level.best])]):
        yield from _find_beaten(level, as_numbers(figure), reached)


def _find_beaten(level: LevelResult, sums: Numbers, reached: Numbers) -> Iterator[Finding]:
    """Yield where *sums* pass the bound, up to the first that falls short of *reached*."""
    is_raised = level.name in RAISED_LEVELS
    rows = zip(sums, _members(level.bound), reached, strict=True)
    for m, (met, bound, whole) in enumerate(rows, start=1):
        if _is_past(met, bound, is_raised=is_raised, m=m):
            facts = {"level": level.name, "position": m}
            yield Finding.of("M6", "check.beaten_bound", **facts, met=met, limit=bound)
        if _is_past(met, whole, is_raised=not is_raised, m=m):
            return


def verify_bound(scenario: Scenario, plan: Plan, position: int) -> BoundStatus:
    """
    Judge the bound of the level at *position* (from 0) by its certificate, without the solver.

    A kind that nobody registered in ``VERIFIERS`` stays unverified.
    """
    verify = VERIFIERS.get(plan.levels[position].certificate)
    return "unverified" if verify is None else verify(scenario, plan, position)


def find_proven_gap(scenario: Scenario, plan: Plan, position: int, status: BoundStatus) -> float:
    """
    Return the gap of §M6 between a level and the best bound of it that could be verified.

    Args:
        position: Of the level, from 0.
        status: What became of the level's own bound: "verified" or "unverified".
    """
    level = plan.levels[position]
    if status == "verified":
        return level.gap
    try:
        proven = find_proven_bounds(scenario, plan, position)
    except UnsoundProof:
        proven = {}
    trivial = find_trivial_bound(level.name, scenario)
    reached = as_numbers(level.value if level.best is None else level.best)
    sign = -1 if level.name in RAISED_LEVELS else 1
    if not isinstance(trivial, tuple):
        bound = max(sign * trivial, proven.get(0, sign * trivial))
        return float(abs(sign * reached[0] - bound) / max(Fraction(1), abs(bound)))
    gaps = [
        abs(sign * met - max(sign * limit, proven.get(m, sign * limit))) / m
        for m, (met, limit) in enumerate(zip(reached, trivial, strict=True), start=1)
    ]
    return float(max(gaps, default=Fraction()))


def verify_trivial(scenario: Scenario, plan: Plan, position: int) -> BoundStatus:
    """Judge a bound that is said to hold without search: it may not be tighter than that one."""
    level = plan.levels[position]
    proven = find_trivial_bound(level.name, scenario)
    sign = 1 if level.name in RAISED_LEVELS else -1
    pairs = zip(
        _members(level.bound), proven if isinstance(proven, tuple) else (proven,), strict=True
    )
    holds = all(
        sign * (bound - limit) >= -PROOF_TOLERANCE * max(Fraction(1), abs(limit))
        for bound, limit in pairs
    )
    return "verified" if holds else "refuted"


VERIFIERS: Mapping[CertificateKind, Callable[[Scenario, Plan, int], BoundStatus]] = {
    "trivial": verify_trivial,
    "dual": verify_proof,
    "tight_set": verify_proof,
    "cover": verify_proof,
}
"""Which function judges a bound of which certificate kind (§M6)."""


def as_numbers(figure: Figure) -> Numbers:
    """Return the sums theta_m of a vector, or the one number (§M5)."""
    return theta(_members(figure))


def _members(figure: Figure) -> Numbers:
    """Return the numbers of *figure*, exact."""
    members: Sequence[float] = figure if isinstance(figure, tuple) else (figure,)
    return tuple(exact(member) for member in members)


def _is_past(met: Fraction, limit: Fraction, *, is_raised: bool, m: int) -> bool:
    """Whether *met* lies beyond *limit*, upwards where *is_raised*; a sum of m has m tolerances."""
    excess = met - limit if is_raised else limit - met
    return excess > CLAIM_TOLERANCE * max(Fraction(m), abs(limit))
