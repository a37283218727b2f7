"""Exit statuses, and the edge at which an error becomes a status and a message."""

import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from enum import IntEnum

import typer

from tiebeam.errors import Infeasible, InvalidInput, TiebeamError
from tiebeam.interfaces.cli.faults import fault_document, list_fault_lines
from tiebeam.interfaces.cli.session import Session, write_lines, write_out
from tiebeam.interfaces.cli.values import plain_value


class ExitStatus(IntEnum):
    """What the shell is told; the meaning is the same for every command."""

    DONE = 0
    FINDING = 1
    BAD_INPUT = 2
    INFEASIBLE = 3
    NOTHING_FOUND = 4
    INTERNAL = 5
    INTERRUPTED = 130


class BrokenOwnCheck(TiebeamError):
    """A plan of ours does not pass the checker: a fault of the program, never of the input."""

    code = "cli.broke_own_check"


def run_command(session: Session, command: Callable[[], object]) -> int:
    """
    Run *command* and return its exit status; an error is told first, without a traceback.

    A traceback is shown with ``--debug`` only. With ``--json`` the error is the one
    document on standard output as well.
    """
    try:
        status = command()
    except InvalidInput as error:
        return _tell_faults(session, error)
    except Infeasible as error:
        return _tell_infeasible(session, error)
    except BrokenOwnCheck as error:
        return _tell(session, error, ExitStatus.INTERNAL, error.code, error.facts)
    except TiebeamError as error:
        return _tell(session, error, ExitStatus.BAD_INPUT, error.code, error.facts)
    except typer.TyperException as error:
        return _tell_usage(session, error)
    except KeyboardInterrupt:
        return ExitStatus.INTERRUPTED
    except BrokenPipeError:
        # The reader of our output went away ("| head"): what is left has no reader either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitStatus.DONE
    except OSError as error:
        facts = {"path": error.filename or "", "reason": error.strerror or str(error)}
        return _tell(session, error, ExitStatus.BAD_INPUT, "cli.system_error", facts)
    except Exception as error:  # noqa: BLE001 - the edge: whatever it is, the user gets a message
        facts = {"kind": type(error).__name__, "text": str(error)}
        return _tell(session, error, ExitStatus.INTERNAL, "cli.internal", facts)
    return int(status) if isinstance(status, int) else ExitStatus.DONE


def _tell_faults(session: Session, error: InvalidInput) -> int:
    status = ExitStatus.BAD_INPUT
    lines = [session.say("cli.faults_found", count=len(error.faults))]
    lines += list_fault_lines(session, error.faults)
    if error.warnings:
        lines.append(session.say("cli.warnings", count=len(error.warnings)))
        lines += list_fault_lines(session, error.warnings)
    _tell_lines(session, error, lines)
    if session.wants_json:
        faults = [fault_document(session, fault) for fault in error.faults]
        warnings = [fault_document(session, warning) for warning in error.warnings]
        more = {"faults": faults, "warnings": warnings}
        _write_error(error.code, status, lines[0], more)
    return status


def _tell_infeasible(session: Session, error: Infeasible) -> int:
    """Tell which rules cannot hold together, set by set (§M8)."""
    from tiebeam.interfaces.cli.conflicts import conflict_documents, list_conflict_lines

    status = ExitStatus.INFEASIBLE
    facts = dict(error.facts)
    conflict, scenario = facts.pop("conflict", ()), facts.pop("scenario", None)
    lines = [session.say("cli.infeasible"), *list_conflict_lines(session, scenario, conflict)]
    _tell_lines(session, error, lines)
    if session.wants_json:
        rules = conflict_documents(session, scenario, conflict)
        more = {"status": "infeasible", "facts": facts, "conflict": rules}
        _write_error(error.code, status, lines[0], more)
    return status


def _tell_usage(session: Session, error: typer.TyperException) -> int:
    """Tell a wrong use of the command line; the parser's own words are English only."""
    kind = type(error).__name__
    param = getattr(error, "param", None)
    facts = {
        "text": error.format_message(),
        "option": getattr(error, "option_name", ""),
        "param": "" if param is None else param.get_error_hint().strip("'"),
        "value": error.message,
    }
    code = _USAGE_CODES.get(kind, "cli.usage")
    faults = getattr(error.__cause__, "errors", None)
    if faults is not None and (expected := _expected(session, param)):
        code, facts = (
            "cli.bad_value",
            {**facts, "value": faults()[0]["input"], "expected": expected},
        )
    context = getattr(error, "ctx", None)
    lines = [session.say(code, **facts)]
    if context is not None:
        lines.append(session.say("cli.usage_hint", command=context.command_path))
    _tell_lines(session, error, lines)
    if session.wants_json:
        _write_error(code, ExitStatus.BAD_INPUT, lines[0], {"facts": facts})
    return ExitStatus.BAD_INPUT


def _expected(session: Session, param: object) -> str:
    """Say what number an option takes, "" where it takes none."""
    annotation = param.type_descriptor.annotation if hasattr(param, "type_descriptor") else None
    if annotation not in {int, float}:
        return ""
    number = session.say(f"cli.expects_{annotation.__name__}")
    least, most = getattr(param, "min", None), getattr(param, "max", None)
    if least is None:
        return number
    if most is None:
        return session.say("cli.expects_at_least", number=number, least=str(least))
    return session.say("cli.expects_between", number=number, least=str(least), most=str(most))


_USAGE_CODES = {
    "NoSuchOption": "cli.no_such_option",
    "MissingParameter": "cli.missing_parameter",
    "BadParameter": "cli.bad_parameter",
}
"""Kind of the parser's error -> code of our sentence; any other is passed on in its own words."""


def _tell(
    session: Session, error: BaseException, status: ExitStatus, code: str, facts: dict[str, object]
) -> int:
    lines = [session.say(code, **facts)]
    if status == ExitStatus.INTERNAL and not session.wants_traceback:
        lines.append(session.say("cli.ask_for_debug"))
    _tell_lines(session, error, lines)
    if session.wants_json:
        _write_error(code, status, lines[0], {"facts": facts})
    return status


def _tell_lines(session: Session, error: BaseException, lines: list[str]) -> None:
    if session.wants_traceback:
        lines = ["".join(traceback.format_exception(error)).rstrip(), *lines]
    write_lines(lines)


def _write_error(code: str, status: ExitStatus, message: str, more: Mapping[str, object]) -> None:
    document = {"code": code, "exit": int(status), "message": message, **more}
    write_out(json.dumps(plain_value(document), ensure_ascii=False, indent=2))
