"""Send goods, confirm what came, and say what became of the rest."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from tiebeam.apps.ledger.operations.tranche_rows import commitment_label
from tiebeam.apps.ledger.queries.schedule import list_schedules
from tiebeam.apps.programmes.queries.programmes import list_programme_names
from tiebeam.apps.regions.queries.names import list_organisation_names
from tiebeam.apps.supplies.models import Item, Shipment
from tiebeam.apps.supplies.operations.confirming import confirm, settle
from tiebeam.apps.supplies.operations.shipping import Sent, ship
from tiebeam.apps.supplies.queries.holds import list_holds
from tiebeam.apps.supplies.queries.places import list_own_places
from tiebeam.apps.supplies.queries.stock import list_stock
from tiebeam.apps.supplies.queries.transit import follow_lines, get_line, get_shipment
from tiebeam.errors import Fault, InvalidInput
from tiebeam.interfaces.web.errors import show_forbidden
from tiebeam.interfaces.web.forming import FORM, answer_form, find_or_404
from tiebeam.interfaces.web.page import name_of, say_to
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.interfaces.web.supplies.forms import ConfirmForm, SettleForm, ShipForm
from tiebeam.interfaces.web.supplies.parts import choices_by_name, trail_to
from tiebeam.platform.permissions.operations import is_allowed
from tiebeam.platform.time.periods import AsOf
from tiebeam.units import parse_amount


@FORM
@seated
def send(request: HttpRequest) -> HttpResponse:
    """Send goods out of the own stock."""
    actor = actor_of(request)
    if not is_allowed(actor, "supplies.ship"):
        return show_forbidden(request)
    programmes = {str(row.pk): row for row in list_programme_names()}
    organisations = {str(row.pk): row for row in list_organisation_names()}
    places = {str(row.pk): row for row in list_own_places(actor)}
    commitments = {
        str(row.commitment.pk): row.commitment
        for row in list_schedules(donor_id=actor.organisation_id)
    }
    choose = say_to(request, "supplies.choose")
    form = ShipForm(
        request,
        stock=_list_own_stock(list(places)),
        programme=choices_by_name(request, programmes.values(), first=choose),
        recipient=choices_by_name(request, organisations.values(), first=choose),
        origin=choices_by_name(request, places.values()),
        commitment=[
            ("", say_to(request, "supplies.not_valued")),
            *((pk, commitment_label(row).partition(" #")[0]) for pk, row in commitments.items()),
        ],
        initial={"sent_on": timezone.localdate(), "origin": str(actor.organisation_id)},
    )

    def act(given: Mapping[str, Any]) -> Shipment:
        commitment = commitments.get(given["commitment"])
        recipient = organisations[given["recipient"]]
        is_despite = bool(given["despite_reason"].strip())
        return ship(
            programme=programmes[given["programme"]], recipient=recipient,
            origin=places[given["origin"]], lines=_lines_of(form, given, commitment.pk if commitment else None),
            sent_on=given["sent_on"], expected_on=given["expected_on"], document=given["document"],
            note=given["note"], pairing=commitment.pairing if commitment else None,
            despite=list(list_holds(given["sent_on"], recipient.pk)) if is_despite else [],
            despite_reason=given["despite_reason"], key=given["key"], actor=actor,
            now=timezone.now(),
        )  # fmt: skip

    return answer_form(
        request,
        form,
        act,
        done=say_to(request, "supplies.sent_done"),
        title=say_to(request, "supplies.send_title"),
        text=say_to(request, "supplies.send_text"),
        verb=say_to(request, "supplies.send"),
        back=reverse("shipments"),
        onto=lambda shipment: reverse("shipment", args=[shipment.pk]),
        trail=trail_to(request, "shipments"),
        template="web/supplies/form.html",
    )


@FORM
@seated
def confirm_one(request: HttpRequest, shipment_id: UUID) -> HttpResponse:
    """Confirm what came of a shipment."""
    shipment, actor = find_or_404(get_shipment, shipment_id), actor_of(request)
    is_recipient = shipment.recipient_id == actor.organisation_id
    if not is_recipient or not is_allowed(actor, "supplies.confirm", shipment.programme_id):
        return show_forbidden(request)
    places = {str(row.pk): row for row in list_own_places(actor)}
    form = ConfirmForm(
        request,
        lines=[each for each in follow_lines([shipment.pk]) if each.open],
        place=choices_by_name(request, places.values()),
        initial={"received_on": timezone.localdate(), "place": str(actor.organisation_id)},
    )
    return answer_form(
        request,
        form,
        lambda given: confirm(
            shipment=shipment, received=form.received(), received_on=given["received_on"],
            place=places[given["place"]], document=given["document"], key=given["key"],
            actor=actor, now=timezone.now(),
        ),
        done=say_to(request, "supplies.confirmed"),
        title=say_to(
            request, "supplies.confirm_title", sender=name_of(request, shipment.tenant)
        ),
        text=say_to(request, "supplies.confirm_text"),
        verb=say_to(request, "supplies.confirm_now"),
        back=reverse("shipment", args=[shipment.pk]),
        trail=trail_to(request, "shipments"),
        template="web/supplies/form.html",
    )  # fmt: skip


@FORM
@seated
def settle_one(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Say what became of what does not come."""
    line, actor = find_or_404(get_line, line_id), actor_of(request)
    may = is_allowed(actor, "supplies.settle", line.shipment.programme_id)
    if line.tenant_id != actor.organisation_id or not may:
        return show_forbidden(request)
    [standing] = [each for each in follow_lines([line.shipment_id]) if each.line.pk == line.pk]
    form = SettleForm(
        request,
        initial={
            "settled_on": timezone.localdate(), "quantity": standing.open, "outcome": "returned",
        },
    )  # fmt: skip
    return answer_form(
        request,
        form,
        lambda given: settle(
            line=line, outcome=given["outcome"], quantity=given["quantity"],
            settled_on=given["settled_on"], reason=given["reason"], key=given["key"], actor=actor,
            now=timezone.now(),
        ),
        done=say_to(request, "supplies.settled"),
        title=say_to(
            request, "supplies.settle_title", item=name_of(request, line.item),
            count=standing.open, unit=line.item.unit,
        ),
        text=say_to(request, "supplies.settle_text"),
        verb=say_to(request, "supplies.settle_now"),
        back=reverse("shipment", args=[line.shipment_id]),
        trail=trail_to(request, "shipments"),
        template="web/supplies/form.html",
    )  # fmt: skip


def _list_own_stock(place_ids: list[str]) -> list[tuple[Item, int]]:
    """Return what there is of each item in all own stores."""
    left: dict[Item, int] = {}
    for line in list_stock(AsOf(true_on=timezone.localdate()), [UUID(pk) for pk in place_ids]):
        left[line.item] = left.get(line.item, 0) + line.quantity
    return [(item, quantity) for item, quantity in left.items() if quantity]


def _lines_of(form: ShipForm, given: Mapping[str, Any], commitment_id: UUID | None) -> list[Sent]:
    """
    Return what is sent.

    Raises:
        InvalidInput: A value is no amount, or there are several items to which it could belong.
    """
    quantities = form.quantities()
    if commitment_id is None:
        return [Sent(item_id=item_id, quantity=sent) for item_id, sent in quantities.items()]
    if len(quantities) != 1:
        raise InvalidInput([Fault(code="supplies.one_valued", column="value")])
    [(item_id, sent)] = quantities.items()
    fen = parse_amount(given["value"], unit="yuan", column="value").fen
    return [Sent(item_id=item_id, quantity=sent, amount=fen, commitment_id=commitment_id)]
