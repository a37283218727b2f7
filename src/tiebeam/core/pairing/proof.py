"""
Proofs of bounds as plain values, for a plan to carry and the checker to add up again (§M6).

The tree of a stage says which cases there are, and which multipliers of which rows bound
each; ``certificate`` says how that is written. What the search believed is not stated: a
bound is what the proof shows when the checker's own arithmetic adds it up, and a level whose
proof falls short, or is too long to carry, is left unverified.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tiebeam.core.model.plan import CertificateKind, Figure, LevelResult, Plan
from tiebeam.core.model.scenario import LevelName, Scenario
from tiebeam.core.pairing.certificate import (
    UnsoundProof,
    find_proven_bounds,
    list_unproven,
    stated_cost,
)
from tiebeam.core.pairing.evaluate import RAISED_LEVELS
from tiebeam.core.pairing.problem import Floats, Ints
from tiebeam.core.pairing.stages import Stage
from tiebeam.core.pairing.trivial_bounds import find_trivial_bound

MOST_MULTIPLIERS = 200_000
"""So many multipliers at most are carried by one plan, some ten megabytes."""
ROUNDING = 1e-7
"""By how much, for a number times max(1, |it|), a bound may be lowered to what is proven of it."""
NEGLIGIBLE = 1e-11
"""A multiplier of this share of the largest is left out; any others still give a valid bound."""

RowName = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Split:
    """All plans of a node parted at a whole column: at most *at*, or more. *below* and the next."""

    column: tuple[Any, ...]
    at: int
    below: int


@dataclass(frozen=True, slots=True)
class Case:
    """Multipliers that bound the cost of *stage*, or show that the case is empty (None)."""

    stage: Stage | None
    rows: Ints
    multipliers: Floats


@dataclass(frozen=True, slots=True)
class Proof:
    """
    Why no plan is better at one stage.

    Attributes:
        limits: The earlier stages that it takes for granted, with their limits.
        row_names: Of the program that the multipliers belong to; shared, not copied.
    """

    stage: Stage
    limits: Mapping[tuple[LevelName, int], float]
    row_names: Sequence[RowName]
    nodes: tuple[Split | Case, ...]

    @property
    def size(self) -> int:
        """How many multipliers it holds."""
        return sum(len(node.rows) for node in self.nodes if isinstance(node, Case))


def note_case(stage: Stage | None, multipliers: Floats, link_rows: Ints) -> Case:
    """
    Return a case of the multipliers that matter.

    Those of the links are left out: the checker takes for each pair what is least (§M3.3).
    """
    values = multipliers.copy()
    values[link_rows[link_rows < len(values)]] = 0.0
    rows = np.flatnonzero(np.abs(values) > NEGLIGIBLE * max(1e-3, np.abs(values).max(initial=0.0)))
    return Case(stage, rows, values[rows])


def limits_used(
    cases: Sequence[Case], row_names: Sequence[RowName], kept: Mapping[Stage, float]
) -> dict[tuple[LevelName, int], float]:
    """Return the limits of the floors that *cases* rest on, by level and m (0: a number)."""
    limits = {(stage.level, stage.count): limit for stage, limit in kept.items()}
    used = {(case.stage.level, case.stage.count) for case in cases if case.stage is not None}
    found = {key: limits[key] for key in used & limits.keys()}
    for at in {int(row) for case in cases for row in case.rows}:
        name = row_names[at]
        if name[0] == "floor":
            found[name[1], len(name[3]) if len(name) > 3 else 0] = name[2]
    return found


def certify(
    scenario: Scenario, plan: Plan, proofs: Mapping[LevelName, Sequence[Proof | None]]
) -> Plan:
    """
    Return *plan* with the certificates of its levels (§M6).

    Args:
        plan: With its levels, as found; kinds and proofs are not looked at.
        proofs: What the search can show of the stages of each level.
    """
    entries: dict[str, list[Any]] = {}
    kinds: dict[LevelName, CertificateKind] = {}
    room = MOST_MULTIPLIERS
    levels = [_raise_to_trivial(scenario, level) for level in plan.levels]
    for level in levels:
        needed = list_unproven(scenario, level)
        known = {p.stage.count: p for p in proofs.get(level.name, ()) if p is not None}
        chosen = [known[count] for count in needed if count in known]
        size = sum(proof.size for proof in chosen)
        kinds[level.name] = "trivial"
        if not needed:
            continue
        if len(chosen) < len(needed) or size > room:
            kinds[level.name] = "unverified"
            continue
        room -= size
        is_cover = any(len(proof.nodes) > 1 for proof in chosen)
        kinds[level.name] = "cover" if is_cover else "dual"
        entries[level.name] = [_to_entry(proof) for proof in chosen]
    plan = replace(
        plan,
        levels=tuple(replace(level, certificate=kinds[level.name]) for level in levels),
        certificate=entries,
    )
    levels = [_state_proven(scenario, plan, position) for position in range(len(levels))]
    kept = {str(level.name) for level in levels if level.certificate in ("dual", "cover")}
    proven = {name: entries[name] for name in entries if name in kept}
    return replace(plan, levels=tuple(levels), certificate=proven)


def _raise_to_trivial(scenario: Scenario, level: LevelResult) -> LevelResult:
    """Return *level* with the trivial bound wherever the search found none as good."""
    trivial = find_trivial_bound(level.name, scenario)
    better = min if level.name in RAISED_LEVELS else max
    if isinstance(trivial, tuple) and isinstance(level.bound, tuple):
        pairs = zip(level.bound, trivial, strict=True)
        return with_bound(level, tuple(better(bound, float(own)) for bound, own in pairs))
    assert not isinstance(trivial, tuple)
    assert not isinstance(level.bound, tuple)
    return with_bound(level, better(level.bound, float(trivial)))


def _state_proven(scenario: Scenario, plan: Plan, position: int) -> LevelResult:
    """Return a level with the bound that its proofs show, where they come near what was found."""
    level = plan.levels[position]
    if level.certificate not in ("dual", "cover"):
        return level
    try:
        proven = find_proven_bounds(scenario, plan, position)
    except UnsoundProof:
        return replace(level, certificate="unverified")
    sign = -1.0 if level.name in RAISED_LEVELS else 1.0
    bound = list(level.bound) if isinstance(level.bound, tuple) else [level.bound]
    for count, least in proven.items():
        stated = stated_cost(level, count)
        if stated - least > ROUNDING * max(1.0, count, abs(float(stated))):
            return replace(level, certificate="unverified")
        if least < stated:
            bound[max(count, 1) - 1] = sign * float(least)
    return with_bound(level, tuple(bound) if isinstance(level.bound, tuple) else bound[0])


def with_bound(level: LevelResult, bound: Figure) -> LevelResult:
    """Return *level* with another bound, and the gap that follows (§M6)."""
    reached = level.value if level.best is None else level.best
    if isinstance(bound, tuple) and isinstance(reached, tuple):
        sums = np.cumsum(reached)
        gaps = [abs(b - s) / (m + 1) for m, (b, s) in enumerate(zip(bound, sums, strict=True))]
        return replace(level, bound=bound, gap=float(max(gaps, default=0.0)))
    assert not isinstance(bound, tuple)
    assert not isinstance(reached, tuple)
    return replace(level, bound=bound, gap=abs(reached - bound) / max(1.0, abs(bound)))


def _to_entry(proof: Proof) -> dict[str, Any]:
    """Return *proof* as plain JSON values, in the form of ``certificate``."""
    nodes: list[dict[str, Any]] = []
    for node in proof.nodes:
        if isinstance(node, Split):
            halves = {"below": node.below, "above": node.below + 1}
            nodes.append({"split": list(node.column), "at": node.at, **halves})
        else:
            stage = None if node.stage is None else [node.stage.level, node.stage.count]
            nodes.append({"stage": stage, "multipliers": _by_family(proof, node)})
    floors = [[level, count, limit] for (level, count), limit in sorted(proof.limits.items())]
    return {"count": proof.stage.count, "floors": floors, "nodes": nodes}


def _by_family(proof: Proof, case: Case) -> dict[str, list[list[Any]]]:
    """Return the multipliers of a case by the first word of their rows' names."""
    families: dict[str, list[list[Any]]] = {}
    for at, value in zip(case.rows.tolist(), case.multipliers.tolist(), strict=True):
        family, *key = proof.row_names[at]
        number = float(f"{value:.12g}")
        if family == "floor":
            # The program keeps a sum of parties from below, in the certificate it is a cost.
            is_sum = len(key) > 2
            key = [key[0], list(key[2]) if is_sum else []]
            number = -number if is_sum else number
        families.setdefault(family, []).append([*key, number])
    return families
