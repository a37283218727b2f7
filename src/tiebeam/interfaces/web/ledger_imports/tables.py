"""Tables of imports: all of them, what each row would do, and what an import comes to."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from tiebeam.apps.ledger.operations.given_events import KnownEvent
from tiebeam.apps.ledger.operations.imports import LookedImport
from tiebeam.apps.ledger.queries.imports import StandingImport
from tiebeam.errors import Fault
from tiebeam.interfaces.messages.faults import say_fault
from tiebeam.interfaces.web.listing import read_asked
from tiebeam.interfaces.web.page import language_of, name_of, say_to
from tiebeam.interfaces.web.tables import Cell, Choice, Column, Row, Status, Table, amount, day

SIGNS: Mapping[str, Status] = {
    "refused": "bad", "asked": "risk", "create": "good", "skip": "none",
    "proposed": "risk", "begun": "risk", "posted": "good", "returned": "bad", "withdrawn": "none",
}  # fmt: skip
ACTS = ("refused", "asked", "create", "skip")


def imports_table(
    request: HttpRequest, imports: Sequence[StandingImport], people: Mapping[UUID, str]
) -> Table:
    """Return the table of the imports."""
    asked = read_asked(request)
    rows = [
        Row(
            (
                Cell(
                    each.proposal.source or str(each.proposal.pk)[:8],
                    address=reverse("ledger_import", args=[each.proposal.pk]),
                ),
                state_cell(request, each),
                Cell(name_of(request, each.proposal.programme)),
                Cell(str(each.proposal.events_count), exact=each.proposal.events_count),
                Cell(people.get(each.proposal.maker_id, "")),
                day(timezone.localdate(each.proposal.proposed_at)),
            ),
            address=reverse("ledger_import", args=[each.proposal.pk]),
        )
        for each in imports[asked.start : asked.stop]
    ]
    return Table(
        name="imports",
        columns=_columns(request, ("source", "state", "programme", "events", "maker", "proposed")),
        rows=tuple(rows),
        count=len(imports),
        asked=asked,
        empty=say_to(request, "imports.none"),
        can_be_saved=False,
    )


def state_cell(request: HttpRequest, each: StandingImport) -> Cell:
    """Return where an import stands, with its sign."""
    facts = {"posted": each.posted, "of": each.proposal.events_count}
    return Cell(say_to(request, f"imports.state.{each.state}", **facts), status=SIGNS[each.state])


def rows_table(request: HttpRequest, looked: LookedImport) -> Table:
    """Return what each row would do; those that are refused or asked about come first."""
    asked = read_asked(request, filters=("act",))
    act = asked.filters.get("act", "")
    told: defaultdict[int, list[Fault]] = defaultdict(list)
    for fault in (*looked.faults, *looked.questions):
        told[fault.row or 0].append(fault)
    events = {event.given.row: event for event in looked.events}
    refused = {fault.row or 0 for fault in looked.faults}
    questioned = {fault.row or 0 for fault in looked.questions}
    lines = []
    for row in {*events, *told}:
        event = events.get(row)
        does = (
            "refused" if row in refused
            else "asked" if row in questioned
            else "skip" if event is not None and event.is_posted
            else "create"
        )  # fmt: skip
        if act in {"", does}:
            lines.append((ACTS.index(does), row, does, event))
    lines.sort(key=lambda line: line[:2])
    return Table(
        name="import-rows",
        columns=_columns(request, ("row", "act", "day", "event", "amount", "key", "what")),
        rows=tuple(
            _line(request, row, does, event, told[row])
            for _, row, does, event in lines[asked.start : asked.stop]
        ),
        count=len(lines),
        asked=asked,
        choices=(
            Choice(
                "act",
                say_to(request, "imports.head.act"),
                tuple((word, say_to(request, f"imports.act.{word}")) for word in ACTS),
            ),
        ),
        empty=say_to(request, "imports.no_rows"),
        can_be_saved=False,
    )


def count_acts(looked: LookedImport) -> dict[str, int]:
    """Return how many rows do what."""
    skip = sum(event.is_posted for event in looked.events)
    return {
        "refused": len({fault.row for fault in looked.faults}),
        "asked": len({fault.row for fault in looked.questions}),
        "create": len(looked.events) - skip,
        "skip": skip,
    }


def sums_table(request: HttpRequest, events: Sequence[KnownEvent]) -> Table:
    """Return what an import comes to by kind of event; money and counted things are never added."""
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for event in events:
        sums[event.terms.kind][0] += 1
        sums[event.terms.kind][1] += event.terms.amount
    language = language_of(request)
    return Table(
        name="import-sums",
        columns=_columns(request, ("event", "events", "amount")),
        rows=tuple(
            Row(
                (
                    Cell(say_to(request, f"ledger.kind.{kind}")),
                    Cell(str(count), exact=count),
                    amount(total, language),
                )
            )
            for kind, (count, total) in sums.items()
        ),
        can_be_saved=False,
    )


def _line(
    request: HttpRequest, row: int, does: str, event: KnownEvent | None, told: Sequence[Fault]
) -> Row:
    language = language_of(request)
    given = event.given if event else None
    return Row(
        (
            Cell(str(row or ""), exact=row),
            Cell(say_to(request, f"imports.act.{does}"), status=SIGNS[does]),
            day(given.on if given else None),
            Cell(say_to(request, f"ledger.kind.{given.kind}") if given else ""),
            amount(given.amount if given and given.amount else None, language),
            Cell(given.key if given else ""),
            Cell(" ".join(say_fault(fault, language) for fault in told[:6])),
        )
    )


def _columns(request: HttpRequest, keys: Sequence[str]) -> tuple[Column, ...]:
    figures = {"row", "amount", "events"}
    return tuple(
        Column(key, say_to(request, f"imports.head.{key}"), is_number=key in figures)
        for key in keys
    )
