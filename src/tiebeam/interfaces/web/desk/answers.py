"""Answers of runs as the pages show them: how far a search is, why a pair, what a change would do."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest

from tiebeam.apps.pairings.models import Variant
from tiebeam.apps.pairings.queries.variants import read_changes, read_plan_value
from tiebeam.core.model.plan import Conflict, Plan
from tiebeam.core.model.scenario import Scenario
from tiebeam.core.pairing.changes import Change, Forbid, Require, apply_changes
from tiebeam.errors import Fault
from tiebeam.interfaces.jobs.solving import read_reason
from tiebeam.interfaces.messages import say
from tiebeam.interfaces.messages.faults import say_fault
from tiebeam.interfaces.report.comparison import view_comparison
from tiebeam.interfaces.report.outcome import evaluate_plan
from tiebeam.interfaces.report.sentences import certainty_word, pair_sentence
from tiebeam.interfaces.report.table import Row
from tiebeam.interfaces.report.words import Voice
from tiebeam.interfaces.web.desk.plan_view import Ground
from tiebeam.interfaces.web.desk.report_tables import page_table
from tiebeam.interfaces.web.desk.settings import say_setting
from tiebeam.interfaces.web.page import language_of, say_to
from tiebeam.interfaces.web.tables import Table
from tiebeam.platform.tasks.models import Run
from tiebeam.platform.tasks.operations import ENDED

SHARES = frozenset({"coverage", "burden"})
"""Levels whose figures are shares of 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """
    How far a search is.

    Attributes:
        share: Levels behind it, of all; None while nothing is known.
        text: Level, its place and the seconds.
        figures: Best so far, bound and gap, as far as they are known.
    """

    share: float | None
    text: str
    figures: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """
    What a run found.

    Attributes:
        run: The run.
        is_live: Whether it still works or waits.
        progress: While it does.
        text: Its outcome in a sentence.
        certainty: How sure the sentence is.
        is_outdated: Whether the plan has changed since.
        tables: The levels, and the pairs that move.
        conflicts: Rules that cannot hold together, set by set.
        faults: Why it failed.
    """

    run: Run
    is_live: bool
    progress: Progress | None = None
    text: str = ""
    certainty: str = ""
    is_outdated: bool = False
    tables: tuple[Table, ...] = ()
    conflicts: tuple[tuple[str, ...], ...] = ()
    faults: tuple[str, ...] = ()


def is_live(run: Run) -> bool:
    """Return whether a run waits or works."""
    return run.state not in ENDED


def say_progress(request: HttpRequest, run: Run) -> Progress:
    """Return how far a run is, in words and figures."""
    told = run.progress
    if run.state == "waiting":
        return Progress(share=None, text=say_to(request, "desk.run.waiting"), figures=())
    elapsed = float(told.get("elapsed_s") or 0.0)
    if "level" not in told:
        return Progress(
            share=None, text=say_to(request, "desk.run.preparing", elapsed=elapsed), figures=()
        )
    level = told["level"]
    text = say_to(
        request,
        "desk.run.level",
        level=say_to(request, f"levels.{level}.name"),
        position=told["position"],
        levels=told["levels"],
        elapsed=elapsed,
    )
    figures = []
    for part, name in (("incumbent", "best"), ("bound", "bound"), ("gap", "gap")):
        value = told.get(part)
        if value is not None:
            kind = "share" if part == "gap" or level in SHARES else "number"
            shown = say_to(request, f"desk.run.{kind}", value=value)
            figures.append((say_to(request, f"desk.run.{name}"), shown))
    share = (told["position"] - 1) / max(1, told["levels"])
    return Progress(share=share, text=text, figures=tuple(figures))


def read_answer(request: HttpRequest, run: Run, variant: Variant, ground: Ground) -> Answer:
    """Return what a run on *variant* found, or how far it is."""
    if is_live(run):
        return Answer(run=run, is_live=True, progress=say_progress(request, run))
    if run.state == "failed":
        return Answer(run=run, is_live=False, faults=say_failure(request, run))
    found = run.result or {}
    is_outdated = found.get("plan_sha256", variant.plan_sha256) != variant.plan_sha256
    if "reason" in found:
        reason = read_reason(found["reason"])
        return Answer(
            run=run,
            is_live=False,
            is_outdated=is_outdated,
            text=pair_sentence(reason, ground.voice),
            certainty=certainty_word(reason, ground.voice),
        )
    if "plan" in found and not is_outdated:
        return _what_if_answer(request, run, ground, read_plan_value(found["plan"]))
    return Answer(run=run, is_live=False, is_outdated=is_outdated)


