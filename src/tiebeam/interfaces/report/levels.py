"""What was optimised, in which order, and what is proven about each level (§M5, §M6)."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

from tiebeam.core.model.plan import OPTIMAL_GAP, Figure, LevelResult, Plan
from tiebeam.core.model.scenario import LevelName
from tiebeam.core.pairing.check import BoundStatus, CheckReport, LevelCheck
from tiebeam.core.pairing.evaluate import VECTOR_LEVELS
from tiebeam.interfaces.report.sentences import proven_sentence, tight_set_sentence
from tiebeam.interfaces.report.table import Cell, Column, Mark, Row, Table
from tiebeam.interfaces.report.words import Voice, exact_text

MARKS: dict[BoundStatus, Mark] = {
    "verified": "good",
    "unverified": "risk",
    "refuted": "bad",
    "absent": "none",
}

MOST_SETS = 3
"""So many tight sets of one level at most are told; the first hold the worst covered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How good a plan is known to be: a sign, words, and what rests on whose word."""

    mark: Mark
    words: str
    proof: str


def standing_of(plan: Plan, check: CheckReport, voice: Voice) -> Standing:
    """Return the status in words; never more certain than the checker lets it be."""
    if check.findings:
        words = voice.say("report.standing.broken", count=len(check.findings))
        return Standing(mark="bad", words=words, proof="")
    if plan.status == "infeasible" or (plan.status == "unknown" and not plan.pairs):
        mark: Mark = "bad" if plan.status == "infeasible" else "none"
        return Standing(
            mark=mark,
            words=voice.say(f"report.standing.{plan.status}"),
            proof=voice.say(f"report.standing.{plan.status}_proof"),
        )
    if not plan.levels or plan.completed:
        # The bounds of a completed plan hold among plans with its pairs, not among all.
        words = voice.say("report.standing.by_hand")
        return Standing(mark="none", words=words, proof=voice.say("report.standing.by_hand_proof"))
    verified = sum(1 for level in check.levels if level.bound_status == "verified")
    counted = {"verified": verified, "levels": len(check.levels)}
    code = "all" if verified == len(check.levels) else "some" if verified else "none"
    proof = voice.say(f"report.standing.proof_{code}", **counted)
    if plan.status == "optimal":
        # The solver's own word is no proof that others can repeat.
        word = "optimal" if code == "all" else "optimal_unchecked"
        mark = "good" if code == "all" else "risk"
        return Standing(mark=mark, words=voice.say(f"report.standing.{word}"), proof=proof)
    gap = max(level.gap for level in plan.levels)
    words = (
        voice.say("report.standing.unsettled")
        if gap >= 1.0
        else voice.say("report.standing.within", gap=voice.percent(gap))
    )
    return Standing(mark="risk", words=words, proof=proof)


def level_table(plan: Plan, check: CheckReport, voice: Voice) -> Table:
    """Return the table of the levels, in their order."""
    results = {level.name: level for level in plan.levels}
    columns = (
        Column(voice.say("report.levels.order"), numeric=True),
        Column(voice.say("report.levels.level"), wide=True),
        Column(voice.say("report.levels.value"), tight=True),
        Column(voice.say("report.levels.bound"), tight=True),
        Column(voice.say("report.levels.gap"), tight=True),
        Column(voice.say("report.levels.certificate")),
        Column(voice.say("report.levels.rechecked"), tight=True),
    )
    rows = [
        _level_row(number, level, results.get(level.name), voice)
        for number, level in enumerate(check.levels, start=1)
    ]
    return Table("levels", voice.say("report.levels.table"), columns, tuple(rows))


def position_tables(plan: Plan, voice: Voice) -> tuple[Table, ...]:
    """Return, for coverage and burden, the sums of each position beside their bounds (§M6)."""
    return tuple(
        _position_table(level, voice)
        for level in plan.levels
        if isinstance(level.value, tuple) and isinstance(level.bound, tuple) and level.value
    )


def _level_row(number: int, check: LevelCheck, result: LevelResult | None, voice: Voice) -> Row:
    name = check.name
    value = result.value if result and check.value is None else check.value
    title = Cell(voice.level(name), note=voice.say(f"report.level.{name}_aim"))
    word = voice.say(f"report.rechecked.{check.bound_status}")
    status = Cell(word, note=proven_sentence(check, voice), mark=MARKS[check.bound_status])
    if result is None:
        blank = Cell(voice.say("report.levels.not_stated"))
        proof = (blank, blank, blank)
    else:
        gap_text, gap_exact = _gap(result, voice)
        certificate = voice.say(f"report.certificate.{result.certificate}")
        proof = (_bound_cell(result, voice), Cell(gap_text, gap_exact), Cell(certificate))
    cells = (Cell(str(number)), title, _value_cell(name, value, result, voice), *proof, status)
    told = [tight_set_sentence(tight, voice) for tight in check.tight_sets[:MOST_SETS]]
    return Row(cells, below=Cell(voice.sentences(told)) if told else None)


def _value_cell(
    name: LevelName, value: Figure | None, result: LevelResult | None, voice: Voice
) -> Cell:
    if value is None:
        return Cell(voice.say("report.levels.not_computable"))
    best = result.best if result else None
    note = (
        voice.say("report.levels.best", best=_first_words(name, best, voice))
        if best is not None
        else ""
    )
    return Cell(_first_words(name, value, voice), _exact_first(value), note=note)


def _first_words(name: LevelName, value: Figure, voice: Voice) -> str:
    """Return a level's value in words; of a vector its first position."""
    if isinstance(value, tuple):
        if not value:
            return voice.say("report.levels.not_computable")
        return voice.say(f"report.figure.{name}_first", figure=voice.percent(value[0]))
    return voice.level_figure(name, value)


