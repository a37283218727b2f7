"""A plan as the desk shows it: its title, how good it is known to be, pictures and tables."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tiebeam.apps.pairings.models import Variant
from tiebeam.apps.pairings.queries.variants import effective_scenario, load_plan
from tiebeam.core.model.identity import scenario_sha256
from tiebeam.core.model.plan import Plan
from tiebeam.core.model.scenario import Scenario
from tiebeam.core.pairing.check import CheckReport, check_plan
from tiebeam.interfaces.messages import Language
from tiebeam.interfaces.report.key_figures import KeyFigure, key_figures, title_of
from tiebeam.interfaces.report.levels import Standing, level_table, position_tables, standing_of
from tiebeam.interfaces.report.outcome import Couple, Outcome, evaluate_plan
from tiebeam.interfaces.report.picture import Picture
from tiebeam.interfaces.report.picture_map import picture_map
from tiebeam.interfaces.report.picture_shares import picture_burden, picture_coverage
from tiebeam.interfaces.report.words import Voice
from tiebeam.interfaces.web.desk.remembered import remember
from tiebeam.interfaces.web.desk.report_tables import page_table
from tiebeam.interfaces.web.tables import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """
    A plan in one language.

    Attributes:
        clause: What is known of it, short enough for a title.
        levels: The levels in their order, each with value, bound, gap and certificate.
        positions: For the two vectors, each place with its bound.
        pictures: Coverage of each recipient, burden of each donor.
        anchors: Where each couple stands in the matrix.
    """

    title: str
    clause: str
    standing: Standing
    figures: tuple[KeyFigure, ...]
    remarks: tuple[str, ...]
    findings: tuple[str, ...]
    warnings: tuple[str, ...]
    levels: Table | None
    positions: tuple[Table, ...]
    map: Picture | None
    pictures: tuple[tuple[Picture, Table], ...]
    anchors: Mapping[Couple, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a page about a variant rests on: its scenario with locks and changes, and its plan in numbers."""

    scenario: Scenario
    plan: Plan | None
    outcome: Outcome | None
    voice: Voice

    @property
    def is_stale(self) -> bool:
        """Whether locks or changes moved since the plan was made."""
        made_for = self.plan.scenario_sha256 if self.plan else ""
        return bool(made_for) and made_for != scenario_sha256(self.scenario)

    @property
    def judged(self) -> Plan:
        """The plan as it is judged: of one made for other rules, what it claims of itself does not count."""
        assert self.plan is not None
        if not self.is_stale:
            return self.plan
        made_for = scenario_sha256(self.scenario)
        return replace(
            self.plan,
            scenario_sha256=made_for,
            status="feasible",
            levels=(),
            certificate={},
        )


def read_ground(variant: Variant, language: Language) -> Ground:
    """Return what a page about *variant* rests on."""
    scenario = remember(
        ("scenario", variant.scenario.sha256, variant.input_sha256),
        lambda: effective_scenario(variant),
    )
    plan = outcome = None
    if variant.plan is not None:
        plan = remember(("plan", variant.plan_sha256), lambda: load_plan(variant))
    if plan is not None:
        held = plan
        outcome = remember(
            ("outcome", variant.input_sha256, variant.plan_sha256),
            lambda: evaluate_plan(scenario, held),
        )
    return Ground(scenario=scenario, plan=plan, outcome=outcome, voice=Voice(scenario, language))


def read_check(variant: Variant, ground: Ground) -> CheckReport:
    """Return what the checker says of the plan of *variant* today."""
    return remember(
        ("check", variant.input_sha256, variant.plan_sha256),
        lambda: check_plan(ground.scenario, ground.judged),
    )


def view_plan(variant: Variant, ground: Ground) -> PlanView:
    """Return the plan of *variant*, which has one, as the desk shows it."""
    check = read_check(variant, ground)
    return remember(
        ("view", variant.input_sha256, variant.plan_sha256, ground.voice.language),
        lambda: _view(ground, check),
    )


def _view(ground: Ground, check: CheckReport) -> PlanView:
    plan, outcome, voice = ground.judged, ground.outcome, ground.voice
    assert outcome is not None
    anchors = {
        (donor.id, recipient.id): f"cell-{row}-{column}"
        for row, donor in enumerate(ground.scenario.donors)
        for column, recipient in enumerate(ground.scenario.recipients)
    }
    standing = standing_of(plan, check, voice)
    if ground.is_stale and not check.findings:
        words = voice.say("desk.plan.made_before")
        standing = Standing(mark="risk", words=words, proof=standing.proof)
    drawn = (picture_coverage(outcome, None, voice), picture_burden(outcome, None, voice))
    return PlanView(
        title=_title(outcome, voice),
        clause=_as_clause(standing.words, voice),
        standing=standing,
        figures=key_figures(outcome, None, voice),
        remarks=_list_remarks(ground, check),
        findings=tuple(
            voice.say(
                "report.finding", rule=finding.rule, words=voice.tell(finding.code, finding.facts)
            )
            for finding in check.findings
        ),
        warnings=tuple(voice.tell(notice.code, notice.facts) for notice in plan.warnings),
        levels=page_table(level_table(plan, check, voice)) if check.levels else None,
        positions=tuple(page_table(table) for table in position_tables(plan, voice)),
        map=picture_map(outcome, voice, anchors, None),
        pictures=tuple((picture, page_table(picture.table)) for picture in drawn if picture),
        anchors=anchors,
    )


def _title(outcome: Outcome, voice: Voice) -> str:
    if not outcome.coverages:
        return title_of(outcome, voice)
    worst = min(outcome.coverages.values())
    if worst >= 1:
        return voice.say("desk.plan.title_full", count=len(outcome.coverages))
    return voice.say("desk.plan.title", count=len(outcome.coverages), share=voice.percent(worst))


def _as_clause(sentence: str, voice: Voice) -> str:
    """Return a sentence as the end of another: without its stop, and small."""
    bare = sentence.rstrip(".。")
    return bare if voice.language == "zh" else bare[:1].lower() + bare[1:]


def _list_remarks(ground: Ground, check: CheckReport) -> tuple[str, ...]:
    """Return what must be known before any figure is read."""
    assert ground.plan is not None
    assert ground.outcome is not None
    known = (
        ("report.remark.completed", ground.plan.completed),
        ("report.remark.pairs_only", not ground.outcome.has_amounts),
        (
            "report.remark.checked_pairs",
            check.scope == "pairs" and bool(ground.scenario.resources),
        ),
        ("report.remark.no_map", not ground.outcome.has_lines),
    )
    return tuple(ground.voice.say(code) for code, holds in known if holds)
