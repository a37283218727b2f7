"""
The proofs that a plan carries, added up again (§M6: ``dual``, ``tight_set`` and ``cover``).

A plan's certificate holds for each level a list of proofs, one for each sum theta_m of a
vector, or one for a number. A proof splits all plans into cases and bounds each:

    {"count": m, "floors": [[level, m, limit], ...], "nodes": [...]}

``count`` is m, or 0 for a number. ``floors`` are the stages that stand as reached: their
cost is at most the limit. The first node holds all plans. A node is a split,

    {"split": ["pair", i, j], "at": 0, "below": 1, "above": 2}

into the plans in which the pair, or the flow ["flow", i, j, k] in whole lots, is at most
``at``, and those in which it is at least one more; or it is a case,

    {"stage": [level, m], "multipliers": {"capacity": [[i, k, number], ...], ...}}

whose multipliers of the rows of ``law_rows`` bound the stage's cost: the proof's own stage,
or one of its floors, which the case is then shown to break, or None where the case is empty.
A case with a key "met", [[j, k], ...], is a tight set: its multipliers say how much each
recipient counts, and those of capacities and needs follow (``tight_sets``).
A floor is a row too: ["coverage", [positions of m parties], number], or [level, [], number].
Positions count from 0 in order of id. Costs are what is made small: coverage and continuity
carry a minus.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from operator import index
from typing import Any

from tiebeam.core.model.plan import LevelResult, Plan
from tiebeam.core.model.scenario import LevelName, Scenario
from tiebeam.core.pairing.evaluate import RAISED_LEVELS, VECTOR_LEVELS, exact, theta
from tiebeam.core.pairing.findings import BoundStatus, TightSet
from tiebeam.core.pairing.law_rows import ONE, LawRows, Row
from tiebeam.core.pairing.tight_sets import WEIGHTS, fill_needs, name_tight_sets
from tiebeam.core.pairing.trivial_bounds import find_trivial_bound

PROOF_TOLERANCE = Fraction(1, 10**9)
"""By how much a bound may be tighter than what proves it; takes up the rounding of floats."""

FLOOR_TOLERANCE = Fraction(1, 10**6)
"""By how much a floor may be tighter than what the plan reached, for a number times max(1, |it|)."""

Stage = tuple[LevelName, int]
"""A level, and m of theta_m, or 0 for a number."""


class UnsoundProof(Exception):
    """A proof that shows nothing: it is not of the form, or leaves plans out."""


def verify_proof(scenario: Scenario, plan: Plan, position: int) -> BoundStatus:
    """
    Judge the bound of the level at *position* (from 0) by the proofs that the plan carries.

    "unverified" where a proof is missing; "refuted" where one does not show what is stated.
    """
    level = plan.levels[position]
    if level.name not in plan.certificate:
        return "unverified"
    needed = list_unproven(scenario, level)
    try:
        proven = find_proven_bounds(scenario, plan, position)
    except UnsoundProof:
        return "refuted"
    if any(count in proven and not is_proven(level, count, proven[count]) for count in needed):
        return "refuted"
    return "verified" if set(needed) <= proven.keys() else "unverified"


def list_unproven(scenario: Scenario, level: LevelResult) -> list[int]:
    """List the m, or 0 for a number, at which the bound of *level* says more than the trivial one."""
    bounds = find_trivial_bound(level.name, scenario)
    numbers = bounds if isinstance(bounds, tuple) else (bounds,)
    sign = _sign(level.name)
    counts = range(1, len(numbers) + 1) if level.name in VECTOR_LEVELS else [0]
    return [
        count
        for count, number in zip(counts, numbers, strict=True)
        if not is_proven(level, count, sign * number)
    ]


def is_proven(level: LevelResult, count: int, proven: Fraction) -> bool:
    """Whether *proven*, a least cost, carries the bound of *level* at m = *count* (0: a number)."""
    stated = stated_cost(level, count)
    return stated - proven <= PROOF_TOLERANCE * max(Fraction(1), abs(stated))


def stated_cost(level: LevelResult, count: int) -> Fraction:
    """Return the bound that *level* states for m = *count* (0: a number), as a cost."""
    bound = level.bound[count - 1] if isinstance(level.bound, tuple) else level.bound
    return _sign(level.name) * exact(bound)


def find_proven_bounds(scenario: Scenario, plan: Plan, position: int) -> dict[int, Fraction]:
    """
    Return by m (0: a number) the least cost that the proofs of a level leave.

    Raises:
        UnsoundProof: A proof is not of the form, takes for granted what the plan did not
            reach, leaves plans out, or calls a case empty that it does not show to be.
    """
    rows = LawRows(scenario)
    name = plan.levels[position].name
    try:
        entries = list(plan.certificate.get(name, ()))
    except TypeError as fault:
        raise UnsoundProof from fault
    return dict(prove_entry(scenario, plan, rows, name, entry) for entry in entries)


def prove_entry(
    scenario: Scenario, plan: Plan, rows: LawRows, name: LevelName, entry: Mapping[str, Any]
) -> tuple[int, Fraction]:
    """
    Return m (0: a number) and the least cost that one proof of level *name* leaves.

    Raises:
        UnsoundProof: As :func:`find_proven_bounds`.
    """
    try:
        proof = _Proof(scenario, plan, rows, name, entry)
        return proof.count, proof.find_least_cost()
    except (AttributeError, LookupError, OverflowError, TypeError, ValueError) as fault:
        raise UnsoundProof from fault


def list_tight_sets(scenario: Scenario, plan: Plan, position: int) -> tuple[TightSet, ...]:
    """
    Return the sets of recipients short of something that a verified bound rests on.

    Each once, those that hold the worst covered first.

    Args:
        position: Of the level, from 0; :func:`verify_proof` found its bound verified.
    """
    rows, name = LawRows(scenario), plan.levels[position].name
    found: dict[TightSet, None] = {}
    for entry in plan.certificate.get(name, ()):
        found |= dict.fromkeys(_Proof(scenario, plan, rows, name, entry).name_tight_sets())
    return tuple(found)


class _Proof:
    """One entry of a certificate, while it is added up; faults of form raise as they may."""

    def __init__(
        self,
        scenario: Scenario,
        plan: Plan,
        rows: LawRows,
        name: LevelName,
        entry: Mapping[str, Any],
    ) -> None:
        self.rows = rows
        self.stage: Stage = (name, entry["count"])
        self.nodes: Sequence[Mapping[str, Any]] = entry["nodes"]
        self.limits: dict[Stage, Fraction] = {}
        for level, count, number in entry["floors"]:
            limit = exact(float(number))
            reached = _reached_cost(scenario, plan, (level, count), self.stage)
            if reached - limit > FLOOR_TOLERANCE * max(1, count, abs(reached)):
                raise UnsoundProof
            self.limits[level, count] = limit
        self._floors: dict[tuple[object, ...], Row] = {}

    @property
    def count(self) -> int:
        return self.stage[1]

    def find_least_cost(self) -> Fraction:
        """Return the least cost of all cases that are not empty."""
        costs = []
        for case, limits in self._walk():
            if self.rows.columns.hold_nothing(limits):
                continue
            stage = None if case["stage"] is None else tuple(case["stage"])
            cost = None if stage is None else self.rows.cost(*stage)
            least = self.rows.least(cost, self._multipliers(case), limits)
            if stage == self.stage:
                costs.append(least)
            elif least <= (0 if stage is None else self.limits[stage]):
                raise UnsoundProof
        return min(costs)

    def _walk(self) -> Iterator[tuple[Mapping[str, Any], dict[int, tuple[int, int]]]]:
        """Yield the cases with what the splits above leave of the columns."""
        columns = self.rows.columns
        met = {0}
        stack: list[tuple[int, dict[int, tuple[int, int]]]] = [(0, {})]
        while stack:
            at, limits = stack.pop()
            node = self.nodes[at]
            if "split" not in node:
                yield node, limits
                continue
            column = columns.whole[tuple(node["split"])]
            low, high = limits.get(column, (columns.low[column], columns.high[column]))
            least = index(node["at"])
            halves = {node["below"]: (low, least), node["above"]: (least + 1, high)}
            # Each half is a node of its own further on: so the walk ends and leaves none out.
            if len(halves) < 2 or met & halves.keys() or min(halves) <= at:
                raise UnsoundProof
            met |= halves.keys()
            stack += [(half, {**limits, column: ends}) for half, ends in halves.items()]

    def _multipliers(self, case: Mapping[str, Any]) -> list[tuple[Row, int]]:
        """Return the rows of a case with their multipliers, in units of 2**-80."""
        stated = list(self._stated(case["multipliers"]))
        if "met" not in case:
            return stated
        if not case["multipliers"].keys() <= WEIGHTS:
            raise UnsoundProof
        return [*stated, *fill_needs(self.rows, stated, _needs_met(case))]

    def name_tight_sets(self) -> Iterator[TightSet]:
        """Yield the sets of recipients that the proof rests on, where it is of that kind."""
        for case, _ in self._walk():
            if "met" in case:
                stated = list(self._stated(case["multipliers"]))
                yield from name_tight_sets(self.rows, stated, _needs_met(case))

    def _stated(self, families: Mapping[str, Any]) -> Iterator[tuple[Row, int]]:
        """Yield the rows that a case names, with their multipliers."""
        for family, entries in families.items():
            for *key, number in entries:
                row = self._floor(*key) if family == "floor" else self.rows.row(family, *key)
                yield row, int(math.ldexp(number, ONE.bit_length() - 1))

    def _floor(self, level: LevelName, parties: Sequence[int]) -> Row:
        """Return the row that keeps a floor for some parties of a vector, or for a number."""
        key = (level, *parties)
        if key not in self._floors:
            if len(set(parties)) < len(parties):
                raise UnsoundProof
            limit = self.limits[level, len(parties)]
            self._floors[key] = self.rows.floor(level, parties, limit)
        return self._floors[key]


def _needs_met(case: Mapping[str, Any]) -> set[tuple[int, int]]:
    """Return the needs that a tight set takes for met in full, by positions."""
    return {(j, k) for j, k in case["met"]}


def _reached_cost(scenario: Scenario, plan: Plan, floor: Stage, stage: Stage) -> Fraction:
    """
    Return the cost that *floor* has in the plan, with the slack that *stage* may spend of it.

    Raises:
        UnsoundProof: *floor* is no stage before *stage*.
    """
    (level, count), order = floor, scenario.policy.levels
    is_own = level == stage[0]
    is_before = count < stage[1] if is_own else order.index(level) < order.index(stage[0])
    if not is_before or (count > 0) != (level in VECTOR_LEVELS):
        raise UnsoundProof
    result = {result.name: result for result in plan.levels}[level]
    figure = result.value if result.best is None else result.best
    members = [exact(member) for member in (figure if isinstance(figure, tuple) else (figure,))]
    cost = _sign(level) * theta(members)[max(count, 1) - 1]
    slack = 0.0 if is_own else scenario.policy.slack.get(level, 0.0)
    return cost + exact(slack) * abs(cost)


def _sign(name: LevelName) -> int:
    """Return -1 for a level of which more is better, so that its cost is less, else 1."""
    return -1 if name in RAISED_LEVELS else 1
