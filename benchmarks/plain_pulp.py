"""
The peer from a modelling layer: the same plain model in PuLP, solved by CBC step by step.

PuLP reports "Optimal" where CBC stopped on time with a plan in hand; so the status is not
believed, and the bound is read from CBC's own log.
"""

import math
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pulp

from benchmarks.formulation import Column, Row, Terms
from benchmarks.sequence import GAP, Answer, solve_in_sequence
from tiebeam.core.model.plan import Plan
from tiebeam.core.model.scenario import Scenario

BOUND = re.compile(r"^Lower bound:\s+(-?[\d.e+-]+)", re.MULTILINE)
PARTIAL = re.compile(r"best possible (-?[\d.e+-]+)")
VALUE = re.compile(r"^Objective value:\s+(-?[\d.e+-]+)", re.MULTILINE)
RELAXED = re.compile(r"^Continuous objective value is (-?[\d.e+-]+)", re.MULTILINE)


def solve_with_pulp(scenario: Scenario, time_limit: float, threads: int) -> Plan:
    """Return the plan that PuLP and CBC reach within *time_limit* seconds."""
    with tempfile.TemporaryDirectory() as folder:
        return solve_in_sequence(scenario, lambda: _Pulp(threads, Path(folder)), time_limit)


class _Pulp:
    """PuLP as a tool of the sequence; CBC reads the whole model anew at every step."""

    def __init__(self, threads: int, folder: Path) -> None:
        self.threads, self.folder = threads, folder
        self.problem = pulp.LpProblem("pairing", pulp.LpMinimize)
        self.columns: list[pulp.LpVariable] = []
        self.kept: list[pulp.LpConstraint] = []

    def add(self, columns: Sequence[Column], rows: Sequence[Row]) -> None:
        """Add columns, then rows; a row with two different limits becomes two."""
        for column in columns:
            kind = pulp.LpInteger if column.is_whole else pulp.LpContinuous
            variable = pulp.LpVariable(column.name, column.low, column.high, kind)
            self.columns.append(variable)
            self.problem.addVariable(variable)
        for row in rows:
            expression = self._expression(row.terms)
            if row.low == row.high:
                self.problem += expression == row.low
                continue
            if math.isfinite(row.low):
                self.problem += expression >= row.low
            if math.isfinite(row.high):
                self.problem += expression <= row.high

    def _expression(self, terms: Terms) -> pulp.LpAffineExpression:
        return pulp.LpAffineExpression([(self.columns[c], factor) for c, factor in terms.items()])

    def keep(self, terms: Terms, limit: float) -> int:
        """Add the row terms <= limit."""
        row = self._expression(terms) <= limit
        self.problem += row
        self.kept.append(row)
        return len(self.kept) - 1

    def loosen(self, number: int, limit: float) -> None:
        """Give a kept row another limit."""
        self.kept[number].changeRHS(limit)

    def minimise(self, objective: Terms, seconds: float, start: Sequence[float] | None) -> Answer:
        """Minimise within *seconds*, from *start* where given."""
        self.problem.setObjective(self._expression(objective))
        for variable, value in zip(self.columns, start or (), strict=False):
            variable.setInitialValue(min(max(value, variable.lowBound), variable.upBound))
        log = self.folder / "cbc.log"
        solver = pulp.PULP_CBC_CMD(
            msg=False,
            timeLimit=seconds,
            threads=self.threads,
            gapRel=GAP,
            gapAbs=GAP,
            warmStart=start is not None,
            keepFiles=False,
            logPath=str(log),
        )
        solver.tmpDir = str(self.folder)
        try:
            status = self.problem.solve(solver)
        except pulp.PulpSolverError:
            # CBC has crashed, as it does now and then with two threads: no answer to this step.
            return Answer(None, -math.inf)
        text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
        if status == pulp.LpStatusInfeasible and "infeasible" in text.lower():
            return Answer(None, math.inf, is_infeasible=True)
        values = [variable.value() for variable in self.columns]
        if status != pulp.LpStatusOptimal or any(value is None for value in values):
            return Answer(None, _bound_in(text))
        return Answer(values, _bound_in(text))


def _bound_in(log: str) -> float:
    """Return the bound that CBC's log proves; -inf where it says none."""
    stated = BOUND.findall(log)
    if stated:
        return float(stated[-1])
    value = VALUE.findall(log)
    if "Result - Optimal solution found" in log and value:
        return float(value[-1]) - GAP * max(1.0, abs(float(value[-1])))
    partial = PARTIAL.findall(log) or RELAXED.findall(log)
    return float(partial[-1]) if partial else -math.inf
