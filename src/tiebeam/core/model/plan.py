"""
A plan: the pairs, what flows through them, and what is proven about both (§M6).

The contract of ``plan.json`` as values; reading and writing is ``tiebeam.interchange``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tiebeam.core.model.scenario import LevelName

PlanStatus = Literal["optimal", "feasible", "infeasible", "unknown"]
CertificateKind = Literal["trivial", "dual", "tight_set", "cover", "unverified"]

OPTIMAL_GAP = 1e-4
"""Largest gap of any level at which a plan may be called optimal (§M6)."""

Figure = float | tuple[float, ...]
"""A number, or for coverage and burden a vector (§M5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One open pair; *lead* where this donor answers for the recipient."""

    donor: str
    recipient: str
    lead: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What one donor sends to one recipient of one resource, in its unit, > 0."""

    donor: str
    recipient: str
    resource: str
    amount: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelResult:
    """
    What the plan reaches at one level and what is the best that could be.

    Attributes:
        of: For the two vectors, the ids in the order of *value*; else empty.
        value: Coverage: v_j ascending. Burden: u_i descending. Else a number.
        bound: No plan can beat it given the earlier levels; for the vectors
            the bound of each sum theta_m (§M6).
        gap: As §M6 defines, >= 0.
        certificate: How *bound* can be checked again without the solver.
        best: What the level reached before later levels spent its slack, as
            *value*; None where no slack was spent.
    """

    name: LevelName
    of: tuple[str, ...] = ()
    value: Figure
    bound: Figure
    gap: float
    certificate: CertificateKind
    best: Figure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """One rule of a set that cannot hold together, as the law's § and facts."""

    rule: str
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SolverRecord:
    """Which program made the plan; *seconds* stays out of the hash (§M9)."""

    version: str = ""
    seed: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something the reader should know that is no fault: a code and facts, as a fault's."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    A pairing plan.

    Attributes:
        scenario_id, scenario_sha256: What it was made for; empty in a plan
            written by hand.
        flows: None in a hand-made plan that holds pairs alone (§M7).
        completed: True where the flows were completed by us, an assumption.
        certificate: What the certificate kinds of §M6 need, as plain JSON values.
        conflict: For an infeasible scenario, minimal sets of rules (§M8), one
            tuple for each independent conflict.
    """

    scenario_id: str = ""
    scenario_sha256: str = ""
    solver: SolverRecord = field(default_factory=SolverRecord)
    status: PlanStatus = "unknown"
    levels: tuple[LevelResult, ...] = ()
    pairs: tuple[Pair, ...] = ()
    flows: tuple[Flow, ...] | None = ()
    completed: bool = False
    certificate: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[Notice, ...] = ()
    conflict: tuple[tuple[Conflict, ...], ...] = ()
