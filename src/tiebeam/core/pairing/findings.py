"""What the checker says: findings, one check for each level, and the report that holds both."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

from tiebeam.core.model.plan import Figure
from tiebeam.core.model.scenario import LevelName

BoundStatus = Literal["verified", "unverified", "refuted", "absent"]

CheckScope = Literal["full", "pairs", "none"]
"""What could be checked: everything; the pairs alone, since the plan holds no flows (§M7); or
nothing, since the plan says that there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """
    One rule or claim that does not hold.

    Attributes:
        rule: The § of the law without its mark: ``M3.1``.
        code: Stable name such as ``check.over_capacity``; keys a message.
        facts: The ids concerned, and the value met beside its limit (``met``, ``limit``) or
            beside what it should be (``met``, ``expected``). Numbers are floats and ints.
    """

    rule: str
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, rule: str, code: str, **facts: object) -> "Finding":
        """Return the finding of *code* with *facts*; exact numbers become floats."""
        plain = {k: float(v) if isinstance(v, Fraction) else v for k, v in facts.items()}
        return cls(rule=rule, code=code, facts=plain)


@dataclass(frozen=True, slots=True, kw_only=True)
class TightSet:
    """
    Recipients that are short of a resource together, and all donors that may serve them (§M6).

    Attributes:
        recipients, donors: Ids in code-point order.
        need: Of the recipients, in the resource's unit.
        capacity: What of it the donors can deliver at most, less than *need*.
    """

    resource: str
    recipients: tuple[str, ...]
    donors: tuple[str, ...]
    need: float
    capacity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelCheck:
    """
    One level of the policy, as recomputed.

    Attributes:
        value: As ``LevelResult.value``, from the pairs and flows of the plan; None where it
            needs flows and the plan holds none.
        of: The ids in the order of *value*; empty for a number.
        bound_status: What became of the plan's bound (§M6): verified again without the solver,
            the solver's word, shown to be wrong, or not stated.
        proven_gap: The gap to what could be verified (§M6): that of the plan where its bound
            is, else to the best bound that its proofs and each party alone show; None where
            the bound is refuted or absent.
        tight_sets: What the proofs of a verified bound show in a form that can be told.
    """

    name: LevelName
    value: Figure | None
    of: tuple[str, ...] = ()
    bound_status: BoundStatus
    proven_gap: float | None = None
    tight_sets: tuple[TightSet, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """
    All that the checker says of one plan; without findings, the plan keeps the law.

    Attributes:
        levels: One for each level of the policy, in its order.
        scope: What could be checked.
    """

    findings: tuple[Finding, ...]
    levels: tuple[LevelCheck, ...]
    scope: CheckScope
