"""Propose to the ledger what valued goods do: sent, received, come back or lost (§U6)."""

from datetime import date, datetime

from tiebeam.apps.ledger.models import Batch, Proposal
from tiebeam.apps.ledger.operations.proposals import propose
from tiebeam.apps.ledger.operations.terms import Terms
from tiebeam.apps.supplies.models import Receipt, Settlement, Shipment, ShipmentLine
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
    unbooked = list_unbooked(shipment, actor.organisation_id)
    made = [book_line(line, actor, now) for line in unbooked.lines]
    made += [book_receipt(receipt, actor, now) for receipt in unbooked.receipts]
    made += [book_settlement(settlement, actor, now) for settlement in unbooked.settlements]
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
    return _book_part(receipt, "goods_receipt", receipt.received_on, receipt.document, actor, now)


def book_settlement(settlement: Settlement, actor: Actor, now: datetime) -> Proposal | None:
    """Propose what of a valued line came back or is lost; None also while its shipment is not in the books."""
    kind = f"goods_{settlement.outcome}"
    return _book_part(settlement, kind, settlement.settled_on, "", actor, now)


def _book_part(
    told: Receipt | Settlement, kind: str, day: date, document: str, actor: Actor, now: datetime
) -> Proposal | None:
    line, shipment = told.line, told.line.shipment
    is_booked = Batch.objects.filter(pk=line.pk).exists()
    amount = told.amount if told.quantity else None
    if shipment.pairing is None or not line.amount or amount is None or not is_booked:
        return None
    if told.tenant_id != actor.organisation_id or not _may_propose(actor, shipment):
        return None
    return propose(
        pairing=shipment.pairing,
        terms=Terms(
            kind=kind, valid_on=day, amount=amount, quantity=told.quantity,
            quantity_unit=line.item.unit, follows_id=line.pk,
            document=document or shipment.document, note=told.reason,
        ),
        key=told.pk,
        actor=actor,
        now=now,
    )  # fmt: skip


def _may_propose(actor: Actor, shipment: Shipment) -> bool:
    return is_allowed(actor, "ledger.propose", shipment.programme_id)
