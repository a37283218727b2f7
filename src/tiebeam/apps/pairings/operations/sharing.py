"""Show lists, pairings and the desk to those who joined the programme later."""

from datetime import datetime

from tiebeam.apps.pairings.models import Pairing, PairList
from tiebeam.apps.pairings.operations.oversight import show_all_to_overseers
from tiebeam.apps.pairings.operations.readers import (
    BOTH_SIDES,
    OVERSEERS,
    let_read,
    list_participants,
)
from tiebeam.apps.pairings.operations.rights import MAKERS, lock_own_programme
from tiebeam.apps.programmes.models import Programme
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.tenancy.acting import Actor


@operation("pairings.share_programme", roles=MAKERS)
def share_programme(*, programme: Programme, actor: Actor, now: datetime) -> None:
    """
    Let whoever takes part today read what was issued before: lists both sides, pairings the overseers.

    Overseers read the scenarios with their variants and plans as well. Drafts of lists stay
    where they are. Nothing is taken from who may read lists already, and a second call
    changes nothing.
    """
    lock_own_programme(actor, "pairings.share_programme", programme)
    show_all_to_overseers(programme, actor, now)
    overseers = list_participants(programme.pk, OVERSEERS, now)
    everybody = [*list_participants(programme.pk, BOTH_SIDES, now), *overseers]
    issued = PairList.objects.owned().filter(round__programme=programme)
    for scope_id in issued.exclude(in_force_from=None).values_list("scope_id", flat=True):
        let_read(actor=actor, scope_id=scope_id, organisation_ids=everybody, role="list", now=now)
    pairings = Pairing.objects.owned().filter(programme=programme, parent=None)
    for scope_id in pairings.values_list("scope_id", flat=True):
        let_read(
            actor=actor, scope_id=scope_id, organisation_ids=overseers, role="pairing", now=now
        )
