"""``tiebeam whatif``: what would change at every level if the scenario were another."""

import typer

from tiebeam.errors import Fault, Infeasible, InvalidInput
from tiebeam.interfaces.cli import options
from tiebeam.interfaces.cli.exits import ExitStatus
from tiebeam.interfaces.cli.help import session_of


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
    from tiebeam.interfaces.cli import console, differences, documents, tables
    from tiebeam.interfaces.cli.faults import list_fault_lines
    from tiebeam.interfaces.cli.loading import list_staleness, load_plan, load_scenario
    from tiebeam.interfaces.cli.pair import demand_own_check, tell_nothing_found
    from tiebeam.interfaces.cli.settings import read_changes
    from tiebeam.interfaces.cli.solving import Limits, solve
    from tiebeam.interfaces.report.words import Voice

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
    check = demand_own_check(changed, after)
    warnings = (*loaded.warnings, *list_staleness(loaded.scenario, before))
    comparison = compare_plans(loaded.scenario, before, after, after_scenario=changed)
    voice = Voice(loaded.scenario, session.language)
    if session.wants_json:
        content = {
            "scenario": documents.scenario_document(loaded.scenario),
            "changes": [{"kind": type(row).__name__.lower(), "change": row} for row in changes],
            **documents.comparison_document(voice, comparison),
            "plan": documents.plan_document(Voice(changed, session.language), after, check),
            "warnings": documents.warning_documents(session, warnings),
        }
        console.print_document(documents.envelope("whatif", ExitStatus.DONE, content))
        return ExitStatus.DONE
    console.print_lines([session.say("cli.what_if", count=len(changes))])
    console.print_lines(f"  {text}" for text in _say_changes(forbid, require, settings))
    console.print_lines([tables.say_status(session, after, check)])
    differences.print_level_changes(session, comparison.levels)
    differences.print_moves(session, voice, comparison)
    completed = [str(plan)] if before.completed else []
    tables.print_assumptions(session, loaded.scenario, completed)
    if warnings:
        console.print_notes([session.say("cli.warnings", count=len(warnings))])
        console.print_notes(list_fault_lines(session, warnings))
    return ExitStatus.DONE


def _say_changes(
    forbid: list[str] | None, require: list[str] | None, settings: list[str] | None
) -> list[str]:
    """Return the changes as the user wrote them, which is what is to be seen again."""
    return [
        *(f"--forbid {text}" for text in forbid or ()),
        *(f"--require {text}" for text in require or ()),
        *(f"--set {text}" for text in settings or ()),
    ]
