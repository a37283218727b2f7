"""Who is told of lists, opinions and agreements."""

from datetime import datetime
from uuid import UUID

from tiebeam.apps.pairings.models import (
    Agreement,
    AgreementReturn,
    Opinion,
    OpinionAnswer,
    PairList,
    Signature,
)
from tiebeam.apps.pairings.operations.readers import BOTH_SIDES, OVERSEERS, list_participants
from tiebeam.platform.notices.telling import Told, both_names, told_of
from tiebeam.platform.tenancy.acting import Actor


@told_of("pairings.send_for_opinion", "pairlist")
def tell_asked(pair_list: PairList, actor: Actor, now: datetime) -> Told:
    """Tell both sides that a draft waits for their opinion."""
    del actor
    due = pair_list.opinions_due_on
    return Told(
        kind="opinion_asked",
        variant="dated" if due else "",
        organisations=list_participants(pair_list.round.programme_id, BOTH_SIDES, now),
        programme_id=pair_list.round.programme_id,
        facts=_facts(pair_list) | {"due": due.isoformat() if due else ""},
    )


@told_of("pairings.give_opinion", "opinion")
def tell_given(opinion: Opinion, actor: Actor, now: datetime) -> Told:
    """Tell the owner of the list what one side said."""
    del actor, now
    pair_list = opinion.of_list
    return Told(
        kind="opinion_given",
        variant=opinion.reply,
        organisations=[pair_list.tenant_id],
        programme_id=pair_list.round.programme_id,
        facts=_facts(pair_list) | {"organisation": both_names(opinion.tenant)},
        about=pair_list,
    )


@told_of("pairings.answer_opinion", "opinionanswer")
def tell_answered(answer: OpinionAnswer, actor: Actor, now: datetime) -> Told:
    """Tell whoever gave the opinion."""
    del actor, now
    pair_list = answer.opinion.of_list
    return Told(
        kind="opinion_answered",
        organisations=[answer.opinion.tenant_id],
        programme_id=pair_list.round.programme_id,
        facts=_facts(pair_list),
        about=pair_list,
    )


@told_of("pairings.issue_list", "pairlist")
def tell_issued(pair_list: PairList, actor: Actor, now: datetime) -> Told | None:
    """Tell everybody in the programme of the list in force; not of the one that it supersedes."""
    del actor
    if pair_list.state != "issued":
        return None
    programme_id = pair_list.round.programme_id
    return Told(
        kind="list_issued",
        organisations=list_participants(programme_id, (*BOTH_SIDES, *OVERSEERS), now),
        programme_id=programme_id,
        facts=_facts(pair_list) | {"day": str(pair_list.in_force_from)},
    )


@told_of("pairings.ask_for_review", "agreement")
def tell_review(agreement: Agreement, actor: Actor, now: datetime) -> Told:
    """Tell the other side that an agreement waits for it."""
    del now
    return _of_agreement("agreement_review", agreement, actor)


@told_of("pairings.return_agreement", "agreementreturn")
def tell_returned(sent_back: AgreementReturn, actor: Actor, now: datetime) -> Told:
    """Tell the side that drafted the agreement."""
    del now
    return _of_agreement("agreement_returned", sent_back.agreement, actor)


@told_of("pairings.sign_agreement", "signature")
def tell_signed(signature: Signature, actor: Actor, now: datetime) -> Told:
    """Tell the other side that one has signed."""
    del now
    return _of_agreement("agreement_signed", signature.agreement, actor)


def _of_agreement(kind: str, agreement: Agreement, actor: Actor) -> Told:
    pairing = agreement.pairing
    parties: set[UUID] = {pairing.donor_id, pairing.recipient_id, agreement.tenant_id}
    return Told(
        kind=kind,
        organisations=parties - {actor.organisation_id},
        programme_id=pairing.programme_id,
        facts={
            "title": agreement.title,
            "donor": both_names(pairing.donor),
            "recipient": both_names(pairing.recipient),
        },
        about=agreement,
    )


def _facts(pair_list: PairList) -> dict[str, object]:
    return {"round": both_names(pair_list.round), "version": pair_list.version}
