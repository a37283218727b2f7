"""The stock of the own places: as of a day, by movement, moved and mended."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tiebeam.apps.supplies.models import Movement
from tiebeam.apps.supplies.operations.stock import move_stock, undo_movement
from tiebeam.apps.supplies.queries.items import get_item, list_items
from tiebeam.apps.supplies.queries.places import list_own_places
from tiebeam.apps.supplies.queries.stock import get_movement, list_movements, list_stock
from tiebeam.interfaces.web.as_of import read_as_of
from tiebeam.interfaces.web.emergencies.words import trail_to_incidents
from tiebeam.interfaces.web.errors import show_forbidden
from tiebeam.interfaces.web.forming import FORM, answer_form, find_or_404
from tiebeam.interfaces.web.listing import arrange, read_asked
from tiebeam.interfaces.web.page import name_of, say_to, show_page
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.interfaces.web.supplies.forms import MoveForm, ReasonForm
from tiebeam.interfaces.web.supplies.parts import (
    action_of,
    choices_by_name,
    columns_of,
    tabs_of,
    trail_to,
)
from tiebeam.interfaces.web.tables import Cell, Column, Row, Table, day, figure, table_as_file
from tiebeam.platform.identity.people import list_names
from tiebeam.platform.permissions.operations import is_allowed


@require_safe
@seated
def show_stock(request: HttpRequest) -> HttpResponse:
    """Show what is in stock, place by place."""
    as_of = read_as_of(request)
    lines = list_stock(as_of)
    asked = read_asked(request, sorts=("place", "item", "quantity"))
    keys = {
        "place": lambda line: name_of(request, line.place),
        "item": lambda line: name_of(request, line.item),
        "quantity": lambda line: line.quantity,
    }
    shown, count = arrange(lines, asked, keys)
    table = Table(
        name="stock",
        columns=(
            Column("place", say_to(request, "supplies.column.place"), is_sortable=True),
            Column("item", say_to(request, "supplies.column.item"), is_sortable=True),
            Column("quantity", say_to(request, "supplies.column.quantity"), is_number=True, is_sortable=True),
            Column("unit", say_to(request, "supplies.column.unit")),
            Column("last_on", say_to(request, "supplies.column.last_on")),
        ),
        rows=tuple(
            Row(
                (
                    Cell(name_of(request, line.place)),
                    Cell(name_of(request, line.item)),
                    figure(line.quantity),
                    Cell(line.item.unit),
                    day(line.last_on),
                ),
                address=reverse("movements", args=[line.place.pk, line.item.pk]),
            )
            for line in shown
        ),
        count=count,
        asked=asked,
        empty=say_to(request, "supplies.no_stock"),
        can_be_saved=False,
    )  # fmt: skip
    if file := table_as_file(table):
        return file
    return show_page(
        request,
        "web/supplies/list.html",
        title=say_to(
            request,
            "supplies.stock_title",
            items=len({line.item.pk for line in lines if line.quantity}),
            places=len({line.place.pk for line in lines}),
        ),
        trail=trail_to_incidents(request),
        tabs=tabs_of(request, "supplies"),
        action=action_of(request, "supplies.move_stock", "supplies.move", "move_stock"),
        takes_dates=True,
        table=table,
        text=say_to(request, "supplies.stock_text"),
    )


@require_safe
@seated
def show_movements(request: HttpRequest, place_id: UUID, item_id: UUID) -> HttpResponse:
    """Show how the stock of an item came about."""
    item = find_or_404(get_item, item_id)
    rows = list_movements(place_id, item_id)
    if not rows:
        raise Http404
    place = rows[0].store.place
    people = list_names({row.person_id for row in rows})
    names = ("moved_on", "kind", "quantity", "person", "document", "reason", "step")
    return show_page(
        request,
        "web/supplies/list.html",
        title=say_to(
            request,
            "supplies.movements_title",
            place=name_of(request, place),
            item=name_of(request, item),
            count=sum(row.quantity for row in rows),
            unit=item.unit,
        ),
        trail=trail_to(request),
        table=Table(
            name="movements",
            columns=columns_of(request, names),
            rows=tuple(_movement_row(request, row, people) for row in rows),
        ),
    )


@FORM
@seated
def move(request: HttpRequest) -> HttpResponse:
    """Take goods in, give them out, or write them off."""
    actor = actor_of(request)
    if not is_allowed(actor, "supplies.move_stock"):
        return show_forbidden(request)
    places = {str(row.pk): row for row in list_own_places(actor)}
    items = {str(row.pk): row for row in list_items()}
    form = MoveForm(
        request,
        place=choices_by_name(request, places.values()),
        item=[
            ("", say_to(request, "supplies.choose")),
            *((pk, f"{name_of(request, row)} ({row.unit})") for pk, row in items.items()),
        ],
        initial={
            "moved_on": timezone.localdate(), "place": str(actor.organisation_id), "kind": "in",
        },
    )  # fmt: skip
    return answer_form(
        request,
        form,
        lambda given: move_stock(
            place=places[given["place"]], item=items[given["item"]], kind=given["kind"],
            quantity=given["quantity"], moved_on=given["moved_on"], reason=given["reason"],
            document=given["document"], key=given["key"], actor=actor, now=timezone.now(),
        ),
        done=say_to(request, "supplies.moved_done"),
        title=say_to(request, "supplies.move_title"),
        text=say_to(request, "supplies.move_text"),
        verb=say_to(request, "supplies.move"),
        back=reverse("supplies"),
        trail=trail_to(request),
        template="web/supplies/form.html",
    )  # fmt: skip


@FORM
@seated
def undo(request: HttpRequest, movement_id: UUID) -> HttpResponse:
    """Undo a movement that was wrong."""
    movement, actor = find_or_404(get_movement, movement_id), actor_of(request)
    if not _may_undo(request, movement):
        return show_forbidden(request)
    back = reverse("movements", args=[movement.store.place_id, movement.item_id])
    return answer_form(
        request,
        ReasonForm(request),
        lambda given: undo_movement(
            movement=movement, reason=given["reason"], key=given["key"], actor=actor,
            now=timezone.now(),
        ),
        done=say_to(request, "supplies.undone"),
        title=say_to(
            request,
            "supplies.undo_title",
            kind=say_to(request, f"supplies.moved.{movement.kind}"),
            count=abs(movement.quantity),
            unit=movement.item.unit,
            item=name_of(request, movement.item),
        ),
        text=say_to(request, "supplies.undo_text"),
        verb=say_to(request, "supplies.undo"),
        back=back,
        is_dangerous=True,
        trail=trail_to(request),
        template="web/supplies/form.html",
    )  # fmt: skip


def _movement_row(request: HttpRequest, row: Movement, people: dict[UUID, str]) -> Row:
    undone = hasattr(row, "reversed_by")
    kind = say_to(request, f"supplies.moved.{row.kind}")
    note = "is_undoing" if row.reverses_id else "was_undone" if undone else ""
    step = Cell("")
    if _may_undo(request, row) and not undone:
        step = Cell(
            say_to(request, "supplies.undo"), address=reverse("undo_movement", args=[row.pk])
        )
    return Row(
        (
            day(row.moved_on),
            Cell(
                kind,
                note=say_to(request, f"supplies.{note}") if note else "",
                address=reverse("shipment", args=[row.line.shipment_id]) if row.line else "",
            ),
            figure(row.quantity),
            Cell(people.get(row.person_id, "")),
            Cell(row.document),
            Cell(row.reason),
            step,
        )
    )


def _may_undo(request: HttpRequest, movement: Movement) -> bool:
    actor = actor_of(request)
    is_own = movement.tenant_id == actor.organisation_id
    by_hand = movement.line_id is None and movement.reverses_id is None
    return is_own and by_hand and is_allowed(actor, "supplies.undo_movement")
