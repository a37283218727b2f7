"""
Which of the policy's own rules cannot hold together (§M8).

The rules are those that a person wrote or may lift: bounds on partners (§M3.4), required
and forbidden links (§M3.5), and min_share (§M3.6). With none of them the empty plan is one,
so that every conflict is among them. A set is narrowed down by halves: a half stays out
where the rest is in conflict without it (Junker 2004, *QuickXplain*, AAAI).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import highspy
import numpy as np

from tiebeam.core.model.plan import Conflict
from tiebeam.core.model.scenario import Scenario
from tiebeam.core.pairing.flows import find_any_plan
from tiebeam.core.pairing.problem import Bools, Problem, compile_problem
from tiebeam.core.pairing.relaxation import Relaxation

SHARE_SLIVER = 1e-9
"""A pair that can cover this little less than min_share is not ruled out without a search."""

RuleKind = Literal[
    "required",
    "recipient_min",
    "forbidden",
    "donor_min",
    "min_share",
    "recipient_max",
    "donor_max",
]


@dataclass(frozen=True, slots=True)
class _Rule:
    """One rule: a link has both positions, a bound that of its party, min_share none."""

    kind: RuleKind
    i: int = -1
    j: int = -1


def find_conflicts(
    scenario: Scenario, *, should_stop: Callable[[], bool] = lambda: False
) -> tuple[tuple[Conflict, ...], ...]:
    """
    Return minimal sets of rules that cannot hold together, one after another.

    Dropping any one rule of a set lets the rest of that set hold. No two sets share a
    rule; without all the rules named, the others can hold, unless the search was stopped.

    Args:
        scenario: Without faults; one with a plan has no conflict.
        should_stop: Asked between searches; the sets found so far are then returned, and
            an unfinished one is left out.
    """
    court = _Court(scenario, should_stop)
    left = list(court.rules)
    found = []
    while not should_stop() and not court.can_hold(left):
        # Rules on pairs alone are judged much faster, and tell a reader more.
        of_pairs = [rule for rule in left if rule.kind != "min_share"]
        rules = court.narrow(left if court.can_hold(of_pairs) else of_pairs)
        if rules is None:
            break
        found.append(tuple(court.tell(rule) for rule in rules))
        left = [rule for rule in left if rule not in rules]
    return tuple(found)


class _Stopped(Exception):
    """The caller asked to stop while a set was being narrowed down."""


class _Court:
    """Judges whether some of the rules of one scenario can hold together."""

    def __init__(self, scenario: Scenario, should_stop: Callable[[], bool]) -> None:
        self.should_stop = should_stop
        self.problem = problem = compile_problem(scenario)
        shape = problem.possible.shape
        self.capable: Bools = np.ones(shape, dtype=bool)
        if problem.resources:
            able, needy = problem.capacity.sum(1) > 0, problem.need.sum(1) > 0
            self.capable = able[:, None] & needy[None, :]
        self.can_reach_share = self.capable & _can_reach_share(problem)
        self.rules = tuple(self._list_rules())
        self._known: dict[frozenset[_Rule], bool] = {}

    def _list_rules(self) -> Iterable[_Rule]:
        """Yield the rules that say anything; the first are the likelier to be named."""
        problem = self.problem
        donors, recipients = problem.possible.shape
        for i, j in zip(*np.nonzero(problem.required), strict=True):
            yield _Rule("required", int(i), int(j))
        for j in np.flatnonzero(problem.recipient_min > 0):
            yield _Rule("recipient_min", j=int(j))
        for i, j in zip(*np.nonzero(self.capable & ~problem.possible), strict=True):
            yield _Rule("forbidden", int(i), int(j))
        for i in np.flatnonzero(problem.donor_min > 0):
            yield _Rule("donor_min", i=int(i))
        if problem.min_share > 0:
            yield _Rule("min_share")
        for j in np.flatnonzero(problem.recipient_max < donors):
            yield _Rule("recipient_max", j=int(j))
        for i in np.flatnonzero(problem.donor_max < recipients):
            yield _Rule("donor_max", i=int(i))

    def tell(self, rule: _Rule) -> Conflict:
        """Return *rule* as its § and facts."""
        problem = self.problem
        donor = problem.donors[rule.i] if rule.i >= 0 else ""
        recipient = problem.recipients[rule.j] if rule.j >= 0 else ""
        if rule.kind in ("required", "forbidden"):
            facts: dict[str, object] = {"donor": donor, "recipient": recipient}
            return Conflict(rule="M3.5", code=f"conflict.{rule.kind}", facts=facts)
        if rule.kind == "min_share":
            facts = {"limit": problem.min_share}
            return Conflict(rule="M3.6", code="conflict.min_share", facts=facts)
        side, _, end = rule.kind.partition("_")
        position = rule.i if side == "donor" else rule.j
        limit = int(getattr(problem, rule.kind)[position])
        facts = {side: donor or recipient, "limit": limit}
        return Conflict(rule="M3.4", code=f"conflict.{side}_{end}", facts=facts)

    # -- judging ---------------------------------------------------------------

    def can_hold(self, rules: Iterable[_Rule]) -> bool:
        """Whether a plan keeps *rules*, with §M3.1 to §M3.3 and whole lots, and no other rule."""
        chosen = frozenset(rules)
        if chosen not in self._known:
            problem = self._problem_of(chosen)
            # Without min_share an open pair may be empty: then flows do not matter.
            self._known[chosen] = _pairs_can_hold(problem) and (
                problem.min_share <= 0 or find_any_plan(Relaxation(problem)) is not None
            )
        return self._known[chosen]

    def _problem_of(self, rules: frozenset[_Rule]) -> Problem:
        """Return the problem with *rules* alone."""
        problem = self.problem
        donors, recipients = problem.possible.shape
        bounds: dict[str, Any] = {
            "donor_min": np.zeros(donors, dtype=np.int64),
            "donor_max": np.full(donors, recipients, dtype=np.int64),
            "recipient_min": np.zeros(recipients, dtype=np.int64),
            "recipient_max": np.full(recipients, donors, dtype=np.int64),
        }
        has_share = _Rule("min_share") in rules
        required = np.zeros_like(problem.required)
        possible = (self.can_reach_share if has_share else self.capable).copy()
        for rule in rules:
            if rule.kind == "required":
                required[rule.i, rule.j] = True
            elif rule.kind == "forbidden":
                possible[rule.i, rule.j] = False
            elif rule.kind != "min_share":
                at = rule.i if rule.kind.startswith("donor") else rule.j
                bounds[rule.kind][at] = getattr(problem, rule.kind)[at]
        return replace(
            problem,
            required=required,
            possible=possible,
            min_share=problem.min_share if has_share else 0.0,
            **bounds,
        )

    # -- narrowing -------------------------------------------------------------

    def narrow(self, rules: Sequence[_Rule]) -> list[_Rule] | None:
        """Return a minimal part of *rules* that cannot hold; None where stopped."""
        try:
            found = self._narrow([], rules, is_new=False)
        except _Stopped:
            return None
        return sorted(found, key=self.rules.index)

    def _narrow(self, kept: list[_Rule], rules: Sequence[_Rule], *, is_new: bool) -> list[_Rule]:
        """Return what of *rules* a conflict needs beside *kept*; *is_new*: *kept* has just grown."""
        if self.should_stop():
            raise _Stopped
        if is_new and not self.can_hold(kept):
            return []
        if len(rules) == 1:
            return list(rules)
        half = len(rules) // 2
        first, second = list(rules[:half]), list(rules[half:])
        of_second = self._narrow([*kept, *first], second, is_new=True)
        of_first = self._narrow([*kept, *of_second], first, is_new=bool(of_second))
        return [*of_first, *of_second]


def _can_reach_share(problem: Problem) -> Bools:
    """Return (donors, recipients) where the pair alone, with all it can carry, has min_share."""
    if not problem.resources:
        return np.ones(problem.possible.shape, dtype=bool)
    parts = np.divide(
        problem.most,
        problem.need[None],
        out=np.zeros_like(problem.most),
        where=np.broadcast_to(problem.need[None] > 0, problem.most.shape),
    )
    shares = (problem.coverage_share[None] * parts).sum(2)
    reaches: Bools = shares >= problem.min_share - SHARE_SLIVER
    return reaches


def _pairs_can_hold(problem: Problem) -> bool:
    """
    Whether pairs alone keep §M3.4 and §M3.5.

    Pairs with bounds on both sides are a flow in a network, where a linear program
    has whole solutions: its answer is exact.
    """
    if (problem.required & ~problem.possible).any():
        return False
    rows, columns = np.nonzero(problem.possible)
    degrees = [(rows, problem.donor_min, problem.donor_max)]
    degrees += [(columns, problem.recipient_min, problem.recipient_max)]
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    lower = problem.required[rows, columns].astype(float)
    count = len(rows)
    highs.addVars(count, lower, np.ones(count))
    for at, least, most in degrees:
        for party in range(len(least)):
            index = np.flatnonzero(at == party).astype(np.int32)
            if least[party] > len(index):
                return False
            highs.addRow(
                float(least[party]), float(most[party]), len(index), index, np.ones(len(index))
            )
    highs.run()
    return bool(highs.getModelStatus() != highspy.HighsModelStatus.kInfeasible)
