"""Record lists known from documents: what others issued, before this system or outside it."""

from collections.abc import Sequence
from datetime import date, datetime

from django.utils import timezone

from tiebeam.apps.pairings.models import PairList
from tiebeam.apps.pairings.operations.force import put_in_force
from tiebeam.apps.pairings.operations.force_days import (
    demand_force_within_round,
    demand_issue_makes_sense,
)
from tiebeam.apps.pairings.operations.lines import Line, demand_sound_lines
from tiebeam.apps.pairings.operations.lists import new_version
from tiebeam.apps.pairings.operations.rights import MAKERS, lock_own_programme
from tiebeam.apps.pairings.operations.signing import demand_own_document
from tiebeam.apps.programmes.models import LegalDocument, Round
from tiebeam.errors import Fault, InvalidInput
from tiebeam.platform.audit.writing import save_change, state_of
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.tenancy.acting import Actor


@operation("pairings.record_list", roles=MAKERS)
def record_list(
    *,
    round: Round,
    document: LegalDocument,
    in_force_from: date,
    lines: Sequence[Line],
    actor: Actor,
    now: datetime,
    in_force_until: date | None = None,
    issued_on: date | None = None,
    note: str = "",
) -> PairList:
    """
    Record a version that somebody else issued, citing the document that says so.

    Nobody signs it here: the document was signed elsewhere. Lines that the source
    leaves in doubt are marked so, and versions are recorded in their order.

    Args:
        in_force_until: The first day on which it no longer held; None for the end of
            the round, or where none is known.
        issued_on: None where it is not known.

    Raises:
        InvalidInput: Every line that does not make sense, or an end before the beginning.
        DocumentOfAnotherProgramme: The document belongs to another programme.
        ForceBeforeRound, ForceAfterRound: The day of force lies outside the round.
        IssuedInTheFuture, IssuedTooEarly: The day of issue makes no sense.
        ForceBeforeStanding: The version in force begins later.
    """
    action = "pairings.record_list"
    lock_own_programme(actor, action, round.programme)
    until = in_force_until or round.ends_on
    if until is not None and until < in_force_from:
        raise InvalidInput(
            [Fault(code="pairings.force_ends_before_it_begins", place="in_force_until")]
        )
    demand_force_within_round(in_force_from, round)
    if issued_on is not None:
        demand_issue_makes_sense(issued_on, round, timezone.localdate(now))
    demand_sound_lines(lines)
    given = {"is_recorded": True, "document": document, "note": note}
    pair_list = new_version(round, lines, actor=actor, now=now, action=action, **given)
    demand_own_document(document, pair_list)
    before = state_of(pair_list)
    pair_list.in_force_from, pair_list.in_force_until = in_force_from, until
    put_in_force(pair_list, actor=actor, now=now, action=action)
    pair_list.state = "issued"
    pair_list.issued_on = issued_on
    return save_change(pair_list, before, action, actor, now)
