"""Who is told of the ledger: of what it owes, what waits for a second person, what the other side did."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from tiebeam.apps.ledger.claim_models import Reimbursement
from tiebeam.apps.ledger.import_models import ImportProposal
from tiebeam.apps.ledger.models import Batch, Dispute, Import, Proposal
from tiebeam.apps.ledger.obligation_models import ObligationNotice
from tiebeam.apps.ledger.operations.claims import FINANCE
from tiebeam.apps.ledger.operations.parts import CHECKERS, CHECKERS_OF, own_side
from tiebeam.apps.pairings.models import Pairing
from tiebeam.platform.identity.queries import list_holders
from tiebeam.platform.notices.telling import Told, both_names, told_of
from tiebeam.platform.tenancy.acting import Actor

TELLS_THE_OTHER = {
    "payment": "payment_sent",
    "shipment": "payment_sent",
    "receipt": "receipt_told",
    "goods_receipt": "receipt_told",
    "refund_paid": "refund_told",
    "refund_confirmed": "refund_told",
    "reversal": "event_reversed",
}
"""Kinds of batch of which the other side is told, by the kind of notice."""
IN_KIND = ("shipment", "goods_receipt")


@told_of("ledger.issue_notice", "obligationnotice")
def tell_issued(notice: ObligationNotice, actor: Actor, now: datetime) -> Told | None:
    """Tell the donor what it owes; not of the version that is superseded."""
    del actor, now
    if notice.state != "issued":
        return None
    return Told(
        kind="obligation_issued",
        variant="_".join(
            word
            for word, is_so in (
                ("revised", notice.supersedes_id is not None),
                ("illustrative", notice.is_illustrative),
            )
            if is_so
        ),
        organisations=[notice.donor_id],
        programme_id=notice.programme_id,
        facts={"programme": both_names(notice.programme), "year": str(notice.year)},
    )


@told_of("ledger.propose", "proposal")
def tell_proposed(proposal: Proposal, actor: Actor, now: datetime) -> Told | None:
    """Tell those of the own organisation who may post it; a reimbursement tells of itself."""
    side = own_side(actor, proposal.pairing)
    return Told(
        kind="proposal_waiting",
        people=_list_others(actor, proposal.pairing, CHECKERS_OF[side], now),
        facts=_facts(proposal.pairing, proposal.amount) | {"kind": _word(proposal.kind)},
    )


@told_of("ledger.return_proposal", "proposal")
def tell_proposal_returned(proposal: Proposal, actor: Actor, now: datetime) -> Told:
    """Tell who made it."""
    del actor, now
    return Told(
        kind="proposal_returned",
        people=[proposal.maker_id],
        facts=_facts(proposal.pairing, proposal.amount)
        | {"kind": _word(proposal.kind), "reason": proposal.reason},
    )


@told_of("ledger.post_proposal", "batch")
def tell_posted(batch: Batch, actor: Actor, now: datetime) -> Told | None:
    """Tell the other side of what concerns it, and who asked for it of a reimbursement that is paid."""
    del now
    pairing = batch.pairing
    facts = _facts(pairing, batch.amount) | {"day": str(batch.valid_on)}
    if batch.kind == "year_end":
        return Told(
            kind="year_closed",
            variant=own_side(actor, pairing),
            organisations={actor.organisation_id, pairing.programme.tenant_id},
            programme_id=pairing.programme_id,
            facts=facts | {"year": str(batch.year)},
        )
    if batch.kind == "expenditure":
        claim = Reimbursement.objects.filter(proposal_id=batch.pk).first()
        return _of_claim(claim, "paid", [claim.requested_by_id]) if claim else None
    kind = TELLS_THE_OTHER.get(batch.kind)
    if kind is None or (batch.kind == "reversal" and batch.reversed_kind not in TELLS_THE_OTHER):
        return None
    variant = "in_kind" if batch.kind in IN_KIND else ""
    if batch.kind == "refund_confirmed":
        variant = "confirmed"
    return Told(
        kind=kind,
        variant=variant,
        organisations={pairing.donor_id, pairing.recipient_id} - {actor.organisation_id},
        programme_id=pairing.programme_id,
        facts=facts | {"kind": _word(batch.reversed_kind or batch.kind)},
    )


@told_of("ledger.dispute_payment", "dispute")
def tell_disputed(dispute: Dispute, actor: Actor, now: datetime) -> Told:
    """Tell the donor what the recipient says did not arrive."""
    del actor, now
    pairing = dispute.payment.pairing
    return Told(
        kind="receipt_told",
        variant="disputed" if dispute.amount else "disputed_goods",
        organisations=[pairing.donor_id],
        programme_id=pairing.programme_id,
        facts=_facts(pairing, dispute.amount) | {"reason": dispute.reason},
        about=dispute.payment,
    )


@told_of("ledger.propose_import", "importproposal")
def tell_import_proposed(proposal: ImportProposal, actor: Actor, now: datetime) -> Told:
    """Tell those of the own organisation who may post it."""
    today, programme_id = timezone.localdate(now), proposal.programme_id
    held = list_holders(actor.organisation_id, CHECKERS, programme_id, today)
    return Told(
        kind="proposal_waiting",
        variant="import",
        people=sorted(held - {actor.person_id}, key=str),
        facts=_facts_of_import(proposal),
    )


@told_of("ledger.return_import", "importproposal")
def tell_import_returned(proposal: ImportProposal, actor: Actor, now: datetime) -> Told:
    """Tell who made it."""
    del actor, now
    return Told(
        kind="proposal_returned",
        variant="import",
        people=[proposal.maker_id],
        facts=_facts_of_import(proposal) | {"reason": proposal.reason},
    )


@told_of("ledger.post_import_part", "import")
def tell_imported(part: Import, actor: Actor, now: datetime) -> Told | None:
    """Tell the other sides of what concerns them in one part of an import, all in one."""
    del now
    told = [sides for kind, *sides in part.posted if kind in TELLS_THE_OTHER]
    sides = {side for pair in told for side in pair} - {actor.organisation_id}
    if not sides:
        return None
    return Told(
        kind="events_imported",
        organisations=sides,
        programme_id=part.programme_id,
        facts={"organisation": both_names(part.tenant), "programme": both_names(part.programme)},
    )


@told_of("ledger.request_reimbursement", "reimbursement")
def tell_claimed(claim: Reimbursement, actor: Actor, now: datetime) -> Told:
    """Tell those of finance that a reimbursement waits to be checked."""
    return _of_claim(claim, "requested", _list_others(actor, claim.pairing, FINANCE, now))


@told_of("ledger.refuse_reimbursement", "reimbursement")
def tell_claim_refused(claim: Reimbursement, actor: Actor, now: datetime) -> Told:
    """Tell who asked for it."""
    del actor, now
    return _of_claim(claim, "refused", [claim.requested_by_id])


def _of_claim(claim: Reimbursement, variant: str, people: Iterable[UUID]) -> Told:
    return Told(
        kind="claim_told",
        variant=variant,
        people=list(people),
        facts={"title": claim.title, "amount": claim.amount, "reason": claim.reason},
        about=claim,
    )


def _facts_of_import(proposal: ImportProposal) -> dict[str, Any]:
    return {
        "count": proposal.events_count,
        "programme": both_names(proposal.programme),
        "source": proposal.source,
    }


def _list_others(actor: Actor, pairing: Pairing, roles: Iterable[str], now: datetime) -> list[UUID]:
    today = timezone.localdate(now)
    held = list_holders(actor.organisation_id, roles, pairing.programme_id, today)
    return sorted(held - {actor.person_id}, key=str)


def _facts(pairing: Pairing, amount: int) -> dict[str, Any]:
    return {
        "amount": amount,
        "donor": both_names(pairing.donor),
        "recipient": both_names(pairing.recipient),
    }


def _word(kind: str) -> dict[str, str]:
    """Return the name of a kind of event as a fact that each reader is told in their own language."""
    return {"code": f"ledger.kind.{kind}"}
