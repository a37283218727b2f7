"""This plan beside another one: levels, inequality, and the pairs that differ."""

from collections.abc import Iterable
from dataclasses import dataclass

from tiebeam.core.model.plan import Pair, Plan
from tiebeam.core.model.scenario import Scenario
from tiebeam.core.pairing.compare import Comparison, LevelPair, Verdict, compare_plans
from tiebeam.core.pairing.evaluate import LevelValue
from tiebeam.interfaces.report.outcome import Outcome
from tiebeam.interfaces.report.table import Cell, Column, Mark, Row, Table
from tiebeam.interfaces.report.words import Voice, exact_text

VERDICT_MARKS: dict[Verdict, Mark] = {"better": "good", "same": "none", "worse": "bad"}

NEEDS_NO_FLOWS = frozenset({"continuity", "partners"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonView:
    """
    The comparison in one language.

    Attributes:
        notes: What it rests on.
        limits: What the scenario itself says of comparisons: its assumptions that
            bear on ``comparison``.
    """

    title: str
    notes: tuple[str, ...]
    limits: tuple[str, ...]
    levels: Table
    pairs: Table


def view_comparison(
    scenario: Scenario,
    plan: Plan,
    against: Plan,
    outcomes: tuple[Outcome, Outcome],
    voice: Voice,
    *,
    against_scenario: Scenario | None = None,
) -> ComparisonView:
    """
    Return the comparison.

    Args:
        outcomes: Of *plan* and of *against*.
        against_scenario: What *against* is evaluated by, where it is another one.
    """
    comparison = compare_plans(against_scenario or scenario, against, plan, after_scenario=scenario)
    both = outcomes[0].has_amounts and outcomes[1].has_amounts
    kept, total = len(comparison.kept), len(comparison.kept) + len(comparison.opened)
    notes = [voice.say("report.comparison.basis")]
    if against.completed:
        notes.append(voice.say("report.comparison.completed"))
    if not both:
        notes.append(voice.say("report.comparison.pairs_only"))
    return ComparisonView(
        title=voice.say("report.comparison.title", kept=kept, total=total),
        notes=tuple(notes),
        limits=tuple(
            voice.either(assumption.text, assumption.text_zh)
            for assumption in scenario.assumptions
            if "comparison" in assumption.affects.lower()
        ),
        levels=_level_table(comparison, voice, both=both),
        pairs=_pair_table(comparison, voice),
    )


def _level_table(comparison: Comparison, voice: Voice, *, both: bool) -> Table:
    columns = (
        Column(voice.say("report.levels.level"), wide=True),
        Column(voice.say("report.this_plan"), tight=True),
        Column(voice.say("report.compared_plan"), tight=True),
        Column(voice.say("report.comparison.verdict")),
    )
    rows = [
        _level_row(level, voice)
        for level in comparison.levels
        if both or level.name in NEEDS_NO_FLOWS
    ]
    if both:
        was, now = comparison.inequality_before, comparison.inequality_after
        for kind, before, after in (
            ("coverage", was.coverage, now.coverage),
            ("burden", was.burden, now.burden),
        ):
            cells = [Cell(f"{float(gini):.3f}", exact_text(gini)) for gini in (after, before)]
            even: Verdict = "better" if after < before else "worse" if after > before else "same"
            verdict = Cell(voice.say(f"report.comparison.{even}_even"), mark=VERDICT_MARKS[even])
            title = voice.say(f"report.comparison.gini_{kind}")
            note = voice.say("report.comparison.gini_aim")
            rows.append(Row((Cell(title, note=note), *cells, verdict)))
    return Table("comparison", voice.say("report.comparison.table"), columns, tuple(rows))


def _level_row(level: LevelPair, voice: Voice) -> Row:
    after, before = _cells(level, voice)
    verdict = voice.say(f"report.comparison.{level.verdict}")
    if level.position and level.position > 1:
        verdict = voice.say(f"report.comparison.{level.verdict}_from", place=level.position)
    mark = VERDICT_MARKS[level.verdict]
    return Row((Cell(voice.level(level.name)), after, before, Cell(verdict, mark=mark)))


def _cells(level: LevelPair, voice: Voice) -> tuple[Cell, Cell]:
    """Return the cells of both plans; the first position of a vector with places enough to differ."""
    after, before = level.after.value, level.before.value
    if isinstance(after, tuple) and isinstance(before, tuple):
        if not after or not before:
            return Cell("–"), Cell("–")
        shown = voice.percents(after[0], before[0])
        texts = [voice.say(f"report.figure.{level.name}_first", figure=figure) for figure in shown]
        means = [voice.percent(sum(value) / len(value)) for value in (after, before)]
        notes = [voice.say("report.figure.mean", figure=mean) for mean in means]
        exacts = (exact_text(after[0] * 100), exact_text(before[0] * 100))
        return Cell(texts[0], exacts[0], notes[0]), Cell(texts[1], exacts[1], notes[1])
    now, was = (_number_cell(level.name, value, voice) for value in (level.after, level.before))
    return now, was


def _number_cell(name: str, value: LevelValue, voice: Voice) -> Cell:
    assert not isinstance(value.value, tuple)
    words = voice.level_figure(name, value.value)
    return Cell(words, exact_text(value.value))


def _pair_table(comparison: Comparison, voice: Voice) -> Table:
    """Return who helps each recipient in the one plan and in the other."""
    columns = (
        Column(voice.say("report.recipient")),
        Column(voice.say("report.comparison.in_both")),
        Column(voice.say("report.comparison.only_here")),
        Column(voice.say("report.comparison.only_there")),
    )
    groups = (comparison.kept, comparison.opened, comparison.closed)
    recipients = {pair.recipient for group in groups for pair in group}
    rows = [
        Row(
            (
                Cell(voice.recipient(recipient)),
                *(Cell(_donors(group, recipient, voice)) for group in groups),
            )
        )
        for recipient in sorted(recipients, key=lambda r: (voice.recipient(r), r))
    ]
    return Table("pairs-compared", voice.say("report.comparison.pairs_table"), columns, tuple(rows))


def _donors(pairs: Iterable[Pair], recipient: str, voice: Voice) -> str:
    names = [voice.donor(pair.donor) for pair in pairs if pair.recipient == recipient]
    return voice.join(names) or "–"
