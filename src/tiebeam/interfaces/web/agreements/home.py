"""What the first page tells of agreements: those to review, to sign, and to revise."""

from datetime import date

from django.urls import reverse

import tiebeam.apps.pairings.operations.agreements  # noqa: F401  # its rights are asked for here
from tiebeam.apps.pairings.queries.agreement_lists import list_waiting_agreements
from tiebeam.interfaces.web.home.sections import Item, section
from tiebeam.platform.permissions.operations import is_allowed
from tiebeam.platform.tenancy.acting import Actor


@section("waiting")
def list_waiting(actor: Actor, today: date) -> list[Item]:
    """List the agreements that wait for the own organisation."""
    if not is_allowed(actor, "pairings.draft_agreement"):
        return []
    return [
        Item(
            code=f"agreements.home.{row.step}",
            facts={"title": row.standing.agreement.title},
            address=reverse("agreement", args=[row.standing.agreement.pk]),
            status="risk" if row.step == "revise" else "",
        )
        for row in list_waiting_agreements(actor, today)
    ]
