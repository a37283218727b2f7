"""Enter organisations, correct and end them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from tiebeam.apps.regions.models import Organisation, Region
from tiebeam.apps.regions.operations.changing import correct, end
from tiebeam.apps.regions.operations.checks import (
    KEEPERS,
    list_entry_faults,
    refuse_faults,
    refuse_misplaced,
)
from tiebeam.platform.audit.writing import record_creation
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.search.grams import grams_of
from tiebeam.platform.tenancy.acting import Actor


@operation("regions.create_organisation", roles=KEEPERS)
def create_organisation(
    *,
    name_en: str,
    name_zh: str,
    kind: str,
    actor: Actor,
    now: datetime,
    region: Region | None = None,
    parent: Organisation | None = None,
    valid_from: date | None = None,
    valid_until: date | None = None,
    organisation_id: UUID | None = None,
) -> Organisation:
    """
    Enter an organisation into the directory.

    Raises:
        InvalidInput: A name, the kind or the period makes no sense.
        OutsideParent: It would stand at a time when its parent does not.
    """
    organisation = Organisation(
        id=organisation_id or uuid4(),
        tenant_id=actor.organisation_id,
        region=region,
        parent=parent,
        kind=kind,
        name_en=name_en,
        name_zh=name_zh,
        valid_from=valid_from,
        valid_until=valid_until,
        grams=grams_of(name_zh, name_en),
    )
    refuse_faults(list_entry_faults(organisation))
    refuse_misplaced(organisation)
    organisation.save(force_insert=True)
    record_creation(actor=actor, now=now, action="regions.create_organisation", record=organisation)
    return organisation


@operation("regions.correct_organisation", roles=KEEPERS)
def correct_organisation(
    *,
    organisation: Organisation,
    values: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    reason: str,
) -> Organisation:
    """
    Correct what the directory says of an organisation; the log keeps what it said before.

    Raises:
        InvalidInput: A name, the kind or the period makes no sense.
        TreeCycle, SuccessionCycle, OutsideParent: It would not fit into the tree.
        ReasonMissing: No reason is given.
    """
    action = "regions.correct_organisation"
    return correct(organisation, values, actor=actor, now=now, reason=reason, action=action)


@operation("regions.end_organisation", roles=KEEPERS)
def end_organisation(
    *,
    organisation: Organisation,
    until: date,
    reason: str,
    actor: Actor,
    now: datetime,
    successor: Organisation | None = None,
) -> Organisation:
    """
    End an organisation on *until*, the first day without it; *successor* follows it.

    Raises:
        AlreadyEnded: It ends by then already.
        SuccessorNotThere: The successor does not exist on that day.
        SuccessionCycle: It would succeed itself.
        ChildrenOutlive: Organisations below it go on and nothing follows it.
        ReasonMissing: No reason is given.
    """
    action = "regions.end_organisation"
    return end(organisation, until, successor, actor=actor, now=now, reason=reason, action=action)
