"""
The reasons for a plan as values (§M8): codes and facts, no sentences.

Sentences in the reader's language are made by the interfaces.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tiebeam.core.model.scenario import LevelName

PairQuestion = Literal["forbid", "require"]
PairOutcome = Literal["feasible", "infeasible", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelChange:
    """
    What one level would become if the question of a pair were granted.

    Attributes:
        before: What the plan reaches; for coverage and burden a share, 0..1, at
            the first position of the ordered vector that changes.
        low, high: Between these the level would then lie; equal when *exact*.
        exact: Whether the level was solved again; else the interval is proven.
        position: 1 = the worst covered, or the heaviest loaded; 1 for a number.
    """

    level: LevelName
    before: float
    low: float
    high: float
    exact: bool
    position: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PairReason:
    """
    Why a pair is open, or why it is not.

    Attributes:
        is_open: Whether the plan holds the pair.
        question: What was asked: the pair forbidden, or the pair required.
        outcome: Whether any plan is left then; "unknown" where the search was stopped.
        changes: In the order of the levels.
    """

    donor: str
    recipient: str
    is_open: bool
    question: PairQuestion
    outcome: PairOutcome
    changes: tuple[LevelChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """
    One rule that holds a party where it is.

    Attributes:
        rule: Section of the law without the sign, as "M3.1".
        code: ``binding.capacity``, ``binding.partner_limit``, ``binding.forbidden``,
            ``binding.need``, ``binding.lot``, ``binding.min_share`` or ``binding.fairness``.
        worth: What one more unit, or one more partner, would add; None = not known.
    """

    rule: str
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    worth: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientReason:
    """What holds a recipient at its coverage (0..1)."""

    recipient: str
    coverage: float
    is_full: bool
    binding: tuple[Binding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DonorReason:
    """What holds a donor at its load (0..1)."""

    donor: str
    load: float
    binding: tuple[Binding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanReasons:
    """The reasons for a whole plan: open pairs and closed ones, recipients, donors."""

    pairs: tuple[PairReason, ...] = ()
    recipients: tuple[RecipientReason, ...] = ()
    donors: tuple[DonorReason, ...] = ()
