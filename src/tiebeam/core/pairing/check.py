"""
The checker of §M7: it knows the law (§M1-§M6) and not the solver.

It judges every plan before the plan is stored or shown, and the plans that people made by hand.
Of the package it imports the arithmetic of ``evaluate`` and its own rooms, nothing that searches.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from tiebeam.core.model.identity import scenario_sha256
from tiebeam.core.model.plan import Figure, Flow, Pair, Plan
from tiebeam.core.model.scenario import LevelName, Scenario
from tiebeam.core.pairing.certificate import list_tight_sets
from tiebeam.core.pairing.claims import (
    find_beaten_bounds,
    find_false_gap,
    find_false_status,
    find_false_values,
    find_other_levels,
    find_overspent_slack,
    find_proven_gap,
    has_shape,
    verify_bound,
)
from tiebeam.core.pairing.evaluate import LevelValue, leads, level_value, pair_coverages
from tiebeam.core.pairing.findings import (
    BoundStatus,
    CheckReport,
    CheckScope,
    Finding,
    LevelCheck,
)
from tiebeam.core.pairing.hard_rules import find_broken_flow_rules, find_broken_pair_rules
from tiebeam.core.pairing.screening import screen_flows, screen_pairs

__all__ = [
    "BoundStatus",
    "CheckReport",
    "CheckScope",
    "Finding",
    "LevelCheck",
    "check_plan",
]

PAIR_LEVELS: frozenset[LevelName] = frozenset({"continuity", "partners"})
"""Levels whose value follows from the pairs alone (§M5)."""


def check_plan(scenario: Scenario, plan: Plan) -> CheckReport:
    """
    Check *plan* against the rules of *scenario* and against what it says of itself (§M7).

    Findings are sorted by rule, code and ids, so that the order of rows does not show. A plan
    that says "infeasible" and holds no pairs is no plan: only what it was made for is checked.
    Without flows, the rules on pairs are checked and the rest is out of reach.

    Raises:
        InvalidInput: The policy has the level distance, and a pair that covers something has
            no distance; no scenario that was read is so.
    """
    findings = [*_find_other_scenario(scenario, plan), *find_false_status(plan)]
    if plan.status == "infeasible" and not plan.pairs:
        return CheckReport(findings=_sort(findings), levels=(), scope="none")
    pairs, faulty_pairs = screen_pairs(scenario, plan.pairs)
    findings += [*faulty_pairs, *find_broken_pair_rules(scenario, pairs)]
    flows: tuple[Flow, ...] | None = None
    if plan.flows is not None:
        flows, faulty_flows = screen_flows(scenario, plan.flows)
        findings += [*faulty_flows, *find_broken_flow_rules(scenario, pairs, flows)]
    findings += [*_find_false_leads(scenario, pairs, flows), *find_other_levels(scenario, plan)]
    levels = []
    for name in scenario.policy.levels:
        value = _recompute(name, scenario, pairs, flows)
        level, false_claims = _check_level(name, scenario, plan, value)
        findings += false_claims
        levels.append(level)
    scope: CheckScope = "pairs" if flows is None else "full"
    return CheckReport(findings=_sort(findings), levels=tuple(levels), scope=scope)


def _find_other_scenario(scenario: Scenario, plan: Plan) -> Iterator[Finding]:
    """Yield a finding where the plan was made for another scenario than this one (§M9)."""
    claims = [
        ("id", plan.scenario_id, scenario.id),
        ("sha256", plan.scenario_sha256, scenario_sha256(scenario)),
    ]
    for key, met, expected in claims:
        # A plan written by hand leaves them empty and belongs to what it is checked against.
        if met and met != expected:
            yield Finding.of("M9", "check.other_scenario", key=key, met=met, expected=expected)


def _find_false_leads(
    scenario: Scenario, pairs: Sequence[Pair], flows: Sequence[Flow] | None
) -> Iterator[Finding]:
    """Yield the recipients without exactly one lead, or with the wrong one (§M5)."""
    shares = pair_coverages(scenario, flows or ())
    for recipient, expected in leads(scenario, flows or (), pairs).items():
        marked = [pair.donor for pair in pairs if pair.recipient == recipient and pair.lead]
        if len(marked) > 1:
            facts: dict[str, object] = {"recipient": recipient, "donors": tuple(marked)}
            yield Finding.of("M5", "check.several_leads", **facts, met=len(marked), limit=1)
        elif flows is None:
            # Who covers most is not known before the flows are completed.
            continue
        elif not marked:
            facts = {"recipient": recipient, "met": 0, "expected": expected}
            yield Finding.of("M5", "check.no_lead", **facts, limit=1)
        elif marked != [expected]:
            facts = {"recipient": recipient, "met": marked[0], "expected": expected}
            facts["met_share"] = shares.get((marked[0], recipient), Fraction())
            facts["expected_share"] = shares.get((expected, recipient), Fraction())
            yield Finding.of("M5", "check.wrong_lead", **facts)


def _recompute(
    name: LevelName, scenario: Scenario, pairs: Sequence[Pair], flows: Sequence[Flow] | None
) -> LevelValue | None:
    """Return what the plan reaches at level *name*; None where that takes flows and has none."""
    if flows is None and name not in PAIR_LEVELS:
        return None
    return level_value(name, scenario, pairs, flows or ())


def _check_level(
    name: LevelName, scenario: Scenario, plan: Plan, value: LevelValue | None
) -> tuple[LevelCheck, list[Finding]]:
    """Return what becomes of level *name*, and the plan's claims on it that do not hold (§M6)."""
    positions = [p for p, level in enumerate(plan.levels) if level.name == name]
    if not positions:
        return _to_level_check(name, value, "absent"), []
    position = positions[0]
    level = plan.levels[position]
    if not has_shape(level, scenario):
        misshapen = Finding.of("M6", "check.misshapen_level", level=name)
        return _to_level_check(name, value, "unverified"), [misshapen]
    findings = [
        *(() if value is None else find_false_values(level, value)),
        *find_overspent_slack(level, scenario.policy.slack.get(name, 0.0)),
        *find_false_gap(level),
        *find_beaten_bounds(level),
    ]
    status = verify_bound(scenario, plan, position)
    checked = _to_level_check(name, value, status)
    if status == "refuted":
        kind = level.certificate
        findings.append(Finding.of("M6", "check.refuted_bound", level=name, certificate=kind))
        return checked, findings
    proven_gap = find_proven_gap(scenario, plan, position, status)
    checked = replace(checked, proven_gap=proven_gap)
    if status == "verified" and level.certificate != "trivial":
        checked = replace(checked, tight_sets=list_tight_sets(scenario, plan, position))
    return checked, findings


def _to_level_check(name: LevelName, value: LevelValue | None, status: BoundStatus) -> LevelCheck:
    """Return the recomputed *value* as floats, beside what became of the bound."""
    if value is None:
        return LevelCheck(name=name, value=None, bound_status=status)
    figure: Figure = (
        tuple(float(number) for number in value.value)
        if isinstance(value.value, tuple)
        else float(value.value)
    )
    return LevelCheck(name=name, value=figure, of=value.of, bound_status=status)


def _sort(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return *findings* in an order that does not depend on that of the rows (§M9)."""
    # The facts of a code are always the same, and begin with its ids.
    return tuple(sorted(findings, key=lambda f: (f.rule, f.code, tuple(f.facts.values()))))
