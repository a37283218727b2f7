"""Tables of hand-overs: ended pairings, and the lines of one hand-over."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from tiebeam.apps.pairings.models import HandOver, HandOverLine
from tiebeam.apps.pairings.queries.hand_overs import (
    EndedPairing,
    answer_of,
    find_ending,
    find_successor,
    list_ended_pairings,
    list_next_donors,
)
from tiebeam.interfaces.web.agreements.words import pair_address
from tiebeam.interfaces.web.documents.places import name_of_pairing
from tiebeam.interfaces.web.hand_overs.words import (
    ANSWER_MARKS,
    STATE_MARKS,
    may_open,
    name_of_ending,
    say_answer,
    say_kind,
)
from tiebeam.interfaces.web.listing import read_asked
from tiebeam.interfaces.web.page import Fact, name_of, say_to
from tiebeam.interfaces.web.periods import last_day_of, period_text
from tiebeam.interfaces.web.seated import actor_of
from tiebeam.interfaces.web.tables import Cell, Choice, Column, Row, Table, day
from tiebeam.platform.identity.people import list_names

STATES = ("missing", "open", "signed")


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """One line of a hand-over as the page draws it."""

    kind: str
    answer: str
    mark: str
    source: str
    descriptions: tuple[str, ...]
    statement: str
    edit: str
    verb: str


def ended_table(request: HttpRequest, today: date) -> Table:
    """Return the table of ended pairings with the state of their hand-over."""
    asked = read_asked(request, filters=("state",), name="hand-overs")
    state = asked.filters.get("state", "")
    rows, count = list_ended_pairings(
        today, state=state if state in STATES else "", start=asked.start, stop=asked.stop
    )
    states = tuple((word, say_to(request, f"hand_overs.state.{word}")) for word in STATES)
    return Table(
        name="hand-overs",
        columns=tuple(
            Column(key, say_to(request, f"hand_overs.column.{key}"))
            for key in ("pair", "ended", "state", "step")
        ),
        rows=tuple(_ended_row(request, row) for row in rows),
        count=count,
        asked=asked,
        choices=(Choice("state", say_to(request, "hand_overs.column.state"), states),),
        empty=say_to(request, "hand_overs.empty"),
    )


def _ended_row(request: HttpRequest, row: EndedPairing) -> Row:
    state = "missing" if row.hand_over is None else row.hand_over.state
    address, step = "", ""
    if row.hand_over is not None:
        address = reverse("hand_over", args=[row.hand_over.pk])
        step = say_to(request, "hand_overs.look")
    elif may_open(actor_of(request), row.pairing):
        address = reverse("open_hand_over", args=[row.pairing.pk])
        step = say_to(request, "hand_overs.open")
    return Row(
        (
            Cell(name_of_pairing(request, row.pairing), address=pair_address(row.pairing)),
            day(last_day_of(row.pairing.valid_until)),
            Cell(say_to(request, f"hand_overs.state.{state}"), status=STATE_MARKS[state]),
            Cell(step, address=address),
        ),
        address=address,
    )


def rows_of(
    request: HttpRequest, lines: Iterable[HandOverLine], *, may_answer: bool
) -> list[LineRow]:
    """Return the lines of a hand-over as the page draws them."""
    return [
        LineRow(
            kind=say_kind(request, line.kind),
            answer=say_answer(request, line),
            mark=ANSWER_MARKS[answer_of(line)],
            source=_source(request, line),
            descriptions=tuple(str(text) for text in line.descriptions),
            statement=line.statement,
            edit=reverse("answer_line", args=[line.pk])
            if may_answer and not line.is_recorded_here
            else "",
            verb=say_to(
                request,
                "hand_overs.answer" if line.items_count is None else "hand_overs.change",
            ),
        )
        for line in lines
    ]


def facts_of(request: HttpRequest, hand_over: HandOver) -> list[Fact]:
    """Return the facts of a hand-over: its pairing, who follows, who keeps it, who signed."""

    def term(key: str) -> str:
        return say_to(request, f"hand_overs.column.{key}")

    ending = find_ending(hand_over)
    unknown = say_to(request, "hand_overs.not_open_to_you")
    facts = [
        Fact(term("state"), say_to(request, f"hand_overs.state.{hand_over.state}"),
             status=STATE_MARKS[hand_over.state]),
        Fact(term("pair"), name_of_ending(request, hand_over),
             address=pair_address(ending) if ending else ""),
        Fact(term("term"), period_text(request, ending.valid_from, ending.valid_until)
             if ending else unknown),
        _successor(request, hand_over, term("successor")),
        Fact(term("keeper"), name_of(request, hand_over.tenant)),
        Fact(term("opened"), f"{timezone.localtime(hand_over.opened_at):%Y-%m-%d}"),
    ]  # fmt: skip
    if hand_over.signed_at is not None and hand_over.signed_by_id is not None:
        names = list_names([hand_over.signed_by_id])
        text = say_to(
            request,
            "hand_overs.signed_by",
            name=names.get(hand_over.signed_by_id, say_to(request, "web.unknown")),
            at=f"{timezone.localtime(hand_over.signed_at):%Y-%m-%d %H:%M}",
        )
        facts.append(Fact(term("signed"), text, status="good"))
    return facts


def _successor(request: HttpRequest, hand_over: HandOver, term: str) -> Fact:
    if hand_over.successor_id is None:
        ending = find_ending(hand_over)
        if ending is None:
            # Only the donor of the next list reads a hand-over and not what ends.
            return Fact(term, say_to(request, "hand_overs.next_is_you"))
        names = [name_of(request, row) for row in list_next_donors(ending)]
        if names:
            return Fact(term, say_to(request, "hand_overs.next_by_list", names=names))
        return Fact(term, say_to(request, "hand_overs.no_successor"))
    successor = find_successor(hand_over)
    if successor is None:
        return Fact(term, say_to(request, "hand_overs.not_open_to_you"))
    return Fact(term, name_of_pairing(request, successor), address=pair_address(successor))


def _source(request: HttpRequest, line: HandOverLine) -> str:
    if line.is_recorded_here:
        return say_to(request, "hand_overs.counted_here")
    return say_to(request, "hand_overs.by_hand") if line.items_count is not None else ""
