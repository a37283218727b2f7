"""
Proofs of bounds as plain values, for a plan to carry and the checker to add up again (§M6).

The tree of a stage says which cases there are, and which multipliers of which rows bound
each; ``certificate`` says how that is written. What the search believed is not stated: a
bound is what the proof shows when the checker's own arithmetic adds it up. A level whose proofs
fall short is left unverified, but carries them: so the checker can say how far they go.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from tiebeam.core.model.plan import CertificateKind, Figure, LevelResult, Plan
from tiebeam.core.model.scenario import LevelName, Scenario
from tiebeam.core.pairing.certificate import (
    UnsoundProof,
    list_unproven,
    prove_entry,
    stated_cost,
)
from tiebeam.core.pairing.evaluate import RAISED_LEVELS
from tiebeam.core.pairing.law_rows import LawRows
from tiebeam.core.pairing.problem import Floats, Ints
from tiebeam.core.pairing.stages import Stage
from tiebeam.core.pairing.tight_sets import WEIGHTS, find_overpaid_needs
from tiebeam.core.pairing.trivial_bounds import find_trivial_bound

MOST_MULTIPLIERS = 200_000
"""So many multipliers at most are carried by one plan, some ten megabytes."""
MOST_WORK = 5_000_000
"""So many flows times cases at most are added up for proofs that leave a level unverified."""
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
        bound: What the search takes it to show.
    """

    stage: Stage
    limits: Mapping[tuple[LevelName, int], float]
    row_names: Sequence[RowName]
    nodes: tuple[Split | Case, ...]
    bound: float = math.inf

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
    plan = replace(plan, levels=tuple(_raise_to_trivial(scenario, lv) for lv in plan.levels))
    entries: dict[str, list[Any]] = {}
    levels: list[LevelResult] = []
    room = MOST_MULTIPLIERS
    for level in plan.levels:
        needed = list_unproven(scenario, level)
        known = {p.stage.count: p for p in proofs.get(level.name, ()) if p is not None}
        chosen = [known[count] for count in needed if count in known]
        size = sum(proof.size for proof in chosen)
        found: list[_Shown] = []
        is_enough = len(chosen) == len(needed) and all(_may_carry(level, p) for p in chosen)
        if size <= room and (is_enough or _is_little_work(scenario, chosen)):
            room -= size
            found = _show(scenario, plan, level.name, chosen)
        if found:
            entries[level.name] = [shown.entry for shown in found]
        levels.append(_state_proven(level, needed, found))
    return replace(plan, levels=tuple(levels), certificate=entries)


@dataclass(frozen=True, slots=True)
class _Shown:
    """An entry of the certificate, and the least cost that the checker reads from it."""

    entry: Mapping[str, Any]
    count: int
    least: Fraction


def _may_carry(level: LevelResult, proof: Proof) -> bool:
    """Whether *proof* may show the bound of *level*, as far as the search knows."""
    return proof.bound >= stated_cost(level, proof.stage.count) - ROUNDING


def _is_little_work(scenario: Scenario, proofs: Sequence[Proof]) -> bool:
    """Whether *proofs* are soon added up, which tells of a level no more than how far they go."""
    flows = len(scenario.donors) * len(scenario.recipients) * max(1, len(scenario.resources))
    return flows * sum(len(proof.nodes) for proof in proofs) <= MOST_WORK


def _show(scenario: Scenario, plan: Plan, name: LevelName, proofs: Sequence[Proof]) -> list[_Shown]:
    """Return the entries of those *proofs* that are sound, as tight sets where that shows as much."""
    rows = LawRows(scenario)
    found = []
    for proof in proofs:
        entry = _to_entry(proof)
        try:
            count, least = prove_entry(scenario, plan, rows, name, entry)
        except UnsoundProof:
            continue
        shown = _Shown(entry, count, least)
        if name == "coverage" and len(proof.nodes) == 1:
            shown = _try_tight_set(scenario, plan, rows, shown)
        found.append(shown)
    return found


def _try_tight_set(scenario: Scenario, plan: Plan, rows: LawRows, dual: _Shown) -> _Shown:
    """Return what *dual* shows as a tight set, whose reader needs fewer numbers, if it does."""
    (case,) = dual.entry["nodes"]
    families = case["multipliers"]
    weights = {family: families[family] for family in families if family in WEIGHTS}
    # A need with a price of its own is met in full, unless that price stands at the pairs.
    priced = {(j, k) for j, k, _ in families.get("need", ())}
    for met in (priced, find_overpaid_needs(rows, families)):
        node = {"stage": case["stage"], "multipliers": weights, "met": sorted(map(list, met))}
        entry = {**dual.entry, "nodes": [node]}
        count, least = prove_entry(scenario, plan, rows, "coverage", entry)
        if dual.least - least <= ROUNDING * count:
            return _Shown(entry, count, least)
    return dual


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


def _state_proven(
    level: LevelResult, needed: Sequence[int], found: Sequence[_Shown]
) -> LevelResult:
    """Return a level with the bound that its proofs show, where they come near what was found."""
    if not needed:
        return replace(level, certificate="trivial")
    sign = -1.0 if level.name in RAISED_LEVELS else 1.0
    bound = list(level.bound) if isinstance(level.bound, tuple) else [level.bound]
    proven = {shown.count: shown.least for shown in found}
    for count in needed:
        stated = stated_cost(level, count)
        most = ROUNDING * max(1.0, count, abs(float(stated)))
        if count not in proven or stated - proven[count] > most:
            return replace(level, certificate="unverified")
        if proven[count] < stated:
            bound[max(count, 1) - 1] = sign * float(proven[count])
    level = replace(level, certificate=_kind_of([shown.entry for shown in found]))
    return with_bound(level, tuple(bound) if isinstance(level.bound, tuple) else bound[0])


def _kind_of(entries: Sequence[Mapping[str, Any]]) -> CertificateKind:
    """Return what a level's proofs are called: after the one that asks most of a reader."""
    if any(len(entry["nodes"]) > 1 for entry in entries):
        return "cover"
    return "tight_set" if all("met" in entry["nodes"][0] for entry in entries) else "dual"


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
        if family == "sets":
            # No row of the law, only what the search made of several: the proof goes without it.
            continue
        number = float(f"{value:.12g}")
        if family == "floor":
            # The program keeps a sum of parties from below, in the certificate it is a cost.
            is_sum = len(key) > 2
            key = [key[0], list(key[2]) if is_sum else []]
            number = -number if is_sum else number
        families.setdefault(family, []).append([*key, number])
    return families
