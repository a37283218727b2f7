"""The coordinator's answer to a return: accepted, or sent back with a reason."""

from datetime import datetime

from django.utils import timezone

from tiebeam.apps.programmes.models import Return, ReturnDecision
from tiebeam.apps.programmes.operations.rights import (
    STEERING,
    own_round,
    refuse_without_reason,
)
from tiebeam.apps.programmes.queries.returns import state_of_return
from tiebeam.errors import Refused
from tiebeam.platform.audit.writing import record_change
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.grants import grant_reading


class ReturnDecided(Refused):
    """The return was accepted or sent back already."""

    code = "programmes.return_decided"


@operation("programmes.decide_return", roles=STEERING)
def decide_return(
    *, of_return: Return, is_accepted: bool, actor: Actor, now: datetime, reason: str = ""
) -> ReturnDecision:
    """
    Accept a return, or send it back with a reason: its owner may then change it and hand it in again.

    Raises:
        Return.DoesNotExist: It was not handed in yet, or is of another's round.
        NotOwner: Another organisation steers the round.
        ReturnDecided: It was accepted or sent back already.
        ReasonMissing: It is sent back without a reason.
    """
    of_return = Return.objects.get(pk=of_return.pk)
    # Its row is another's and cannot be locked here; the round is ours and serves as the lock.
    own_round(of_return.round, actor=actor, name="programmes.decide_return")
    of_return = Return.objects.get(pk=of_return.pk)
    submitted_at = of_return.submitted_at
    if submitted_at is None or state_of_return(of_return) != "submitted":
        raise ReturnDecided
    if not is_accepted:
        refuse_without_reason(reason)
    decision = ReturnDecision(
        tenant_id=actor.organisation_id,
        of_return=of_return,
        submitted_at=submitted_at,
        is_accepted=is_accepted,
        reason=reason,
        decided_at=now,
    )
    decision.save(force_insert=True)
    record_change(
        actor=actor,
        now=now,
        action="programmes.decide_return",
        record=decision,
        before=None,
        reason=reason,
        parties=[of_return.tenant_id],
    )
    grant_reading(
        actor=actor,
        scope_id=decision.scope_id,
        organisation_ids=[of_return.tenant_id],
        role=of_return.side,
        valid_from=timezone.localdate(now),
    )
    return decision
