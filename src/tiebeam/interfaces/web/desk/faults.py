"""Faults of a scenario as a table: where each is, what was met, what was expected, what to do."""

from collections.abc import Sequence

from django.http import HttpRequest

from tiebeam.errors import Fault
from tiebeam.interfaces.messages import has_message
from tiebeam.interfaces.messages.faults import say_fault
from tiebeam.interfaces.web.page import language_of, say_to
from tiebeam.interfaces.web.tables import Cell, Column, Row, Status, Table

SHOWN_MOST = 500
"""So many faults a page lists; the rest is told by number."""


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
