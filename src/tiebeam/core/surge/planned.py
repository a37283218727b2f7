"""A plan of a surge: orders, transfers, and what is proven about both (§S5, §S7)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, get_args

from tiebeam.core.surge.model import Order, Transfer

Level = Literal["shortage", "unmet", "hub", "changes", "travel"]
LEVELS: tuple[Level, ...] = get_args(Level)
Certificate = Literal["trivial", "dual", "search"]
Figure = Fraction | tuple[Fraction, ...]
"""A number, or for `shortage` the ratios, largest first."""

OPTIMAL_GAP = 1e-4
"""Largest gap of any level at which a plan may be called optimal (§S7)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Locks:
    """
    What people decided beforehand (§S11).

    Attributes:
        kept: Team -> the only place that it may be sent to.
        refused: Teams that are sent nowhere.
        closed: Places that no team is sent to.
        barred: Team and place that do not go together.
        held: Teams on duty that are not sent home before their tour is over.
    """

    kept: Mapping[str, str] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()
    barred: frozenset[tuple[str, str]] = frozenset()
    held: frozenset[str] = frozenset()

    def allow(self, team: str, place: str) -> bool:
        """Return whether *team* may be sent to *place*."""
        return not (
            team in self.refused
            or place in self.closed
            or (team, place) in self.barred
            or self.kept.get(team, place) != place
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Aims:
    """
    What is asked of a plan.

    Attributes:
        levels: In their order (§S6).
        slack: Share of a level that later ones may lose again (§S7).
        tail: Share of the weight of the worst scenarios that counts; 1 = the expectation.
        window: Days ahead.
    """

    levels: tuple[Level, ...] = LEVELS
    slack: Mapping[Level, Fraction] = field(default_factory=dict)
    tail: Fraction = Fraction(1)
    window: int = 14
    locks: Locks = field(default_factory=Locks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """
    What a plan reaches at one level, and the best that could be (§S7).

    Attributes:
        of: For `shortage` the places in the order of *value*; else empty.
        bound: No plan can beat it given the earlier levels; for `shortage` of each theta_m.
        best: What was reached before later levels spent the slack; None where none was spent.
    """

    level: Level
    of: tuple[str, ...] = ()
    value: Figure
    bound: float | tuple[float, ...]
    gap: float
    certificate: Certificate
    best: Figure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SurgePlan:
    """
    A plan for the window from *day* on.

    Attributes:
        orders: Of the whole window; those that leave on *day* are given, the others may change.
        shortages: Place -> unmet heads day by day, the mean over the scenarios.
        homeward: Team on duty -> the day on which it can go home; None while it is needed.
        is_optimal: Whether every gap is at most 1e-4.
    """

    day: int
    aims: Aims = field(default_factory=Aims)
    orders: tuple[Order, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    levels: tuple[Reached, ...] = ()
    shortages: Mapping[str, tuple[Fraction, ...]] = field(default_factory=dict)
    homeward: Mapping[str, int | None] = field(default_factory=dict)
    is_optimal: bool = False

    @property
    def given_orders(self) -> tuple[Order, ...]:
        """Return the orders of today."""
        return tuple(order for order in self.orders if order.leaves_on == self.day)

    @property
    def given_transfers(self) -> tuple[Transfer, ...]:
        """Return the transfers of today."""
        return tuple(transfer for transfer in self.transfers if transfer.on == self.day)
