"""Why something was refused: faults as a table or in sentences, where each is, what was met, what to do."""

from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from django.http import HttpRequest

from tiebeam.apps.pairings.operations.plans import PlanBreaksRules
from tiebeam.errors import Fault, Infeasible, InvalidInput, TiebeamError
from tiebeam.interfaces.messages import has_message
from tiebeam.interfaces.messages.faults import locate_fault, say_fault
from tiebeam.interfaces.report.words import Voice
from tiebeam.interfaces.web.desk.settings import say_path
from tiebeam.interfaces.web.page import language_of, say_error, say_to
from tiebeam.interfaces.web.tables import Cell, Column, Row, Status, Table

SHOWN_MOST = 500
"""So many faults a page lists; the rest is told by number."""


SENTENCES_MOST = 100
"""So many sentences stand above a form; the rest is told by number."""


def list_reasons(
    request: HttpRequest, error: TiebeamError, voice: Voice | None = None
) -> list[str]:
    """Return why the desk refused, each fault and each broken rule in a sentence; *voice* names the parties."""
    if isinstance(error, InvalidInput):
        reasons = [_sentence(request, fault, voice) for fault in error.faults]
    elif isinstance(error, PlanBreaksRules):
        findings: Any = error.facts["findings"]
        reasons = [
            voice.say(
                "report.finding", rule=finding.rule, words=voice.tell(finding.code, finding.facts)
            )
            for finding in findings
            if voice is not None
        ]
        reasons = [*say_error(request, error), *reasons]
    elif isinstance(error, Infeasible):
        return [say_to(request, "desk.nothing_flows")]
    else:
        return say_error(request, error)
    left_out = len(reasons) - SENTENCES_MOST
    if left_out > 0:
        reasons[SENTENCES_MOST:] = [say_to(request, "desk.faults.left_out", count=left_out)]
    return reasons


def _sentence(request: HttpRequest, fault: Fault, voice: Voice | None) -> str:
    """Return a fault with where it is; a setting is told by the names of *voice*."""
    language = language_of(request)
    if voice is not None:
        fault = _with_names(fault, voice)
    where = [_place(request, fault)] if fault.place else []
    named = say_path(tuple(fault.column.split(".")), voice) if voice and fault.column else ""
    # Its own colon is for what follows in a report.
    located = named or locate_fault(fault, language).rstrip(" :：")
    where += [located] if located else []
    told = say_fault(fault, language)
    return say_to(request, "desk.faults.sentence", where=where, told=told) if where else told


def _with_names(fault: Fault, voice: Voice) -> Fault:
    """Return a fault of a change whose known ids stand beside the names that people know."""
    tellers = {
        "change.unknown_donor": voice.donor,
        "change.unknown_recipient": voice.recipient,
        "change.unknown_resource": voice.resource,
    }
    teller = tellers.get(fault.code)
    if teller is None:
        return fault
    ids = [str(known) for known in fault.facts["known"]]  # type: ignore[attr-defined]  # ids
    known = [
        one if teller(one) == one else voice.say("desk.known", name=teller(one), id=one)
        for one in ids
    ]
    # Who writes a name for an id is told the id; a mistyped id is compared with the ids.
    by_word = dict(zip(ids, known, strict=True))
    by_word |= {teller(one): by_word[one] for one in ids}
    near = [by_word[word] for word in get_close_matches(fault.value, by_word, n=1)]
    return replace(fault, facts={**fault.facts, "known": known, "near": near})


def fault_table(
    request: HttpRequest, faults: Sequence[Fault], *, is_warning: bool = False
) -> Table:
    """Return *faults*, or warnings, as a table in the order of sheets and rows."""
    heads = ("place", "row", "column", "value", "expected", "what")
    columns = tuple(
        Column(head, say_to(request, f"desk.faults.{head}"), is_number=head == "row")
        for head in heads
    )
    ordered = sorted(faults, key=lambda fault: (fault.place, fault.row or 0, fault.column))
    sign: Status = "risk" if is_warning else "bad"
    word = "warnings" if is_warning else "faults"
    left_out = len(ordered) - SHOWN_MOST
    return Table(
        name=word,
        caption=say_to(request, f"desk.faults.{word}_found", count=len(ordered)),
        columns=columns,
        rows=tuple(_row(request, fault, sign) for fault in ordered[:SHOWN_MOST]),
        count=len(ordered),
        source=say_to(request, "desk.faults.left_out", count=left_out) if left_out > 0 else "",
    )


def _row(request: HttpRequest, fault: Fault, sign: Status) -> Row:
    language = language_of(request)
    return Row(
        (
            Cell(_place(request, fault), status=sign),
            Cell("" if fault.row is None else str(fault.row), exact=fault.row),
            Cell(fault.column),
            Cell(fault.value),
            Cell(_expected(request, fault)),
            Cell(say_fault(fault, language)),
        )
    )


def _place(request: HttpRequest, fault: Fault) -> str:
    """Return the sheet or file; what has no name of its own to the reader is told in words."""
    code = f"desk.place.{fault.place.lstrip('-')}"
    return say_to(request, code) if has_message(code) else fault.place or "–"


def _expected(request: HttpRequest, fault: Fault) -> str:
    expected = fault.facts.get("expected")
    if expected is None:
        known = fault.facts.get("known")
        words = [str(word) for word in known] if isinstance(known, list | tuple) else []
        return ", ".join(words[:8]) + (" …" if len(words) > 8 else "")
    code = f"expected.{expected}"
    return say_to(request, code) if has_message(code) else str(expected)
