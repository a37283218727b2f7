"""
A linear program over whole numbers as data, and a bound that its multipliers prove.

The solver is not believed: whatever multipliers it returns, the bound is added up again from
them in whole numbers, and no solution can be below it.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

import highspy
import numpy as np

SCALE = 2**40
"""Multipliers are rounded to this part of one; what that costs is counted in the bound."""


@dataclass(slots=True)
class LinearProgram:
    """Minimise the cost; every column lies between two whole numbers, every row likewise or free."""

    lower: list[int] = field(default_factory=list)
    upper: list[int] = field(default_factory=list)
    cost: list[int] = field(default_factory=list)
    rows: list[tuple[list[int], list[int], int | None, int | None]] = field(default_factory=list)

    def column(self, upper: int, *, lower: int = 0, cost: int = 0) -> int:
        """Add a column; return its number."""
        self.lower.append(lower)
        self.upper.append(upper)
        self.cost.append(cost)
        return len(self.cost) - 1

    def row(
        self, terms: Iterable[tuple[int, int]], *, low: int | None = None, high: int | None = None
    ) -> None:
        """Add a row over columns that are each named once."""
        columns, values = zip(*terms, strict=True)
        self.rows.append((list(columns), list(values), low, high))

    def solve(self) -> tuple[list[float], list[float]]:
        """
        Return the values of the columns in a best solution, and the prices of the rows.

        The program must have a solution; columns are bounded, so there is a best one.
        """
        highs = self._build()
        highs.run()
        assert highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
        solution = highs.getSolution()
        return list(solution.col_value), list(solution.row_dual)

    def prove_bound(self) -> Fraction:
        """
        Solve, and return what the multipliers prove: no solution costs less.

        Where the solver ends without any, the bound is that of the columns alone.
        """
        highs = self._build()
        highs.run()
        multipliers = list(highs.getSolution().row_dual)
        return self._add_up(multipliers if len(multipliers) == len(self.rows) else [])

    def _add_up(self, multipliers: list[float]) -> Fraction:
        left = [cost * SCALE for cost in self.cost]
        bound = 0
        for (columns, values, low, high), multiplier in zip(self.rows, multipliers, strict=False):
            weight = round(multiplier * SCALE) if math.isfinite(multiplier) else 0
            side = low if weight > 0 else high
            if weight == 0 or side is None:
                continue
            bound += weight * side
            for column, value in zip(columns, values, strict=True):
                left[column] -= weight * value
        bound += sum(
            rest * (low if rest > 0 else high)
            for rest, low, high in zip(left, self.lower, self.upper, strict=True)
        )
        return Fraction(bound, SCALE)

    def _build(self) -> highspy.Highs:
        highs = highspy.Highs()  # type: ignore[no-untyped-call]
        highs.setOptionValue("output_flag", False)
        highs.setOptionValue("threads", 1)
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = len(self.cost), len(self.rows)
        program.col_cost_ = np.array(self.cost, dtype=float)
        program.col_lower_ = np.array(self.lower, dtype=float)
        program.col_upper_ = np.array(self.upper, dtype=float)
        infinity = highspy.kHighsInf
        program.row_lower_ = np.array([-infinity if r[2] is None else r[2] for r in self.rows])
        program.row_upper_ = np.array([infinity if r[3] is None else r[3] for r in self.rows])
        program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        program.a_matrix_.start_ = np.cumsum([0, *(len(row[0]) for row in self.rows)])
        program.a_matrix_.index_ = np.array([c for row in self.rows for c in row[0]])
        program.a_matrix_.value_ = np.array([v for row in self.rows for v in row[1]], dtype=float)
        highs.passModel(program)
        return highs
