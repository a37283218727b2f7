"""Draft agreements and amendments, revise them, ask for review, and send them back."""

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from tiebeam.apps.pairings.models import Agreement, AgreementReturn, Pairing
from tiebeam.apps.pairings.operations.agreement_terms import refuse_terms, refuse_without_parent
from tiebeam.apps.pairings.operations.sides import (
    PARTIES,
    SIGNERS,
    demand_side,
    let_maker_read,
)
from tiebeam.apps.pairings.queries.agreements import AgreementState, get_agreement
from tiebeam.errors import Refused
from tiebeam.platform.audit.writing import record_change, record_creation, state_of
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.holding import hold
from tiebeam.platform.tenancy.records import NotOwner


class AgreementNotOpen(Refused):
    """Its text is changed only while it is a draft or was returned."""

    code = "pairings.agreement_not_open"


class AgreementIdTaken(Refused):
    """The id given for a new agreement belongs to another record."""

    code = "pairings.agreement_id_taken"


class AgreementWithoutText(Refused):
    """An agreement without text cannot be reviewed."""

    code = "pairings.agreement_without_text"


class AgreementNotUnderReview(Refused):
    """It is returned only while it is under review and nobody has signed."""

    code = "pairings.agreement_not_under_review"


class AgreementIsOwn(Refused):
    """Whoever drafted an agreement does not send it back to itself."""

    code = "pairings.agreement_is_own"


class AgreementReasonMissing(Refused):
    """It is sent back, or terminated, with a reason."""

    code = "pairings.agreement_reason_missing"


