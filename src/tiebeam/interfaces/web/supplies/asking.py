"""The catalogue, and what shall not be sent now."""

from datetime import date
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tiebeam.apps.programmes.queries.programmes import list_programme_names
from tiebeam.apps.supplies.models import Hold
from tiebeam.apps.supplies.operations.holds import enter_hold, lift_hold
from tiebeam.apps.supplies.operations.items import enter_item
from tiebeam.apps.supplies.queries.holds import get_hold, list_all_holds
from tiebeam.apps.supplies.queries.items import list_items
from tiebeam.interfaces.web.errors import show_forbidden
from tiebeam.interfaces.web.forming import FORM, answer_form, find_or_404
from tiebeam.interfaces.web.page import name_of, say_to, show_page
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.interfaces.web.supplies.forms import HoldForm, ItemForm, ReasonForm
from tiebeam.interfaces.web.supplies.parts import (
    action_of,
    choices_by_name,
    columns_of,
    tabs_of,
    trail_to,
)
from tiebeam.interfaces.web.tables import Cell, Column, Row, Status, Table, day
from tiebeam.platform.permissions.operations import is_allowed


@require_safe
@seated
def show_items(request: HttpRequest) -> HttpResponse:
    """Show the catalogue."""
    items = list_items()
    names = ("name_zh", "name_en", "unit")
    return show_page(
        request,
        "web/supplies/list.html",
        title=say_to(request, "supplies.items_title", count=len(items)),
        tabs=tabs_of(request, "supply_items"),
        action=action_of(request, "supplies.enter_item", "supplies.enter", "enter_item"),
        table=Table(
            name="items",
            columns=tuple(Column(n, say_to(request, f"supplies.field.{n}")) for n in names),
            rows=tuple(Row(tuple(Cell(getattr(item, n)) for n in names)) for item in items),
            empty=say_to(request, "supplies.no_items"),
        ),
    )


@FORM
@seated
def enter_one(request: HttpRequest) -> HttpResponse:
    """Enter a kind of goods."""
    actor = actor_of(request)
    if not is_allowed(actor, "supplies.enter_item"):
        return show_forbidden(request)
    return answer_form(
        request,
        ItemForm(request),
        lambda given: enter_item(
            name_zh=given["name_zh"], name_en=given["name_en"], unit=given["unit"], actor=actor,
            now=timezone.now(),
        ),
        done=say_to(request, "supplies.item_done"),
        title=say_to(request, "supplies.item_title"),
        text=say_to(request, "supplies.item_text"),
        verb=say_to(request, "supplies.enter"),
        back=reverse("supply_items"),
        trail=trail_to(request, "supply_items"),
        template="web/supplies/form.html",
    )  # fmt: skip


@require_safe
@seated
def show_holds(request: HttpRequest) -> HttpResponse:
    """Show what recipients ask not to be sent."""
    holds, today = list_all_holds(), timezone.localdate()
    states = {hold.pk: _state_of(hold, today) for hold in holds}
    names = ("recipient", "item", "valid_from", "valid_until", "reason", "state", "step")
    return show_page(
        request,
        "web/supplies/list.html",
        title=say_to(
            request,
            "supplies.holds_title",
            count=sum(state == "in_force" for state in states.values()),
        ),
        tabs=tabs_of(request, "holds"),
        action=action_of(request, "supplies.enter_hold", "supplies.ask", "enter_hold"),
        table=Table(
            name="holds",
            columns=columns_of(request, names),
            rows=tuple(_hold_row(request, hold, states[hold.pk]) for hold in holds),
            empty=say_to(request, "supplies.no_holds"),
        ),
        text=say_to(request, "supplies.holds_text"),
    )


@FORM
@seated
def ask(request: HttpRequest) -> HttpResponse:
    """Ask not to be sent something now."""
    actor = actor_of(request)
    if not is_allowed(actor, "supplies.enter_hold"):
        return show_forbidden(request)
    programmes = {str(row.pk): row for row in list_programme_names()}
    items = {str(row.pk): row for row in list_items()}
    form = HoldForm(
        request,
        programme=choices_by_name(
            request, programmes.values(), first=say_to(request, "supplies.choose")
        ),
        item=choices_by_name(request, items.values(), first=say_to(request, "supplies.anything")),
        initial={"valid_from": timezone.localdate()},
    )
    return answer_form(
        request,
        form,
        lambda given: enter_hold(
            programme=programmes[given["programme"]], item=items.get(given["item"]),
            valid_from=given["valid_from"], valid_until=given["valid_until"],
            reason=given["reason"], actor=actor, now=timezone.now(),
        ),
        done=say_to(request, "supplies.hold_done"),
        title=say_to(request, "supplies.hold_title"),
        text=say_to(request, "supplies.hold_text"),
        verb=say_to(request, "supplies.ask"),
        back=reverse("holds"),
        trail=trail_to(request, "holds"),
        template="web/supplies/form.html",
    )  # fmt: skip


@FORM
@seated
def end(request: HttpRequest, hold_id: UUID) -> HttpResponse:
    """End an own hold earlier."""
    hold, actor = find_or_404(get_hold, hold_id), actor_of(request)
    if hold.tenant_id != actor.organisation_id or not is_allowed(
        actor, "supplies.lift_hold", hold.programme_id
    ):
        return show_forbidden(request)
    return answer_form(
        request,
        ReasonForm(request),
        lambda given: lift_hold(hold=hold, reason=given["reason"], actor=actor, now=timezone.now()),
        done=say_to(request, "supplies.lifted"),
        title=say_to(request, "supplies.lift_title", item=_say_item(request, hold)),
        text=say_to(request, "supplies.lift_text"),
        verb=say_to(request, "supplies.lift"),
        back=reverse("holds"),
        trail=trail_to(request, "holds"),
        template="web/supplies/form.html",
    )


def _state_of(hold: Hold, today: date) -> str:
    if hold.lifted_on is not None:
        return "lifted"
    if hold.valid_until <= today:
        return "over"
    return "in_force" if hold.valid_from <= today else "to_come"


def _hold_row(request: HttpRequest, hold: Hold, state: str) -> Row:
    own = hold.tenant_id == actor_of(request).organisation_id and state in {"in_force", "to_come"}
    may_end = own and is_allowed(actor_of(request), "supplies.lift_hold", hold.programme_id)
    marks: dict[str, Status] = {"in_force": "risk", "to_come": "none"}
    return Row(
        (
            Cell(name_of(request, hold.tenant)),
            Cell(_say_item(request, hold)),
            day(hold.valid_from),
            day(hold.valid_until),
            Cell(hold.reason, note=hold.lifted_reason),
            Cell(say_to(request, f"supplies.hold_state.{state}"), status=marks.get(state, "none")),
            Cell(say_to(request, "supplies.lift"), address=reverse("lift_hold", args=[hold.pk]))
            if may_end
            else Cell(""),
        )
    )


def _say_item(request: HttpRequest, hold: Hold) -> str:
    return name_of(request, hold.item) if hold.item else say_to(request, "supplies.anything")
