"""
Reimbursements: requested by the recipient's office, checked by its finance, paid by another hand.

Whoever checks one proposes the expenditure; whoever pays it posts that. So the books show
what the vouchers show, and by the same two people.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import uuid4

from tiebeam.apps.ledger.claim_models import NATURES, Reimbursement, Voucher
from tiebeam.apps.ledger.models import Batch, Book
from tiebeam.apps.ledger.operations.owners import demand_owner, demand_sound, list_amount_faults
from tiebeam.apps.ledger.operations.parts import demand_another
from tiebeam.apps.ledger.operations.proposals import (
    post_proposal,
    propose,
    return_proposal,
    withdraw_proposal,
)
from tiebeam.apps.ledger.operations.terms import Terms
from tiebeam.apps.ledger.operations.vouchers import (
    GivenVoucher,
    draft_voucher,
    list_use_faults,
    list_voucher_faults,
)
from tiebeam.apps.ledger.queries.claims import Claim, get_claim
from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.regions.operations.checks import refuse_without_reason
from tiebeam.errors import Fault, Refused
from tiebeam.platform.audit.writing import (
    record_change,
    record_changes,
    record_creation,
    save_change,
    state_of,
)
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.holding import hold

OFFICE = frozenset({Role.RECIPIENT_OFFICE})
FINANCE = frozenset({Role.RECIPIENT_FINANCE})
VOUCHERS_MOST = 500
TEXTS = ("title", "payee", "purpose")
LENGTHS = {each.name: each.max_length or 0 for each in Reimbursement._meta.fields}


class NothingReceived(Refused):
    """There is a special account to pay from once a receipt is confirmed."""

    code = "claims.nothing_received"


class ClaimNotOpen(Refused):
    """A reimbursement takes this step in another state alone; facts: ``state``."""

    code = "claims.not_open"


@operation("ledger.request_reimbursement", roles=OFFICE)
def request_reimbursement(
    *,
    pairing: Pairing,
    title: str,
    payee: str,
    purpose: str,
    nature: str,
    amount: int,
    vouchers: Sequence[GivenVoucher],
    actor: Actor,
    now: datetime,
) -> Reimbursement:
    """
    Ask that vouchers be paid from the special account of *pairing*.

    Args:
        title: What was done or bought.
        payee: Who is to be paid.
        purpose: A form of assistance, or an area of work.
        nature: ``current`` or ``capital``.
        amount: Fen; what the vouchers come to.

    Raises:
        NotASide: The organisation is not the recipient.
        NothingReceived: No receipt of the pairing is confirmed.
        InvalidInput: Something is missing, a voucher was used before, or they come to another sum.
    """
    action = "ledger.request_reimbursement"
    hold(actor.organisation_id)
    demand_owner(actor, action, pairing, pairing.recipient_id)
    book = Book.objects.filter(pairing_id=pairing.pk, side="recipient").first()
    if book is None:
        raise NothingReceived
    claim = Reimbursement(
        id=uuid4(),
        tenant_id=actor.organisation_id,
        # Read by whoever follows the recipient's book, and not by the donor.
        scope_id=book.scope_id,
        pairing=pairing,
        programme_id=pairing.programme_id,
        title=" ".join(title.split()),
        payee=" ".join(payee.split()),
        purpose=purpose.strip(),
        nature=nature,
        amount=amount,
        requested_by_id=actor.person_id,
        requested_for_id=actor.deputy_of,
        requested_at=now,
    )
    drafted = [draft_voucher(given, claim) for given in vouchers]
    demand_sound(
        [
            *list_claim_faults(claim),
            *_list_sum_faults(claim, drafted),
            *_list_line_faults(drafted, now),
        ]
    )
    claim.save(force_insert=True)
    Voucher.objects.bulk_create(drafted)
    record_creation(actor=actor, now=now, action=action, record=claim)
    changes = [(voucher, None) for voucher in drafted]
    record_changes(actor=actor, now=now, action=action, changes=changes)
    return claim


@operation("ledger.correct_voucher", roles=OFFICE)
def correct_voucher(
    *, voucher: Voucher, given: GivenVoucher, reason: str, actor: Actor, now: datetime
) -> Voucher:
    """
    Correct a voucher of a reimbursement that is not checked yet, whose amount follows.

    Raises:
        ClaimNotOpen: It is checked, paid or refused.
        ReasonMissing: No reason is given.
        InvalidInput: The voucher says too little, or was used before.
    """
    action = "ledger.correct_voucher"
    refuse_without_reason(reason)
    claim = _lock(voucher.reimbursement, action, actor, "requested").reimbursement
    kept: Voucher = Voucher.objects.lock(voucher.pk)
    before, claim_before = state_of(kept), state_of(claim)
    corrected = draft_voucher(given, claim, kept.pk)
    claim.amount += corrected.amount - kept.amount
    demand_sound([*_list_line_faults([corrected], now), *list_amount_faults(claim.amount)])
    corrected.save(force_update=True)
    record_change(
        actor=actor, now=now, action=action, record=corrected, before=before, reason=reason
    )
    if claim.amount != claim_before["amount"]:
        save_change(claim, claim_before, action, actor, now, reason)
    return corrected


@operation("ledger.check_reimbursement", roles=FINANCE)
def check_reimbursement(
    *, reimbursement: Reimbursement, pay_on: date, document: str, actor: Actor, now: datetime
) -> Reimbursement:
    """
    Find a reimbursement in order, and propose the expenditure that pays it.

    Args:
        pay_on: The day on which it is paid.
        document: Number or title of the approval.

    Raises:
        ClaimNotOpen: It is not waiting to be checked.
        OwnProposal: The actor requested it.
        Refused: The expenditure lacks what the law asks.
    """
    action = "ledger.check_reimbursement"
    claim = _lock(reimbursement, action, actor, "requested").reimbursement
    demand_another(actor, claim.requested_by_id, claim.requested_for_id)
    before = state_of(claim)
    terms = Terms(
        kind="expenditure",
        valid_on=pay_on,
        amount=claim.amount,
        nature=claim.nature,
        purpose=claim.purpose,
        document=document,
        note=claim.title,
    )
    claim.proposal = propose(pairing=claim.pairing, terms=terms, key=uuid4(), actor=actor, now=now)
    return save_change(claim, before, action, actor, now)


@operation("ledger.pay_reimbursement", roles=FINANCE)
def pay_reimbursement(*, reimbursement: Reimbursement, actor: Actor, now: datetime) -> Batch:
    """
    Pay what another person checked: the expenditure is posted.

    Raises:
        ClaimNotOpen: It is not checked, or was paid or refused.
        OwnProposal: The actor checked or requested it.
        Refused: The books refuse it; it stays checked.
    """
    action = "ledger.pay_reimbursement"
    claim = _lock(reimbursement, action, actor, "checked").reimbursement
    demand_another(actor, claim.requested_by_id, claim.requested_for_id)
    assert claim.proposal is not None  # it is checked
    return post_proposal(proposal=claim.proposal, actor=actor, now=now)


@operation("ledger.refuse_reimbursement", roles=FINANCE)
def refuse_reimbursement(
    *, reimbursement: Reimbursement, reason: str, actor: Actor, now: datetime
) -> Reimbursement:
    """
    Refuse a reimbursement that is not paid, or whose payment was reversed; its vouchers are free again.

    Raises:
        ClaimNotOpen: It is paid, or was refused before.
        ReasonMissing: No reason is given.
    """
    action = "ledger.refuse_reimbursement"
    refuse_without_reason(reason)
    kept = _lock(reimbursement, action, actor, "requested", "checked", "undone")
    claim, before = kept.reimbursement, state_of(kept.reimbursement)
    if kept.state == "checked":
        _take_back(claim, reason, actor, now)
    claim.refused_by_id, claim.refused_at, claim.reason = actor.person_id, now, reason.strip()
    save_change(claim, before, action, actor, now, reason)
    freed = list(Voucher.objects.filter(reimbursement=claim, is_free=False))
    states = [state_of(voucher) for voucher in freed]
    for voucher in freed:
        voucher.is_free = True
        voucher.save()
    changes = list(zip(freed, states, strict=True))
    record_changes(actor=actor, now=now, action=action, changes=changes, reason=reason)
    return claim


def _take_back(claim: Reimbursement, reason: str, actor: Actor, now: datetime) -> None:
    """End the proposed expenditure: as the one who made it, or as the other who sends it back."""
    proposal = claim.proposal
    assert proposal is not None  # it is checked
    own = actor.person_id in {proposal.maker_id, proposal.maker_for_id}
    end = withdraw_proposal if own else return_proposal
    end(proposal=proposal, reason=reason, actor=actor, now=now)


def _lock(reimbursement: Reimbursement, action: str, actor: Actor, *states: str) -> Claim:
    """Return a reimbursement with no other hand on it, in one of *states*."""
    hold(actor.organisation_id)
    Reimbursement.objects.lock(reimbursement.pk)
    claim = get_claim(reimbursement.pk)
    demand_owner(actor, action, claim.reimbursement.pairing, claim.reimbursement.tenant_id)
    if claim.state not in states:
        raise ClaimNotOpen(state=claim.state)
    return claim


def list_claim_faults(claim: Reimbursement) -> list[Fault]:
    """Return what is wrong in a reimbursement by itself, its amount aside."""
    faults = []
    for name in TEXTS:
        text = getattr(claim, name)
        if not text:
            faults.append(Fault(code="regions.value_missing", column=name))
        if len(text) > LENGTHS[name]:
            facts: dict[str, object] = {"most": LENGTHS[name], "length": len(text)}
            faults.append(
                Fault(code="regions.text_too_long", column=name, value=text[:80], facts=facts)
            )
    if claim.nature not in NATURES:
        facts = {"term": "nature", "known": tuple(NATURES)}
        faults.append(
            Fault(code="ledger.term_missing", column="nature", value=claim.nature, facts=facts)
        )
    return faults


def _list_sum_faults(claim: Reimbursement, vouchers: Sequence[Voucher]) -> list[Fault]:
    total = sum(voucher.amount for voucher in vouchers)
    if not 1 <= len(vouchers) <= VOUCHERS_MOST:
        facts: dict[str, object] = {"count": len(vouchers), "most": VOUCHERS_MOST}
        return [Fault(code="claims.vouchers_missing", column="vouchers", facts=facts)]
    if total != claim.amount:
        facts = {"total": total, "asked": claim.amount}
        return [Fault(code="claims.sum_differs", column="amount", facts=facts)]
    return list_amount_faults(claim.amount)


def _list_line_faults(vouchers: Sequence[Voucher], now: datetime) -> list[Fault]:
    lines = list(enumerate(vouchers, start=1))
    faults = [
        replace(fault, place="vouchers", row=line)
        for line, voucher in lines
        for fault in list_voucher_faults(voucher, now)
    ]
    return faults or list_use_faults(lines)
