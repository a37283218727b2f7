"""Correct and end entries of the directory: the same for regions and organisations."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from tiebeam.apps.regions.models import Organisation, Region, RegionCode
from tiebeam.apps.regions.operations.checks import (
    T,
    list_entry_faults,
    name_of,
    refuse_faults,
    refuse_misplaced,
    refuse_without_reason,
)
from tiebeam.apps.regions.operations.filling import fill
from tiebeam.errors import Refused
from tiebeam.platform.audit.writing import save_change, state_of
from tiebeam.platform.search.grams import grams_of
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.time.periods import holds_on

_CORRECTABLE = {
    "name_en",
    "name_zh",
    "kind",
    "parent_id",
    "successor_id",
    "valid_from",
    "valid_until",
}
_OWN: dict[type, set[str]] = {Region: {"latitude", "longitude"}, Organisation: {"region_id"}}


class AlreadyEnded(Refused):
    """The entry ends by then already."""

    code = "regions.already_ended"


class ChildrenOutlive(Refused):
    """What lies below would stand under nothing: end it, move it, or name a successor."""

    code = "regions.children_outlive"


class SuccessorNotThere(Refused):
    """The successor does not exist on the day on which it would follow."""

    code = "regions.successor_not_there"


def correct(
    record: T, values: Mapping[str, Any], *, actor: Actor, now: datetime, reason: str, action: str
) -> T:
    """Correct an entry; the log keeps what it said before."""
    record = type(record).objects.lock(record.pk)
    refuse_without_reason(reason)
    before = state_of(record)
    fill(record, values, _CORRECTABLE | _OWN[type(record)])
    refuse_faults(list_entry_faults(record))
    refuse_misplaced(record)
    record.grams = grams_of_entry(record)
    return save_change(record, before, action, actor, now, reason=reason)


def end(
    record: T,
    until: date,
    successor: T | None,
    *,
    actor: Actor,
    now: datetime,
    reason: str,
    action: str,
) -> T:
    """End an entry on *until*, the first day without it; what lies below goes on under the successor."""
    record = type(record).objects.lock(record.pk)
    refuse_without_reason(reason)
    if record.valid_until is not None and record.valid_until <= until:
        raise AlreadyEnded(valid_until=record.valid_until)
    before = state_of(record)
    record.valid_until = until
    if successor is not None:
        record.successor = type(record).objects.get(pk=successor.pk)
        if not holds_on(until, record.successor.valid_from, record.successor.valid_until):
            raise SuccessorNotThere(name=name_of(record.successor), until=until)
    refuse_faults(list_entry_faults(record))
    if record.successor is None:
        outliving = type(record).objects.filter(
            Q(valid_until=None) | Q(valid_until__gt=until), parent=record
        )
        names = [name_of(child) for child in outliving.order_by("name_zh", "pk")]
        if names:
            raise ChildrenOutlive(count=len(names), example=names[0])
    refuse_misplaced(record)
    return save_change(record, before, action, actor, now, reason=reason)


def grams_of_entry(record: T) -> str:
    """Return the words by which an entry is found: its names, and the codes a region bears."""
    codes = RegionCode.objects.filter(region_id=record.pk).values_list("code", flat=True)
    return grams_of(record.name_zh, record.name_en, *codes)
