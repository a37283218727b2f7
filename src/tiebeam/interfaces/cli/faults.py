"""Faults as lines for people and as values for programs."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from itertools import groupby
from typing import Any

from tiebeam.core.model.plan import Notice
from tiebeam.errors import Fault
from tiebeam.interfaces.cli.console import print_notes
from tiebeam.interfaces.cli.session import Session
from tiebeam.interfaces.messages import LANGUAGES, has_message

MOST_KNOWN_SHOWN = 12
"""How many of the known ids a message lists at most."""


def list_fault_lines(session: Session, faults: Iterable[Fault]) -> list[str]:
    """Return *faults* as lines: grouped by file, sheet or option, in the order of rows."""
    lines: list[str] = []
    ordered = sorted(faults, key=lambda fault: fault.place)
    for place, group in groupby(ordered, key=lambda fault: fault.place):
        if place:
            lines.append(session.say("cli.at_place", place=place))
        lines += [
            f"  {_locate(session, fault)}{say_fault(session, fault)}"
            for fault in sorted(group, key=lambda fault: fault.row or 0)
        ]
    return lines


def print_warnings(session: Session, warnings: Sequence[Fault]) -> None:
    """Print *warnings* on standard error, apart from the outcome; nothing where there are none."""
    if warnings:
        print_notes([session.say("cli.warnings", count=len(warnings))])
        print_notes(list_fault_lines(session, warnings))


def say_fault(session: Session, fault: Fault) -> str:
    """Return the sentence of *fault*, and the known word nearest to a mistyped one."""
    facts: dict[str, object] = {
        "place": fault.place,
        "row": fault.row,
        "column": fault.column,
        "value": fault.value,
        **fault.facts,
    }
    known = _words(facts.get("known"))
    near = _words(facts.get("near")) or _near(fault.value, known)
    if facts.get("read_as") == "":
        facts["read_as"] = session.say("expected.number")
    for fact in ("expected", "what"):
        # Kinds of things are told by the reader as codes too.
        code = f"expected.{facts.get(fact)}"
        if has_message(code):
            facts[fact] = session.say(code)
    if len(known) > MOST_KNOWN_SHOWN:
        facts["known"] = [*known[:MOST_KNOWN_SHOWN], "…"]
    told = session.say(fault.code, **facts)
    if not near:
        return told
    gap = "" if session.language == "zh" else " "
    return told + gap + session.say("cli.did_you_mean", word=near[0])


def _words(fact: object) -> list[str]:
    return [str(word) for word in fact] if isinstance(fact, list | tuple | set | frozenset) else []


def _near(word: str, known: list[str]) -> list[str]:
    """Return the known word nearest to a mistyped one, if any is near at all."""
    by_folded = {known_word.casefold(): known_word for known_word in known}
    return [by_folded[near] for near in get_close_matches(word.casefold(), by_folded, n=1)]


def fault_document(session: Session, fault: Fault) -> dict[str, object]:
    """Return *fault* as a mapping, with its sentence."""
    return {
        "code": fault.code,
        "place": fault.place,
        "row": fault.row,
        "column": fault.column,
        "value": fault.value,
        "facts": fault.facts,
        "message": say_fault(session, fault),
    }


def as_notice(fault: Fault) -> Notice:
    """Return a warning of the reader as the plan keeps it: a code and all its facts."""
    where: dict[str, object] = {
        "place": fault.place,
        "row": fault.row,
        "column": fault.column,
        "value": fault.value,
    }
    told = {key: value for key, value in where.items() if value not in ("", None)}
    return Notice(code=fault.code, facts={**told, **fault.facts})


def as_fault(notice: Notice) -> Fault:
    """Return a warning that a plan keeps as the fault it was made from."""
    facts = dict(notice.facts)
    row = facts.pop("row", None)
    return Fault(
        code=notice.code,
        place=str(facts.pop("place", "")),
        row=row if isinstance(row, int) else None,
        column=str(facts.pop("column", "")),
        value=str(facts.pop("value", "")),
        facts=facts,
    )


def say_notice(code: str, facts: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a warning that a plan keeps, with its place, in each language."""
    fault = as_fault(Notice(code=code, facts=facts))
    sentences = []
    for language in LANGUAGES:
        session = Session(language=language)
        where = session.say("cli.in_place", place=fault.place) if fault.place else ""
        sentences.append(where + _locate(session, fault) + say_fault(session, fault))
    return tuple(sentences)


def _locate(session: Session, fault: Fault) -> str:
    """Return where in its place the fault is: a row and column, or the ids of the row."""
    row_ids = [str(fault.facts[key]) for key in _ID_FACTS if key in fault.facts]
    if fault.row is not None and fault.column:
        return session.say("cli.at_row_column", row=fault.row, column=fault.column)
    if fault.row is not None:
        return session.say("cli.at_row", row=fault.row)
    if row_ids and fault.column:
        return session.say("cli.at_id_column", id=":".join(row_ids), column=fault.column)
    if row_ids:
        return session.say("cli.at_id", id=":".join(row_ids))
    if fault.column:
        return session.say("cli.at_column", column=fault.column)
    return ""


_ID_FACTS = ("id", "donor", "recipient", "resource")
"""Facts that name a row where its number is not known: a change on the command line has none."""
