"""Tables of returns: what is due, one's own, rounds, the returns of a round, the lines of one."""

from collections.abc import Sequence

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from tiebeam.apps.programmes.models import Return, ReturnLine, Round
from tiebeam.apps.programmes.queries import DueReturn, ReturnStatus, RoundProgress
from tiebeam.interfaces.web.amounts import unit_word
from tiebeam.interfaces.web.listing import arrange, read_asked
from tiebeam.interfaces.web.page import name_of, say_to
from tiebeam.interfaces.web.returns.words import MARKS, name_resource, say_side, say_state
from tiebeam.interfaces.web.tables import Cell, Choice, Column, Row, Table, day, figure

STATES = ("missing", "draft", "submitted", "returned", "accepted")


def _column(
    request: HttpRequest, key: str, *, is_number: bool = False, is_sortable: bool = False
) -> Column:
    head = say_to(request, f"returns.column.{key}")
    return Column(key, head, is_number=is_number, is_sortable=is_sortable)


def due_table(request: HttpRequest, due: Sequence[DueReturn]) -> list[dict[str, object]]:
    """Return what is still to be handed in, each with where it is started or gone on with."""
    return [
        {
            "round": name_of(request, row.of_round),
            "programme": name_of(request, row.of_round.programme),
            "side": say_side(request, row.side),
            "state": say_state(request, row.state),
            "mark": "bad" if row.is_overdue else MARKS[row.state],
            "due_on": row.due_on,
            "is_overdue": row.is_overdue,
            "start": ""
            if row.of_return
            else reverse("start_return", args=[row.of_round.pk, row.side]),
            "enter": reverse("enter_return", args=[row.of_return.pk]) if row.of_return else "",
        }
        for row in due
    ]


def own_table(request: HttpRequest, own: Sequence[tuple[Return, str]]) -> Table:
    """Return the table of the own returns."""
    unknown = say_to(request, "web.unknown")
    return Table(
        name="own-returns",
        columns=tuple(
            _column(request, key)
            for key in ("round", "programme", "side", "state", "due_on", "handed_in")
        ),
        rows=tuple(
            Row(
                (
                    Cell(name_of(request, row.round)),
                    Cell(name_of(request, row.round.programme)),
                    Cell(say_side(request, row.side)),
                    Cell(say_state(request, state), status=MARKS[state]),
                    day(row.round.returns_due_on, unknown),
                    day(
                        timezone.localdate(row.submitted_at) if row.submitted_at else None,
                        say_to(request, "returns.not_yet"),
                    ),
                ),
                address=reverse("return", args=[row.pk]),
            )
            for row, state in own
        ),
        empty=say_to(request, "returns.own_empty"),
    )


def rounds_table(request: HttpRequest, rounds: Sequence[RoundProgress]) -> Table:
    """Return the table of the rounds that the own organisation steers."""
    unknown = say_to(request, "web.unknown")
    numbers = ("expected", "accepted", "waiting", "open", "overdue")
    return Table(
        name="rounds",
        columns=(
            _column(request, "round"),
            _column(request, "programme"),
            _column(request, "due_on"),
            *(_column(request, key, is_number=True) for key in numbers),
        ),
        rows=tuple(
            Row(
                (
                    Cell(name_of(request, row.of_round)),
                    Cell(name_of(request, row.of_round.programme)),
                    day(row.of_round.returns_due_on, unknown),
                    figure(row.expected),
                    figure(row.states["accepted"]),
                    figure(row.states["submitted"]),
                    figure(row.open_ones),
                    Cell(str(row.overdue), exact=row.overdue, status="bad" if row.overdue else ""),
                ),
                address=reverse("returns_of_round", args=[row.of_round.pk]),
            )
            for row in rounds
        ),
        empty=say_to(request, "returns.rounds_empty"),
    )


def round_table(request: HttpRequest, of_round: Round, statuses: Sequence[ReturnStatus]) -> Table:
    """Return the table of the returns of a round, as the reader asks for it."""
    sorts = ("organisation", "side", "state", "handed_in")
    asked = read_asked(request, sorts=sorts, filters=("side", "state"), name="returns")
    wanted = [
        row
        for row in statuses
        if asked.filters.get("side", row.side) == row.side
        and asked.filters.get("state", row.state) == row.state
    ]
    shown, count = arrange(
        wanted,
        asked,
        {
            "organisation": lambda row: name_of(request, row.organisation),
            "side": lambda row: row.side,
            "state": lambda row: STATES.index(row.state),
            "handed_in": lambda row: row.of_return and row.of_return.submitted_at,
        },
    )
    return Table(
        name="returns",
        columns=tuple(_column(request, key, is_sortable=True) for key in sorts),
        rows=tuple(_status_row(request, row) for row in shown),
        count=count,
        asked=asked,
        choices=(
            Choice(
                "side",
                say_to(request, "returns.column.side"),
                tuple((side, say_side(request, side)) for side in ("donor", "recipient")),
            ),
            Choice(
                "state",
                say_to(request, "returns.column.state"),
                tuple((state, say_state(request, state)) for state in STATES),
            ),
        ),
        empty=say_to(request, "returns.round_empty"),
        source=say_to(request, "returns.drafts_unseen") if of_round.returns_due_on else "",
    )


def _status_row(request: HttpRequest, row: ReturnStatus) -> Row:
    handed_in = row.of_return.submitted_at if row.of_return else None
    note = say_to(request, "returns.overdue") if row.is_overdue else ""
    late = say_to(request, "returns.handed_in_late") if row.is_late else ""
    return Row(
        (
            Cell(name_of(request, row.organisation)),
            Cell(say_side(request, row.side)),
            Cell(
                say_state(request, row.state),
                status="bad" if row.is_overdue else MARKS[row.state],
                note=note,
            ),
            Cell(
                f"{timezone.localtime(handed_in):%Y-%m-%d %H:%M}" if handed_in else "",
                note=late,
            ),
        ),
        address=reverse("return", args=[row.of_return.pk]) if row.of_return else "",
    )


def lines_table(request: HttpRequest, of_return: Return, lines: Sequence[ReturnLine]) -> Table:
    """Return the table of the lines of a return: a row for each resource of the round."""
    known = {line.resource: line for line in lines}
    rows = []
    for resource in of_return.round.resources:
        line = known.get(resource["id"])
        rows.append(
            Row(
                (
                    Cell(name_resource(request, resource)),
                    figure(line.quantity)
                    if line
                    else Cell(say_to(request, "returns.not_given"), status="none"),
                    Cell(unit_word(request, resource["unit"])),
                    Cell(line.evidence if line else ""),
                )
            )
        )
    return Table(
        name="return",
        columns=(
            _column(request, "resource"),
            _column(request, "quantity", is_number=True),
            _column(request, "unit"),
            _column(request, "evidence"),
        ),
        rows=tuple(rows),
        empty=say_to(request, "returns.no_resources"),
    )
