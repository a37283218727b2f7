"""Propose to the ledger what valued goods do: sent, and received (§U6)."""

from datetime import datetime

from tiebeam.apps.ledger.models import Batch, Proposal
from tiebeam.apps.ledger.operations.proposals import propose
from tiebeam.apps.ledger.operations.terms import Terms
from tiebeam.apps.supplies.models import Receipt, Shipment, ShipmentLine
from tiebeam.apps.supplies.operations.telling import SENDERS
from tiebeam.apps.supplies.queries.booking import list_unbooked
from tiebeam.platform.permissions.operations import is_allowed, operation, require
from tiebeam.platform.tenancy.acting import Actor


@operation("supplies.book", roles=SENDERS)
def book(*, shipment: Shipment, actor: Actor, now: datetime) -> list[Proposal]:
    """
    Propose to the ledger what of a shipment the own side has told and not proposed yet.

    Raises:
        Refused: The ledger refuses it; nothing is proposed.
    """
    require(actor, "supplies.book", shipment.programme_id)
    lines, receipts = list_unbooked(shipment, actor.organisation_id)
    made = [book_line(line, actor, now) for line in lines]
    made += [book_receipt(receipt, actor, now) for receipt in receipts]
    return [proposal for proposal in made if proposal is not None]


def book_line(line: ShipmentLine, actor: Actor, now: datetime) -> Proposal | None:
    """Propose the shipment of a valued line; None where it is not valued, or this person proposes nothing."""
    shipment = line.shipment
    if shipment.pairing is None or line.commitment_id is None or not _may_propose(actor, shipment):
        return None
    return propose(
        pairing=shipment.pairing,
        terms=Terms(
            kind="shipment", valid_on=shipment.sent_on, amount=line.amount, quantity=line.quantity,
            quantity_unit=line.item.unit, document=shipment.document, follows_id=line.commitment_id,
        ),
        key=line.pk,
        actor=actor,
        now=now,
    )  # fmt: skip


def book_receipt(receipt: Receipt, actor: Actor, now: datetime) -> Proposal | None:
    """Propose what of a valued line was received; None also while its shipment is not in the books."""
    line = receipt.line
    shipment = line.shipment
    is_booked = Batch.objects.filter(pk=line.pk).exists()
    if shipment.pairing is None or not line.amount or not receipt.quantity or not is_booked:
        return None
    if shipment.recipient_id != actor.organisation_id or not _may_propose(actor, shipment):
        return None
    return propose(
        pairing=shipment.pairing,
        terms=Terms(
            kind="goods_receipt", valid_on=receipt.received_on, amount=receipt.amount,
            quantity=receipt.quantity, quantity_unit=line.item.unit, follows_id=line.pk,
            document=receipt.document or shipment.document,
        ),
        key=receipt.pk,
        actor=actor,
        now=now,
    )  # fmt: skip


def _may_propose(actor: Actor, shipment: Shipment) -> bool:
    return is_allowed(actor, "ledger.propose", shipment.programme_id)
