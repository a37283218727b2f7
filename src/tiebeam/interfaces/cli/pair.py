"""``tiebeam pair``: the best plan of a scenario, checked, written and shown."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from tiebeam.errors import Fault, Infeasible, InvalidInput
from tiebeam.interfaces.cli import options
from tiebeam.interfaces.cli.exits import BrokenOwnCheck, ExitStatus
from tiebeam.interfaces.cli.help import session_of
from tiebeam.interfaces.cli.session import Session

if TYPE_CHECKING:
    from tiebeam.core.model.plan import Plan
    from tiebeam.core.model.scenario import Scenario
    from tiebeam.core.pairing.check import CheckReport
    from tiebeam.interfaces.cli.loading import Loaded


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A plan that passed its check, and where it lies."""

    plan: "Plan"
    check: "CheckReport"
    folder: Path
    report: Path


def pair(
    ctx: typer.Context,
    scenario: options.Scenario,
    out: options.OutFolder = None,
    time_limit: options.TimeLimit = None,
    gap: options.Gap = None,
    seed: options.Seed = None,
) -> int:
    """Pair donors and recipients, check the plan, write its folder and show it."""
    from tiebeam.interfaces.cli.loading import load_scenario
    from tiebeam.interfaces.cli.solving import Limits, solve

    session = session_of(ctx)
    limits = Limits(time_limit_s=time_limit, gap=gap, seed=seed)
    limits.demand_sense()
    folder = _choose_folder(scenario, out)
    loaded = load_scenario(scenario)
    plan = keep_warnings(solve(session, loaded.scenario, limits), loaded.warnings)
    if plan.status == "infeasible":
        raise Infeasible(conflict=plan.conflict, scenario=loaded.scenario)
    if plan.status == "unknown":
        return tell_nothing_found(session)
    written = _write(loaded, plan, folder)
    _show(session, loaded, written)
    return ExitStatus.DONE


def keep_warnings(plan: "Plan", warnings: tuple[Fault, ...]) -> "Plan":
    """Return *plan* with the reader's *warnings* among its own, each once."""
    from tiebeam.interfaces.cli.faults import as_notice

    notices = list(plan.warnings)
    notices += [notice for notice in map(as_notice, warnings) if notice not in notices]
    return replace(plan, warnings=tuple(notices))


def demand_own_check(scenario: "Scenario", plan: "Plan") -> "CheckReport":
    """
    Check a plan that the solver made.

    Raises:
        BrokenOwnCheck: It breaks a rule; that is a fault of ours, and nothing is written.
    """
    from tiebeam.core.pairing.check import check_plan

    check = check_plan(scenario, plan)
    if check.findings:
        first = check.findings[0]
        raise BrokenOwnCheck(
            count=len(check.findings), rule=first.rule, first=first.code, findings=check.findings
        )
    return check


def _choose_folder(scenario: Path, out: Path | None) -> Path:
    """
    Return where the plan goes: what was asked for, else ``<scenario>-plan`` where we are.

    Raises:
        InvalidInput: It is the scenario itself.
        FolderNotOurs: Something is there that we did not write.
    """
    from tiebeam.interchange.plan import demand_replaceable

    name = scenario.resolve()
    if name.name == "scenario.toml":
        name = name.parent
    stem = name.stem if name.is_file() else name.name
    folder = Path(f"{stem}-plan") if out is None else out
    if folder.resolve() == name:
        raise InvalidInput([Fault(code="cli.no_place_for_plan", place="-o", value=str(folder))])
    # Before the search: nobody should wait for a plan that cannot be kept.
    demand_replaceable(folder)
    return folder


def _write(loaded: "Loaded", plan: "Plan", folder: Path) -> Written:
    from tiebeam.interchange.plan import write_plan
    from tiebeam.interfaces.cli.faults import say_notice
    from tiebeam.interfaces.cli.reasons import find_reasons
    from tiebeam.interfaces.report import write_report

    check = demand_own_check(loaded.scenario, plan)
    write_plan(plan, loaded.scenario, folder, say=say_notice)
    report = folder / "report.html"
    write_report(
        report,
        loaded.scenario,
        plan,
        check=check,
        reasons=find_reasons(loaded.scenario, plan),
        against=None,
        boundaries=None,
    )
    return Written(plan=plan, check=check, folder=folder, report=report)


def _show(session: Session, loaded: "Loaded", written: Written) -> None:
    from tiebeam.interfaces.cli import console, documents, tables
    from tiebeam.interfaces.cli.faults import as_fault, print_warnings
    from tiebeam.interfaces.report.words import Voice

    voice = Voice(loaded.scenario, session.language)
    plan = written.plan
    warnings = [as_fault(notice) for notice in plan.warnings]
    if session.wants_json:
        content = {
            "scenario": documents.scenario_document(loaded.scenario),
            "plan": documents.plan_document(voice, plan, written.check),
            "warnings": documents.warning_documents(session, warnings),
            "folder": written.folder,
            "report": written.report,
        }
        console.print_document(documents.envelope("pair", ExitStatus.DONE, content))
        return
    tables.print_headline(session, voice, plan)
    console.print_lines([tables.say_status(session, plan, written.check)])
    if not session.is_quiet:
        tables.print_plan(session, voice, plan, written.check)
        tables.print_assumptions(session, loaded.scenario)
    where = {"folder": written.folder, "report": written.report}
    console.print_lines(["", session.say("cli.plan_written", **where)])
    print_warnings(session, warnings)


def tell_nothing_found(session: Session) -> int:
    """Tell that the limit came before any plan, and return the status for it."""
    from tiebeam.interfaces.cli.console import print_document
    from tiebeam.interfaces.cli.session import write_lines

    status = ExitStatus.NOTHING_FOUND
    message = session.say("cli.nothing_found")
    write_lines([message])
    if session.wants_json:
        print_document({"code": "cli.nothing_found", "exit": status, "message": message})
    return status
