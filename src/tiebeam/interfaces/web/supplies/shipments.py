"""Shipments: what is on its way, and one of them with what became of it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tiebeam.apps.supplies.models import Receipt, Settlement, Shipment
from tiebeam.apps.supplies.operations.booking import book
from tiebeam.apps.supplies.queries.booking import find_booked, list_unbooked
from tiebeam.apps.supplies.queries.transit import (
    LineInTransit,
    follow_lines,
    get_shipment,
    list_shipments,
    list_told,
)
from tiebeam.interfaces.web.forming import FORM, find_or_404, find_refusal
from tiebeam.interfaces.web.listing import read_asked
from tiebeam.interfaces.web.page import Fact, Link, name_of, say_to, show_page, tabs_with_history
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.interfaces.web.supplies.parts import action_of, columns_of, tabs_of, trail_to
from tiebeam.interfaces.web.tables import (
    Cell,
    Row,
    Table,
    day,
    figure,
    table_as_file,
    without_empty,
)
from tiebeam.platform.identity.people import list_names
from tiebeam.platform.permissions.operations import is_allowed


@require_safe
@seated
def show_all(request: HttpRequest) -> HttpResponse:
    """Show all shipments, a row for each item, with what is still on its way and for how long."""
    asked, today = read_asked(request), timezone.localdate()
    rows = list_shipments()
    lines = follow_lines(rows.values_list("pk", flat=True)[asked.start : asked.stop])
    moving = [line for line in lines if line.open]
    names = ("sent_on", "sender", "recipient", "item", "sent", "received", "open", "age", "state")
    table = Table(
        name="shipments",
        columns=columns_of(request, names),
        rows=tuple(
            Row(
                (
                    day(line.line.shipment.sent_on),
                    Cell(name_of(request, line.line.shipment.tenant)),
                    Cell(name_of(request, line.line.shipment.recipient)),
                    Cell(name_of(request, line.line.item), note=line.line.item.unit),
                    figure(line.line.quantity),
                    figure(line.received),
                    figure(line.open),
                    figure(line.age(today)) if line.open else Cell(""),
                    state_cell(request, line),
                ),
                address=reverse("shipment", args=[line.line.shipment_id]),
            )
            for line in lines
        ),
        count=rows.count(),
        counted=say_to(request, "supplies.shipments_count", count=rows.count()),
        asked=asked,
        empty=say_to(request, "supplies.no_shipments"),
        can_be_saved=False,
    )
    if file := table_as_file(table):
        return file
    return show_page(
        request,
        "web/supplies/list.html",
        title=say_to(request, "supplies.shipments_title", count=len(moving)),
        tabs=tabs_of(request, "shipments"),
        action=action_of(request, "supplies.ship", "supplies.send", "send_shipment"),
        table=table,
        text=say_to(request, "supplies.shipments_text"),
    )


@FORM
@seated
def show_one(request: HttpRequest, shipment_id: UUID) -> HttpResponse:
    """Show a shipment with what became of each line; propose to the ledger what is not in it yet."""
    shipment, actor = find_or_404(get_shipment, shipment_id), actor_of(request)
    refusal: list[str] = []
    if request.method == "POST":
        refusal = find_refusal(
            request, lambda: book(shipment=shipment, actor=actor, now=timezone.now())
        )
        if not refusal:
            return redirect("shipment", shipment_id=shipment.pk)
    lines = follow_lines([shipment.pk])
    is_recipient = shipment.recipient_id == actor.organisation_id
    may_confirm = is_recipient and is_allowed(actor, "supplies.confirm", shipment.programme_id)
    unbooked = len(list_unbooked(shipment, actor.organisation_id))
    return show_page(
        request,
        "web/supplies/shipment.html",
        title=say_to(
            request,
            f"supplies.shipment_title.{'moving' if any(each.open for each in lines) else 'over'}",
            sender=name_of(request, shipment.tenant),
            recipient=name_of(request, shipment.recipient),
        ),
        trail=trail_to(request, "shipments"),
        tabs=tabs_with_history(request, "shipment", shipment.pk),
        action=Link(
            say_to(request, "supplies.confirm_now"),
            reverse("confirm_shipment", args=[shipment.pk]),
        )
        if may_confirm and any(each.open for each in lines)
        else None,
        facts=_list_facts(request, shipment),
        table=_lines_table(request, shipment, lines),
        told=_told_table(request, shipment),
        unbooked=unbooked if is_allowed(actor, "supplies.book", shipment.programme_id) else 0,
        refusal=refusal,
        status=409 if refusal else 200,
    )


def state_cell(request: HttpRequest, line: LineInTransit) -> Cell:
    """Return whether a line is on its way, overdue, or through."""
    if line.is_overdue(timezone.localdate()):
        return Cell(say_to(request, "supplies.state.overdue"), status="bad")
    if line.open:
        return Cell(say_to(request, "supplies.state.moving"), status="risk")
    return Cell(say_to(request, "supplies.state.through"), status="good")


def _list_facts(request: HttpRequest, shipment: Shipment) -> list[Fact]:
    given = [
        ("sender", name_of(request, shipment.tenant)),
        ("origin", name_of(request, shipment.origin)),
        ("recipient", name_of(request, shipment.recipient)),
        ("sent_on", shipment.sent_on.isoformat()),
        ("expected_on", shipment.expected_on.isoformat() if shipment.expected_on else ""),
        ("document", shipment.document),
        ("note", shipment.note),
        ("despite_reason", shipment.despite_reason),
    ]
    return [Fact(say_to(request, f"supplies.column.{n}"), text) for n, text in given if text]


def _lines_table(request: HttpRequest, shipment: Shipment, lines: list[LineInTransit]) -> Table:
    actor = actor_of(request)
    may_settle = shipment.tenant_id == actor.organisation_id and is_allowed(
        actor, "supplies.settle", shipment.programme_id
    )
    booked = find_booked([each.line.pk for each in lines])
    names = ("item", "sent", "received", "returned", "lost", "open", "state", "ledger", "step")
    table = Table(
        name="lines",
        columns=columns_of(request, names),
        rows=tuple(
            Row(
                (
                    Cell(name_of(request, each.line.item), note=each.line.item.unit),
                    figure(each.line.quantity),
                    figure(each.received),
                    figure(each.returned),
                    figure(each.lost),
                    figure(each.open),
                    state_cell(request, each),
                    _ledger_cell(request, each.line.amount, booked.get(each.line.pk)),
                    Cell(
                        say_to(request, "supplies.settle_now"),
                        address=reverse("settle_line", args=[each.line.pk]),
                    )
                    if may_settle and each.open
                    else Cell(""),
                )
            )
            for each in lines
        ),
    )
    return without_empty(table, "ledger", "step")


def _ledger_cell(request: HttpRequest, worth: int | None, state: str | None) -> Cell:
    """Return how far something valued came in the ledger."""
    return Cell(say_to(request, f"supplies.ledger.{state or 'not_proposed'}") if worth else "")


def _told_table(request: HttpRequest, shipment: Shipment) -> Table:
    told = list_told(shipment.pk)
    people = list_names({row.person_id for row in told})
    booked = find_booked(row.pk for row in told if row.amount)
    names = ("day", "item", "what", "quantity", "ledger", "by", "reason")
    table = Table(
        name="told",
        columns=columns_of(request, names),
        rows=tuple(_told_row(request, row, people, booked.get(row.pk)) for row in told),
    )
    return without_empty(table, "ledger")


def _told_row(
    request: HttpRequest, row: Receipt | Settlement, people: dict[UUID, str], state: str | None
) -> Row:
    if isinstance(row, Receipt):
        told_on, what = row.received_on, say_to(request, "supplies.moved.received")
    else:
        told_on, what = row.settled_on, say_to(request, f"supplies.outcome.{row.outcome}")
    return Row(
        (
            day(told_on),
            Cell(name_of(request, row.line.item)),
            Cell(what),
            figure(row.quantity),
            _ledger_cell(request, row.amount, state),
            Cell(people.get(row.person_id, ""), note=name_of(request, row.tenant)),
            Cell(row.reason),
        )
    )
