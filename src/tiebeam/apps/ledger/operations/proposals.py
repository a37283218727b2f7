"""Propose an event, and have another person post it, send it back, or withdraw it oneself (§L5)."""

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from tiebeam.apps.ledger.claim_models import Reimbursement
from tiebeam.apps.ledger.models import Batch, Book, Proposal
from tiebeam.apps.ledger.operations.books import list_policies
from tiebeam.apps.ledger.operations.chain import Chain, FollowedUnknown
from tiebeam.apps.ledger.operations.composing import Agreements, event_of, refuse_day
from tiebeam.apps.ledger.operations.dues import refuse_due_by_hand, refuse_undoing_notice
from tiebeam.apps.ledger.operations.parts import (
    CHECKERS,
    MAKERS,
    demand_another,
    demand_part,
    own_side,
)
from tiebeam.apps.ledger.operations.posting import Entered, Hand, post
from tiebeam.apps.ledger.operations.refusals import KeyReused, NoBookToClose, ReversalReversed
from tiebeam.apps.ledger.operations.terms import (
    MADE_OF_RECORDS,
    ReasonMissing,
    Terms,
    body_of,
    refuse_terms,
)
from tiebeam.apps.ledger.operations.years import refuse_far_year
from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.pairings.operations.sides import NotASide, let_maker_read
from tiebeam.apps.programmes.models import Programme
from tiebeam.apps.regions.models import Organisation
from tiebeam.core.ledger.events import Frame, kind_of
from tiebeam.core.ledger.posting import CreditUsedUp, rows_of
from tiebeam.errors import Refused
from tiebeam.platform.audit.writing import (
    record_change,
    record_changes,
    record_creation,
    state_of,
)
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.statements.records import Wanted, read_records
from tiebeam.platform.statements.running import send
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.holding import hold

_NAMES = ("id", "name_zh", "name_en")
_PAIRING = (
    "id", "scope_id", "programme_id", "donor_id", "recipient_id", "valid_from", "valid_until",
)  # fmt: skip
_WITH_PARTIES = (
    Wanted("p", Proposal),
    Wanted("g", Pairing, _PAIRING),
    Wanted("m", Programme, ("id", "tenant_id", "scope_id", "name_zh", "name_en")),
    Wanted("d", Organisation, _NAMES),
    Wanted("r", Organisation, _NAMES),
)
_PARTIES_OF = (
    "FROM ledger_proposal p JOIN pairings_pairing g ON g.id = p.pairing_id"
    " JOIN programmes_programme m ON m.id = g.programme_id"
    " JOIN regions_organisation d ON d.id = g.donor_id"
    " JOIN regions_organisation r ON r.id = g.recipient_id WHERE p.id = %s"
)
"""An own proposal with all that its checks and notices name: asked for one by one it costs a third of a post."""


class NotProposed(Refused):
    """It was posted, sent back or withdrawn before; facts: ``state``."""

    code = "ledger.not_proposed"


class NotOwnProposal(Refused):
    """A proposal is withdrawn by whoever made it."""

    code = "ledger.not_own_proposal"


@operation("ledger.propose", roles=MAKERS)
def propose(*, pairing: Pairing, terms: Terms, key: UUID, actor: Actor, now: datetime) -> Proposal:
    """
    Propose an event of *pairing*, for another person of the same organisation to post.

    Proposed again under the same key with the same terms, the proposal that stands is returned.

    Args:
        key: Chosen by the caller; the id of the proposal, and of the batch when it is posted.

    Raises:
        NotASide: The event is told by another side.
        KeyReused: The key was used for something else.
        Refused: The terms lack something that every event of this kind says.
    """
    kept = Pairing.objects.select_related("programme").get(pk=pairing.pk)
    by = told_by(terms.kind, terms.reverses_id, kept, actor)
    demand_part(actor, "ledger.propose", kept, by, is_checking=False)
    refuse_terms(terms)
    _refuse_what_never_holds(terms, kept, timezone.localdate(now))
    said, body = body_of(kept.pk, terms)
    known = Proposal.objects.owned().filter(pk=key).first()
    if isinstance(known, Proposal):
        if known.body_sha256 != body:
            raise KeyReused(key=str(key))
        return known
    book = Book.objects.filter(pairing_id=kept.pk, tenant_id=actor.organisation_id).first()
    proposal = Proposal(
        id=key,
        tenant_id=actor.organisation_id,
        # Read by whoever follows the own book, and never by the other side.
        **({"scope_id": book.scope_id} if book else {}),
        pairing=kept,
        programme_id=kept.programme_id,
        kind=terms.kind,
        amount=terms.amount,
        valid_on=terms.valid_on,
        terms=said,
        body_sha256=body,
        maker_id=actor.person_id,
        maker_for_id=actor.deputy_of,
        proposed_at=now,
    )
    try:
        with transaction.atomic():
            proposal.save(force_insert=True)
    except IntegrityError as error:
        raise KeyReused(key=str(key)) from error
    let_maker_read(actor, kept, now)
    record_creation(actor=actor, now=now, action="ledger.propose", record=proposal)
    return proposal


