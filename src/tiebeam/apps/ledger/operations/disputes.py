"""Say that a payment did not come, or came in part: nothing is posted, and the rest stays on its way (§L6)."""

from datetime import datetime

from tiebeam.apps.ledger.models import Batch, Dispute
from tiebeam.apps.ledger.operations.chain import Chain, FollowsWrongKind, MoreThanLeft
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
    *, payment: Batch, amount: int, reason: str, actor: Actor, now: datetime
) -> Dispute:
    """
    Say for the recipient that *amount* of a payment, or of goods sent, did not arrive, and why.

    Raises:
        NotASide: The organisation is not the recipient.
        FollowsWrongKind: It is neither a payment nor goods sent.
        AmountOutOfRange, MoreThanLeft: No such amount is on its way.
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
    if type(amount) is not int or not 1 <= amount <= LARGEST_AMOUNT:
        raise AmountOutOfRange(term="amount", value=amount, most=LARGEST_AMOUNT)
    link = Chain([kept.pairing_id]).find(kept.pk)
    left = 0 if link.is_reversed else link.left
    if amount > left:
        raise MoreThanLeft(kind=kept.kind, asked=amount, left=left)
    dispute = Dispute(
        tenant_id=actor.organisation_id,
        scope_id=kept.scope_id,
        payment=kept,
        amount=amount,
        reason=reason.strip(),
        person_id=actor.person_id,
        disputed_at=now,
    )
    dispute.save(force_insert=True)
    record_creation(actor=actor, now=now, action=action, record=dispute, reason=dispute.reason)
    return dispute
