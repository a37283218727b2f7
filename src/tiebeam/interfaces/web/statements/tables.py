"""Statements, their lines, and what a line could be, as tables."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from tiebeam.apps.ledger.queries.bank_statements import (
    LineStanding,
    LineSuggestion,
    StatementStanding,
)
from tiebeam.interfaces.messages.figures import exact_money
from tiebeam.interfaces.web.listing import Asked
from tiebeam.interfaces.web.money.words import say_kind
from tiebeam.interfaces.web.page import language_of, say_to
from tiebeam.interfaces.web.tables import (
    Cell,
    Choice,
    Column,
    Row,
    Status,
    Table,
    day,
)
from tiebeam.units import yuan

STATE_MARKS: Mapping[str, Status] = {
    "open": "risk",
    "proposed": "risk",
    "posted": "good",
    "set_aside": "none",
}


def statements_table(request: HttpRequest, statements: Sequence[StatementStanding]) -> Table:
    """Return the statements that were taken in."""
    return Table(
        name="bank_statements",
        columns=(
            Column("name", _head(request, "name")),
            Column("account", _head(request, "account")),
            Column("first_on", _head(request, "first_on")),
            Column("last_on", _head(request, "last_on")),
            Column("lines", _head(request, "lines"), is_number=True),
            Column("undecided", _head(request, "undecided")),
        ),
        rows=tuple(
            Row(
                (
                    Cell(row.name),
                    Cell(row.account),
                    day(row.first_on),
                    day(row.last_on),
                    Cell(str(row.lines_count), exact=row.lines_count),
                    Cell(str(undecided), status="risk")
                    if undecided
                    else Cell(say_to(request, "statements.all_said"), status="good"),
                ),
                address=reverse("bank_statement", args=[row.pk]),
            )
            for row, undecided in ((each.statement, each.undecided) for each in statements)
        ),
    )


def lines_table(
    request: HttpRequest,
    standings: Sequence[LineStanding],
    suggested: Mapping[UUID, Sequence[LineSuggestion]],
    asked: Asked,
    count: int,
) -> Table:
    """Return the lines of a statement."""
    return Table(
        name="bank_lines",
        columns=(
            Column("booked_on", _head(request, "booked_on")),
            Column("amount", _head(request, "amount"), is_number=True),
            Column("counterparty", _head(request, "counterparty")),
            Column("text", _head(request, "text")),
            Column("state", _head(request, "state")),
            Column("is", _head(request, "is")),
        ),
        rows=tuple(_line_row(request, each, suggested.get(each.line.pk, ())) for each in standings),
        count=count,
        asked=asked,
        choices=(
            Choice(
                "state",
                _head(request, "state"),
                (("open", say_to(request, "statements.state.open")),),
            ),
        ),
        empty=say_to(request, "statements.all_said"),
    )


def say_suggestion(request: HttpRequest, suggestion: LineSuggestion) -> str:
    """Return in words what a line could be."""
    kind = say_kind(request, suggestion.kind)
    if suggestion.is_posted:
        return say_to(request, "statements.is_posted", kind=kind)
    followed = say_kind(request, suggestion.batch.kind)
    return say_to(request, "statements.is_next", kind=kind, followed=followed)


def say_reasons(request: HttpRequest, suggestion: LineSuggestion) -> str:
    """Return in words what speaks for a suggestion."""
    comma = "、" if language_of(request) == "zh" else ", "
    told = [say_to(request, code) for code in suggestion.why.reasons]
    if suggestion.why.days:
        told.append(say_to(request, "statements.days_apart", days=abs(suggestion.why.days)))
    return comma.join(told)


def _line_row(
    request: HttpRequest, standing: LineStanding, suggested: Sequence[LineSuggestion]
) -> Row:
    line = standing.line
    return Row(
        (
            day(line.booked_on),
            # To the fen: that is how it is compared with the bank's own paper.
            Cell(exact_money(line.amount, language_of(request)), exact=yuan(line.amount)),
            Cell(line.counterparty),
            Cell(line.text, note=line.reference),
            Cell(
                say_to(request, f"statements.state.{standing.state}"),
                status=STATE_MARKS[standing.state],
            ),
            Cell(say_what(request, standing, suggested)),
        ),
        address=reverse("bank_line", args=[line.pk]),
    )


def say_what(
    request: HttpRequest, standing: LineStanding, suggested: Sequence[LineSuggestion] = ()
) -> str:
    """Return what a line is, or could be."""
    if standing.batch is not None:
        return say_kind(request, standing.batch.kind)
    if standing.proposal is not None:
        return say_kind(request, standing.proposal.kind)
    if standing.state == "set_aside":
        return str(standing.line.reason)
    if not suggested:
        return ""
    first = say_suggestion(request, suggested[0])
    if len(suggested) == 1:
        return say_to(request, "statements.could_be", what=first)
    return say_to(request, "statements.could_be_several", what=first, count=len(suggested))


def _head(request: HttpRequest, key: str) -> str:
    return say_to(request, f"statements.column.{key}")
