"""
Where agreements stand, as of a day and as known on another.

No state is stored: it follows from when review was asked, what was returned, who
signed, and the dates of the agreement and of its amendments.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from tiebeam.apps.pairings.models import Agreement, AgreementReturn, Pairing, Signature
from tiebeam.platform.audit.canonical import canonical_text
from tiebeam.platform.audit.history import list_states
from tiebeam.platform.tenancy.acting import find_actor
from tiebeam.platform.time.periods import AsOf, holds_on

AgreementState = Literal[
    "draft", "under_review", "returned", "signed_by_one", "signed_by_both", "terminated"
]
SIGNED_COLUMNS = (
    "pairing_id", "kind", "parent_id", "amends_id", "number", "title", "text", "starts_on", "ends_on",
)  # fmt: skip
"""What a signature stands under; none of it changes afterwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """
    What holds of an agreement on a day, the amendments that have begun included.

    Attributes:
        starts_on: First day of the term.
        ends_on: First day after the term; None for no end.
        documents: The agreement and its amendments, each with the text as it was signed, oldest first.
    """

    starts_on: date
    ends_on: date | None
    documents: tuple[Agreement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementStanding:
    """One agreement with all that decides where it stands; ``sides`` are the two who have to sign."""

    agreement: Agreement
    sides: frozenset[UUID]
    signatures: tuple[Signature, ...] = ()
    returns: tuple[AgreementReturn, ...] = ()
    amendments: tuple["AgreementStanding", ...] = ()

    def list_signed_sides(self) -> frozenset[UUID]:
        """Return the sides that have signed."""
        return self.sides & {signature.tenant_id for signature in self.signatures}

    def is_signed_by_both(self) -> bool:
        """Return whether both sides have signed."""
        return self.list_signed_sides() == self.sides

    def is_terminated(self, day: date) -> bool:
        """Return whether it was terminated by *day*."""
        terminated_on = self.agreement.terminated_on
        return terminated_on is not None and terminated_on <= day

    def state_on(self, day: date) -> AgreementState:
        """Return the state; *day* decides whether a termination has come into effect."""
        if self.is_terminated(day):
            return "terminated"
        if self.list_signed_sides():
            return "signed_by_both" if self.is_signed_by_both() else "signed_by_one"
        asked_at = self.agreement.review_asked_at
        if asked_at is None:
            return "draft"
        is_returned = any(each.returned_at >= asked_at for each in self.returns)
        return "returned" if is_returned else "under_review"

    def effective_terms(self, day: date) -> Terms:
        """Return term and documents after the amendments signed by both that have begun by *day*."""
        documents, ends_on = [self.agreement], self.agreement.ends_on
        for amendment in self.amendments:
            has_begun = amendment.agreement.starts_on <= day and not amendment.is_terminated(day)
            if has_begun and amendment.is_signed_by_both():
                documents.append(amendment.agreement)
                ends_on = amendment.agreement.ends_on
        return Terms(
            starts_on=self.agreement.starts_on, ends_on=ends_on, documents=tuple(documents)
        )

    def is_in_force(self, day: date) -> bool:
        """Return whether both signed it, its term holds *day*, and it was not terminated."""
        terms = self.effective_terms(day)
        holds = holds_on(day, terms.starts_on, terms.ends_on)
        return self.is_signed_by_both() and holds and not self.is_terminated(day)

    def is_ended(self, day: date) -> bool:
        """Return whether it was terminated, or both signed it and its term is over, by *day*."""
        ends_on = self.effective_terms(day).ends_on
        is_over = ends_on is not None and ends_on <= day
        return self.is_terminated(day) or (self.is_signed_by_both() and is_over)


def hash_of_agreement(agreement: Agreement) -> str:
    """Return the SHA-256 of the exact text and terms: what a signature stands under."""
    terms = {"id": agreement.pk} | {name: getattr(agreement, name) for name in SIGNED_COLUMNS}
    return hashlib.sha256(canonical_text(terms).encode()).hexdigest()


def list_agreements(pairing: Pairing, as_of: AsOf | None = None) -> list[AgreementStanding]:
    """
    Return the agreements of *pairing*, earliest start first, each with its amendments.

    Only ``known_at`` of *as_of* decides what is listed; ask each for its state,
    force and terms on the day.
    """
    known_at = as_of.known_at if as_of else None
    if known_at is not None:
        found = list_states(
            Agreement, known_at, scope_ids=[pairing.scope_id], pairing_id=pairing.pk
        )
        actor = find_actor()
        own_id = None if actor is None else actor.organisation_id
        # The log is read by whoever reads the pairing; a draft of then is its maker's alone.
        found = [row for row in found if row.review_asked_at or row.tenant_id == own_id]
        signatures = list_states(Signature, known_at, scope_id=pairing.scope_id)
        returns = list_states(AgreementReturn, known_at, scope_id=pairing.scope_id)
    else:
        found = list(Agreement.objects.filter(pairing_id=pairing.pk))
        signatures = list(Signature.objects.filter(agreement__pairing_id=pairing.pk))
        returns = list(AgreementReturn.objects.filter(agreement__pairing_id=pairing.pk))
    standings = put_together(pairing, found, signatures, returns)
    return [standing for standing in standings.values() if standing.agreement.amends_id is None]


def get_agreement(agreement_id: UUID, known_at: datetime | None = None) -> AgreementStanding:
    """
    Return one agreement, or amendment, with all that decides where it stands.

    Raises:
        Agreement.DoesNotExist: There is none that may be read, or was known then.
    """
    kept = Agreement.objects.get(pk=agreement_id)
    as_of = AsOf(true_on=kept.starts_on, known_at=known_at)
    for standing in list_agreements(Pairing.objects.get(pk=kept.pairing_id), as_of):
        for each in (standing, *standing.amendments):
            if each.agreement.pk == agreement_id:
                return each
    raise Agreement.DoesNotExist


def is_in_force(agreement: Agreement, day: date) -> bool:
    """Return whether *agreement* is in force on *day*."""
    return get_agreement(agreement.pk).is_in_force(day)


def is_ended(agreement: Agreement, day: date) -> bool:
    """Return whether *agreement* has ended by *day*."""
    return get_agreement(agreement.pk).is_ended(day)


def effective_terms(agreement: Agreement, day: date) -> Terms:
    """Return term and text of *agreement* on *day*, after its amendments."""
    return get_agreement(agreement.pk).effective_terms(day)


def put_together(
    pairing: Pairing,
    agreements: Iterable[Agreement],
    signatures: Iterable[Signature],
    returns: Iterable[AgreementReturn],
) -> dict[UUID, AgreementStanding]:
    """Return the agreements of one pairing by id, each with all that decides where it stands."""
    sides = frozenset({pairing.donor_id, pairing.recipient_id})
    ordered = sorted(agreements, key=lambda each: (each.starts_on, each.number, str(each.pk)))
    signed: dict[UUID, list[Signature]] = {}
    for signature in sorted(signatures, key=lambda each: each.signed_at):
        signed.setdefault(signature.agreement_id, []).append(signature)
    returned: dict[UUID, list[AgreementReturn]] = {}
    for each in sorted(returns, key=lambda each: each.returned_at):
        returned.setdefault(each.agreement_id, []).append(each)

    standings: dict[UUID, AgreementStanding] = {}
    # An amendment first, so that the agreement which it amends finds it.
    for agreement in sorted(ordered, key=lambda each: each.amends_id is None):
        standings[agreement.pk] = AgreementStanding(
            agreement=agreement,
            sides=sides,
            signatures=tuple(signed.get(agreement.pk, ())),
            returns=tuple(returned.get(agreement.pk, ())),
            amendments=tuple(
                standing
                for standing in standings.values()
                if standing.agreement.amends_id == agreement.pk
            ),
        )
    return standings
