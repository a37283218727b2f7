"""The help of the commands in the reader's language, and the group that runs them all."""

from collections.abc import Callable, Sequence
from typing import Any, cast

from typer.core import TyperCommand, TyperGroup

from tiebeam import __version__
from tiebeam.errors import InvalidInput
from tiebeam.interfaces.cli.exits import ExitStatus, run_command
from tiebeam.interfaces.cli.session import Session, take_session, write_out
from tiebeam.interfaces.messages import Language, has_message, say

HEADINGS = (
    ("Usage:", "help.usage"),
    ("Options:", "help.options"),
    ("Arguments:", "help.arguments"),
    ("Commands:", "help.commands"),
    ("Show this message and exit.", "help.help"),
    ("[required]", "help.required"),
)
"""Words the parser writes by itself, in English only, and the codes of ours."""


class CommandInWords(TyperCommand):
    """A command whose help is in the reader's language."""

    def get_help(self, ctx: Any) -> str:
        """Return the help; the codes of the texts have been replaced before."""
        return _with_headings(super().get_help(ctx), _language(ctx))


class GroupInWords(TyperGroup):
    """A group of commands whose help is in the reader's language."""

    command_class = CommandInWords

    def get_help(self, ctx: Any) -> str:
        """Return the help; the codes of the texts have been replaced before."""
        return _with_headings(super().get_help(ctx), _language(ctx))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse *args*; a group without a command shows its help, which is no error."""
        return super().parse_args(ctx, args or ["--help"])


class EdgeGroup(GroupInWords):
    """All commands: takes the common options, speaks, and ends with an exit status."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,  # noqa: ARG002 - signature of the parser
        standalone_mode: bool = True,  # noqa: FBT001, FBT002 - signature of the parser
        windows_expand_args: bool = True,  # noqa: FBT001, FBT002, ARG002 - the same
        **extra: Any,
    ) -> Any:
        """Run the command line *args*, of this process if None, and end with a status."""
        arguments = _arguments(args)
        rest, session, faults = take_session(arguments)
        run: Callable[..., object] = super().main

        def command() -> object:
            if faults:
                raise InvalidInput(faults)
            if session.wants_version:
                _write_version(session)
                return ExitStatus.DONE
            translate(self, session.language)
            return run(args=rest, prog_name=prog_name, standalone_mode=False, obj=session, **extra)

        tolerate_narrow_encodings()
        status = run_command(session, command)
        if not standalone_mode:
            return status
        raise SystemExit(status)


def translate(command: Any, language: Language) -> None:
    """Replace the codes that stand as help texts by texts, in *command* and all below it."""
    for place in ("help", "short_help", "epilog"):
        _replace_code(command, place, language)
    for param in command.params:
        _replace_code(param, "help", language)
        _replace_code(param, "metavar", language)
    for child in getattr(command, "commands", {}).values():
        translate(child, language)


def tolerate_narrow_encodings() -> None:
    """Let a terminal that cannot show a character show a question mark, and no error."""
    import sys

    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _replace_code(owner: Any, attribute: str, language: Language) -> None:
    code = getattr(owner, attribute, None)
    if isinstance(code, str) and has_message(code):
        setattr(owner, attribute, say(code, {}, language))


def _arguments(args: Sequence[str] | None) -> list[str]:
    import sys

    return list(sys.argv[1:] if args is None else args)


def _language(ctx: Any) -> Language:
    return ctx.obj.language if isinstance(ctx.obj, Session) else "en"


def _with_headings(text: str, language: Language) -> str:
    if language == "en":
        return text
    for word, code in HEADINGS:
        text = text.replace(word, say(code, {}, language))
    return text


def _write_version(session: Session) -> None:
    if session.wants_json:
        write_out(f'{{"name": "tiebeam", "version": "{__version__}"}}')
    else:
        write_out(f"tiebeam {__version__}")


def session_of(ctx: Any) -> Session:
    """Return the session that the edge put into the context of a command."""
    return cast("Session", ctx.find_root().obj)
