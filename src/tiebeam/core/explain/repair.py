"""
Plans near a given one that do without a pair, or have one more (a heuristic; proves nothing).

Such a plan shows what can still be had, so it is the sure end of an interval (§M8). Only the
parts of the plan that a change touches get new flows: recipients are filled lot by lot, the
worst covered first.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from tiebeam.core.pairing.neighbourhood import partners_hold
from tiebeam.core.pairing.parts import list_parts
from tiebeam.core.pairing.problem import AMOUNT_SLIVER, Bools, Floats, Ints, Problem
from tiebeam.core.pairing.stages import Stage, coverages, loads, stage_value

TRIED = 2
"""So many of the likeliest repairs are filled with flows."""
MOST_CANDIDATES, MOST_WITHOUT_FLOWS = 150, 30
"""So many repairs are looked at; fewer where nothing flows and most come to the same."""
SPOONS = 12
"""A shared donor's help is handed out in so many portions of a need, so that all get some."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """A plan that keeps §M3, and its value at every stage (smaller is better)."""

    pairs: Bools
    amounts: Floats
    values: Floats


def stage_values(problem: Problem, stages: list[Stage], pairs: Bools, amounts: Floats) -> Floats:
    """Return (stages,) what each makes of the plan; smaller is better."""
    sums = {
        "coverage": -np.cumsum(np.sort(coverages(problem, amounts))),
        "burden": np.cumsum(np.sort(loads(problem, amounts))[::-1]),
    }
    return np.array(
        [
            sums[stage.level][stage.count - 1]
            if stage.is_vector
            else stage_value(problem, stage, pairs, amounts)
            for stage in stages
        ],
        dtype=float,
    )


def with_answer(problem: Problem, i: int, j: int, *, is_open: bool) -> Problem:
    """Return *problem* with the pair forbidden, where *is_open*, or else required."""
    possible, required = problem.possible.copy(), problem.required.copy()
    possible[i, j], required[i, j] = not is_open, not is_open
    return replace(problem, possible=possible, required=required)


def repair(
    problem: Problem, stages: list[Stage], pairs: Bools, amounts: Floats, i: int, j: int
) -> Repaired | None:
    """
    Return a good plan without the pair (i, j) where *pairs* has it, or else with it.

    Args:
        problem: As :func:`with_answer` gives it.
        amounts: Those of a plan that keeps §M3, for *pairs*.
    """
    most = MOST_CANDIDATES if problem.resources else MOST_WITHOUT_FLOWS
    candidates = {
        tried.tobytes(): tried
        for tried in islice(_list_candidates(problem, pairs, i, j), most)
        if partners_hold(problem, tried)
    }
    shares = possible_shares(problem)
    ranked = sorted(candidates.values(), key=lambda tried: _promise(shares, tried), reverse=True)
    best: Repaired | None = None
    for tried in ranked[:TRIED]:
        filled = refill(problem, tried, pairs, amounts)
        if filled is None:
            continue
        values = stage_values(problem, stages, tried, filled)
        if best is None or _is_better(values, best.values):
            best = Repaired(tried, filled, values)
    return best


def possible_shares(problem: Problem) -> Floats:
    """Return (donors, recipients) the most that each pair alone can cover."""
    parts = np.divide(
        problem.most,
        problem.need[None],
        out=np.zeros_like(problem.most),
        where=np.broadcast_to(problem.need[None] > 0, problem.most.shape),
    )
    shares: Floats = (problem.coverage_share[None] * parts).sum(2)
    return shares


def _is_better(values: Floats, others: Floats) -> bool:
    """Whether the first stage that differs is smaller."""
    differing = where(np.abs(values - others) > 1e-9)
    return bool(differing and values[differing[0]] < others[differing[0]])


def _promise(shares: Floats, pairs: Bools) -> tuple[float, ...]:
    """Return how well the recipients could be covered at most, the worst first."""
    return tuple(np.sort(np.minimum(1.0, (shares * pairs).sum(0))).tolist())


def _list_candidates(problem: Problem, pairs: Bools, i: int, j: int) -> Iterator[Bools]:
    """Yield pairs with (i, j) turned over, and what else may have to turn with it."""
    base = pairs.copy()
    base[i, j] = not pairs[i, j]
    yield base
    if pairs[i, j]:
        yield from _replacements(problem, base, i, j)
    else:
        yield from _displacements(problem, base, i, j)


def _replacements(problem: Problem, base: Bools, i: int, j: int) -> Iterator[Bools]:
    """Yield ways to make up for a pair that was closed."""
    closed = problem.possible & ~base
    for other in where(closed[:, j]):
        # Another donor for j, which may have to leave its own recipient, perhaps to i.
        yield _turn(base, (other, j))
        for left in where(base[other]):
            yield _turn(base, (other, j), (other, left))
            if problem.possible[i, left] and not base[i, left]:
                yield _turn(base, (other, j), (other, left), (i, left))
    for other in where(closed[i]):
        yield _turn(base, (i, other))


