"""What changes when a base or a rate is revised after the notice, and how a donor is loaded (§P9, §P10)."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from tiebeam.core.rules.derivation import Derivation


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """
    The difference between two derivations of one due.

    Attributes:
        difference: Later less earlier, in fen.
        by_pairing: Pairing → difference, where there is one; sums to *difference*.
        changed: Codes of the steps whose figures differ.
    """

    difference: int
    by_pairing: dict[str, int]
    changed: tuple[str, ...]

    @property
    def direction(self) -> str:
        """Return "up", "down" or "none"."""
        return "up" if self.difference > 0 else "down" if self.difference < 0 else "none"


def correct(earlier: Derivation, later: Derivation) -> Correction:
    """Return what the open year has to take so that the due of an earlier year is right (§P9)."""
    assert earlier.year == later.year, "a due is corrected by one of the same year"
    keys = dict.fromkeys([*earlier.shares, *later.shares])
    moved = {key: later.shares.get(key, 0) - earlier.shares.get(key, 0) for key in keys}
    codes = dict.fromkeys(step.code for step in [*later.steps, *earlier.steps])
    return Correction(
        difference=later.due_fen - earlier.due_fen,
        by_pairing={key: change for key, change in moved.items() if change},
        changed=tuple(code for code in codes if later.step(code) != earlier.step(code)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """
    What a donor owes for a year in all programmes beside what it takes in (§P10).

    Attributes:
        total: Of the dues that are known.
        unknown: Programmes that oblige the donor by a sum that is not known; the
            total is a lower bound then.
        share: Total over revenue; None where the revenue is unknown or 0.
    """

    total: int
    unknown: tuple[str, ...]
    share: Fraction | None


def load_of(dues: Mapping[str, int | None], revenue_fen: Fraction | None) -> Load:
    """Return the load of a donor; an unknown due is named, never taken for 0."""
    total = sum(due for due in dues.values() if due is not None)
    return Load(
        total=total,
        unknown=tuple(key for key, due in dues.items() if due is None),
        share=total / revenue_fen if revenue_fen else None,
    )
