"""What waits for the own side, and what waits for the other one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.urls import reverse

from tiebeam.apps.ledger.models import Proposal
from tiebeam.apps.ledger.queries.waiting import OpenBatch, list_open, list_proposals
from tiebeam.core.ledger.events import KINDS
from tiebeam.interfaces.web.home.sections import Item, Words
from tiebeam.interfaces.web.money.words import (
    in_both_languages,
    is_same_person,
    may_check,
    may_make,
    part_of,
    side_of_proposal,
)
from tiebeam.platform.tenancy.acting import Actor

NEXT_STEPS: Mapping[str, str] = {
    "payment": "receipt",
    "shipment": "goods_receipt",
    "refund_agreed": "refund_paid",
    "refund_paid": "refund_confirmed",
}
"""Where money or goods stand between the two sides, and the step that ends it."""

AGED_DAYS = 30
"""From so many days on, what is on its way is marked."""


@dataclass(slots=True)
class Waiting:
    """
    What waits.

    Attributes:
        here: For the acting person's own side.
        there: For the other side, or for a colleague.
        on_the_way: The payments that nobody confirmed yet.
    """

    here: list[Item] = field(default_factory=list)
    there: list[Item] = field(default_factory=list)
    on_the_way: list[OpenBatch] = field(default_factory=list)


def find_waiting(actor: Actor, today: date, pairing_id: UUID | None = None) -> Waiting:
    """Return what waits in all pairs that may be read, or in one."""
    proposals = list_proposals(pairing_id=pairing_id)
    found = Waiting()
    for proposal in proposals:
        _add_proposal(found, actor, proposal)
    answered = {str(row.terms.get("follows_id", "")) for row in proposals}
    for row in list_open(tuple(NEXT_STEPS), pairing_id):
        if row.batch.kind == "payment":
            found.on_the_way.append(row)
        if str(row.batch.pk) not in answered:
            _add_open(found, actor, row, today)
    return found


def address_of_step(row: OpenBatch) -> str:
    """Return where the next step after an open batch is taken."""
    if row.batch.kind == "payment":
        return reverse("answer_payment", args=[row.batch.pk])
    address = reverse("propose_event", args=[row.batch.pairing_id, NEXT_STEPS[row.batch.kind]])
    return f"{address}?follows={row.batch.pk}"


def _add_proposal(found: Waiting, actor: Actor, row: Proposal) -> None:
    facts = {
        "kind": Words(f"ledger.kind.{row.kind}"),
        "what": in_both_languages(
            row.amount, row.terms.get("quantity", 0), row.terms.get("quantity_unit", "")
        ),
        "donor": row.pairing.donor,
        "recipient": row.pairing.recipient,
        "reason": row.reason,
    }
    address = reverse("proposal", args=[row.pk])
    is_own = is_same_person(actor, row.maker_id, row.maker_for_id)
    if row.state == "returned":
        if is_own:
            found.here.append(
                Item(code="money.home.returned", facts=facts, address=address, status="bad")
            )
    elif not is_own and may_check(actor, row.pairing, side_of_proposal(actor, row)):
        found.here.append(
            Item(code="money.home.check", facts=facts, address=address, status="risk")
        )
    else:
        found.there.append(Item(code="money.home.checked_by_another", facts=facts, address=address))


def _add_open(found: Waiting, actor: Actor, row: OpenBatch, today: date) -> None:
    batch, step = row.batch, NEXT_STEPS[row.batch.kind]
    is_disputed = row.dispute is not None
    days = row.age(today)
    facts = {
        "what": in_both_languages(row.amount, row.quantity, batch.quantity_unit),
        "donor": batch.pairing.donor,
        "recipient": batch.pairing.recipient,
        "days": days,
        "reason": row.dispute.reason if row.dispute else "",
    }
    by = KINDS[step].by
    # What the recipient disputed waits for the donor to look into it.
    waits_for = "donor" if is_disputed else by
    word = "disputed" if is_disputed else step
    status = "bad" if is_disputed else "risk" if days > AGED_DAYS else ""
    if part_of(actor, batch.pairing) == waits_for and may_make(actor, batch.pairing, waits_for):
        address = reverse("event", args=[batch.pk]) if is_disputed else address_of_step(row)
        found.here.append(
            Item(code=f"money.home.{word}", facts=facts, address=address, status=status)
        )
    else:
        address = reverse("event", args=[batch.pk])
        found.there.append(
            Item(code=f"money.there.{word}", facts=facts, address=address, status=status)
        )
