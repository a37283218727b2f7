"""How the figures moved from year to year."""

from collections.abc import Mapping, Sequence

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tiebeam.apps.ledger.queries.matrix import PairFigures, list_figures, sum_by_year
from tiebeam.apps.ledger.queries.measures import MEASURES
from tiebeam.interfaces.web.listing import Asked, arrange, read_asked
from tiebeam.interfaces.web.overview.matrix import entries_address, say_by_events
from tiebeam.interfaces.web.overview.pictures import draw_years
from tiebeam.interfaces.web.overview.scope import (
    Scope,
    choose_pair,
    list_marks,
    read_scope,
    say_foot,
    scope_as_file,
    tabs_of,
    with_chosen,
)
from tiebeam.interfaces.web.overview.words import money_cell, money_column, say_measure
from tiebeam.interfaces.web.page import say_to, show_page
from tiebeam.interfaces.web.seated import seated
from tiebeam.interfaces.web.tables import Cell, Column, Row, Table

Sums = Mapping[int, Mapping[str, int]]


@require_safe
@seated
def show_years(request: HttpRequest) -> HttpResponse:
    """Show every measure of every year, as lines and as a table."""
    scope = read_scope(request, "pair")
    pairs = list_figures(scope.pairings, scope.asked)
    sums = sum_by_year(pairs)
    asked = read_asked(request, sorts=("year", *MEASURES))
    table, title = _table(request, scope, pairs, sums, asked), _title(request, sums)
    return scope_as_file(request, scope, table) or show_page(
        request,
        "web/overview/picture.html",
        title=title,
        tabs=tabs_of(request, "overview_years", scope),
        takes_dates=True,
        scope=scope,
        choices=with_chosen(request, *scope.choices, choose_pair(request, scope.all_pairings)),
        picture=draw_years(request, sums, title),
        table=table,
        table_id="years-table",
        marks=list_marks(request, scope),
        foot=say_foot(request, scope, say_by_events(request, pairs)),
    )


def _title(request: HttpRequest, sums: Sums) -> str:
    years = [year for year in sums if sums[year]["paid"]]
    if not years:
        return say_to(request, "overview.title_empty" if not sums else "overview.years_title_none")
    first, last = years[0], years[-1]
    facts = {
        "first": str(first),
        "last": str(last),
        "before": sums[first]["paid"],
        "after": sums[last]["paid"],
    }
    if first == last:
        return say_to(request, "overview.years_title_one", **facts)
    step = (facts["after"] > facts["before"]) - (facts["after"] < facts["before"])  # type: ignore[operator]
    word = {1: "up", 0: "same", -1: "down"}[step]
    return say_to(request, f"overview.years_title_{word}", **facts)


def _table(
    request: HttpRequest, scope: Scope, pairs: Sequence[PairFigures], sums: Sums, asked: Asked
) -> Table:
    keys = {name: (lambda year, name=name: sums[year][name]) for name in MEASURES}
    years, count = arrange(list(sums), asked, {"year": lambda year: year, **keys})
    return Table(
        name="money-by-year",
        columns=(
            Column("year", say_to(request, "overview.year"), is_sortable=True),
            *(
                money_column(request, name, say_measure(request, name), is_sortable=True)
                for name in MEASURES
            ),
        ),
        rows=tuple(
            Row(
                (
                    Cell(str(year), exact=year),
                    *(
                        money_cell(
                            request,
                            sums[year][name],
                            entries_address(request, scope, pairs, name, year=year),
                        )
                        for name in MEASURES
                    ),
                )
            )
            for year in years
        ),
        totals=Row(
            (
                Cell(say_to(request, "overview.total")),
                *(
                    money_cell(
                        request,
                        sum(sums[year][name] for year in sums),
                        entries_address(request, scope, pairs, name),
                    )
                    for name in MEASURES
                ),
            )
        ),
        count=count,
        asked=asked,
        empty=say_to(request, "overview.empty"),
    )
