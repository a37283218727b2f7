"""``tiebeam scenario``: check, convert, or begin one."""

from pathlib import Path
from typing import Annotated

import typer

from tiebeam.interfaces.cli import options
from tiebeam.interfaces.cli.exits import ExitStatus
from tiebeam.interfaces.cli.help import session_of
from tiebeam.interfaces.cli.session import Session

Target = Annotated[Path, typer.Argument(help="help.target", metavar="OUT")]
Template = Annotated[Path, typer.Argument(help="help.template", metavar="OUT.xlsx")]


def check_scenario(ctx: typer.Context, scenario: options.Scenario) -> int:
    """Read a scenario and say what is wrong or doubtful in it."""
    from tiebeam.core.model.identity import scenario_sha256
    from tiebeam.interfaces.cli import console, documents
    from tiebeam.interfaces.cli.faults import print_warnings
    from tiebeam.interfaces.cli.loading import load_scenario

    session = session_of(ctx)
    loaded = load_scenario(scenario)
    read = loaded.scenario
    facts = {
        "id": read.id,
        "title": session.name(read.title, read.title_zh) or read.id,
        "donors": len(read.donors),
        "recipients": len(read.recipients),
        "resources": len(read.resources),
        "warnings": len(loaded.warnings),
        "sha256": scenario_sha256(read),
    }
    if session.wants_json:
        warnings = documents.warning_documents(session, loaded.warnings)
        content = {**facts, "warnings": warnings}
        console.print_document(documents.envelope("scenario check", ExitStatus.DONE, content))
        return ExitStatus.DONE
    console.print_lines([session.say("cli.scenario_sound", **facts)])
    print_warnings(session, loaded.warnings)
    return ExitStatus.DONE


def write_scenario_template(ctx: typer.Context, out: Template) -> int:
    """Write an empty workbook to fill in, with notes and an example."""
    from tiebeam.interchange.scenario import write_template
    from tiebeam.interfaces.cli.loading import demand_new_workbook

    demand_new_workbook(out, argument="OUT.xlsx")
    write_template(out)
    return tell_written(session_of(ctx), "scenario template", out)


def convert_scenario(ctx: typer.Context, scenario: options.Scenario, out: Target) -> int:
    """Write a scenario in the other form: a workbook where the name ends in .xlsx, else a folder."""
    from tiebeam.interchange.scenario import write_scenario
    from tiebeam.interfaces.cli.loading import demand_free, load_scenario

    demand_free(out, argument="OUT")
    write_scenario(load_scenario(scenario).scenario, out)
    return tell_written(session_of(ctx), "scenario convert", out)


def tell_written(session: Session, command: str, path: Path) -> int:
    """Say that *path* was written."""
    from tiebeam.interfaces.cli import console, documents

    if session.wants_json:
        content = {"path": path}
        console.print_document(documents.envelope(command, ExitStatus.DONE, content))
    else:
        console.print_lines([session.say("cli.written", path=path)])
    return ExitStatus.DONE
