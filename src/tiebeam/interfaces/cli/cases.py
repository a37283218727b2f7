"""``tiebeam cases``: the real cases that come with the program."""

from pathlib import Path
from typing import Annotated

import typer

from tiebeam.interfaces.cli.exits import ExitStatus
from tiebeam.interfaces.cli.help import session_of

Name = Annotated[str, typer.Argument(help="help.cases.name", metavar="NAME")]
Target = Annotated[Path | None, typer.Argument(help="help.cases.target", metavar="DIR")]


def list_cases(ctx: typer.Context) -> int:
    """List the cases: name, kind, title, and the scenarios and plans each holds."""
    from tiebeam import cases
    from tiebeam.interfaces.cli import console, documents

    session = session_of(ctx)
    found = cases.list_cases()
    if session.wants_json:
        content = {"cases": found}
        console.print_document(documents.envelope("cases list", ExitStatus.DONE, content))
        return ExitStatus.DONE
    columns = [
        console.Column(title=session.say(f"cli.column_{name}"))
        for name in ("case", "kind", "title", "scenarios", "plans")
    ]
    comma = "、" if session.language == "zh" else ", "
    rows = [
        (
            case.id,
            session.say(f"cases.kind.{case.kind}"),
            session.name(case.title, case.title_zh),
            comma.join(case.scenarios),
            comma.join(case.plans),
        )
        for case in found
    ]
    console.print_table(session, session.say("cli.cases", count=len(rows)), columns, rows)
    console.print_lines(["", session.say("cli.cases_hint"), session.say("cli.cases_kinds")])
    return ExitStatus.DONE


def copy_case(ctx: typer.Context, name: Name, target: Target = None) -> int:
    """Copy a case, with its scenarios, plans and notes, to a folder of the user's."""
    from tiebeam import cases
    from tiebeam.interfaces.cli import console, documents

    session = session_of(ctx)
    folder = cases.copy_case(name, Path(name) if target is None else target)
    scenario = folder / "scenario" if (folder / "scenario").is_dir() else None
    if session.wants_json:
        content = {"name": name, "path": folder, "scenario": scenario}
        console.print_document(documents.envelope("cases copy", ExitStatus.DONE, content))
        return ExitStatus.DONE
    code = "cli.facts_copied" if scenario is None else "cli.case_copied"
    console.print_lines([session.say(code, name=name, path=folder, scenario=scenario)])
    return ExitStatus.DONE
