"""
Branch and bound over pairs and whole lots, kept alive from stage to stage.

The leaves of the tree split all plans among them. A leaf whose bound shows that
it cannot hold a better plan at this stage is closed for the stage; it is looked
at again at the next one, where most are found empty, because the stage that was
reached is now a rule. So the work of proving one level is not done twice.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from tiebeam.core.pairing.problem import Floats, Ints
from tiebeam.core.pairing.proof import Case, Proof, Split, limits_used, note_case
from tiebeam.core.pairing.relaxation import Relaxation, Solved
from tiebeam.core.pairing.stages import Stage

MARGIN = 1e-6
"""By how much more than its limit a stage must cost where a leaf is called empty, in its unit: less
may be the rounding of the plan that set the limit."""
FEW = 40
"""So many leaves at most are taken along to the next stage."""
SLIVER = 1e-11
"""Nearer to a whole number than this, a column is not branched on any more."""
INTEGRAL = 1e-6
"""How far from a whole number a column may be and still be read as whole."""


@dataclass(slots=True)
class Leaf:
    """
    A part of all plans: column bounds that differ from the root's.

    Attributes:
        changes: Column -> (low, high).
        bound: No plan in this part has a smaller value at the current stage.
        multipliers: Row multipliers that prove *bound* (or a ray where it is infinite).
        stage: The stage whose cost they bound; None for a ray.
        split, parts: Where it was parted: column, largest value of the first part; and the parts.
    """

    changes: dict[int, tuple[float, float]] = field(default_factory=dict)
    bound: float = -np.inf
    multipliers: Floats = field(default_factory=lambda: np.zeros(0))
    stage: Stage | None = None
    split: tuple[int, int] | None = None
    parts: "tuple[Leaf, ...]" = ()


class Tree:
    """The leaves of one search, and the program that bounds them."""

    def __init__(self, relaxation: Relaxation) -> None:
        self.relaxation = relaxation
        self.root = Leaf()
        self.leaves = [self.root]
        self.kept: dict[Stage, float] = {}
        self.root_low, self.root_high = relaxation.lower.copy(), relaxation.upper.copy()
        self._set: dict[int, tuple[float, float]] = {}
        whole = np.concatenate(
            [relaxation.at["pair"], relaxation.at["flow"][relaxation.flow_whole]]
        )
        self.whole: Ints = whole.astype(np.int64)
        self.pairs_of_whole = len(relaxation.at["pair"])
        self.nodes = 0

    def open_stage(self, stage: Stage) -> None:
        """Turn to *stage*: its cost is minimised, every leaf has to be bounded anew."""
        self.stage = stage
        self.relaxation.aim(stage)
        for leaf in self.leaves:
            leaf.bound = -np.inf

    def close_stage(self, stage: Stage, limit: float, *, is_settled: bool) -> None:
        """
        Keep *stage* at *limit*: leaves that cannot reach it are empty from now on.

        Where many are left, or the stage is not settled, the next one starts from
        the root: bounding each leaf again would cost more than it saves.
        """
        self.kept[stage] = limit
        # A leaf that misses the limit by a rounding error could not be proven empty.
        limit += MARGIN * max(stage.unit, abs(limit))
        alive = [leaf for leaf in self.leaves if leaf.bound <= limit]
        if len(alive) > FEW or not is_settled:
            self.start_again()
            return
        self.leaves = alive

    def start_again(self) -> None:
        """Forget the leaves: one holds everything."""
        self.root = Leaf()
        self.leaves = [self.root]

    def bound_root(self) -> None:
        """Bound every leaf at the current stage, so that :attr:`bound` says something."""
        for leaf in self.leaves:
            self.bound_leaf(leaf)

    def proof(self, stage: Stage) -> Proof | None:
        """Return why the current stage has no smaller value than :attr:`bound`; None if unknown."""
        relaxation = self.relaxation
        queue = [self.root]
        nodes: list[Split | Case] = []
        for leaf in queue:
            if leaf.split is not None:
                column, at = leaf.split
                nodes.append(Split(relaxation.column_name(column), at, len(queue)))
                queue += leaf.parts
            elif leaf.bound == -np.inf or not len(leaf.multipliers):
                return None
            else:
                nodes.append(note_case(leaf.stage, leaf.multipliers, relaxation.link_rows))
        cases = [node for node in nodes if isinstance(node, Case)]
        limits = limits_used(cases, relaxation.row_names, self.kept)
        return Proof(stage, limits, relaxation.row_names, tuple(nodes), self.bound)

    @property
    def bound(self) -> float:
        """Least value that the current stage can have anywhere."""
        return min((leaf.bound for leaf in self.leaves), default=np.inf)

    def leave(self) -> None:
        """Give the program its own bounds again, so that others may use it."""
        self.go_to(Leaf())

    def go_to(self, leaf: Leaf) -> None:
        """Set the column bounds of *leaf*."""
        wanted = leaf.changes
        changed = [c for c in self._set if c not in wanted]
        changed += [c for c, b in wanted.items() if self._set.get(c) != b]
        if changed:
            index = np.array(sorted(changed))
            low = np.array([wanted[c][0] if c in wanted else self.root_low[c] for c in index])
            high = np.array([wanted[c][1] if c in wanted else self.root_high[c] for c in index])
            self.relaxation.bound_columns(index, low, high)
        self._set = dict(wanted)

    def bound_leaf(self, leaf: Leaf) -> Solved:
        """Bound *leaf* at the current stage."""
        self.go_to(leaf)
        solved = self.relaxation.solve()
        self.nodes += 1
        if solved.status != "stopped":
            leaf.bound = max(leaf.bound, solved.objective)
            leaf.multipliers = solved.multipliers
            leaf.stage = self.stage if solved.status == "optimal" else None
        return solved

    def search(
        self,
        *,
        cutoff: Callable[[], float],
        offer: Callable[[Floats], None],
        nodes: int,
        should_stop: Callable[[], bool],
        on_bound: Callable[[float], None],
    ) -> None:
        """
        Raise the stage's bound until it reaches the cutoff, or *nodes* are spent.

        Args:
            cutoff: A leaf whose bound is at least this much holds nothing better.
            offer: Called with the columns of every plan met.
        """
        heap = [(leaf.bound, at, leaf) for at, leaf in enumerate(self.leaves)]
        heapq.heapify(heap)
        closed: list[Leaf] = []
        spent, ticket = 0, len(heap)
        dive: Leaf | None = None
        while heap or dive is not None:
            if spent >= nodes or should_stop():
                break
            if dive is None:
                if heap[0][0] >= cutoff():
                    break
                leaf = heapq.heappop(heap)[2]
            else:
                leaf, dive = dive, None
            if leaf.bound >= cutoff():
                closed.append(leaf)
                continue
            solved = self.bound_leaf(leaf)
            spent += 1
            if spent % 16 == 0 and heap:
                on_bound(min(heap[0][0], leaf.bound))
            if leaf.bound >= cutoff():
                closed.append(leaf)
                continue
            if solved.status == "stopped":
                # The program gave up: nothing is known here beyond the parent's bound.
                closed.append(leaf)
                continue
            column = self._choose(solved, INTEGRAL)
            if column is None:
                offer(solved.columns)
                # Whole but for a sliver: the sliver may still hide a better bound.
                column = None if leaf.bound >= cutoff() else self._choose(solved, SLIVER)
            if column is None:
                closed.append(leaf)
                continue
            near, far = self._split(leaf, column, float(solved.columns[column]))
            ticket += 1
            heapq.heappush(heap, (far.bound, ticket, far))
            dive = near
            if self.stage.level == "continuity":
                # The bound is what is after here: plans are found by other means.
                ticket += 1
                heapq.heappush(heap, (near.bound, ticket, near))
                dive = None
        self.leaves = closed + [leaf for _, _, leaf in heap] + ([dive] if dive is not None else [])

    def _choose(self, solved: Solved, apart: float) -> int | None:
        """Return the column to branch on: the least settled pair that carries most, then lots."""
        relaxation, columns = self.relaxation, solved.columns
        pair = relaxation.at["pair"]
        values = columns[pair]
        away = np.minimum(values, 1 - values)
        tied = self._price_of_ties() * away
        if tied.max(initial=0.0) > apart:
            return int(pair[np.argmax(tied)])
        if (away > apart).any():
            # What one more of this pair is worth now: the price of its link rows.
            prices = np.abs(solved.multipliers[relaxation.link_rows]) * relaxation.flow_most
            worth = np.bincount(relaxation.flow_pair, prices, minlength=len(pair))
            carried = columns[relaxation.at["flow"]] * relaxation.flow_coverage
            shares = np.bincount(relaxation.flow_pair, carried, minlength=len(pair))
            score = away * (1e-6 * shares + 1e-9 + worth)
            return int(pair[np.argmax(np.where(away > apart, score, -1.0))])
        lots = self.whole[self.pairs_of_whole :]
        if len(lots):
            values = columns[lots]
            away = np.abs(values - np.round(values))
            if (away > apart).any():
                return int(lots[np.argmax(away)])
        return None

    def _price_of_ties(self) -> Floats:
        """
        Return (pairs,) what a pair counts for at a stage that counts some pairs alone.

        Settling those bounds the stage: what the others do moves it no more.
        """
        pair = self.relaxation.at["pair"]
        if self.stage.level != "continuity":
            return np.zeros(len(pair))
        return np.abs(self.relaxation.costs(self.stage)[pair])

    def _split(self, leaf: Leaf, column: int, value: float) -> tuple[Leaf, Leaf]:
        """Return the two halves of *leaf* at *value*, the likelier one first."""
        low, high = leaf.changes.get(column, (self.root_low[column], self.root_high[column]))
        floor = min(np.floor(max(value, low)), high - 1)
        known = (leaf.bound, leaf.multipliers, leaf.stage)
        down = Leaf({**leaf.changes, column: (low, floor)}, *known)
        up = Leaf({**leaf.changes, column: (floor + 1, high)}, *known)
        leaf.split, leaf.parts = (column, int(floor)), (down, up)
        leaf.multipliers = np.zeros(0)
        return (
            (up, down)
            if value - floor > 0.5 or column in self.relaxation.at["pair"]
            else (down, up)
        )
