"""What the first page tells of returns: those due, sent back, and waiting for an answer."""

from datetime import date

from django.urls import reverse

from tiebeam.apps.programmes.queries import list_due, list_undecided
from tiebeam.interfaces.web.home.sections import Item, section
from tiebeam.platform.permissions.operations import is_allowed
from tiebeam.platform.tenancy.acting import Actor


@section("due")
def list_returns_due(actor: Actor, today: date) -> list[Item]:
    """List what the own organisation still has to hand in."""
    if not is_allowed(actor, "programmes.start_return"):
        return []
    return [
        Item(
            code="returns.home.sent_back" if row.state == "returned" else "returns.home.due",
            facts={"round": row.of_round},
            address=reverse("return", args=[row.of_return.pk])
            if row.of_return
            else reverse("returns"),
            on=row.due_on,
            status="bad" if row.is_overdue else "risk" if row.state == "returned" else "",
        )
        for row in list_due(actor, today)
    ]


@section("waiting")
def list_returns_to_decide(actor: Actor, today: date) -> list[Item]:
    """List the returns that wait for the answer of the own organisation."""
    del today
    if not is_allowed(actor, "programmes.decide_return"):
        return []
    return [
        Item(
            code="returns.home.to_decide",
            facts={"organisation": row.tenant, "round": row.round},
            address=reverse("return", args=[row.pk]),
        )
        for row in list_undecided(actor)
    ]
