"""Sign agreements, and terminate them."""

from datetime import date, datetime

from django.utils import timezone

from tiebeam.apps.pairings.models import Agreement, Signature
from tiebeam.apps.pairings.operations.agreement_terms import (
    refuse_before_those_above,
    refuse_terms,
    refuse_without_parent,
)
from tiebeam.apps.pairings.operations.agreements import (
    AgreementReasonMissing,
    demand_owner,
    hold_agreement,
    state_now,
)
from tiebeam.apps.pairings.operations.sides import (
    PARTIES,
    SIGNERS,
    demand_side,
    let_maker_read,
)
from tiebeam.apps.pairings.queries.agreements import get_agreement, hash_of_agreement
from tiebeam.errors import Refused
from tiebeam.platform.audit.writing import record_change, record_creation, state_of
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.tenancy.acting import Actor


class AgreementNotReadyToSign(Refused):
    """Only an agreement under review is signed."""

    code = "pairings.agreement_not_ready_to_sign"


class AgreementTextChanged(Refused):
    """The text to be signed is not the one that was read."""

    code = "pairings.agreement_text_changed"


class AgreementSignedForOtherSide(Refused):
    """One person does not sign for both sides."""

    code = "pairings.agreement_signed_for_other_side"


class AgreementTerminated(Refused):
    """It was terminated before."""

    code = "pairings.agreement_terminated"


class AgreementEnded(Refused):
    """Its term is over on the day of the termination."""

    code = "pairings.agreement_ended"


class AgreementTerminatedTooEarly(Refused):
    """What was never signed is withdrawn from today on, and nothing ends before it began; facts: ``earliest``."""

    code = "pairings.agreement_terminated_too_early"


@operation("pairings.sign_agreement", roles=SIGNERS)
def sign_agreement(
    *, agreement: Agreement, text_sha256: str, actor: Actor, now: datetime
) -> Signature:
    """
    Sign for the own side of the pairing, under the hash of the text and terms that were read.

    Signing a second time gives the signature that stands.

    Args:
        agreement: What is signed.
        text_sha256: ``hash_of_agreement`` of what the signer has read.

    Raises:
        NotASide: The organisation is no side of the pairing.
        AgreementTextChanged: The text is no longer the one that was read.
        AgreementNotReadyToSign: It is no longer, or not yet, under review.
        AgreementAboveNotSigned: What it rests on is not signed by both.
        AgreementSignedForOtherSide: The same person signed for the other side.
    """
    kept = hold_agreement(agreement)
    demand_side(actor, "pairings.sign_agreement", kept.pairing)
    found = hash_of_agreement(kept)
    if found != text_sha256:
        raise AgreementTextChanged(title=kept.title, expected=text_sha256, found=found)
    standing = get_agreement(kept.pk)
    for signature in standing.signatures:
        if signature.tenant_id == actor.organisation_id:
            return signature
        if signature.person_id == actor.person_id:
            raise AgreementSignedForOtherSide(title=kept.title)
    is_ready = state_now(kept, now) in {"under_review", "signed_by_one"}
    if not is_ready or kept.terminated_on is not None:
        raise AgreementNotReadyToSign(title=kept.title)
    refuse_terms(kept)
    today = timezone.localdate(now)
    refuse_before_those_above(kept, today)
    refuse_without_parent(kept, today)
    signature = Signature(
        tenant_id=actor.organisation_id,
        scope_id=kept.scope_id,
        agreement=kept,
        person_id=actor.person_id,
        text_sha256=found,
        signed_at=now,
    )
    signature.save(force_insert=True)
    let_maker_read(actor, kept.pairing, now)
    record_creation(actor=actor, now=now, action="pairings.sign_agreement", record=signature)
    return signature


@operation("pairings.terminate_agreement", roles=PARTIES)
def terminate_agreement(
    *, agreement: Agreement, terminated_on: date, reason: str, actor: Actor, now: datetime
) -> Agreement:
    """
    End an own agreement on a day, for a reason; one that is not signed is withdrawn by this.

    Raises:
        NotOwner: Another organisation drafted it.
        AgreementReasonMissing: No reason is given.
        AgreementTerminated: It was terminated on another day or for another reason.
        AgreementEnded: Its term is over by then.
        AgreementTerminatedTooEarly: It begins later, or was not signed and the day has passed.
    """
    kept = hold_agreement(agreement)
    demand_owner(actor, "pairings.terminate_agreement", kept)
    words = reason.strip()
    if not words:
        raise AgreementReasonMissing(title=kept.title)
    if kept.terminated_on is not None:
        if (kept.terminated_on, kept.termination_reason) == (terminated_on, words):
            return kept
        raise AgreementTerminated(title=kept.title, terminated_on=kept.terminated_on)
    standing = get_agreement(kept.pk)
    today = timezone.localdate(now)
    earliest = min(kept.starts_on, today) if standing.is_signed_by_both() else today
    if terminated_on < earliest:
        raise AgreementTerminatedTooEarly(title=kept.title, earliest=earliest)
    ends_on = standing.effective_terms(terminated_on).ends_on
    if standing.is_signed_by_both() and ends_on is not None and ends_on <= terminated_on:
        raise AgreementEnded(title=kept.title, ends_on=ends_on)
    before = state_of(kept)
    kept.terminated_on, kept.termination_reason = terminated_on, words
    kept.save()
    action = "pairings.terminate_agreement"
    record_change(actor=actor, now=now, action=action, record=kept, before=before, reason=words)
    return kept
