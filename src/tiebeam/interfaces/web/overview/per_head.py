"""What came to each place per head, and how unequally."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tiebeam.apps.ledger.queries.matrix import PairFigures, list_figures
from tiebeam.apps.ledger.queries.per_head import PerHeadFound, PlaceShare, find_per_head
from tiebeam.interfaces.messages.figures import number
from tiebeam.interfaces.web.listing import Asked, arrange, read_asked
from tiebeam.interfaces.web.overview.matrix import entries_address, say_by_events
from tiebeam.interfaces.web.overview.scope import (
    Scope,
    choose_what,
    choose_years,
    read_scope,
    say_foot,
    scope_as_file,
    tabs_of,
    with_chosen,
)
from tiebeam.interfaces.web.overview.words import (
    exact_cell,
    money_cell,
    money_column,
    say_measure,
)
from tiebeam.interfaces.web.page import name_of, say_to, show_page
from tiebeam.interfaces.web.seated import seated
from tiebeam.interfaces.web.tables import Cell, Column, Row, Table, figure

ALIKE = 1.05
"""Below so many times, the most and the least are nearly alike."""


@require_safe
@seated
def show_per_head(request: HttpRequest) -> HttpResponse:
    """Show one measure per head of each place, its inequality, and who is left out."""
    scope = read_scope(request, "year", "what")
    pairs = list_figures(scope.pairings, scope.asked)
    found = find_per_head(pairs, scope.what, scope.years, scope.as_of)
    asked = read_asked(request, sorts=("place", "amount", "population", "per_head"))
    table = _table(request, scope, pairs, found, asked)
    return scope_as_file(request, scope, table) or show_page(
        request,
        "web/overview/per_head.html",
        title=_title(request, scope, found),
        tabs=tabs_of(request, "overview_per_head", scope),
        takes_dates=True,
        scope=scope,
        choices=with_chosen(
            request,
            *scope.choices,
            choose_years(request, {year for pair in pairs for year in pair.years}),
            choose_what(request),
            what=scope.what,
        ),
        measures=_measures(request, found),
        excluded=_say_excluded(request, found),
        table=table,
        foot=say_foot(
            request, scope, say_by_events(request, pairs), say_to(request, "overview.per_head_foot")
        ),
    )


def _title(request: HttpRequest, scope: Scope, found: PerHeadFound) -> str:
    """Return the finding: the most and the least per head, and how far they are apart."""
    known = [place for place in found.known if place.per_head]
    what = say_measure(request, scope.what)
    year = say_to(request, "overview.in_year", year=str(scope.year)) if scope.year else ""
    if not known:
        return say_to(request, "overview.per_head_title_unknown", what=what, year=year)
    most, least = known[0], known[-1]
    facts: dict[str, object] = {
        "what": what,
        "year": year,
        "place": _name(request, most),
        "most": round(most.per_head or 0),
    }
    if len(known) == 1:
        return say_to(request, "overview.per_head_title_one", **facts)
    facts |= {"other": _name(request, least), "least": round(least.per_head or 0)}
    times = float((most.per_head or 0) / (least.per_head or 1))
    if times < ALIKE:
        return say_to(request, "overview.per_head_title_alike", **facts)
    return say_to(request, "overview.per_head_title", times=number(round(times, 1)), **facts)


def _measures(request: HttpRequest, found: PerHeadFound) -> list[dict[str, str]]:
    """Return Gini and Theil, over heads and over places, with what each counts."""
    shown = []
    for key, inequality in (("by_head", found.by_head), ("by_place", found.by_place)):
        if inequality.counted < 2 or inequality.gini is None or inequality.theil is None:
            continue
        gini, theil = _index(float(inequality.gini)), _index(inequality.theil)
        shown += [
            {"label": say_to(request, f"overview.gini.{key}"), "text": gini},
            {"label": say_to(request, f"overview.theil.{key}"), "text": theil},
        ]
    return shown


def _index(value: float) -> str:
    """Return an index to three places; one above 0 never shows as 0."""
    return "< 0.001" if 0 < value < 0.0005 else f"{value:.3f}"


def _say_excluded(request: HttpRequest, found: PerHeadFound) -> list[str]:
    """Return who is not counted, by name, and how zeros were taken."""
    said = []
    if found.unknown:
        names = [_name(request, place) for place in found.unknown]
        said.append(say_to(request, "overview.excluded", count=len(names), names=names))
    if found.by_head.negative:
        named = {str(place.region.pk): place for place in found.places if place.region}
        names = [_name(request, named[key]) for key in found.by_head.negative if key in named]
        said.append(say_to(request, "overview.excluded_negative", count=len(names), names=names))
    if found.by_head.zeros:
        said.append(say_to(request, "overview.zeros", count=found.by_head.zeros))
    return said


def _table(
    request: HttpRequest,
    scope: Scope,
    pairs: Sequence[PairFigures],
    found: PerHeadFound,
    asked: Asked,
) -> Table:
    rows, count = arrange(
        found.places,
        asked,
        {
            "place": lambda place: _name(request, place),
            "amount": lambda place: place.amount,
            "population": lambda place: place.population and place.population.quantity,
            "per_head": lambda place: place.per_head,
        },
    )
    unknown = say_to(request, "web.unknown")
    return Table(
        name="per-head",
        columns=(
            Column("place", say_to(request, "overview.place"), is_sortable=True),
            money_column(request, "amount", say_measure(request, scope.what), is_sortable=True),
            Column(
                "population",
                say_to(request, "overview.population"),
                is_number=True,
                is_sortable=True,
            ),
            Column("year", say_to(request, "overview.population_year")),
            Column("source", say_to(request, "overview.population_source")),
            Column(
                "per_head",
                say_to(request, "overview.per_head"),
                unit=say_to(request, "overview.per_head_unit"),
                is_number=True,
                is_sortable=True,
            ),
        ),
        rows=tuple(_row(request, scope, pairs, place, unknown) for place in rows),
        count=count,
        asked=asked,
        empty=say_to(request, "overview.empty"),
    )


def _row(
    request: HttpRequest,
    scope: Scope,
    pairs: Sequence[PairFigures],
    place: PlaceShare,
    unknown: str,
) -> Row:
    population, own = place.population, place.region or place.recipients[0]
    entries = entries_address(request, scope, pairs, scope.what, recipient=own.pk)
    others = [name_of(request, row) for row in place.recipients]
    name = _name(request, place)
    note = "" if others == [name] else say_to(request, "overview.of_recipients", names=others)
    per_head = None if place.per_head is None else round(place.per_head)
    return Row(
        (
            Cell(name, note=note),
            money_cell(request, place.amount, entries),
            figure(population.quantity.normalize() if population else None, unknown),
            Cell(str(population.year) if population else ""),
            Cell(
                say_to(
                    request,
                    "overview.vintage",
                    source=population.source,
                    vintage=population.vintage.isoformat(),
                )
                if population
                else ""
            ),
            Cell(unknown) if per_head is None else exact_cell(per_head),
        )
    )


def _name(request: HttpRequest, place: PlaceShare) -> str:
    return name_of(request, place.region or place.recipients[0])
