"""``tiebeam compare``: two plans of one scenario side by side."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from tiebeam.interfaces.cli import options
from tiebeam.interfaces.cli.exits import ExitStatus
from tiebeam.interfaces.cli.help import session_of
from tiebeam.interfaces.cli.session import Session

if TYPE_CHECKING:
    from tiebeam.core.model.plan import Plan
    from tiebeam.core.model.scenario import Scenario
    from tiebeam.core.pairing.compare import Comparison
    from tiebeam.errors import Fault


def compare(
    ctx: typer.Context, scenario: options.Scenario, plan_a: options.PlanA, plan_b: options.PlanB
) -> int:
    """Compare two plans: levels, coverages, burdens, inequality, and the pairs that differ."""
    from tiebeam.core.pairing.compare import compare_plans
    from tiebeam.interfaces.cli.loading import list_staleness, load_plan, load_scenario

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
    show = _print_document if session.wants_json else _print_tables
    show(session, loaded.scenario, comparison, ((plan_a, before), (plan_b, after)), warnings)
    return ExitStatus.DONE


def _print_document(
    session: Session,
    scenario: "Scenario",
    comparison: "Comparison",
    plans: "tuple[tuple[Path, Plan], tuple[Path, Plan]]",
    warnings: "tuple[Fault, ...]",
) -> None:
    from tiebeam.interfaces.cli import console, documents
    from tiebeam.interfaces.report.words import Voice

    content = {
        "scenario": documents.scenario_document(scenario),
        "plans": {
            side: {"path": path, "completed": plan.completed}
            for side, (path, plan) in zip(("before", "after"), plans, strict=True)
        },
        **documents.comparison_document(Voice(scenario, session.language), comparison),
        "warnings": documents.warning_documents(session, warnings),
    }
    console.print_document(documents.envelope("compare", ExitStatus.DONE, content))


def _print_tables(
    session: Session,
    scenario: "Scenario",
    comparison: "Comparison",
    plans: "tuple[tuple[Path, Plan], tuple[Path, Plan]]",
    warnings: "tuple[Fault, ...]",
) -> None:
    from tiebeam.interfaces.cli import console, differences, tables
    from tiebeam.interfaces.cli.faults import print_warnings
    from tiebeam.interfaces.report.words import Voice

    voice = Voice(scenario, session.language)
    (before, _), (after, _) = plans
    console.print_lines([session.say("cli.compared", before=before, after=after)])
    differences.print_level_changes(session, comparison.levels)
    if not session.is_quiet:
        differences.print_parties(session, voice, comparison)
        differences.print_inequality(session, comparison)
    differences.print_moves(session, voice, comparison)
    completed = [str(path) for path, plan in plans if plan.completed]
    tables.print_assumptions(session, scenario, completed)
    print_warnings(session, warnings)
