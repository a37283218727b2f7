"""What the first page tells of hand-overs: those still open, and ended pairings without one."""

from datetime import date

from django.urls import reverse

import tiebeam.apps.pairings.operations.hand_overs  # noqa: F401  # its rights are asked for here
from tiebeam.apps.pairings.queries.hand_overs import count_without_hand_over, list_open_hand_overs
from tiebeam.interfaces.web.home.sections import Item, section
from tiebeam.platform.permissions.operations import is_allowed
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor


@section("waiting")
def list_hand_overs(actor: Actor, today: date) -> list[Item]:
    """List the open hand-overs that the own organisation keeps; for its maker, pairings without one."""
    if not is_allowed(actor, "pairings.open_hand_over"):
        return []
    items = [
        Item(
            code="hand_overs.home.open",
            facts={"donor": row.ending.donor, "recipient": row.ending.recipient},
            address=reverse("hand_over", args=[row.pk]),
        )
        for row in list_open_hand_overs(actor.organisation_id)
    ]
    if actor.has_role(Role.COORDINATOR) or actor.has_role(Role.MINISTRY):
        count = count_without_hand_over(actor.organisation_id, today)
        if count:
            address = f"{reverse('hand_overs')}?state=missing"
            code = "hand_overs.home.missing"
            items.append(Item(code=code, facts={"count": count}, address=address))
    return items
