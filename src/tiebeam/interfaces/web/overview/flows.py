"""Where the money went: donor, purpose, recipient."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tiebeam.apps.ledger.queries.purposes import Flow, list_flow_years, list_flows
from tiebeam.apps.pairings.models import Pairing
from tiebeam.interfaces.messages.figures import percent
from tiebeam.interfaces.web.listing import Asked, arrange, read_asked
from tiebeam.interfaces.web.overview.journal import NO_PURPOSE
from tiebeam.interfaces.web.overview.matrix import events_address
from tiebeam.interfaces.web.overview.pictures import Ends, donor_key, draw_flows, ends_of
from tiebeam.interfaces.web.overview.scope import (
    Scope,
    address_of,
    choose_years,
    list_marks,
    read_scope,
    say_foot,
    scope_as_file,
    tabs_of,
    with_chosen,
)
from tiebeam.interfaces.web.overview.words import money_cell, money_column, say_purpose
from tiebeam.interfaces.web.page import language_of, name_of, say_to, show_page
from tiebeam.interfaces.web.seated import seated
from tiebeam.interfaces.web.tables import Cell, Column, Row, Table


@require_safe
@seated
def show_flows(request: HttpRequest) -> HttpResponse:
    """Show what was paid, from donors through purposes to recipients, as a picture and as a table."""
    scope = read_scope(request, "year")
    found = list_flows(scope.ids, scope.asked, scope.year)
    # Where more came back in the year than was paid, nothing flows.
    flows = [flow for flow in found if flow.amount > 0]
    pairings = {row.pk: row for row in scope.pairings}
    asked = read_asked(request, sorts=("donor", "purpose", "recipient", "paid"))
    table = _table(request, scope, found, pairings, asked)
    title = _title(request, scope, flows)
    return scope_as_file(request, scope, table) or show_page(
        request,
        "web/overview/picture.html",
        title=title,
        tabs=tabs_of(request, "overview_flows", scope),
        takes_dates=True,
        scope=scope,
        choices=with_chosen(
            request, *scope.choices, choose_years(request, list_flow_years(scope.ids))
        ),
        picture=draw_flows(
            request, flows, pairings, title, _stream_addresses(request, scope, found, pairings)
        ),
        table=table,
        table_id="flows-table",
        marks=list_marks(request, scope),
        foot=say_foot(request, scope, say_to(request, "overview.flows_foot")),
    )


def _address(request: HttpRequest, scope: Scope, found: Sequence[Flow], **chosen: object) -> str:
    """Return where the entries behind the sum of *found* stand; nowhere, where they come to another sum."""
    if any(flow.by_events or flow.amount < 0 for flow in found):
        return ""
    return address_of(request, "journal", scope, what="paid", **chosen)


def _address_of_one(request: HttpRequest, scope: Scope, flow: Flow) -> str:
    return _address(
        request, scope, [flow], pair=flow.pairing_id, purpose=flow.purpose or NO_PURPOSE
    ) or events_address(scope, flow.pairing_id, "paid")


def _stream_addresses(
    request: HttpRequest,
    scope: Scope,
    found: Sequence[Flow],
    pairings: Mapping[UUID, Pairing],
) -> dict[Ends, str]:
    """Return where each stream of the picture leads: to its entries, else to the table of its parts."""
    behind: defaultdict[Ends, list[Flow]] = defaultdict(list)
    for flow in found:
        for ends in ends_of(flow, pairings[flow.pairing_id]):
            behind[ends].append(flow)
    addresses = {}
    for ends, flows in behind.items():
        pairing, purpose = pairings[flows[0].pairing_id], flows[0].purpose or NO_PURPOSE
        side = "donor" if ends[0] == donor_key(pairing) else "recipient"
        of = {side: getattr(pairing, f"{side}_id")}
        addresses[ends] = _address(request, scope, flows, purpose=purpose, **of) or "#flows-table"
        if len(flows) == 1:
            addresses[ends] = _address_of_one(request, scope, flows[0])
    return addresses


def _title(request: HttpRequest, scope: Scope, flows: Sequence[Flow]) -> str:
    total = sum(flow.amount for flow in flows)
    if not total:
        return say_to(request, "overview.years_title_none")
    purposes: dict[str, int] = {}
    for flow in flows:
        purposes[flow.purpose] = purposes.get(flow.purpose, 0) + flow.amount
    largest = max(purposes, key=lambda purpose: (purposes[purpose], purpose))
    said = say_to(
        request,
        "overview.flows_title",
        paid=total,
        purpose=say_purpose(request, largest),
        share=percent(purposes[largest] / total, language_of(request)),
    )
    if scope.year is None:
        return said
    return say_to(request, "overview.title_year", year=str(scope.year), said=said)


def _table(
    request: HttpRequest,
    scope: Scope,
    found: Sequence[Flow],
    pairings: Mapping[UUID, Pairing],
    asked: Asked,
) -> Table:
    flows = [flow for flow in found if flow.amount > 0]
    shown, count = arrange(
        flows,
        asked,
        {
            "donor": lambda flow: name_of(request, pairings[flow.pairing_id].donor),
            "purpose": lambda flow: say_purpose(request, flow.purpose),
            "recipient": lambda flow: name_of(request, pairings[flow.pairing_id].recipient),
            "paid": lambda flow: flow.amount,
        },
    )
    return Table(
        name="money-flows",
        columns=(
            Column("donor", say_to(request, "overview.donor"), is_sortable=True),
            Column("purpose", say_to(request, "overview.purpose"), is_sortable=True),
            Column("recipient", say_to(request, "overview.recipient"), is_sortable=True),
            money_column(
                request, "paid", say_to(request, "overview.measure.paid"), is_sortable=True
            ),
        ),
        rows=tuple(
            Row(
                (
                    Cell(name_of(request, pairings[flow.pairing_id].donor)),
                    Cell(say_purpose(request, flow.purpose)),
                    Cell(name_of(request, pairings[flow.pairing_id].recipient)),
                    money_cell(request, flow.amount, _address_of_one(request, scope, flow)),
                )
            )
            for flow in shown
        ),
        totals=Row(
            (
                Cell(say_to(request, "overview.total")),
                Cell(""),
                Cell(""),
                money_cell(
                    request, sum(flow.amount for flow in flows), _address(request, scope, found)
                ),
            )
        )
        if flows
        else None,
        count=count,
        asked=asked,
        empty=say_to(request, "overview.empty"),
    )