def _displacements(problem: Problem, base: Bools, i: int, j: int) -> Iterator[Bools]:
    """Yield ways to make room for a pair that was opened."""
    own = [left for left in where(base[i]) if left != j]
    rivals = [rival for rival in where(base[:, j]) if rival != i]
    for left in own:
        yield _turn(base, (i, left))
        for stand_in in where(problem.possible[:, left] & ~base[:, left]):
            # Somebody else takes over what i leaves: free, or leaving its own recipient.
            yield _turn(base, (i, left), (stand_in, left))
            for gone in where(base[stand_in]):
                yield _turn(base, (i, left), (stand_in, left), (stand_in, gone))
    for rival in rivals:
        yield _turn(base, (rival, j))
        for left in own:
            yield _turn(base, (rival, j), (i, left))
            if problem.possible[rival, left] and not base[rival, left]:
                yield _turn(base, (rival, j), (i, left), (rival, left))
        for other in where(problem.possible[rival] & ~base[rival]):
            yield _turn(base, (rival, j), (rival, other))


def where(mask: Bools) -> list[int]:
    """Return the positions where *mask* holds."""
    return [int(at) for at in np.flatnonzero(mask)]


def _turn(pairs: Bools, *couples: tuple[int, int]) -> Bools:
    turned = pairs.copy()
    for couple in couples:
        turned[couple] = not turned[couple]
    return turned


# -- flows ---------------------------------------------------------------------


def refill(problem: Problem, pairs: Bools, before: Bools, amounts: Floats) -> Floats | None:
    """
    Return amounts for *pairs*: those of *amounts* where no pair changed nearby, else new ones.

    None where a pair could not be given min_share.
    """
    filled = np.where(pairs[:, :, None], amounts, 0.0)
    changed = pairs ^ before
    for donors, recipients in list_parts(pairs):
        if changed[donors].any() or changed[:, recipients].any():
            filled[np.ix_(donors, recipients)] = 0.0
            if not _Filling(problem, pairs, filled, donors, recipients).run():
                return None
    return filled


class _Filling:
    """Hands out the help of some donors to their recipients, in place."""

    def __init__(
        self, problem: Problem, pairs: Bools, amounts: Floats, donors: Ints, recipients: Ints
    ) -> None:
        self.problem, self.amounts = problem, amounts
        self.takers = {i: where(pairs[i]) for i in donors.tolist()}
        self.givers = {j: where(pairs[:, j]) for j in recipients.tolist()}
        self.lots: list[float] = problem.lot.tolist()
        self.left = {i: problem.capacity[i].tolist() for i in self.takers}
        self.missing = {j: problem.need[j].tolist() for j in self.givers}
        self.covered = dict.fromkeys(self.givers, 0.0)

    def run(self) -> bool:
        """Fill; return whether every pair got min_share."""
        least = self.problem.min_share
        if least > 0:
            couples = [(i, j) for i, takers in self.takers.items() for j in takers]
            if not all(self._give_share(i, j, least) for i, j in couples):
                return False
        hungry = set(self.givers)
        while hungry:
            j = min(hungry, key=lambda j: (self.covered[j], j))
            if not self._feed(j, hungry):
                hungry.discard(j)
        return True

    def _give_share(self, i: int, j: int, least: float) -> bool:
        """Give *least* of the need of j out of i: of each resource alike, then what is there."""
        problem, given = self.problem, 0.0
        needed = where(problem.coverage_share[j] > 0)
        for k in needed:
            if given < least:
                given += self._give(i, j, k, problem.need[j, k] * least)
        for k in needed:
            if given < least:
                share = (least - given) / problem.coverage_share[j, k]
                given += self._give(i, j, k, problem.need[j, k] * share)
        return given >= least - 1e-9

    def _feed(self, j: int, hungry: set[int]) -> bool:
        """Give j what only it can take, else one portion; return whether there was any."""
        rivals = {i: sum(other in hungry for other in self.takers[i]) for i in self.givers[j]}
        brought = 0.0
        for i in sorted(rivals, key=lambda i: (rivals[i], i)):
            for k, missing in enumerate(self.missing[j]):
                if missing > 0:
                    portion = self.problem.need[j, k] / SPOONS if rivals[i] > 1 else missing
                    brought += self._give(i, j, k, portion)
            if brought and rivals[i] > 1:
                break
        return brought > 0

    def _give(self, i: int, j: int, k: int, wanted: float) -> float:
        """Send *wanted* or what there is, in whole lots; return the coverage that brings."""
        problem = self.problem
        use, lot = float(problem.use[i, j, k]), self.lots[k]
        most = min(self.left[i][k] / use, self.missing[j][k])
        amount = min(wanted, most)
        if lot > 0:
            whole = math.floor(most / lot * (1 + AMOUNT_SLIVER))
            amount = min(math.ceil(wanted / lot - 1e-9), whole) * lot
        if amount <= 1e-9:
            return 0.0
        self.amounts[i, j, k] += amount
        self.left[i][k] -= use * amount
        self.missing[j][k] -= amount
        brought = float(problem.coverage_share[j, k] * amount / problem.need[j, k])
        self.covered[j] += brought
        return brought
