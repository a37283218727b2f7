"""``tiebeam whatif``: what would change at every level if the scenario were another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from tiebeam.errors import Fault, Infeasible, InvalidInput
from tiebeam.interfaces.cli import options
from tiebeam.interfaces.cli.exits import ExitStatus
from tiebeam.interfaces.cli.help import session_of
from tiebeam.interfaces.cli.session import Session

if TYPE_CHECKING:
    from tiebeam.core.model.plan import Plan
    from tiebeam.core.model.scenario import Scenario
    from tiebeam.core.pairing.changes import Change
    from tiebeam.core.pairing.check import CheckReport
    from tiebeam.core.pairing.compare import Comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """
    What the changes do.

    Attributes:
        scenario, changed: As it is, and with the changes made.
        before, after: The plan given, and the best plan of the changed scenario.
    """

    scenario: "Scenario"
    changed: "Scenario"
    changes: "tuple[Change, ...]"
    before: "Plan"
    after: "Plan"
    check: "CheckReport"
    comparison: "Comparison"
    warnings: tuple[Fault, ...]


def whatif(
    ctx: typer.Context,
    scenario: options.Scenario,
    plan: options.Plan,
    forbid: options.Forbid = None,
    require: options.Require = None,
    settings: options.Setting = None,
) -> int:
    """Make changes, pair again, and show what it does to every level and pair."""
    from tiebeam.core.pairing.changes import apply_changes
    from tiebeam.core.pairing.compare import compare_plans
    from tiebeam.interchange.change_texts import read_changes
    from tiebeam.interfaces.cli.loading import list_staleness, load_plan, load_scenario
    from tiebeam.interfaces.cli.pair import demand_own_check, tell_nothing_found
    from tiebeam.interfaces.cli.solving import Limits, solve

    session = session_of(ctx)
    changes = read_changes(forbid or (), require or (), settings or ())
    if not changes:
        raise InvalidInput([Fault(code="cli.nothing_to_change")])
    loaded = load_scenario(scenario)
    changed = apply_changes(loaded.scenario, changes)
    before = load_plan(plan, loaded.scenario)
    after = solve(session, changed, Limits())
    if after.status == "infeasible":
        raise Infeasible(conflict=after.conflict, scenario=changed)
    if after.status == "unknown":
        return tell_nothing_found(session)
    answer = Answer(
        scenario=loaded.scenario,
        changed=changed,
        changes=changes,
        before=before,
        after=after,
        check=demand_own_check(changed, after),
        comparison=compare_plans(loaded.scenario, before, after, after_scenario=changed),
        warnings=(*loaded.warnings, *list_staleness(loaded.scenario, before)),
    )
    if session.wants_json:
        _print_document(session, answer)
    else:
        # The changes are shown as the user wrote them.
        written = (("--forbid", forbid), ("--require", require), ("--set", settings))
        texts = [f"{option} {text}" for option, given in written for text in given or ()]
        _print_answer(session, answer, texts, str(plan))
    return ExitStatus.DONE


def _print_document(session: Session, answer: Answer) -> None:
    from tiebeam.interfaces.cli import console, documents
    from tiebeam.interfaces.report.words import Voice

    voice, changed = (
        Voice(answer.scenario, session.language),
        Voice(answer.changed, session.language),
    )
    content = {
        "scenario": documents.scenario_document(answer.scenario),
        "changes": [{"kind": type(row).__name__.lower(), "change": row} for row in answer.changes],
        **documents.comparison_document(voice, answer.comparison),
        "plan": documents.plan_document(changed, answer.after, answer.check),
        "warnings": documents.warning_documents(session, answer.warnings),
    }
    console.print_document(documents.envelope("whatif", ExitStatus.DONE, content))


def _print_answer(session: Session, answer: Answer, changes: Sequence[str], plan: str) -> None:
    from tiebeam.interfaces.cli import console, differences, tables
    from tiebeam.interfaces.cli.faults import print_warnings
    from tiebeam.interfaces.report.words import Voice

    console.print_lines([session.say("cli.what_if", count=len(changes))])
    console.print_lines(f"  {text}" for text in changes)
    console.print_lines([tables.say_status(session, answer.after, answer.check)])
    differences.print_level_changes(session, answer.comparison.levels)
    voice = Voice(answer.scenario, session.language)
    differences.print_moves(session, voice, answer.comparison)
    completed = [plan] if answer.before.completed else []
    tables.print_assumptions(session, answer.scenario, completed)
    print_warnings(session, answer.warnings)