def say_failure(request: HttpRequest, run: Run) -> tuple[str, ...]:
    """Return why a run failed, each fault in a sentence."""
    error = run.error or {"code": "tasks.internal", "facts": {}}
    language = language_of(request)
    faults = error["facts"].get("faults")
    if error["code"] != "invalid_input" or not faults:
        return (say(error["code"], error["facts"], language),)
    return tuple(say_fault(Fault(**fault), language) for fault in faults)


def list_conflicts(
    conflict: Sequence[Sequence[Conflict]], voice: Voice
) -> tuple[tuple[str, ...], ...]:
    """Return sets of rules that cannot hold together, each rule in a sentence."""
    return tuple(
        tuple(
            voice.say("report.finding", rule=rule.rule, words=voice.tell(rule.code, rule.facts))
            for rule in rules
        )
        for rules in conflict
    )


def say_change(change: Change, voice: Voice, before: Scenario) -> str:
    """Return a change as people read it, with what stood in the scenario *before* it."""
    if isinstance(change, Forbid | Require):
        word = "forbid" if isinstance(change, Forbid) else "require"
        return voice.say(
            f"desk.change.{word}",
            donor=voice.donor(change.donor),
            recipient=voice.recipient(change.recipient),
        )
    return say_setting(change, voice, before)


def comparison_tables(
    ground: Ground, changed: Scenario, after: Plan, heads: tuple[str, str], *, moves_only: bool
) -> tuple[Table, ...]:
    """
    Return the levels of two plans side by side, and the pairs; the plan before stands first.

    Args:
        ground: Of the plan before.
        changed: What the plan after is evaluated by.
        heads: Names of the plan after and of the plan before.
        moves_only: Whether recipients whose pairs stay are left out.
    """
    assert ground.plan is not None
    assert ground.outcome is not None
    compared = view_comparison(
        changed,
        after,
        ground.plan,
        (evaluate_plan(changed, after), ground.outcome),
        ground.voice,
        against_scenario=ground.scenario,
    )
    level = compared.levels.columns[0].head
    verdict = ground.voice.say("desk.verdict", name=heads[0])
    levels = page_table(
        compared.levels,
        heads=(level, heads[1], heads[0], verdict),
        rows=[_swap(row, 1) for row in compared.levels.rows],
    )
    moved = [
        row
        for row in compared.pairs.rows
        if not moves_only or any(cell.text != "–" for cell in row.cells[2:])
    ]
    recipient, both = (column.head for column in compared.pairs.columns[:2])
    only = (ground.voice.say("desk.only_in", name=name) for name in reversed(heads))
    pairs = page_table(
        compared.pairs, heads=(recipient, both, *only), rows=[_swap(row, 2) for row in moved]
    )
    return (levels, pairs) if moved else (levels,)


def _swap(row: Row, at: int) -> Row:
    """Return *row* with the cell *at* and the next in each other's place."""
    cells = list(row.cells)
    cells[at], cells[at + 1] = cells[at + 1], cells[at]
    return replace(row, cells=tuple(cells))


def _what_if_answer(request: HttpRequest, run: Run, ground: Ground, after: Plan) -> Answer:
    voice = ground.voice
    values: dict[str, Any] = {"run": run, "is_live": False}
    if not after.pairs:
        return Answer(
            text=say_to(request, f"desk.what_if.{after.status}"),
            conflicts=list_conflicts(after.conflict, voice),
            **values,
        )
    changed = apply_changes(ground.scenario, read_changes(run.arguments["changes"]))
    heads = (say_to(request, "desk.what_if.after"), say_to(request, "desk.what_if.before"))
    tables = comparison_tables(ground, changed, after, heads, moves_only=True)
    code = "moves" if len(tables) > 1 else "stays"
    return Answer(
        text=say_to(request, f"desk.what_if.{code}"),
        certainty=say_to(request, f"desk.what_if.{after.status}"),
        tables=tables,
        **values,
    )
