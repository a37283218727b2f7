"""
What a deployment cost: claimed by its home, entered in the books of the host, verified, paid (§E12).

Where home and host stand in a pair whose special account is kept here, the claim is a
reimbursement of the ledger, and whatever is done to that, by whatever door, moves the
deployment as well. Elsewhere the host says by which document it verified and paid.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import models
from django.utils import timezone

from tiebeam.apps.emergencies.models import Deployment, Step
from tiebeam.apps.emergencies.operations.messages import Message
from tiebeam.apps.emergencies.operations.rights import HOST, HOST_FINANCE
from tiebeam.apps.emergencies.operations.steps import compose, find_sent, take_step, write
from tiebeam.apps.emergencies.queries.standing import find_last_step
from tiebeam.apps.emergencies.states import TABLE
from tiebeam.apps.ledger.claim_models import Reimbursement
from tiebeam.apps.ledger.models import Batch, Book, Proposal
from tiebeam.apps.ledger.operations.claims import (
    check_reimbursement,
    pay_reimbursement,
    refuse_reimbursement,
    request_reimbursement,
)
from tiebeam.apps.ledger.operations.parts import demand_another
from tiebeam.apps.ledger.operations.vouchers import GivenVoucher
from tiebeam.errors import Refused
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.holding import hold


class ClaimNotEntered(Refused):
    """A claim of a pair whose books are kept here is entered in them before it is verified."""

    code = "emergencies.claim_not_entered"


class ClaimEnteredBefore(Refused):
    """The claim stands in the books already."""

    code = "emergencies.claim_entered_before"


class NoPairOfBooks(Refused):
    """Home and host stand in no pair: the claim is verified and paid by documents."""

    code = "emergencies.no_pair_of_books"


@operation("emergencies.enter_claim", roles=HOST)
def enter_claim(
    *,
    deployment: Deployment,
    vouchers: Sequence[GivenVoucher],
    purpose: str,
    message: Message,
    actor: Actor,
    now: datetime,
) -> Step:
    """
    Enter the claim of a home in the own books, as a reimbursement from the special account.

    Args:
        purpose: A form of assistance, or an area of work.
        vouchers: What the claim rests on; they come to what is claimed.

    Raises:
        NoPairOfBooks: Home and host stand in no pair.
        ClaimEnteredBefore: It was entered.
        InvalidInput: A voucher was used before, or they come to another sum.
    """
    kept = _get(deployment)
    sent_before = find_sent("enter_claim", kept.pk, message)
    if sent_before is not None:
        return sent_before
    if kept.pairing is None:
        raise NoPairOfBooks
    if find_entered(kept) is not None:
        raise ClaimEnteredBefore
    claimed = Step.objects.filter(deployment=kept, event="claim").order_by("-number").first()
    if claimed is None:
        # The table says what is lacking.
        return take_step(kept, "enter_claim", message, HOST, actor, now)
    reimbursement = request_reimbursement(
        pairing=kept.pairing,
        title=f"{claimed.document} {kept.need.kind}"[:200],
        payee=(kept.home.name_zh or kept.home.name_en),
        purpose=purpose,
        nature="current",
        amount=claimed.cost,
        vouchers=vouchers,
        actor=actor,
        now=now,
    )
    return take_step(kept, "enter_claim", message, HOST, actor, now, reimbursement=reimbursement)


@operation("emergencies.verify", roles=HOST_FINANCE)
def verify(
    *, deployment: Deployment, message: Message, actor: Actor, now: datetime,
    pay_on: date | None = None,
) -> Step:  # fmt: skip
    """
    Find what a home claims in order; where it stands in the books, propose the expenditure.

    Args:
        pay_on: The day on which it is to be paid; today where it is not given.

    Raises:
        ClaimNotEntered: The books of the pair are kept here, and it does not stand in them.
    """
    kept = _get(deployment)
    sent_before = find_sent("verify", kept.pk, message)
    if sent_before is not None:
        return sent_before
    step = take_step(kept, "verify", message, HOST_FINANCE, actor, now)
    entered = _demand_entered(kept)
    if entered is not None:
        check_reimbursement(
            reimbursement=entered,
            pay_on=pay_on or timezone.localdate(now),
            document=step.document,
            actor=actor,
            now=now,
        )
    return step


@operation("emergencies.pay", roles=HOST_FINANCE)
def pay(*, deployment: Deployment, message: Message, actor: Actor, now: datetime) -> Step:
    """
    Pay what another person verified; where it stands in the books, the expenditure is posted.

    Raises:
        OwnProposal: The actor verified it.
    """
    kept = _get(deployment)
    sent_before = find_sent("pay", kept.pk, message)
    if sent_before is not None:
        return sent_before
    step = take_step(kept, "pay", message, HOST_FINANCE, actor, now)
    entered = _demand_entered(kept)
    if entered is not None:
        pay_reimbursement(reimbursement=entered, actor=actor, now=now)
        return step
    verified = Step.objects.filter(deployment=kept, event="verify").order_by("-number").first()
    assert verified is not None  # it comes before, says the table
    demand_another(actor, verified.person_id, verified.person_for_id)
    return step


@operation("emergencies.refuse_claim", roles=HOST_FINANCE)
def refuse_claim(*, deployment: Deployment, message: Message, actor: Actor, now: datetime) -> Step:
    """
    Refuse what a home claims, with a reason; it may claim again.

    Raises:
        NotNow: It was paid; a payment in the books is undone first.
    """
    kept = _get(deployment)
    sent_before = find_sent("refuse_claim", kept.pk, message)
    if sent_before is not None:
        return sent_before
    entered = find_entered(kept)
    step = take_step(kept, "refuse_claim", message, HOST_FINANCE, actor, now)
    if entered is not None:
        refuse_reimbursement(reimbursement=entered, reason=step.reason, actor=actor, now=now)
    return step


def find_entered(deployment: Deployment) -> Reimbursement | None:
    """Return the reimbursement by which the present claim of *deployment* stands in the books."""
    rows = Step.objects.filter(deployment=deployment, event__in=("claim", "enter_claim"))
    last = rows.select_related("reimbursement").order_by("-number").first()
    found: Reimbursement | None = last.reimbursement if last is not None else None
    return found


def _get(deployment: Deployment) -> Deployment:
    hold(deployment.pk)
    rows = Deployment.objects.select_related("incident", "need", "home", "pairing")
    found: Deployment = rows.get(pk=deployment.pk)
    return found


def _demand_entered(deployment: Deployment) -> Reimbursement | None:
    entered = find_entered(deployment)
    books = Book.objects.filter(pairing_id=deployment.pairing_id, side="recipient")
    if entered is None and deployment.pairing_id is not None and books.exists():
        raise ClaimNotEntered
    return entered


FOLLOWS = {
    "ledger.check_reimbursement": "verify",
    "ledger.refuse_reimbursement": "refuse_claim",
    "ledger.return_proposal": "reopen_claim",
    "ledger.withdraw_proposal": "reopen_claim",
}
"""What is done to a reimbursement in the ledger, and the step that follows from it."""


def follow_ledger(action: str, record: models.Model, actor: Actor, now: datetime) -> None:
    """Move a deployment as its reimbursement moved in the ledger, whoever moved it there."""
    event, document = FOLLOWS.get(action, ""), ""
    reimbursement_id: UUID | None = None
    if isinstance(record, Reimbursement) and event in {"verify", "refuse_claim"}:
        reimbursement_id = record.pk
    elif isinstance(record, Proposal) and event == "reopen_claim":
        reimbursement_id = _reimbursement_of(record.pk)
    elif isinstance(record, Batch) and action == "ledger.post_proposal":
        is_undone = record.reversed_kind == "expenditure"
        if record.kind == "expenditure" or is_undone:
            event = "reopen_claim" if is_undone else "pay"
            reimbursement_id = _reimbursement_of(record.reverses_id if is_undone else record.pk)
            document = record.document
    if reimbursement_id is None:
        return
    rows = Step.objects.filter(reimbursement_id=reimbursement_id, event="enter_claim")
    entered = rows.select_related("deployment__incident").first()
    last = find_last_step(entered.deployment_id) if entered is not None else None
    row = next((r for r in TABLE if last and r.event == event and last.state in r.before), None)
    if entered is None or last is None or row is None:
        return
    reason = getattr(record, "reason", "") or document or action
    said = Message(id=uuid4(), sent_at=now, document=document, reason=reason)
    step = compose(entered.deployment, said, row, last, actor, now)
    step.side, step.answers_id, step.body_sha256 = "host", last.pk, action
    write(step, f"emergencies.{event}", actor, now)


def _reimbursement_of(proposal_id: UUID | None) -> UUID | None:
    found = Reimbursement.objects.filter(proposal_id=proposal_id, proposal__isnull=False)
    pk: UUID | None = found.values_list("pk", flat=True).first()
    return pk
