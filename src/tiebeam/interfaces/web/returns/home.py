"""What the first page tells of returns: those due, sent back, and waiting for an answer."""

from datetime import date

from django.urls import reverse

from tiebeam.apps.programmes.queries import list_due, list_undecided
from tiebeam.apps.programmes.queries.rounds import RoundDue, list_rounds_due
from tiebeam.interfaces.web.home.sections import Item, section
from tiebeam.platform.permissions.operations import is_allowed
from tiebeam.platform.tenancy.acting import Actor


@section("due")
def list_returns_due(actor: Actor, today: date) -> list[Item]:
    """List what the own organisation still has to hand in, and what it waits for itself."""
    items: list[Item] = []
    if is_allowed(actor, "programmes.decide_return"):
        items += [_round_due(row) for row in list_rounds_due(actor, today)]
    if not is_allowed(actor, "programmes.start_return"):
        return items
    return items + [
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


def _round_due(row: RoundDue) -> Item:
    facts = {"round": row.of_round, "count": row.handed_in, "asked": row.asked}
    return Item(
        code="returns.home.round_due",
        facts=facts,
        address=reverse("returns_of_round", args=[row.of_round.pk]),
        on=row.of_round.returns_due_on,
    )


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