@operation("ledger.propose_reversal", roles=MAKERS)
def propose_reversal(
    *,
    batch: Batch,
    reason_code: str,
    key: UUID,
    actor: Actor,
    now: datetime,
    document: str = "",
    note: str = "",
    valid_on: date | None = None,
) -> Proposal:
    """
    Propose to undo a batch by mirroring each of its rows (§L9).

    Args:
        valid_on: The day on which the reversal is true; None for the day of what it undoes.
    """
    kept = Batch.objects.select_related("pairing").get(pk=batch.pk)
    terms = Terms(
        kind="reversal", valid_on=valid_on or kept.valid_on, reason_code=reason_code,
        reverses_id=kept.pk, document=document, note=note,
    )  # fmt: skip
    return propose(pairing=kept.pairing, terms=terms, key=key, actor=actor, now=now)


@operation("ledger.propose_year_end", roles=MAKERS)
def propose_year_end(
    *,
    pairing: Pairing,
    year: int,
    key: UUID,
    actor: Actor,
    now: datetime,
    carries_due: bool = False,
    carries_appropriated: bool = True,
) -> Proposal:
    """
    Propose to close a fiscal year of the own book of *pairing* (§L10).

    Args:
        carries_due: What is due and was not appropriated is carried into the next year, and does not lapse.
        carries_appropriated: The same of what was appropriated and not committed.

    Raises:
        YearOutOfRange: It is no year of our time.
    """
    refuse_far_year(year)
    terms = Terms(
        kind="year_end", valid_on=date(year, 12, 31), carries_due=carries_due,
        carries_appropriated=carries_appropriated,
    )  # fmt: skip
    return propose(pairing=pairing, terms=terms, key=key, actor=actor, now=now)


@operation("ledger.post_proposal", roles=CHECKERS)
def post_proposal(*, proposal: Proposal, actor: Actor, now: datetime) -> Batch:
    """
    Post what another person of the organisation proposed; posted before, its batch is returned.

    Raises:
        OwnProposal: The actor made it, or asked for what it pays, or stands in for who did.
        NotProposed: It was sent back or withdrawn.
        Refused: The law or the books refuse it; it stays proposed, and nothing is written.
    """
    action = "ledger.post_proposal"
    kept = _get(proposal, actor, action, is_checking=True)
    demand_another(actor, kept.maker_id, kept.maker_for_id)
    if kept.kind == "expenditure":
        # Who asked for a reimbursement does not pay it, by whatever door.
        asked = Reimbursement.objects.filter(proposal_id=kept.pk, refused_at=None)
        for people in asked.values_list("requested_by_id", "requested_for_id"):
            demand_another(actor, *people)
    if kept.state != "posted":
        _demand_proposed(kept)
    maker = Hand(kept.maker_id, kept.maker_for_id)
    entered = Entered(kept.pk, kept.pairing, Terms.from_plain(kept.terms))

    def write_beside(batch: Batch) -> None:
        before = state_of(kept)
        kept.state, kept.decided_by_id, kept.decided_at = "posted", actor.person_id, now
        send(
            "UPDATE ledger_proposal SET state = 'posted', decided_by_id = %s, decided_at = %s"
            " WHERE id = %s AND state = 'proposed'",
            [actor.person_id, now, kept.pk],
            # Somebody was quicker, and took it back.
            or_refuse=lambda: NotProposed(state=Proposal.objects.get(pk=kept.pk).state),
        )
        record_changes(
            actor=actor,
            now=now,
            action=action,
            changes=[(batch, None), (kept, before)],
            parties={kept.pairing.donor_id, kept.pairing.recipient_id},
        )

    return post(entered, maker=maker, actor=actor, now=now, also=write_beside)


