"""Take in whole sheets of regions, organisations or statistics: all their rows, or none."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from tiebeam.apps.regions.models import Organisation, Region, RegionCode
from tiebeam.apps.regions.operations.checks import KEEPERS, refuse_without_reason
from tiebeam.apps.regions.operations.directory_rows import GB, plan_organisations, plan_regions
from tiebeam.apps.regions.operations.looking import plan_now, write_rows
from tiebeam.apps.regions.operations.rows import (
    GivenRow,
    as_uuid,
    lock_rows,
)
from tiebeam.apps.regions.operations.statistic_rows import plan_statistics
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.records import OwnedRecord


@operation("regions.take_in_regions", roles=KEEPERS)
def take_in_regions(
    *, rows: Sequence[GivenRow], reason: str, actor: Actor, now: datetime
) -> list[UUID]:
    """
    Enter and correct the regions of a sheet, all in one; return what was written.

    Raises:
        InvalidInput: Every cell that cannot be taken; then nothing is written.
        ReasonMissing: No reason is given.
    """
    _lock(Region, rows, reason)
    planned = plan_now(rows, plan_regions, actor)
    codes = {row.number: row.values.get("gbt2260", "").strip() for row in rows}
    given = [
        RegionCode(
            id=uuid4(),
            tenant_id=actor.organisation_id,
            scope_id=row.record.pk,
            region_id=row.record.pk,
            authority=GB,
            code=codes[row.number],
            valid_from=row.record.valid_from,
            valid_until=row.record.valid_until,
        )
        for row in planned
        if row.act == "create" and codes[row.number]
    ]
    return write_rows(
        rows, planned, given, actor=actor, now=now, action="regions.take_in_regions", reason=reason
    )


@operation("regions.take_in_organisations", roles=KEEPERS)
def take_in_organisations(
    *, rows: Sequence[GivenRow], reason: str, actor: Actor, now: datetime
) -> list[UUID]:
    """
    Enter and correct the organisations of a sheet, all in one; return what was written.

    Raises:
        InvalidInput: Every cell that cannot be taken; then nothing is written.
        ReasonMissing: No reason is given.
    """
    _lock(Organisation, rows, reason)
    planned = plan_now(rows, plan_organisations, actor)
    return write_rows(
        rows, planned, actor=actor, now=now, action="regions.take_in_organisations", reason=reason
    )


@operation("regions.take_in_statistics", roles=KEEPERS | {Role.DONOR_OFFICE, Role.RECIPIENT_OFFICE})
def take_in_statistics(
    *, rows: Sequence[GivenRow], reason: str, actor: Actor, now: datetime
) -> list[UUID]:
    """
    Add the new figures of a sheet, all in one; return what was written. None is overwritten.

    Raises:
        InvalidInput: Every cell that cannot be taken; then nothing is written.
        ReasonMissing: No reason is given.
    """
    refuse_without_reason(reason)
    planned = plan_now(rows, plan_statistics, actor)
    return write_rows(
        rows, planned, actor=actor, now=now, action="regions.take_in_statistics", reason=reason
    )


def _lock(model: type[OwnedRecord], rows: Sequence[GivenRow], reason: str) -> None:
    refuse_without_reason(reason)
    lock_rows(model, [pk for row in rows if (pk := as_uuid(row.values.get("id", "")))])
