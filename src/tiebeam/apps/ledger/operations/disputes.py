"""Say that a payment did not come, or came in part: nothing is posted, and the rest stays on its way (§L6)."""

from datetime import datetime

from tiebeam.apps.ledger.models import Batch, Dispute
from tiebeam.apps.ledger.operations.chain import Chain, FollowsWrongKind, Link, MoreThanLeft
from tiebeam.apps.ledger.operations.parts import MAKERS_OF, demand_part
from tiebeam.apps.ledger.operations.terms import ReasonMissing
from tiebeam.core.ledger.chart import LARGEST_AMOUNT
from tiebeam.core.ledger.posting import AmountOutOfRange
from tiebeam.platform.audit.writing import record_creation
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.holding import hold


@operation("ledger.dispute_payment", roles=MAKERS_OF["recipient"])
def dispute_payment(
    *, payment: Batch, reason: str, actor: Actor, now: datetime, amount: int = 0, quantity: int = 0
) -> Dispute:
    """
    Say for the recipient how much of a payment, or of goods sent, did not arrive, and why.

    Args:
        amount: Fen of the payment, or of the value of the goods.
        quantity: Of goods that are counted, in the unit in which they were sent.

    Raises:
        NotASide: The organisation is not the recipient.
        FollowsWrongKind: It is neither a payment nor goods sent.
        AmountOutOfRange, MoreThanLeft: No such amount or quantity is on its way.
        ReasonMissing: No reason is given.
    """
    hold(payment.pairing_id)
    kept = Batch.objects.select_related("pairing__programme").get(pk=payment.pk)
    action = "ledger.dispute_payment"
    demand_part(actor, action, kept.pairing, "recipient", is_checking=False)
    if kept.kind not in {"payment", "shipment"}:
        raise FollowsWrongKind(kind="dispute", found=kept.kind, follows=("payment", "shipment"))
    if not reason.strip():
        raise ReasonMissing
    for term, asked in (("amount", amount), ("quantity", quantity)):
        least = 0 if amount or quantity else 1
        if type(asked) is not int or not least <= asked <= LARGEST_AMOUNT:
            raise AmountOutOfRange(term=term, value=asked, most=LARGEST_AMOUNT)
    _refuse_more(Chain([kept.pairing_id]).find(kept.pk), amount, quantity)
    dispute = Dispute(
        tenant_id=actor.organisation_id,
        scope_id=kept.scope_id,
        payment=kept,
        amount=amount,
        quantity=quantity,
        reason=reason.strip(),
        person_id=actor.person_id,
        disputed_at=now,
    )
    dispute.save(force_insert=True)
    record_creation(actor=actor, now=now, action=action, record=dispute, reason=dispute.reason)
    return dispute


def _refuse_more(link: Link, amount: int, quantity: int) -> None:
    left, counted = link.left, link.quantity - link.used_quantity
    if link.is_reversed:
        left = counted = 0
    if amount > left:
        raise MoreThanLeft(kind=link.kind, asked=amount, left=left)
    if quantity > counted:
        raise MoreThanLeft(kind=link.kind, asked=quantity, left=counted, unit=link.quantity_unit)
