"""What makes the terms of an agreement impossible, by themselves or beside another agreement."""

from datetime import date, timedelta
from uuid import UUID

from tiebeam.apps.pairings.models import AGREEMENT_KINDS, Agreement
from tiebeam.apps.pairings.queries.agreements import (
    AgreementStanding,
    get_agreement,
    list_agreements,
)
from tiebeam.apps.programmes.models import Programme
from tiebeam.errors import Refused
from tiebeam.platform.time.periods import holds_on

YEARS_MOST = {"annual": 1, "five_year": 5}
"""How long an agreement of a kind is at most."""

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


class AgreementBeforePairing(Refused):
    """The pairing, or its programme, begins later; facts: ``starts_on``, ``first_on``."""

    code = "pairings.agreement_before_pairing"


class AgreementAfterPairing(Refused):
    """The pairing, or its programme, ends earlier; facts: ``last_on``."""

    code = "pairings.agreement_after_pairing"


class AgreementTooLong(Refused):
    """The term is longer than its kind says; facts: ``kind``, ``years``, ``last_on``."""

    code = "pairings.agreement_too_long"


class AgreementWithoutEnd(Refused):
    """An annual agreement ends."""

    code = "pairings.agreement_without_end"


class AgreementNeedsParent(Refused):
    """The pairing has a five-year agreement in that time, and an annual one stands under it."""

    code = "pairings.agreement_needs_parent"


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
    _refuse_outside_pairing(agreement)
    if agreement.amends_id is None:
        _refuse_length(agreement)
    if agreement.amends_id is not None:
        _refuse_amendment(agreement, agreement.amends_id)
    elif agreement.parent_id is not None:
        _refuse_parent(agreement, agreement.parent_id)


def refuse_without_parent(agreement: Agreement, today: date) -> None:
    """
    Raise where *agreement* is annual, stands alone, and a five-year one signed by both holds when it starts.

    Raises:
        AgreementNeedsParent: There is such a one.
    """
    if agreement.kind != "annual" or agreement.parent_id or agreement.amends_id:
        return
    for above in list_agreements(agreement.pairing):
        is_signed = above.state_on(today) == "signed_by_both"
        terms = above.effective_terms(agreement.starts_on)
        holds = holds_on(agreement.starts_on, terms.starts_on, terms.ends_on)
        if above.agreement.kind == "five_year" and is_signed and holds:
            raise AgreementNeedsParent(title=above.agreement.title)


def refuse_before_those_above(agreement: Agreement, day: date) -> None:
    """
    Raise unless the agreement above *agreement*, and the one it amends, are signed by both on *day*.

    Raises:
        AgreementAboveNotSigned: Nothing is signed before what it rests on.
    """
    for above_id in (agreement.parent_id, agreement.amends_id):
        if above_id is not None:
            _demand_signed(get_agreement(above_id), day)


def _refuse_outside_pairing(agreement: Agreement) -> None:
    pairing = agreement.pairing
    period = pairing.valid_from, pairing.valid_until
    # Whoever reads the pairing alone does not see its programme, and need not.
    programme = Programme.objects.filter(pk=pairing.programme_id).first()
    term = (None, None) if programme is None else (programme.starts_on, programme.ends_on)
    first_on = max(day for day in (period[0], term[0]) if day is not None)
    if agreement.starts_on < first_on:
        raise AgreementBeforePairing(starts_on=agreement.starts_on, first_on=first_on)
    until = min((day for day in (period[1], term[1]) if day is not None), default=None)
    last = agreement.ends_on or agreement.starts_on + timedelta(days=1)
    if until is not None and last > until:
        raise AgreementAfterPairing(last_on=until - timedelta(days=1))


def _refuse_length(agreement: Agreement) -> None:
    years = YEARS_MOST.get(agreement.kind)
    if years is None:
        return
    if agreement.ends_on is None:
        if agreement.kind == "annual":
            raise AgreementWithoutEnd(title=agreement.title)
        return
    # The day before the same day of the year is the last; from 29 February on it is 28 February.
    start = agreement.starts_on
    is_leap_day = (start.month, start.day) == (2, 29)
    until = (
        date(start.year + years, 3, 1) if is_leap_day else start.replace(year=start.year + years)
    )
    if agreement.ends_on > until:
        raise AgreementTooLong(kind=agreement.kind, years=years, last_on=until - timedelta(days=1))


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
