"""The coordinator's matrix: donors by recipients, and every pair with all its measures."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from tiebeam.apps.ledger.queries.matrix import PairFigures, list_figures, sum_figures
from tiebeam.apps.ledger.queries.measures import DIFFERENCES, MEASURES
from tiebeam.apps.regions.models import Organisation
from tiebeam.interfaces.messages.figures import percent
from tiebeam.interfaces.web.listing import Asked, arrange, read_asked
from tiebeam.interfaces.web.overview.scope import (
    Scope,
    address_of,
    choose_what,
    choose_years,
    read_scope,
    say_foot,
    scope_as_file,
    tabs_of,
    with_chosen,
)
from tiebeam.interfaces.web.overview.words import (
    money_cell,
    money_column,
    say_measure,
    say_money,
)
from tiebeam.interfaces.web.page import by_name, language_of, name_of, say_to, show_page
from tiebeam.interfaces.web.seated import seated
from tiebeam.interfaces.web.tables import Cell, Column, Row, Table


@require_safe
@seated
def show_matrix(request: HttpRequest) -> HttpResponse:
    """Show what donors owe, gave and paid to recipients, with the entries behind each figure."""
    scope = read_scope(request, "year", "what")
    found = list_figures(scope.pairings, scope.asked)
    asked = read_asked(request, sorts=("donor", "recipient", *MEASURES), name="overview")
    pairs = pairs_table(request, scope, found, asked)
    return scope_as_file(request, scope, pairs) or show_page(
        request,
        "web/overview/matrix.html",
        title=_title(request, scope, found),
        tabs=tabs_of(request, "overview", scope),
        takes_dates=True,
        scope=scope,
        choices=with_chosen(
            request,
            *scope.choices,
            choose_years(request, {year for pair in found for year in pair.years}),
            choose_what(request),
            what=scope.what,
        ),
        figures=_figures(request, scope, found),
        matrix=matrix_table(request, scope, found),
        pairs=pairs,
        foot=say_foot(request, scope, say_by_events(request, found)),
    )


def say_by_events(request: HttpRequest, found: Sequence[PairFigures]) -> str:
    """Return that figures of a side were summed from its events, where its book is not read."""
    sides = [side for side in ("donor", "recipient") if any(side in row.by_events for row in found)]
    return " ".join(say_to(request, f"overview.by_events.{side}") for side in sides)


def entries_address(
    request: HttpRequest, scope: Scope, found: Sequence[PairFigures], what: str, **chosen: object
) -> str:
    """Return where the entries behind a figure of *found* stand; nowhere, where a book of them is not read."""
    if any(MEASURES[what].side in row.by_events for row in found):
        return ""
    return address_of(request, "journal", scope, what=what, **chosen)


def events_address(scope: Scope, pairing_id: UUID, what: str) -> str:
    """Return where the events stand from which a figure of a pair was summed."""
    of_year = f"year={scope.year}&" if scope.year else ""
    kind = next(iter(MEASURES[what].events), "")
    return f"{reverse('money_of_pair', args=[pairing_id])}?{of_year}kind={kind}#events"


def matrix_table(request: HttpRequest, scope: Scope, found: Sequence[PairFigures]) -> Table:
    """Return one measure, a row for each donor and a column for each recipient; totals on top."""
    amounts: defaultdict[tuple[UUID, UUID], int] = defaultdict(int)
    pairs: defaultdict[tuple[UUID, UUID], list[PairFigures]] = defaultdict(list)
    for pair in found:
        key = pair.pairing.donor_id, pair.pairing.recipient_id
        amounts[key] += pair.total(scope.what, scope.years)
        pairs[key].append(pair)
    donors = by_name(request, {pair.pairing.donor for pair in found})
    recipients = by_name(request, {pair.pairing.recipient for pair in found})

    def cell_of(keys: Sequence[tuple[UUID, UUID]], **sides: UUID) -> Cell:
        behind = [pair for key in keys for pair in pairs.get(key, ())]
        address = entries_address(request, scope, behind, scope.what, **sides)
        amount = sum(amounts[key] for key in keys if key in amounts)
        return money_cell(request, amount if behind else None, address)

    def row_of(head: Cell, chosen: Sequence[Organisation], **by: UUID) -> Row:
        own = {donor.pk for donor in chosen}
        keys = [key for key in pairs if key[0] in own]
        cells = [
            cell_of([key for key in keys if key[1] == each.pk], recipient=each.pk, **by)
            for each in recipients
        ]
        return Row((head, cell_of(keys, **by), *cells))

    return Table(
        name="matrix",
        caption=say_to(request, "overview.matrix_caption", what=say_measure(request, scope.what)),
        columns=(
            Column("donor", say_to(request, "overview.donor")),
            money_column(request, "total", say_to(request, "overview.total")),
            *(money_column(request, str(row.pk), name_of(request, row)) for row in recipients),
        ),
        rows=tuple(
            row_of(Cell(name_of(request, donor)), [donor], donor=donor.pk) for donor in donors
        ),
        totals=row_of(Cell(say_to(request, "overview.total")), donors) if len(donors) > 1 else None,
        empty=say_to(request, "overview.empty"),
    )


def pairs_table(
    request: HttpRequest, scope: Scope, found: Sequence[PairFigures], asked: Asked
) -> Table:
    """Return every pair with all its measures; cash, goods and credit stand apart and are never added."""
    keys = {name: _key(name, scope) for name in MEASURES}
    shown, count = arrange(
        found,
        asked,
        {
            "donor": lambda pair: name_of(request, pair.pairing.donor),
            "recipient": lambda pair: name_of(request, pair.pairing.recipient),
            **keys,
        },
    )
    totals = sum_figures(found, scope.years)
    has_programmes = scope.programme is None and len({p.pairing.programme_id for p in found}) > 1
    columns = [
        Column("donor", say_to(request, "overview.donor"), is_sortable=True),
        Column("recipient", say_to(request, "overview.recipient"), is_sortable=True),
        *([Column("programme", say_to(request, "overview.programme"))] if has_programmes else []),
        *(
            money_column(request, name, say_measure(request, name), is_sortable=True)
            for name in MEASURES
        ),
    ]

    def row_of(pair: PairFigures) -> Row:
        pairing = pair.pairing
        return Row(
            (
                Cell(name_of(request, pairing.donor)),
                Cell(name_of(request, pairing.recipient)),
                *([Cell(name_of(request, pairing.programme))] if has_programmes else []),
                *(
                    money_cell(
                        request,
                        pair.total(name, scope.years),
                        entries_address(request, scope, [pair], name, pair=pairing.pk)
                        or events_address(scope, pairing.pk, name),
                    )
                    for name in MEASURES
                ),
            )
        )

    return Table(
        name="pairs-with-money",
        caption=say_to(request, "overview.pairs_caption"),
        columns=tuple(columns),
        rows=tuple(row_of(pair) for pair in shown),
        totals=Row(
            (
                Cell(say_to(request, "overview.total")),
                *[Cell("")] * (1 + has_programmes),
                *(
                    money_cell(request, totals[name], entries_address(request, scope, found, name))
                    for name in MEASURES
                ),
            )
        ),
        count=count,
        asked=asked,
        empty=say_to(request, "overview.empty"),
    )


def _key(name: str, scope: Scope) -> Callable[[PairFigures], int]:
    return lambda pair: pair.total(name, scope.years)


def _figures(
    request: HttpRequest, scope: Scope, found: Sequence[PairFigures]
) -> list[dict[str, str]]:
    """Return the totals, each with the entries behind it, and what is on its way and unspent."""
    totals = sum_figures(found, scope.years)
    shown = [
        {
            "label": say_measure(request, name),
            "text": say_money(request, totals[name]),
            "address": entries_address(request, scope, found, name) if totals[name] else "",
        }
        for name in MEASURES
        if totals[name] or name in {"owed", "paid"}
    ]
    all_years = sum_figures(found)
    standing = {
        "on_its_way": (
            all_years["paid"] - all_years["received"],
            address_of(request, "balance", scope, what="", code="D1310"),
            ("paid",),
        ),
        "unspent": (
            all_years["received"] - all_years["spent"],
            address_of(request, "journal", scope, what="unspent"),
            DIFFERENCES["unspent"],
        ),
    }
    if scope.year is None:
        shown += [
            {
                "label": say_to(request, f"overview.standing.{name}"),
                "text": say_money(request, amount),
                "address": address
                if all(entries_address(request, scope, found, each) for each in rests_on)
                else "",
            }
            for name, (amount, address, rests_on) in standing.items()
        ]
    return shown


def _title(request: HttpRequest, scope: Scope, found: Sequence[PairFigures]) -> str:
    totals = sum_figures(found, scope.years)
    facts = {
        "paid": totals["paid"],
        "owed": totals["owed"],
        "share": percent(totals["paid"] / totals["owed"], language_of(request))
        if totals["owed"]
        else "",
    }
    if not found:
        return say_to(request, "overview.title_empty")
    said = say_to(request, "overview.title" if totals["owed"] else "overview.title_paid", **facts)
    if scope.year is None:
        return said
    return say_to(request, "overview.title_year", year=str(scope.year), said=said)
