"""
What is owed, told by hand: never beside a notice, and never in place of one (§P8, §P9).

A due that no rule gives is recorded with its document, and says in every journal that no rule gave it.
"""

from uuid import UUID

from tiebeam.apps.ledger.models import Batch
from tiebeam.apps.ledger.obligation_models import ObligationNotice
from tiebeam.apps.ledger.operations.terms import Terms
from tiebeam.apps.ledger.queries.obligations import DUES, batch_id_of
from tiebeam.apps.pairings.models import Pairing
from tiebeam.errors import Refused

NOT_BY_RULE = "未按规则核定 / not by rule"
"""Stands with the batch in every journal, whatever program reads it."""


class DueByNotice(Refused):
    """A notice says what is owed for the year: a further version of it changes that; facts: ``year``, ``version``."""

    code = "obligations.due_by_notice"


class DueOfNotice(Refused):
    """A notice posted it: a further version of the notice corrects it; facts: ``year``, ``version``."""

    code = "obligations.due_of_notice"


class DueByHand(Refused):
    """The due of the year was recorded by hand, and would count twice; facts: ``year``, ``count``."""

    code = "obligations.due_by_hand"


def refuse_due_by_hand(terms: Terms, pairing: Pairing) -> None:
    """
    Refuse an event that says by hand what a standing notice says.

    Raises:
        DueByNotice: It does.
    """
    if terms.kind not in DUES:
        return
    year = terms.relates_to or terms.valid_on.year
    notice = ObligationNotice.objects.filter(
        programme_id=pairing.programme_id, donor_id=pairing.donor_id, year=year, state="issued"
    ).first()
    if notice is not None and str(pairing.pk) in notice.derivation["shares"]:
        raise DueByNotice(year=year, version=notice.version)


def refuse_undoing_notice(kind: str, batch_id: UUID, pairing: Pairing) -> None:
    """
    Refuse to undo by hand what a notice posted: the notice would stand without it.

    Raises:
        DueOfNotice: A notice posted it.
    """
    if kind not in DUES:
        return
    notices = ObligationNotice.objects.filter(
        programme_id=pairing.programme_id, donor_id=pairing.donor_id, issued_at__isnull=False
    )
    for notice in notices:
        if batch_id_of(notice.pk, str(pairing.pk)) == batch_id:
            raise DueOfNotice(year=notice.year, version=notice.version)


def refuse_counting_twice(notice: ObligationNotice, pairing_ids: list[str]) -> None:
    """
    Refuse the first notice of a year whose due was recorded by hand.

    Raises:
        DueByHand: It was, and stands.
    """
    standing = Batch.objects.filter(
        pairing_id__in=pairing_ids, kind__in=DUES, year=notice.year, reversed_by=None
    )
    ours = {
        batch_id_of(pk, key)
        for pk in ObligationNotice.objects.filter(
            programme_id=notice.programme_id, donor_id=notice.donor_id
        ).values_list("pk", flat=True)
        for key in pairing_ids
    }
    count = standing.exclude(pk__in=ours).count()
    if count:
        raise DueByHand(year=notice.year, count=count)


def note_of(terms: Terms, *, is_by_rule: bool) -> str:
    """Return the note of an event; that of a due told by hand says so."""
    if is_by_rule or terms.kind not in DUES or NOT_BY_RULE in terms.note:
        return terms.note
    return f"{NOT_BY_RULE}; {terms.note}" if terms.note else NOT_BY_RULE
