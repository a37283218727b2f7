"""The program ``tiebeam``: which command is where."""

from collections.abc import Callable, Mapping

import typer

from tiebeam.interfaces.cli.audit import (
    keep_key,
    list_anchors,
    prove_record,
    seal_log,
    verify_log,
)
from tiebeam.interfaces.cli.backup import backup, restore
from tiebeam.interfaces.cli.calling import call_operation
from tiebeam.interfaces.cli.cases import copy_case, list_cases
from tiebeam.interfaces.cli.check import check
from tiebeam.interfaces.cli.compare import compare
from tiebeam.interfaces.cli.explain import explain
from tiebeam.interfaces.cli.founding import create_workspace, load_demonstration
from tiebeam.interfaces.cli.help import CommandInWords, EdgeGroup, GroupInWords
from tiebeam.interfaces.cli.ledger import close, post
from tiebeam.interfaces.cli.ledger_balances import show_balances, show_trial
from tiebeam.interfaces.cli.ledger_figures import export_journal
from tiebeam.interfaces.cli.ledger_import import import_events
from tiebeam.interfaces.cli.pair import pair
from tiebeam.interfaces.cli.report import report
from tiebeam.interfaces.cli.scenario import (
    check_scenario,
    convert_scenario,
    write_scenario_template,
)
from tiebeam.interfaces.cli.serving import manage, serve, worker
from tiebeam.interfaces.cli.surge import replay
from tiebeam.interfaces.cli.surge_balance import balance
from tiebeam.interfaces.cli.surge_forecast import forecast
from tiebeam.interfaces.cli.surge_plan import plan
from tiebeam.interfaces.cli.surge_supply import supply, write_template
from tiebeam.interfaces.cli.whatif import whatif

COMMANDS: Mapping[str, Mapping[str, Callable[..., int]]] = {
    "": {
        "pair": pair,
        "check": check,
        "explain": explain,
        "whatif": whatif,
        "compare": compare,
        "report": report,
        "serve": serve,
        "worker": worker,
        "manage": manage,
        "backup": backup,
        "restore": restore,
    },
    "scenario": {
        "check": check_scenario,
        "template": write_scenario_template,
        "convert": convert_scenario,
    },
    "cases": {"list": list_cases, "copy": copy_case},
    "ledger": {
        "post": post,
        "import": import_events,
        "balance": show_balances,
        "trial": show_trial,
        "close": close,
        "export": export_journal,
    },
    "surge": {
        "replay": replay,
        "plan": plan,
        "balance": balance,
        "forecast": forecast,
        "supply": supply,
        "supply-template": write_template,
    },
    "audit": {
        "seal": seal_log,
        "verify": verify_log,
        "prove": prove_record,
        "key": keep_key,
        "anchors": list_anchors,
    },
    "workspace": {"create": create_workspace, "demo": load_demonstration, "call": call_operation},
}
"""Group of commands (none for the program itself) -> name -> function."""

CONTEXTS: Mapping[str, dict[str, bool]] = {
    "manage": {"allow_extra_args": True, "ignore_unknown_options": True}
}
"""What a command's parser is told: the options of the framework are not ours to know."""


def build_app() -> typer.Typer:
    """Build the program with all its commands; help texts stand in it as codes."""
    program = _group("help.tiebeam", cls=EdgeGroup)
    for group, commands in COMMANDS.items():
        if group:
            place = _group(f"help.{group}", cls=GroupInWords)
            program.add_typer(place, name=group)
        else:
            place = program
        for name, function in commands.items():
            code = f"help.{group}.{name}" if group else f"help.{name}"
            place.command(
                name,
                cls=CommandInWords,
                help=f"{code}.text",
                short_help=f"{code}.line",
                epilog="help.common",
                rich_help_panel=None,
                context_settings=CONTEXTS.get(name),
            )(function)
    return program


def _group(code: str, *, cls: type[GroupInWords]) -> typer.Typer:
    return typer.Typer(
        cls=cls,
        help=f"{code}.text",
        short_help=f"{code}.line",
        epilog="help.common",
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )


app = build_app()
