"""The journal across pairs: every row leads to its event."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tiebeam.apps.ledger.models import Transfer
from tiebeam.apps.ledger.queries.entries import COUNTED_MOST, ORDERS, Found, Sought, find_entries
from tiebeam.apps.ledger.queries.measures import DIFFERENCES
from tiebeam.core.ledger.chart import CHART, MONEY
from tiebeam.interfaces.web.addresses import NotUnderstood
from tiebeam.interfaces.web.listing import Asked, read_asked
from tiebeam.interfaces.web.money.words import say_account, say_kind
from tiebeam.interfaces.web.overview.scope import (
    Scope,
    choose_account,
    choose_pair,
    choose_what,
    choose_years,
    name_pair,
    read_scope,
    say_foot,
    scope_as_file,
    tabs_of,
    with_chosen,
)
from tiebeam.interfaces.web.overview.words import (
    event_address,
    exact_cell,
    exact_column,
    say_measure,
    say_money,
    say_purpose,
)
from tiebeam.interfaces.web.page import say_to, show_page
from tiebeam.interfaces.web.seated import seated
from tiebeam.interfaces.web.tables import Cell, Column, Row, Table, day

NO_PURPOSE = "-"


@require_safe
@seated
def show_journal(request: HttpRequest) -> HttpResponse:
    """Show the rows of the books that may be read; behind a figure those that make it up."""
    scope = read_scope(request, "year", "what", "difference", "pair")
    asked = read_asked(request, sorts=ORDERS, filters=("code", "purpose"), name="journal")
    sought = _sought(request, scope, asked)
    found = find_entries(
        sought,
        order=asked.sort or "day",
        is_descending=asked.is_descending or not asked.sort,
        start=asked.start,
        stop=asked.stop,
    )
    table = _table(request, found, asked)
    years = range(scope.as_of.true_on.year + 1, 2000, -1) if scope.year is None else [scope.year]
    return scope_as_file(request, scope, table) or show_page(
        request,
        "web/overview/journal.html",
        title=_title(request, sought, found),
        tabs=tabs_of(request, "journal", scope),
        takes_dates=True,
        scope=scope,
        choices=with_chosen(
            request,
            *scope.choices,
            choose_pair(request, scope.all_pairings),
            choose_years(request, years),
            choose_what(request, *DIFFERENCES),
            choose_account(request),
        ),
        table=table,
        purpose=say_purpose(request, sought.purpose) if sought.purpose is not None else "",
        foot=say_foot(request, scope, say_to(request, "overview.journal_foot")),
    )


def _sought(request: HttpRequest, scope: Scope, asked: Asked) -> Sought:
    code, purpose = asked.filters.get("code", ""), asked.filters.get("purpose")
    if code and code not in CHART:
        raise NotUnderstood("code", "overview.unknown_choice", value=code)
    return Sought(
        pairing_ids=scope.ids,
        as_of=scope.asked,
        year=scope.year,
        measure=scope.what if request.GET.get("what") else "",
        purpose="" if purpose == NO_PURPOSE else purpose,
        code=code,
        on=scope.as_of.true_on,
    )


def _title(request: HttpRequest, sought: Sought, found: Found) -> str:
    if not found.count:
        return say_to(request, "overview.journal_title_none")
    count = say_to(request, "overview.rows", count=found.count)
    if found.count == COUNTED_MOST:
        count = say_to(request, "overview.rows_more", count=found.count)
    if found.total is None:
        return count
    return say_to(
        request,
        "overview.journal_title",
        what=say_measure(request, sought.measure),
        total=say_money(request, found.total),
        year=say_to(request, "overview.in_year", year=str(sought.year)) if sought.year else "",
        rows=count,
    )


def _table(request: HttpRequest, found: Found, asked: Asked) -> Table:
    return Table(
        name="journal",
        columns=(
            Column("day", say_to(request, "overview.day"), is_sortable=True),
            Column("kind", say_to(request, "overview.event")),
            Column("pair", say_to(request, "overview.pair")),
            Column("purpose", say_to(request, "overview.purpose")),
            Column("debit", say_to(request, "overview.debit")),
            Column("credit", say_to(request, "overview.credit")),
            exact_column(request, "amount", say_to(request, "overview.amount"), is_sortable=True),
            Column("year", say_to(request, "overview.year")),
            Column("recorded", say_to(request, "overview.recorded"), is_sortable=True),
        ),
        rows=tuple(_row(request, row) for row in found.rows),
        count=found.count,
        asked=asked,
        empty=say_to(request, "overview.empty"),
    )


def _row(request: HttpRequest, row: Transfer) -> Row:
    batch = row.batch
    year = str(row.year)
    if row.relates_to_year:
        year = say_to(request, "overview.relates_to", year=year, other=str(row.relates_to_year))
    signed = row.amount * row.sign  # type: ignore[attr-defined]  # annotated by the query
    return Row(
        (
            day(row.valid_on),
            Cell(say_kind(request, batch.kind, batch.reversed_kind)),
            Cell(name_pair(request, batch.pairing)),
            Cell(say_purpose(request, batch.purpose) if batch.purpose else ""),
            Cell(say_account(request, row.debit.code)),
            Cell(say_account(request, row.credit.code)),
            exact_cell(signed)
            if row.unit == MONEY
            else Cell(f"{row.amount} {row.unit.removeprefix('Q:')}", exact=row.amount),
            Cell(year),
            day(timezone.localdate(row.recorded_at)),
        ),
        address=event_address(batch.pk),
    )
