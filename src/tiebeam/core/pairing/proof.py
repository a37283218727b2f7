"""
Proofs of bounds as plain values, for plans to carry and checkers to re-verify (§M6).

A proof of one stage lists the leaves of the search tree: which pairs and lots
each leaf fixes, and the multipliers of the law's rows that bound it. The names
of the rows are those of ``relaxation``; the checker builds the rows from the
scenario itself.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tiebeam.core.model.plan import CertificateKind

if TYPE_CHECKING:
    from tiebeam.core.pairing.solver import Reached


@dataclass(frozen=True, slots=True)
class Proof:
    """
    Why no plan is better at one stage.

    Attributes:
        floors: The earlier stages that the proof builds on, with their limits.
        leaves: Plain JSON values, one for each leaf.
    """

    floors: tuple[tuple[str, int, float], ...]
    leaves: tuple[Any, ...]


def level_certificate(reached: "list[Reached]") -> tuple[CertificateKind, list[Any]]:
    """Return how the bound of a level can be checked again, and what that needs."""
    return "unverified", []
