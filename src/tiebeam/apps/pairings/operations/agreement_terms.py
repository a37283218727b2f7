"""What makes the terms of an agreement impossible, by themselves or beside another agreement."""

from datetime import date
from uuid import UUID

from tiebeam.apps.pairings.models import AGREEMENT_KINDS, Agreement
from tiebeam.apps.pairings.queries.agreements import AgreementStanding, get_agreement
from tiebeam.errors import Refused

TITLE_LENGTH_MOST = 300
NUMBER_LENGTH_MOST = 80


class AgreementKindUnknown(Refused):
    """A kind that is not in the list."""

    code = "pairings.agreement_kind_unknown"


class AgreementWithoutTitle(Refused):
    """An agreement without a title."""

    code = "pairings.agreement_without_title"


class AgreementNameTooLong(Refused):
    """A title or number longer than its column."""

    code = "pairings.agreement_name_too_long"


class AgreementEndsTooEarly(Refused):
    """A term that ends before it starts."""

    code = "pairings.agreement_ends_too_early"


class AgreementOfOtherPairing(Refused):
    """The agreement above, or amended, belongs to another pairing."""

    code = "pairings.agreement_of_other_pairing"


class AgreementCannotBeParent(Refused):
    """Only an annual agreement stands under another, and only under a five-year one."""

    code = "pairings.agreement_cannot_be_parent"


class AgreementOutsideParent(Refused):
    """The term is not inside that of the agreement above."""

    code = "pairings.agreement_outside_parent"


class AgreementAboveNotSigned(Refused):
    """The agreement above, or amended, is not signed by both, or was terminated."""

    code = "pairings.agreement_above_not_signed"


class AmendmentOfAmendment(Refused):
    """An amendment changes the agreement itself, never another amendment."""

    code = "pairings.amendment_of_amendment"


class AmendmentOutsideTerm(Refused):
    """An amendment that begins outside the term which it amends."""

    code = "pairings.amendment_outside_term"


def refuse_terms(agreement: Agreement) -> None:
    """
    Raise where the terms of *agreement* cannot be.

    Raises:
        Refused: One of the errors of this module.
    """
    if agreement.kind not in AGREEMENT_KINDS:
        raise AgreementKindUnknown(kind=agreement.kind, known=tuple(AGREEMENT_KINDS))
    if not agreement.title.strip():
        raise AgreementWithoutTitle
    for name, most in (("title", TITLE_LENGTH_MOST), ("number", NUMBER_LENGTH_MOST)):
        found = len(getattr(agreement, name))
        if found > most:
            raise AgreementNameTooLong(field=name, found=found, most=most)
    if agreement.ends_on is not None and agreement.ends_on <= agreement.starts_on:
        raise AgreementEndsTooEarly(starts_on=agreement.starts_on, ends_on=agreement.ends_on)
    if agreement.amends_id is not None:
        _refuse_amendment(agreement, agreement.amends_id)
    elif agreement.parent_id is not None:
        _refuse_parent(agreement, agreement.parent_id)


def refuse_before_those_above(agreement: Agreement, day: date) -> None:
    """
    Raise unless the agreement above *agreement*, and the one it amends, are signed by both on *day*.

    Raises:
        AgreementAboveNotSigned: Nothing is signed before what it rests on.
    """
    for above_id in (agreement.parent_id, agreement.amends_id):
        if above_id is not None:
            _demand_signed(get_agreement(above_id), day)


def _refuse_parent(agreement: Agreement, parent_id: UUID) -> None:
    parent = get_agreement(parent_id)
    if parent.agreement.pairing_id != agreement.pairing_id:
        raise AgreementOfOtherPairing(title=parent.agreement.title)
    is_above = parent.agreement.kind == "five_year" and parent.agreement.amends_id is None
    if not is_above or agreement.kind != "annual":
        raise AgreementCannotBeParent(title=parent.agreement.title)
    # An amendment that has begun when this agreement starts has moved the end of the term.
    terms = parent.effective_terms(agreement.starts_on)
    is_late = terms.ends_on is not None and (
        agreement.ends_on is None or agreement.ends_on > terms.ends_on
    )
    if agreement.starts_on < terms.starts_on or is_late:
        raise AgreementOutsideParent(
            title=parent.agreement.title,
            starts_on=terms.starts_on,
            ends_on=terms.ends_on or "",
        )


def _refuse_amendment(agreement: Agreement, amends_id: UUID) -> None:
    amended = get_agreement(amends_id)
    if amended.agreement.pairing_id != agreement.pairing_id:
        raise AgreementOfOtherPairing(title=amended.agreement.title)
    if amended.agreement.amends_id is not None:
        raise AmendmentOfAmendment(title=amended.agreement.title)
    terms = amended.effective_terms(agreement.starts_on)
    is_late = terms.ends_on is not None and agreement.starts_on > terms.ends_on
    if agreement.starts_on < terms.starts_on or is_late:
        raise AmendmentOutsideTerm(
            title=amended.agreement.title,
            starts_on=terms.starts_on,
            ends_on=terms.ends_on or "",
        )
    _demand_signed(amended, agreement.starts_on)


def _demand_signed(above: AgreementStanding, day: date) -> None:
    if above.state_on(day) != "signed_by_both":
        raise AgreementAboveNotSigned(title=above.agreement.title)