@operation("ledger.return_proposal", roles=CHECKERS)
def return_proposal(*, proposal: Proposal, reason: str, actor: Actor, now: datetime) -> Proposal:
    """
    Send a proposal of another person back, with a reason.

    Raises:
        ReasonMissing: No reason is given.
        OwnProposal: The actor made it, or stands in for who did.
        NotProposed: It was posted, sent back or withdrawn before.
    """
    action = "ledger.return_proposal"
    if not reason.strip():
        raise ReasonMissing
    hold(proposal.pairing_id)
    kept = _get(proposal, actor, action, is_checking=True)
    demand_another(actor, kept.maker_id, kept.maker_for_id)
    return _end(kept, "returned", actor, now, action, reason.strip())


@operation("ledger.withdraw_proposal", roles=MAKERS)
def withdraw_proposal(
    *, proposal: Proposal, actor: Actor, now: datetime, reason: str = ""
) -> Proposal:
    """
    Withdraw an own proposal.

    Raises:
        NotOwnProposal: Another person made it.
        NotProposed: It was posted, sent back or withdrawn before.
    """
    action = "ledger.withdraw_proposal"
    hold(proposal.pairing_id)
    kept = _get(proposal, actor, action, is_checking=False)
    if actor.person_id not in {kept.maker_id, kept.maker_for_id}:
        raise NotOwnProposal
    return _end(kept, "withdrawn", actor, now, action, reason.strip())


def told_by(kind: str, reverses_id: UUID | None, pairing: Pairing, actor: Actor) -> str:
    """
    Return which side tells an event: a reversal that of what it undoes, a year's end either.

    Raises:
        UnknownKind: There is no such event.
        FollowedUnknown: A reversal undoes no batch of this pairing.
        ReversalReversed: It undoes a reversal.
        NoBookToClose: A year is closed by donor or recipient.
    """
    if kind == "reversal":
        undone = Batch.objects.filter(pk=reverses_id, pairing_id=pairing.pk).first()
        if undone is None:
            raise FollowedUnknown
        if undone.kind == "reversal":
            raise ReversalReversed
        kind = undone.kind
    if kind != "year_end":
        return kind_of(kind).by
    side = own_side(actor, pairing)
    if side == "coordinator":
        raise NoBookToClose
    return side


def _refuse_what_never_holds(terms: Terms, pairing: Pairing, today: date) -> None:
    """Refuse what no wait makes right: amounts out of range, words that are missing, a wrong chain or day."""
    if terms.kind == "reversal" and terms.reverses_id is not None:
        undone = Batch.objects.get(pk=terms.reverses_id)
        refuse_undoing_notice(undone.kind, terms.reverses_id, pairing)
        refuse_day(terms, pairing, today, undone)
    if terms.kind in MADE_OF_RECORDS:
        return
    refuse_due_by_hand(terms, pairing)
    chain = Chain([pairing.pk])
    followed = chain.follow(terms.kind, terms.follows_id, pairing.pk)
    refuse_day(terms, pairing, today, followed)
    if kind_of(terms.kind).names_agreement:
        Agreements().demand_in_force(terms.agreement_id, pairing.pk, terms.valid_on)
    policies = list_policies({pairing.programme_id}).get(pairing.programme_id, {})
    frame = Frame(policies=policies)
    frame.policy_in(terms.valid_on.year)
    try:
        rows_of(event_of(terms), frame, {})
    except CreditUsedUp:
        return


def _get(proposal: Proposal, actor: Actor, action: str, *, is_checking: bool) -> Proposal:
    # Its owner is asked for here: in the statement, all that the owner has would be looked through for it.
    found = read_records(_WITH_PARTIES, _PARTIES_OF, [proposal.pk])
    if not found or found[0][0].tenant_id != actor.organisation_id:
        # Another organisation's, or none that may be read.
        Proposal.objects.get(pk=proposal.pk)
        raise NotASide
    kept: Proposal = found[0][0]
    pairing: Pairing = found[0][1]
    pairing.programme, pairing.donor, pairing.recipient = found[0][2:]
    kept.pairing = pairing
    reverses_id = kept.terms.get("reverses_id")
    by = told_by(kept.kind, UUID(reverses_id) if reverses_id else None, kept.pairing, actor)
    demand_part(actor, action, kept.pairing, by, is_checking=is_checking)
    return kept


def _demand_proposed(proposal: Proposal) -> None:
    if proposal.state != "proposed":
        raise NotProposed(state=proposal.state)


def _end(
    proposal: Proposal, state: str, actor: Actor, now: datetime, action: str, reason: str
) -> Proposal:
    _demand_proposed(proposal)
    before = state_of(proposal)
    proposal.state, proposal.reason = state, reason
    proposal.decided_by_id, proposal.decided_at = actor.person_id, now
    proposal.save()
    record_change(
        actor=actor, now=now, action=action, record=proposal, before=before, reason=reason
    )
    return proposal
