"""
Two plans side by side: levels, coverages, burdens, inequality, and the pairs that differ.

Both plans are evaluated in exact arithmetic; nothing here knows a solver. The two may belong
to two scenarios (a what-if and what it departs from), and then each is evaluated by its own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from tiebeam.core.model.plan import Pair, Plan
from tiebeam.core.model.scenario import LevelName, Scenario
from tiebeam.core.pairing.evaluate import (
    VECTOR_LEVELS,
    LevelValue,
    coverages,
    level_value,
    loads,
    sum_amounts,
    theta,
)

Verdict = Literal["better", "same", "worse"]

MORE_IS_BETTER: frozenset[LevelName] = frozenset({"coverage", "continuity"})
"""Levels that are raised; the others are lowered (§M5)."""

EQUAL_WITHIN = Fraction(1, 10**6)
"""Two figures are the same within this, relative where they exceed 1 (§M7)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelPair:
    """
    One level of both plans.

    Attributes:
        before, after: What each plan reaches; of the vectors, v_j or u_i in order (§M5).
        position: Of a vector, the first place (1 = the worst covered, or the heaviest
            loaded) at which the two differ; None where they do not, or for a number.
        verdict: What the level says of the second plan, next to the first.
    """

    name: LevelName
    before: LevelValue
    after: LevelValue
    position: int | None
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyPair:
    """The coverage of a recipient or the burden of a donor in both plans; None = has none."""

    id: str
    before: Fraction | None
    after: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowPair:
    """What goes from a donor to a recipient of one resource in both plans, in its unit."""

    donor: str
    recipient: str
    resource: str
    before: Fraction
    after: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadPair:
    """A recipient whose lead is another donor; None = it has no lead."""

    recipient: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inequality:
    """
    How unequal coverages and burdens are, as Gini indices: 0 all equal, near 1 one has all.

    Source: C. Gini 1912; the mean absolute difference of all couples, over twice the mean.
    """

    coverage: Fraction
    burden: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All in which two plans differ, and what they reach; ids ascending."""

    levels: tuple[LevelPair, ...]
    recipients: tuple[PartyPair, ...]
    donors: tuple[PartyPair, ...]
    inequality_before: Inequality
    inequality_after: Inequality
    closed: tuple[Pair, ...]
    opened: tuple[Pair, ...]
    kept: tuple[Pair, ...]
    leads: tuple[LeadPair, ...]
    flows: tuple[FlowPair, ...]


def compare_plans(
    scenario: Scenario, before: Plan, after: Plan, *, after_scenario: Scenario | None = None
) -> Comparison:
    """
    Compare two plans at every level and party.

    Args:
        scenario: What *before* is evaluated by.
        before: The first plan; flows it lacks count as none.
        after: The second plan, likewise.
        after_scenario: What *after* is evaluated by, where it is another one.
    """
    other = scenario if after_scenario is None else after_scenario
    old, new = before.flows or (), after.flows or ()
    old_coverages, new_coverages = coverages(scenario, old), coverages(other, new)
    old_loads, new_loads = loads(scenario, old), loads(other, new)
    was, now = _by_couple(before.pairs), _by_couple(after.pairs)
    return Comparison(
        levels=tuple(
            _compare_level(
                name,
                level_value(name, scenario, before.pairs, old),
                level_value(name, other, after.pairs, new),
            )
            for name in _levels(scenario, other)
        ),
        recipients=_join(old_coverages, new_coverages),
        donors=_join(old_loads, new_loads),
        inequality_before=_inequality(old_coverages, old_loads),
        inequality_after=_inequality(new_coverages, new_loads),
        closed=tuple(was[couple] for couple in sorted(was.keys() - now.keys())),
        opened=tuple(now[couple] for couple in sorted(now.keys() - was.keys())),
        kept=tuple(now[couple] for couple in sorted(now.keys() & was.keys())),
        leads=_leads_that_differ(before.pairs, after.pairs),
        flows=_flows_that_differ(sum_amounts(scenario, old), sum_amounts(other, new)),
    )


def gini(values: Iterable[Fraction]) -> Fraction:
    """Return the Gini index of *values* >= 0: 0 where all are equal, or none is above 0."""
    ordered = sorted(values)
    total = sum(ordered, Fraction())
    if not total:
        return Fraction()
    count = len(ordered)
    # Of the sorted values the sum of all absolute differences is linear in the ranks.
    differences = sum(
        ((2 * rank - count - 1) * value for rank, value in enumerate(ordered, start=1)),
        Fraction(),
    )
    return differences / (count * total)


def _levels(scenario: Scenario, other: Scenario) -> tuple[LevelName, ...]:
    """Return the levels of both policies, those of the second first: it is what was asked about."""
    return tuple(dict.fromkeys((*other.policy.levels, *scenario.policy.levels)))


def _compare_level(name: LevelName, before: LevelValue, after: LevelValue) -> LevelPair:
    position, sign = None, 0
    if isinstance(before.value, tuple) and isinstance(after.value, tuple):
        # Positions are compared as the law does: by the sums of the first m (§M5).
        sums = zip(theta(before.value), theta(after.value), strict=False)
        for place, (old, new) in enumerate(sums, start=1):
            if not _is_same(old, new):
                position, sign = place, 1 if new > old else -1
                break
    else:
        assert not isinstance(before.value, tuple)
        assert not isinstance(after.value, tuple)
        if not _is_same(before.value, after.value):
            sign = 1 if after.value > before.value else -1
    verdict: Verdict = "same"
    if sign:
        verdict = "better" if (sign > 0) == (name in MORE_IS_BETTER) else "worse"
    assert position is None or name in VECTOR_LEVELS
    return LevelPair(name=name, before=before, after=after, position=position, verdict=verdict)


def _is_same(old: Fraction, new: Fraction) -> bool:
    return abs(old - new) <= EQUAL_WITHIN * max(Fraction(1), abs(old))


def _join(before: Mapping[str, Fraction], after: Mapping[str, Fraction]) -> tuple[PartyPair, ...]:
    return tuple(
        PartyPair(id=party, before=before.get(party), after=after.get(party))
        for party in sorted(before.keys() | after.keys())
    )


def _inequality(covered: Mapping[str, Fraction], loaded: Mapping[str, Fraction]) -> Inequality:
    return Inequality(coverage=gini(covered.values()), burden=gini(loaded.values()))


def _by_couple(pairs: Iterable[Pair]) -> dict[tuple[str, str], Pair]:
    return {(pair.donor, pair.recipient): pair for pair in pairs}


def _leads_that_differ(before: Iterable[Pair], after: Iterable[Pair]) -> tuple[LeadPair, ...]:
    was = {pair.recipient: pair.donor for pair in before if pair.lead}
    now = {pair.recipient: pair.donor for pair in after if pair.lead}
    return tuple(
        LeadPair(recipient=recipient, before=was.get(recipient), after=now.get(recipient))
        for recipient in sorted(was.keys() | now.keys())
        if was.get(recipient) != now.get(recipient)
    )


def _flows_that_differ(
    before: Mapping[tuple[str, str, str], Fraction],
    after: Mapping[tuple[str, str, str], Fraction],
) -> tuple[FlowPair, ...]:
    rows = []
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key, Fraction()), after.get(key, Fraction())
        if not _is_same(old, new):
            donor, recipient, resource = key
            rows.append(
                FlowPair(donor=donor, recipient=recipient, resource=resource, before=old, after=new)
            )
    return tuple(rows)
