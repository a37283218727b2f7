"""The page in one language: everything that the template writes, in the order of the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tiebeam.core.explain.reasons import PlanReasons
from tiebeam.core.model.identity import plan_sha256, scenario_sha256
from tiebeam.core.model.plan import Plan
from tiebeam.core.model.scenario import Scenario
from tiebeam.core.pairing.check import CheckReport
from tiebeam.interfaces.report.background import (
    AssumptionView,
    policy_table,
    source_table,
    view_assumptions,
)
from tiebeam.interfaces.report.comparison import ComparisonView, view_comparison
from tiebeam.interfaces.report.key_figures import KeyFigure, key_figures, title_of
from tiebeam.interfaces.report.levels import Standing, level_table, position_tables, standing_of
from tiebeam.interfaces.report.outcome import Couple, Outcome
from tiebeam.interfaces.report.pairs import (
    closed_table,
    donor_binding_table,
    list_couples,
    pair_table,
    recipient_binding_table,
)
from tiebeam.interfaces.report.picture import Picture
from tiebeam.interfaces.report.picture_flows import picture_sankey
from tiebeam.interfaces.report.picture_map import picture_map
from tiebeam.interfaces.report.picture_shares import picture_burden, picture_coverage
from tiebeam.interfaces.report.table import Table
from tiebeam.interfaces.report.words import Voice

HASH_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a report is made from; *against* and *reasons* may be missing."""

    scenario: Scenario
    plan: Plan
    check: CheckReport
    outcome: Outcome
    reasons: PlanReasons | None = None
    against: Plan | None = None
    other: Outcome | None = None
    boundaries: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The page in one language."""

    voice: Voice
    scenario_title: str
    title: str
    as_of: str
    scenario_hash: str
    plan_hash: str
    solver: str
    standing: Standing
    remarks: tuple[str, ...]
    findings: tuple[str, ...]
    conflicts: tuple[tuple[str, ...], ...]
    figures: tuple[KeyFigure, ...]
    pictures: tuple[Picture, ...]
    bars: tuple[Picture, ...]
    levels: Table | None
    positions: tuple[Table, ...]
    pairs: Table | None
    closed: Table | None
    closed_left_out: int
    binding: tuple[Table, ...]
    comparison: ComparisonView | None
    assumptions: tuple[AssumptionView, ...]
    policy: Table
    sources: Table | None
    warnings: tuple[str, ...]
    command: str

    @property
    def sections(self) -> tuple[tuple[str, str], ...]:
        """The sections that this page has, as (key, title), for its list of contents."""
        present = {
            "result": True,
            "map": any(picture.key == "map" for picture in self.pictures),
            "flows": any(picture.key == "flows" for picture in self.pictures),
            "shares": bool(self.bars),
            "levels": self.levels is not None,
            "pairs": self.pairs is not None,
            "binding": bool(self.binding),
            "comparison": self.comparison is not None,
            "assumptions": True,
            "warnings": bool(self.warnings),
            "recheck": True,
        }
        return tuple(
            (key, self.voice.say(f"report.section.{key}"))
            for key, is_in in present.items()
            if is_in
        )


def view_page(facts: Facts, voice: Voice) -> View:
    """Return the page of *facts* in the language of *voice*."""
    scenario, plan, outcome = facts.scenario, facts.plan, facts.outcome
    has_plan = bool(plan.pairs)
    couples = list_couples(outcome)
    anchors = {c: f"{voice.language}-pair-{n}" for n, c in enumerate(couples, start=1)}
    closed, left_out = closed_table(facts.reasons, voice)
    standing = standing_of(plan, facts.check, voice)
    return View(
        voice=voice,
        scenario_title=voice.either(scenario.title, scenario.title_zh) or scenario.id,
        title=title_of(outcome, voice),
        as_of=voice.date(scenario.as_of),
        scenario_hash=scenario_sha256(scenario),
        plan_hash=plan_sha256(plan),
        solver=plan.solver.version,
        standing=standing,
        remarks=_remarks(facts, voice),
        findings=tuple(
            voice.say(
                "report.finding", rule=finding.rule, words=voice.tell(finding.code, finding.facts)
            )
            for finding in facts.check.findings
        ),
        conflicts=tuple(
            tuple(
                voice.say("report.finding", rule=rule.rule, words=voice.tell(rule.code, rule.facts))
                for rule in rules
            )
            for rules in plan.conflict
        ),
        figures=key_figures(outcome, facts.other, voice) if has_plan else (),
        pictures=_pictures(facts, voice, anchors) if has_plan else (),
        bars=_bars(facts, voice) if has_plan else (),
        levels=level_table(plan, facts.check, voice) if facts.check.levels else None,
        positions=position_tables(plan, voice),
        pairs=pair_table(outcome, facts.reasons, anchors, voice) if has_plan else None,
        closed=closed,
        closed_left_out=left_out,
        binding=tuple(
            table
            for table in (
                recipient_binding_table(outcome, facts.reasons, voice),
                donor_binding_table(facts.reasons, voice),
            )
            if table
        ),
        comparison=_comparison(facts, voice),
        assumptions=view_assumptions(scenario.assumptions, voice),
        policy=policy_table(scenario, voice),
        sources=source_table(scenario, voice),
        warnings=tuple(voice.tell(notice.code, notice.facts) for notice in plan.warnings),
        command="tiebeam check SCENARIO PLAN",
    )


def _remarks(facts: Facts, voice: Voice) -> tuple[str, ...]:
    """Return what must be known before any figure is read."""
    plan, outcome = facts.plan, facts.outcome
    texts = []
    if plan.completed:
        texts.append(voice.say("report.remark.completed"))
    if plan.pairs and not outcome.has_amounts:
        texts.append(voice.say("report.remark.pairs_only"))
    if plan.pairs and facts.check.scope == "pairs" and outcome.scenario.resources:
        texts.append(voice.say("report.remark.checked_pairs"))
    if plan.pairs and not outcome.has_lines:
        texts.append(voice.say("report.remark.no_map"))
    return tuple(texts)


def _pictures(facts: Facts, voice: Voice, anchors: Mapping[Couple, str]) -> tuple[Picture, ...]:
    drawn = (
        picture_map(facts.outcome, voice, anchors, facts.boundaries),
        picture_sankey(facts.outcome, voice, anchors),
    )
    return tuple(picture for picture in drawn if picture)


def _bars(facts: Facts, voice: Voice) -> tuple[Picture, ...]:
    drawn = (
        picture_coverage(facts.outcome, facts.other, voice),
        picture_burden(facts.outcome, facts.other, voice),
    )
    return tuple(picture for picture in drawn if picture)


def _comparison(facts: Facts, voice: Voice) -> ComparisonView | None:
    if facts.against is None or facts.other is None:
        return None
    outcomes = (facts.outcome, facts.other)
    return view_comparison(facts.scenario, facts.plan, facts.against, outcomes, voice)