def _exact_first(value: Figure) -> str:
    return exact_text(value[0] * 100 if isinstance(value, tuple) and value else _plain(value))


def _plain(value: Figure) -> float:
    return 0.0 if isinstance(value, tuple) else value


def _bound_cell(result: LevelResult, voice: Voice) -> Cell:
    return Cell(_first_words(result.name, result.bound, voice), _exact_first(result.bound))


def _gap(result: LevelResult, voice: Voice) -> tuple[str, str]:
    """Return the gap in words: points for the vectors, a share for a number (§M6)."""
    exact = exact_text(result.gap)
    if result.gap <= OPTIMAL_GAP:
        return voice.say("report.gap.none"), exact
    if result.name in VECTOR_LEVELS:
        points = voice.number(round(result.gap * 100, 2))
        return voice.say("report.gap.points", points=points), exact
    return voice.say("report.gap.share", share=voice.percent(result.gap)), exact


def _position_table(level: LevelResult, voice: Voice) -> Table:
    assert isinstance(level.value, tuple)
    assert isinstance(level.bound, tuple)
    is_coverage = level.name == "coverage"
    name = voice.recipient if is_coverage else voice.donor
    columns = (
        Column(voice.say("report.positions.place"), numeric=True),
        Column(voice.say("report.recipient" if is_coverage else "donor")),
        Column(voice.level(level.name), "%", numeric=True),
        Column(voice.say("report.positions.sum"), "%", numeric=True),
        Column(voice.say("report.positions.bound"), "%", numeric=True),
    )
    sums = accumulate(level.value)
    parts = zip(level.of, level.value, sums, level.bound, strict=False)
    rows = tuple(
        Row((Cell(str(place)), Cell(name(party)), *(_points(x) for x in (value, total, bound))))
        for place, (party, value, total, bound) in enumerate(parts, start=1)
    )
    caption = voice.say("report.positions.table", level=voice.level(level.name))
    return Table(f"positions-{level.name}", caption, columns, rows)


def _points(share: float | Fraction) -> Cell:
    return Cell(f"{float(share) * 100:.2f}", exact_text(share * 100))
