"""``tiebeam check``: does a plan keep every rule, and do its bounds hold?"""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from tiebeam.errors import Infeasible
from tiebeam.interfaces.cli import options
from tiebeam.interfaces.cli.exits import ExitStatus
from tiebeam.interfaces.cli.help import session_of
from tiebeam.interfaces.cli.session import Session

if TYPE_CHECKING:
    from tiebeam.core.model.plan import Plan
    from tiebeam.core.model.scenario import Scenario
    from tiebeam.core.pairing.check import CheckReport
    from tiebeam.interfaces.cli.loading import Loaded


def check(ctx: typer.Context, scenario: options.Scenario, plan: options.Plan) -> int:
    """Check a plan against the rules of its scenario and against what it says of itself."""
    from tiebeam.interfaces.cli.loading import load_plan_as_it_is, load_scenario

    session = session_of(ctx)
    loaded = load_scenario(scenario)
    given = load_plan_as_it_is(plan, loaded.scenario)
    checked, report = _check(loaded.scenario, given)
    _show(session, loaded, plan, checked, report)
    return _status(report)


def _status(report: "CheckReport") -> ExitStatus:
    return ExitStatus.FINDING if report.findings else ExitStatus.DONE


def _check(scenario: "Scenario", given: "Plan") -> "tuple[Plan, CheckReport]":
    """Check the plan as it is; pairs alone that are sound are then completed and checked again."""
    from tiebeam.core.pairing.check import check_plan

    report = check_plan(scenario, given)
    if given.flows is not None or report.findings or not scenario.resources:
        return given, report
    from tiebeam.core.pairing.completion import complete_flows

    try:
        completed = complete_flows(scenario, given)
    except Infeasible:
        # The pairs break no rule by themselves; that nothing can flow through them is told
        # by the scope of the check, which stays "pairs".
        return given, report
    return completed, check_plan(scenario, completed)


def _show(
    session: Session, loaded: "Loaded", path: Path, plan: "Plan", report: "CheckReport"
) -> None:
    from tiebeam.interfaces.cli import console, documents, tables
    from tiebeam.interfaces.cli.faults import print_warnings
    from tiebeam.interfaces.report.words import Voice

    scenario = loaded.scenario
    voice = Voice(scenario, session.language)
    if session.wants_json:
        content = {
            "scenario": documents.scenario_document(scenario),
            "completed": plan.completed,
            "check": documents.check_document(voice, report),
            "warnings": documents.warning_documents(session, loaded.warnings),
        }
        console.print_document(documents.envelope("check", _status(report), content))
        return
    if report.findings:
        console.print_lines([session.say("cli.check_findings", count=len(report.findings))])
        console.print_lines(
            f"  §{finding.rule}  {documents.say_finding(voice, finding)}"
            for finding in report.findings
        )
    else:
        console.print_lines([session.say(f"cli.check_sound_{report.scope}")])
    if not session.is_quiet:
        tables.print_checked_levels(session, voice, report)
        tables.print_assumptions(session, scenario, [str(path)] if plan.completed else [])
    print_warnings(session, loaded.warnings)