@operation("pairings.draft_agreement", roles=PARTIES)
def draft_agreement(
    *,
    pairing: Pairing,
    kind: str,
    title: str,
    text: str,
    starts_on: date,
    ends_on: date | None,
    actor: Actor,
    now: datetime,
    number: str = "",
    parent: Agreement | None = None,
    amends: Agreement | None = None,
    agreement_id: UUID | None = None,
) -> Agreement:
    """
    Draft an agreement of *pairing*; with *amends*, an amendment: a document of its own.

    An amendment leaves the text that it amends as it is, and states the whole term
    anew: *ends_on* is the first day after it, None for no end.

    Args:
        parent: The five-year agreement above an annual one.
        amends: The agreement that this one amends, signed by both.
        agreement_id: Given by the caller, so that a second call is harmless.
    """
    kept = Pairing.objects.get(pk=pairing.pk)
    demand_side(actor, "pairings.draft_agreement", kept)
    known = Agreement.objects.owned().filter(pk=agreement_id).first() if agreement_id else None
    if isinstance(known, Agreement):
        if known.pairing_id != kept.pk:
            raise AgreementIdTaken
        return known
    agreement = Agreement(
        tenant_id=actor.organisation_id,
        scope_id=kept.scope_id,
        pairing=kept,
        kind=kind,
        parent=parent,
        amends=amends,
        number=number.strip(),
        title=title.strip(),
        text=text,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    if agreement_id is not None:
        agreement.id = agreement_id
    refuse_terms(agreement)
    refuse_without_parent(agreement, timezone.localdate(now))
    try:
        with transaction.atomic():
            agreement.save(force_insert=True)
    except IntegrityError as error:
        raise AgreementIdTaken from error
    let_maker_read(actor, kept, now)
    record_creation(actor=actor, now=now, action="pairings.draft_agreement", record=agreement)
    return agreement


@operation("pairings.revise_agreement", roles=PARTIES)
def revise_agreement(
    *,
    agreement: Agreement,
    title: str,
    text: str,
    starts_on: date,
    ends_on: date | None,
    actor: Actor,
    now: datetime,
    number: str = "",
    reason: str = "",
) -> Agreement:
    """
    Change text and terms of an own agreement that is a draft or was returned.

    Raises:
        NotOwner: Another organisation drafted it.
        AgreementNotOpen: It is under review, signed by somebody, or terminated.
    """
    kept = hold_agreement(agreement)
    demand_owner(actor, "pairings.revise_agreement", kept)
    _demand_state(kept, now, {"draft", "returned"}, AgreementNotOpen)
    before = state_of(kept)
    kept.title, kept.text, kept.number = title.strip(), text, number.strip()
    kept.starts_on, kept.ends_on = starts_on, ends_on
    if state_of(kept) == before:
        return kept
    refuse_terms(kept)
    kept.save()
    action = "pairings.revise_agreement"
    record_change(actor=actor, now=now, action=action, record=kept, before=before, reason=reason)
    return kept


@operation("pairings.ask_for_review", roles=PARTIES)
def ask_for_review(*, agreement: Agreement, actor: Actor, now: datetime) -> Agreement:
    """
    Lay an own agreement before the other side; asked again while it lies there, nothing changes.

    Raises:
        NotOwner: Another organisation drafted it.
        AgreementWithoutText: There is nothing to review.
        AgreementNotOpen: It is signed by somebody, or terminated.
    """
    kept = hold_agreement(agreement)
    demand_owner(actor, "pairings.ask_for_review", kept)
    if state_now(kept, now) == "under_review":
        return kept
    _demand_state(kept, now, {"draft", "returned"}, AgreementNotOpen)
    if not kept.text.strip():
        raise AgreementWithoutText(title=kept.title)
    before = state_of(kept)
    kept.review_asked_at = now
    kept.save()
    action = "pairings.ask_for_review"
    record_change(actor=actor, now=now, action=action, record=kept, before=before)
    return kept


@operation("pairings.return_agreement", roles=SIGNERS)
def return_agreement(
    *, agreement: Agreement, reason: str, actor: Actor, now: datetime
) -> AgreementReturn:
    """
    Send an agreement under review back to whoever drafted it.

    Raises:
        AgreementIsOwn: The acting organisation drafted it.
        AgreementNotUnderReview: It is not under review, or somebody has signed.
        AgreementReasonMissing: No reason is given.
    """
    kept = hold_agreement(agreement)
    demand_side(actor, "pairings.return_agreement", kept.pairing)
    if kept.tenant_id == actor.organisation_id:
        raise AgreementIsOwn(title=kept.title)
    if not reason.strip():
        raise AgreementReasonMissing(title=kept.title)
    _demand_state(kept, now, {"under_review"}, AgreementNotUnderReview)
    sent_back = AgreementReturn(
        tenant_id=actor.organisation_id,
        scope_id=kept.scope_id,
        agreement=kept,
        reason=reason.strip(),
        returned_at=now,
    )
    sent_back.save(force_insert=True)
    let_maker_read(actor, kept.pairing, now)
    action = "pairings.return_agreement"
    record_creation(actor=actor, now=now, action=action, record=sent_back, reason=sent_back.reason)
    return sent_back


def hold_agreement(agreement: Agreement) -> Agreement:
    """Return *agreement* as it stands now, held against others until the transaction ends."""
    hold(agreement.pk)
    kept = Agreement.objects.select_related("pairing").get(pk=agreement.pk)
    assert isinstance(kept, Agreement)
    return kept


def demand_owner(actor: Actor, name: str, agreement: Agreement) -> None:
    """Raise unless *actor* may call the operation *name* on an agreement of its own organisation."""
    demand_side(actor, name, agreement.pairing)
    if agreement.tenant_id != actor.organisation_id:
        raise NotOwner(record="Agreement")


def state_now(agreement: Agreement, now: datetime) -> AgreementState:
    """Return the state of *agreement* on the day of *now*."""
    return get_agreement(agreement.pk).state_on(timezone.localdate(now))


def _demand_state(
    agreement: Agreement, now: datetime, states: set[AgreementState], refusal: type[Refused]
) -> None:
    if state_now(agreement, now) not in states:
        raise refusal(title=agreement.title)
