"""The statements of the own accounts, and their lines."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tiebeam.apps.ledger.operations.bank_statements import take_in_statement
from tiebeam.apps.ledger.queries.bank_statements import (
    find_statement,
    list_lines,
    list_statements,
    suggest_events,
)
from tiebeam.apps.ledger.statement_models import BankStatement
from tiebeam.errors import Fault
from tiebeam.interchange.statements.reading import read_statement
from tiebeam.interfaces.messages.faults import locate_fault, say_fault
from tiebeam.interfaces.web.errors import show_forbidden
from tiebeam.interfaces.web.forming import FORM, answer_form, find_or_404
from tiebeam.interfaces.web.forms import PageForm
from tiebeam.interfaces.web.listing import read_asked
from tiebeam.interfaces.web.money.words import trail_to_money
from tiebeam.interfaces.web.page import Link, language_of, say_to, show_page
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.interfaces.web.statements.tables import lines_table, statements_table
from tiebeam.interfaces.web.tables import table_as_file
from tiebeam.platform.permissions.operations import is_allowed

WARNINGS_TOLD = 5


class StatementForm(PageForm):
    """Which file, and of which account."""

    words: ClassVar[str] = "statements.field"

    file = forms.FileField(widget=forms.FileInput({"accept": ".csv,.txt,.xlsx,.xml"}))
    account = forms.CharField(max_length=100, required=False)


@require_safe
@seated
def list_all(request: HttpRequest) -> HttpResponse:
    """Show the statements that were taken in, and whether their lines are decided."""
    statements = list_statements()
    waiting = sum(row.undecided for row in statements)
    table = statements_table(request, statements)
    may_take_in = is_allowed(actor_of(request), "ledger.take_in_statement")
    words = "waiting" if waiting else "decided" if statements else "nothing"
    return show_page(
        request,
        "web/statements/list.html",
        title=say_to(request, f"statements.title.{words}", count=waiting),
        trail=trail_to_money(request),
        action=Link(say_to(request, "statements.take_in"), reverse("take_in_statement"))
        if may_take_in
        else None,
        table=table if statements else None,
    )


@FORM
@seated
def take_in(request: HttpRequest) -> HttpResponse:
    """Take in the statement of a file, and tell what a person should look at."""
    actor = actor_of(request)
    if not is_allowed(actor, "ledger.take_in_statement"):
        return show_forbidden(request)

    def act(given: Mapping[str, Any]) -> BankStatement:
        file = given["file"]
        # The field is the place, so that each fault stands beside it with its line.
        read = read_statement(file.read(), "file")
        statement: BankStatement = take_in_statement(
            name=file.name[-200:],
            account=given["account"] or read.account,
            lines=read.lines,
            actor=actor,
            now=timezone.now(),
        )
        _warn(request, read.warnings)
        return statement

    return answer_form(
        request,
        StatementForm(request),
        act,
        done=lambda made: say_to(
            request, "statements.taken_in", count=made.lines_count, repeated=made.repeated_count
        ),
        title=say_to(request, "statements.take_in_title"),
        verb=say_to(request, "statements.take_in"),
        back=reverse("bank_statements"),
        onto=lambda made: reverse("bank_statement", args=[made.pk]),
        trail=trail_to_statements(request),
        text=say_to(request, "statements.take_in_text"),
    )


@require_safe
@seated
def show(request: HttpRequest, statement_id: UUID) -> HttpResponse:
    """Show the lines of a statement: what each is, or could be."""
    found = find_or_404(find_statement, statement_id)
    statement, undecided = found.statement, found.undecided
    asked = read_asked(request, filters=("state",), name="bank_lines")
    is_undecided = asked.filters.get("state") == "open"
    standings = list_lines(
        statement.pk, is_undecided=is_undecided, start=asked.start, stop=asked.stop
    )
    suggested = suggest_events(standings, actor_of(request).organisation_id)
    count = undecided if is_undecided else statement.lines_count
    table = lines_table(request, standings, suggested, asked, count)
    return table_as_file(table) or show_page(
        request,
        "web/statements/lines.html",
        title=say_to(
            request,
            f"statements.title.{'undecided' if undecided else 'all_decided'}",
            name=statement.name,
            count=undecided,
            of=statement.lines_count,
        ),
        trail=trail_to_statements(request),
        statement=statement,
        table=table,
    )


def trail_to_statements(request: HttpRequest) -> list[Link]:
    """Return the places above a statement."""
    return [
        *trail_to_money(request),
        Link(say_to(request, "statements.all"), reverse("bank_statements")),
    ]


def _warn(request: HttpRequest, warnings: tuple[Fault, ...]) -> None:
    # A head that is known by another of its names is no repair that somebody has to look at.
    told = [fault for fault in warnings if fault.code != "read.repaired_header"]
    for fault in told[:WARNINGS_TOLD]:
        where = locate_fault(fault, language_of(request))
        sentence = say_fault(fault, language_of(request))
        messages.warning(
            request,
            say_to(request, "statements.look_at", where=where, told=sentence)
            if where
            else sentence,
        )
