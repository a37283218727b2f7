"""``tiebeam compare``: two plans of one scenario side by side."""

import typer

from tiebeam.interfaces.cli import options
from tiebeam.interfaces.cli.exits import ExitStatus
from tiebeam.interfaces.cli.help import session_of


def compare(
    ctx: typer.Context, scenario: options.Scenario, plan_a: options.PlanA, plan_b: options.PlanB
) -> int:
    """Compare two plans: levels, coverages, burdens, inequality, and the pairs that differ."""
    from tiebeam.core.pairing.compare import compare_plans
    from tiebeam.interfaces.cli import console, differences, documents, tables
    from tiebeam.interfaces.cli.faults import list_fault_lines
    from tiebeam.interfaces.cli.loading import list_staleness, load_plan, load_scenario
    from tiebeam.interfaces.report.words import Voice

    session = session_of(ctx)
    loaded = load_scenario(scenario)
    before = load_plan(plan_a, loaded.scenario, argument="PLAN_A")
    after = load_plan(plan_b, loaded.scenario, argument="PLAN_B")
    warnings = (
        *loaded.warnings,
        *list_staleness(loaded.scenario, before, place="PLAN_A"),
        *list_staleness(loaded.scenario, after, place="PLAN_B"),
    )
    comparison = compare_plans(loaded.scenario, before, after)
    voice = Voice(loaded.scenario, session.language)
    if session.wants_json:
        content = {
            "scenario": documents.scenario_document(loaded.scenario),
            "plans": {
                "before": {"path": plan_a, "completed": before.completed},
                "after": {"path": plan_b, "completed": after.completed},
            },
            **documents.comparison_document(voice, comparison),
            "warnings": documents.warning_documents(session, warnings),
        }
        console.print_document(documents.envelope("compare", ExitStatus.DONE, content))
        return ExitStatus.DONE
    console.print_lines([session.say("cli.compared", before=plan_a, after=plan_b)])
    differences.print_level_changes(session, comparison.levels)
    if not session.is_quiet:
        differences.print_parties(session, voice, comparison)
        differences.print_inequality(session, comparison)
    differences.print_moves(session, voice, comparison)
    completed = [str(path) for path, plan in ((plan_a, before), (plan_b, after)) if plan.completed]
    tables.print_assumptions(session, loaded.scenario, completed)
    if warnings:
        console.print_notes([session.say("cli.warnings", count=len(warnings))])
        console.print_notes(list_fault_lines(session, warnings))
    return ExitStatus.DONE
