"""Faults as lines for people and as values for programs."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from tiebeam.core.model.plan import Notice
from tiebeam.errors import Fault
from tiebeam.interfaces.cli.console import print_notes
from tiebeam.interfaces.cli.session import Session
from tiebeam.interfaces.messages import LANGUAGES
from tiebeam.interfaces.messages import faults as fault_words
from tiebeam.interfaces.messages.faults import locate_fault


def list_fault_lines(session: Session, faults: Iterable[Fault]) -> list[str]:
    """Return *faults* as lines: grouped by file, sheet or option, in the order of rows."""
    lines: list[str] = []
    ordered = sorted(faults, key=lambda fault: fault.place)
    for place, group in groupby(ordered, key=lambda fault: fault.place):
        if place:
            lines.append(session.say("cli.at_place", place=place))
        lines += [
            f"  {locate_fault(fault, session.language)}{say_fault(session, fault)}"
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
    return fault_words.say_fault(fault, session.language)


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
        sentences.append(where + locate_fault(fault, session.language) + say_fault(session, fault))
    return tuple(sentences)
