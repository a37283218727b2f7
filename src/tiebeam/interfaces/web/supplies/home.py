"""What the first page tells of goods that wait to be confirmed."""

from datetime import date

from django.urls import reverse

from tiebeam.apps.supplies.operations.telling import KEEPERS
from tiebeam.apps.supplies.queries.transit import list_in_transit
from tiebeam.interfaces.web.home.sections import Item, section
from tiebeam.platform.tenancy.acting import Actor


@section("waiting")
def list_goods_waiting(actor: Actor, today: date) -> list[Item]:
    """List the shipments on their way to the acting organisation, the oldest first."""
    if not any(actor.has_role(role) for role in KEEPERS):
        return []
    moving = list_in_transit(today, recipient_id=actor.organisation_id)
    shipments = {each.line.shipment_id: each for each in moving}
    return [
        Item(
            code="supplies.home.confirm",
            facts={"sender": each.line.shipment.tenant, "days": each.age(today)},
            address=reverse("confirm_shipment", args=[pk]),
            on=each.line.shipment.expected_on,
            status="bad" if each.is_overdue(today) else "",
        )
        for pk, each in shipments.items()
    ]
