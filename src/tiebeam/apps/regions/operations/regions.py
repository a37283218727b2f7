"""Enter regions and the codes they bear, correct and end them."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q

from tiebeam.apps.regions.models import Region, RegionCode
from tiebeam.apps.regions.operations.changing import AlreadyEnded, correct, end, grams_of_entry
from tiebeam.apps.regions.operations.checks import (
    KEEPERS,
    list_entry_faults,
    list_period_faults,
    refuse_faults,
    refuse_misplaced,
    refuse_without_reason,
)
from tiebeam.apps.regions.operations.codes import list_code_faults, refuse_taken_code
from tiebeam.platform.audit.writing import record_creation, save_change, state_of
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.search.grams import grams_of
from tiebeam.platform.tenancy.acting import Actor


@operation("regions.create_region", roles=KEEPERS)
def create_region(
    *,
    name_en: str,
    name_zh: str,
    kind: str,
    actor: Actor,
    now: datetime,
    parent: Region | None = None,
    latitude: Decimal | None = None,
    longitude: Decimal | None = None,
    codes: Mapping[str, str] | None = None,
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> Region:
    """
    Enter a region, with its *codes* by authority.

    Raises:
        InvalidInput: A name, the kind, the period, the point or a code makes no sense.
        OutsideParent: It would stand at a time when its parent does not.
        CodeTaken: Another region bears a code in that time.
    """
    region = Region(
        tenant_id=actor.organisation_id,
        parent=parent,
        kind=kind,
        name_en=name_en,
        name_zh=name_zh,
        latitude=latitude,
        longitude=longitude,
        valid_from=valid_from,
        valid_until=valid_until,
        grams=grams_of(name_zh, name_en, *(codes or {}).values()),
    )
    given = [
        RegionCode(
            tenant_id=actor.organisation_id,
            scope_id=region.pk,
            region=region,
            authority=authority,
            code=code,
            valid_from=valid_from,
            valid_until=valid_until,
        )
        for authority, code in (codes or {}).items()
    ]
    refuse_faults(
        [*list_entry_faults(region), *(fault for code in given for fault in list_code_faults(code))]
    )
    refuse_misplaced(region)
    for code in given:
        refuse_taken_code(code)
    region.save(force_insert=True)
    record_creation(actor=actor, now=now, action="regions.create_region", record=region)
    for code in given:
        code.save(force_insert=True)
        record_creation(actor=actor, now=now, action="regions.create_region", record=code)
    return region


@operation("regions.correct_region", roles=KEEPERS)
def correct_region(
    *, region: Region, values: Mapping[str, Any], actor: Actor, now: datetime, reason: str
) -> Region:
    """
    Correct what the directory says of a region; the log keeps what it said before.

    Raises:
        InvalidInput: A name, the kind, the period or the point makes no sense.
        TreeCycle, SuccessionCycle, OutsideParent: It would not fit into the tree.
        ReasonMissing: No reason is given.
    """
    action = "regions.correct_region"
    return correct(region, values, actor=actor, now=now, reason=reason, action=action)


@operation("regions.end_region", roles=KEEPERS)
def end_region(
    *,
    region: Region,
    until: date,
    reason: str,
    actor: Actor,
    now: datetime,
    successor: Region | None = None,
) -> Region:
    """
    End a region on *until*, the first day without it, and its codes; *successor* follows it.

    What lies below it and goes on belongs to the successor from then on.

    Raises:
        AlreadyEnded: It ends by then already.
        SuccessorNotThere: The successor does not exist on that day.
        SuccessionCycle: It would succeed itself.
        ChildrenOutlive: Regions below it go on and nothing follows it.
        ReasonMissing: No reason is given.
    """
    action = "regions.end_region"
    ended = end(region, until, successor, actor=actor, now=now, reason=reason, action=action)
    standing = Q(valid_until=None) | Q(valid_until__gt=until)
    for code in RegionCode.objects.owned().filter(standing, region=ended):
        _end_code(code, until, actor=actor, now=now, reason=reason, action=action)
    return ended


@operation("regions.add_code", roles=KEEPERS)
def add_code(
    *,
    region: Region,
    authority: str,
    code: str,
    actor: Actor,
    now: datetime,
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> RegionCode:
    """
    Add the code that an authority gave a region for a period.

    Raises:
        InvalidInput: The authority, the code or the period makes no sense.
        CodeOutsideRegion: The region does not stand in the whole of that time.
        CodeGiven: The region has a code of this authority in that time.
        CodeTaken: Another region bears the code in that time.
    """
    region = Region.objects.lock(region.pk)
    given = RegionCode(
        tenant_id=actor.organisation_id,
        scope_id=region.scope_id,
        region=region,
        authority=authority,
        code=code,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    refuse_faults(list_code_faults(given))
    refuse_taken_code(given)
    before = state_of(region)
    given.save(force_insert=True)
    record_creation(actor=actor, now=now, action="regions.add_code", record=given)
    region.grams = grams_of_entry(region)
    save_change(region, before, "regions.add_code", actor, now)
    return given


@operation("regions.end_code", roles=KEEPERS)
def end_code(
    *, code: RegionCode, until: date, reason: str, actor: Actor, now: datetime
) -> RegionCode:
    """
    End a code on *until*, the first day on which the region no longer bears it.

    Raises:
        InvalidInput: It would end before it began.
        AlreadyEnded: It ends by then already.
        ReasonMissing: No reason is given.
    """
    code = RegionCode.objects.lock(code.pk)
    refuse_without_reason(reason)
    if code.valid_until is not None and code.valid_until <= until:
        raise AlreadyEnded(valid_until=code.valid_until)
    refuse_faults(list_period_faults("code", code.valid_from, until))
    _end_code(code, until, actor=actor, now=now, reason=reason, action="regions.end_code")
    return code


def _end_code(
    code: RegionCode, until: date, *, actor: Actor, now: datetime, reason: str, action: str
) -> None:
    before = state_of(code)
    code.valid_until = until
    save_change(code, before, action, actor, now, reason=reason)
