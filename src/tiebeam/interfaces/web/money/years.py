"""Fiscal years: what a programme fixes for one, the statement of one, and its close."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tiebeam.apps.ledger.models import PROFILES, ProgrammeYear
from tiebeam.apps.ledger.operations.proposals import propose_year_end
from tiebeam.apps.ledger.operations.years import set_programme_year
from tiebeam.apps.ledger.queries.obligations import are_illustrative
from tiebeam.apps.ledger.queries.statements import (
    Statement,
    list_programme_years,
    list_statements,
)
from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.pairings.queries.pairings import get_pairing
from tiebeam.apps.programmes.queries import get_programme
from tiebeam.core.ledger.chart import CHART
from tiebeam.interfaces.web.documents.places import name_of_pairing
from tiebeam.interfaces.web.errors import show_forbidden
from tiebeam.interfaces.web.forming import FORM, answer_form, find_or_404
from tiebeam.interfaces.web.money.forms import CloseForm, YearForm
from tiebeam.interfaces.web.money.words import (
    may_make,
    part_of,
    say_account,
    say_amount,
    say_held,
    trail_to_money,
    trail_to_pair,
)
from tiebeam.interfaces.web.page import Fact, Link, name_of, say_to, show_page
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.interfaces.web.tables import Cell, Column, Row, Table
from tiebeam.platform.permissions.operations import is_allowed

LEFT_AT_THE_END = ("B110", "B120", "B130", "B140")


@require_safe
@seated
def show_year(request: HttpRequest, pairing_id: UUID, year: int) -> HttpResponse:
    """Show the statement of a year of a pair, for each book that may be read."""
    pairing = find_or_404(get_pairing, pairing_id)
    statements = list_statements(pairing.pk, year)
    own = _own(request, pairing, statements)
    is_over = timezone.localdate().year > year
    asked = [own] if own else statements
    is_closed = bool(asked) and all(each.closed for each in asked)
    word = "closed" if is_closed else "over" if is_over else "running"
    close = Link(
        say_to(request, "money.year.close"), reverse("close_year", args=[pairing.pk, year])
    )
    may_close = (
        own is not None
        and own.closed is None
        and is_over
        and may_make(actor_of(request), pairing, own.book.side)
    )
    return show_page(
        request,
        "web/money/year.html",
        title=say_to(
            request,
            f"money.year.title_{word}",
            pair=name_of_pairing(request, pairing),
            year=str(year),
        ),
        trail=trail_to_pair(request, pairing),
        action=close if may_close else None,
        is_demo=pairing.programme.is_demo,
        is_illustrative=are_illustrative([pairing.pk]),
        books=[
            {
                "title": say_to(request, f"money.book.{statement.book.side}"),
                "closed": _closed(request, statement),
                "event": reverse("event", args=[statement.closed.batch_id])
                if statement.closed
                else "",
                "table": _statement_table(request, statement),
            }
            for statement in statements
        ],
        year=year,
    )


@FORM
@seated
def close(request: HttpRequest, pairing_id: UUID, year: int) -> HttpResponse:
    """Propose to close a year of the own book; another person of the side does it."""
    pairing = find_or_404(get_pairing, pairing_id)
    own = _own(request, pairing, list_statements(pairing.pk, year))
    actor = actor_of(request)
    if own is None or own.closed is not None:
        raise Http404
    if not may_make(actor, pairing, own.book.side):
        return show_forbidden(request)
    return answer_form(
        request,
        CloseForm(request, has_choices=own.book.side == "donor"),
        lambda given: propose_year_end(
            pairing=pairing,
            year=year,
            key=given["key"],
            carries_due=given.get("due") == "carry",
            carries_appropriated=given.get("appropriated", "carry") == "carry",
            actor=actor,
            now=timezone.now(),
        ),
        done=say_to(request, "money.proposed"),
        title=say_to(
            request,
            "money.year.close_title",
            pair=name_of_pairing(request, pairing),
            year=str(year),
        ),
        text=say_to(request, "money.year.close_text"),
        verb=say_to(request, "money.year.propose_close"),
        is_dangerous=True,
        back=reverse("money_year", args=[pairing.pk, year]),
        onto=lambda made: reverse("proposal", args=[made.pk]),
        trail=trail_to_pair(request, pairing),
        template="web/money/close.html",
        facts=[
            Fact(say_account(request, code), say_amount(request, own.holds(code)))
            for code in LEFT_AT_THE_END
            if own.book.side == "donor"
        ],
        statement=_statement_table(request, own),
        is_demo=pairing.programme.is_demo,
        is_illustrative=are_illustrative([pairing.pk]),
    )


@FORM
@seated
def set_year(request: HttpRequest, programme_id: UUID) -> HttpResponse:
    """Show what a programme fixed for its years; its coordinator fixes a further one."""
    programme = find_or_404(get_programme, programme_id)
    actor = actor_of(request)
    fixed = list_programme_years(programme.pk)
    table = _years_table(request, fixed)
    may = (
        is_allowed(actor, "ledger.set_programme_year", programme.pk)
        and actor.organisation_id == programme.tenant_id
    )
    page: dict[str, Any] = {
        "title": say_to(request, "money.year.profile_title", programme=name_of(request, programme)),
        "trail": [
            *trail_to_money(request),
            Link(name_of(request, programme), reverse("programme", args=[programme.pk])),
        ],
        "text": say_to(request, "money.year.profile_text"),
        "table": table,
    }
    if not may:
        if request.method == "POST":
            return show_forbidden(request)
        return show_page(request, "web/money/programme_years.html", **page)
    return answer_form(
        request,
        YearForm(request, PROFILES, fixed[0].year + 1 if fixed else timezone.localdate().year),
        lambda given: set_programme_year(
            programme=programme,
            year=given["year"],
            profile=given["profile"],
            refund_reopens=given["refund_reopens"],
            actor=actor,
            now=timezone.now(),
        ),
        done=say_to(request, "money.year.fixed"),
        verb=say_to(request, "money.year.fix"),
        back=reverse("programme", args=[programme.pk]),
        onto=lambda _: reverse("programme_years", args=[programme.pk]),
        **page,
    )


def _own(request: HttpRequest, pairing: Pairing, statements: list[Statement]) -> Statement | None:
    part = part_of(actor_of(request), pairing)
    return next((row for row in statements if row.book.side == part), None)


def _closed(request: HttpRequest, statement: Statement) -> str:
    if statement.closed is None:
        return say_to(request, "money.year.open")
    at = f"{timezone.localtime(statement.closed.closed_at):%Y-%m-%d %H:%M}"
    return say_to(request, "money.year.closed_at", at=at)


def _statement_table(request: HttpRequest, statement: Statement) -> Table:
    """Return the trial balance of a year: each group of accounts balances by itself."""

    def head(key: str) -> str:
        return say_to(request, f"money.column.{key}")

    rows = []
    for line in statement.lines:
        group = CHART[line.code].group
        rows.append(
            Row(
                (
                    Cell(
                        say_account(request, line.code),
                        note=say_to(request, f"money.group.{group}"),
                    ),
                    Cell(say_held(request, line.debit, line.unit) if line.debit else ""),
                    Cell(say_held(request, line.credit, line.unit) if line.credit else ""),
                )
            )
        )
    return Table(
        name=f"statement-{statement.year}-{statement.book.side}",
        columns=(
            Column("account", head("account")),
            Column("debit", head("debit_side"), is_number=True),
            Column("credit", head("credit_side"), is_number=True),
        ),
        rows=tuple(rows),
        empty=say_to(request, "money.year.nothing"),
    )


def _years_table(request: HttpRequest, years: Sequence[ProgrammeYear]) -> Table:
    def head(key: str) -> str:
        return say_to(request, f"money.column.{key}")

    return Table(
        name="fiscal-years",
        columns=(
            Column("year", head("year")),
            Column("profile", head("profile")),
            Column("refunds", head("refunds")),
        ),
        rows=tuple(
            Row(
                (
                    Cell(str(row.year)),
                    Cell(say_to(request, f"ledger.profile.{row.profile}")),
                    Cell(
                        say_to(
                            request, f"money.refunds.{'reopen' if row.refund_reopens else 'lapse'}"
                        )
                    ),
                )
            )
            for row in years
        ),
        empty=say_to(request, "money.year.none_fixed"),
    )
