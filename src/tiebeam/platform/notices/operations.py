"""Choose how one wants to be told by mail."""

from collections.abc import Mapping
from datetime import datetime

from tiebeam.errors import Fault, InvalidInput
from tiebeam.platform.audit.writing import record_change, state_of
from tiebeam.platform.notices.models import KINDS, WAYS, Subscription
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.tenancy.acting import Actor


@operation("notices.subscribe", roles=())
def subscribe(*, ways: Mapping[str, str], actor: Actor, now: datetime) -> None:
    """
    Choose for kinds of notices how they come by mail: at once, once a day, or not at all.

    Raises:
        InvalidInput: There is no such kind, or no such way.
    """
    faults = [
        Fault(code="notices.unknown_choice", column=kind, value=way)
        for kind, way in ways.items()
        if kind not in KINDS or way not in WAYS
    ]
    if faults:
        raise InvalidInput(faults)
    standing = {row.kind: row for row in Subscription.objects.filter(person_id=actor.person_id)}
    for kind, way in ways.items():
        row = standing.get(kind)
        if (row.way if row else KINDS[kind]) == way:
            continue
        before = state_of(row) if row else None
        row = row or Subscription(person_id=actor.person_id, kind=kind)
        row.way = way
        row.save()
        record_change(actor=actor, now=now, action="notices.subscribe", record=row, before=before)
