"""What one run of the command line was asked for, whatever its command."""

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tiebeam.errors import Fault, InvalidInput
from tiebeam.interfaces.messages import LANGUAGES, Language, say

LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Environment variables that name the reader's language, the first that is set decides (POSIX)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """
    The options that every command understands.

    Attributes:
        wants_json: One JSON document on standard output, and nothing else there.
        wants_traceback: Show where an error came from.
        is_quiet: No progress and no tables: the outcome, warnings and errors only.
    """

    language: Language = "en"
    wants_json: bool = False
    wants_traceback: bool = False
    is_quiet: bool = False
    wants_version: bool = False

    def say(self, code: str, **facts: object) -> str:
        """Return the sentence of *code* in the reader's language."""
        return say(code, facts, self.language)

    def name(self, name: str, name_zh: str) -> str:
        """Return a name in the reader's language, or the one there is."""
        return name_zh if self.language == "zh" and name_zh else name


_FLAGS: Mapping[str, Callable[[Session], Session]] = {
    "--json": lambda session: replace(session, wants_json=True),
    "--debug": lambda session: replace(session, wants_traceback=True),
    "-q": lambda session: replace(session, is_quiet=True),
    "--quiet": lambda session: replace(session, is_quiet=True),
    "--version": lambda session: replace(session, wants_version=True),
}


def language_of_locale(environment: Mapping[str, str]) -> Language:
    """Return Chinese where the locale names it, else English."""
    named = next((environment[key] for key in LOCALE_VARIABLES if environment.get(key)), "")
    return "zh" if named.lower().startswith("zh") else "en"


def take_session(arguments: Sequence[str]) -> tuple[list[str], Session, list[Fault]]:
    """
    Part the common options, wherever they stand, from the arguments of the command.

    Returns:
        The arguments left, the session, and what is wrong with the common options. The
        session holds even then, so that the fault can be told as it asks.
    """
    session = Session(language=language_of_locale(os.environ))
    rest: list[str] = []
    faults: list[Fault] = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            rest += [argument, *waiting]
        elif argument in _FLAGS:
            session = _FLAGS[argument](session)
        elif argument == "--lang" or argument.startswith("--lang="):
            word = argument.partition("=")[2] if "=" in argument else next(waiting, "")
            if word in LANGUAGES:
                session = replace(session, language=word)
            else:
                facts: dict[str, object] = {"known": list(LANGUAGES)}
                faults.append(
                    Fault(code="cli.bad_language", place="--lang", value=word, facts=facts)
                )
        else:
            rest.append(argument)
    return rest, session, faults


def demand_positive(option: str, value: float | None, *, or_zero: bool = False) -> None:
    """
    Refuse a number on the command line that is not above zero, or not finite.

    Raises:
        InvalidInput: *value* is given and is none.
    """
    if value is None or 0 < value < float("inf") or (or_zero and value == 0):
        return
    code = "cli.not_zero_or_more" if or_zero else "cli.not_above_zero"
    raise InvalidInput([Fault(code=code, place=option, value=str(value))])


def write_out(text: str) -> None:
    """Write *text* and a line end to standard output."""
    sys.stdout.write(text + "\n")


def write_lines(lines: Iterable[str]) -> None:
    """Write *lines* to standard error, where everything goes that is not the outcome."""
    for line in lines:
        sys.stderr.write(line + "\n")
    sys.stderr.flush()
