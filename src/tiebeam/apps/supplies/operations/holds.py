"""Ask not to be sent something now, and end that earlier (§U5)."""

from datetime import date, datetime

from django.utils import timezone

from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.pairings.operations.readers import (
    BOTH_SIDES,
    OVERSEERS,
    let_read,
    list_participants,
)
from tiebeam.apps.programmes.models import Programme
from tiebeam.apps.regions.operations.checks import (
    list_period_faults,
    refuse_faults,
    refuse_without_reason,
)
from tiebeam.apps.supplies.models import Hold, Item
from tiebeam.apps.supplies.operations.telling import list_text_faults
from tiebeam.errors import Fault, Refused
from tiebeam.platform.audit.writing import record_creation, save_change, state_of
from tiebeam.platform.permissions.operations import operation, require
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor

HOLDERS = frozenset({Role.RECIPIENT_OFFICE, Role.COORDINATOR, Role.MINISTRY})


class HoldEnded(Refused):
    """It has ended by itself, or was ended before."""

    code = "supplies.hold_ended"


@operation("supplies.enter_hold", roles=HOLDERS)
def enter_hold(
    *,
    programme: Programme,
    valid_from: date,
    valid_until: date,
    reason: str,
    actor: Actor,
    now: datetime,
    item: Item | None = None,
) -> Hold:
    """
    Ask not to be sent an item, or anything where none is named, until before *valid_until*.

    Raises:
        NotAllowed: No role held in the programme allows it.
        InvalidInput: No reason is given, or it ends before it begins, or has ended.
    """
    require(actor, "supplies.enter_hold", programme.pk)
    hold = Hold(
        tenant_id=actor.organisation_id, programme=programme, item=item, valid_from=valid_from,
        valid_until=valid_until, reason=reason.strip(),
    )  # fmt: skip
    faults = list_text_faults(hold, "reason", needed=("reason",))
    faults += list_period_faults("", valid_from, valid_until)
    if valid_until <= timezone.localdate(now) and not faults:
        faults.append(
            Fault(code="supplies.hold_past", column="valid_until", value=str(valid_until))
        )
    refuse_faults(faults)
    hold.save(force_insert=True)
    donors = Pairing.objects.filter(programme=programme, recipient_id=actor.organisation_id)
    parties = [
        *list_participants(programme.pk, (*BOTH_SIDES, *OVERSEERS), now),
        *donors.values_list("donor_id", flat=True),
        programme.tenant_id,
    ]
    let_read(actor=actor, scope_id=hold.scope_id, organisation_ids=parties, role="hold", now=now)
    record_creation(
        actor=actor, now=now, action="supplies.enter_hold", record=hold, reason=hold.reason
    )
    return hold


@operation("supplies.lift_hold", roles=HOLDERS)
def lift_hold(*, hold: Hold, reason: str, actor: Actor, now: datetime) -> Hold:
    """
    End an own hold from today on.

    Raises:
        NotOwner: Another organisation asked for it.
        HoldEnded: It has ended.
        ReasonMissing: No reason is given.
    """
    refuse_without_reason(reason)
    kept: Hold = Hold.objects.lock(hold.pk)
    require(actor, "supplies.lift_hold", kept.programme_id)
    today = timezone.localdate(now)
    if kept.lifted_on is not None or kept.valid_until <= today:
        raise HoldEnded
    before = state_of(kept)
    kept.lifted_on, kept.lifted_reason = today, reason.strip()
    refuse_faults(list_text_faults(kept, "lifted_reason"))
    return save_change(kept, before, "supplies.lift_hold", actor, now, reason)
