"""
The levels of §M5 as a row of stages, each one number to make as small as can be.

A vector level is one stage for every m: theta_m, the sum of the m worst. A
number level is one stage. Coverage and continuity carry a minus, so that a
smaller value is always better.
"""

import math
from dataclasses import dataclass

import numpy as np

from tiebeam.core.model.scenario import LevelName
from tiebeam.core.pairing.problem import Bools, Floats, Problem

ROUNDED = 1e-6
"""By how much a bound may pass a whole number through rounding alone."""


@dataclass(frozen=True, slots=True)
class Stage:
    """
    One number to minimise, given all earlier stages.

    Attributes:
        level: The level it belongs to.
        position: Of the level in the policy, from 0.
        count: m of theta_m for the vector levels, else 0.
    """

    level: LevelName
    position: int
    count: int = 0

    @property
    def is_vector(self) -> bool:
        """Whether it is one sum of a sorted vector."""
        return self.count > 0

    @property
    def has_flows(self) -> bool:
        """Whether the flows matter to it, not the pairs alone."""
        return self.level not in ("continuity", "partners")

    @property
    def unit(self) -> float:
        """What a gap of this stage is divided by (§M6): m, or at least 1 for a number."""
        return float(max(self.count, 1))

    def pair_costs(self, problem: Problem) -> Floats:
        """Return (donors, recipients) what an open pair costs at this stage."""
        if self.level == "continuity":
            return -problem.tie
        if self.level == "partners":
            return np.ones(problem.tie.shape)
        if self.level == "cost":
            return problem.fixed_cost
        return np.zeros(problem.tie.shape)

    def cost_of_pairs(self, problem: Problem, pairs: Bools) -> float:
        """Return the part of this stage's value that *pairs* alone decide."""
        value = float((self.pair_costs(problem) * pairs).sum())
        if self.level == "cost":
            value += float(problem.open_cost[pairs.any(1)].sum())
        return value

    def round_up(self, problem: Problem, bound: float) -> float:
        """
        Return *bound*, raised to the next value that open pairs can add up to.

        Only whole costs of pairs are added up so: a sum of them is a multiple of what divides
        them all.
        """
        if self.has_flows or not math.isfinite(bound):
            return bound
        costs = self.pair_costs(problem)[problem.possible]
        whole = np.round(costs).astype(np.int64)
        step = int(np.gcd.reduce(whole)) if (whole == costs).all() and len(whole) else 0
        if step == 0:
            return bound if (costs != 0).any() else max(bound, 0.0)
        return step * math.ceil(bound / step - ROUNDED) + 0.0

    def gap(self, value: float, bound: float) -> float:
        """Return the gap of §M6 between two values of this stage, never negative."""
        scale = self.unit if self.is_vector else max(1.0, abs(bound))
        return max(0.0, value - bound) / scale


def list_stages(problem: Problem) -> list[Stage]:
    """Return the stages of all levels in the policy's order."""
    stages = []
    for position, level in enumerate(problem.levels):
        if level == "coverage":
            stages += [Stage(level, position, m + 1) for m in range(len(problem.needy))]
        elif level == "burden":
            stages += [Stage(level, position, m + 1) for m in range(len(problem.able))]
        else:
            stages.append(Stage(level, position))
    return stages


def coverages(problem: Problem, amounts: Floats) -> Floats:
    """Return (needy recipients,) v_j of §M4 from (donors, recipients, resources)."""
    parts = np.divide(
        amounts.sum(0), problem.need, out=np.zeros_like(problem.need), where=problem.need > 0
    )
    values: Floats = (problem.coverage_share * parts).sum(1)[problem.needy]
    return values


def loads(problem: Problem, amounts: Floats) -> Floats:
    """Return (able donors,) u_i of §M4 from (donors, recipients, resources)."""
    used = (problem.use * amounts).sum(1)
    parts = np.divide(
        used, problem.capacity, out=np.zeros_like(problem.capacity), where=problem.capacity > 0
    )
    values: Floats = (problem.load_share * parts).sum(1)[problem.able]
    return values


def stage_value(problem: Problem, stage: Stage, pairs: Bools, amounts: Floats) -> float:
    """Return what *stage* makes of open *pairs* and *amounts*; smaller is better."""
    if stage.level == "coverage":
        return -float(np.sort(coverages(problem, amounts))[: stage.count].sum())
    if stage.level == "burden":
        return float(np.sort(loads(problem, amounts))[::-1][: stage.count].sum())
    value = stage.cost_of_pairs(problem, pairs)
    if stage.level == "distance":
        parts = np.divide(
            amounts,
            problem.need,
            out=np.zeros_like(amounts),
            where=np.broadcast_to(problem.need > 0, amounts.shape),
        )
        shares = (problem.coverage_share * parts).sum(2)
        value = float((np.nan_to_num(problem.distance) * shares).sum())
    if stage.level == "cost":
        value += float((problem.unit_cost * amounts).sum())
    return value
