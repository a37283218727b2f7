"""Take in a sheet of second-tier pairings: new ones are entered, ended ones ended; all rows, or none."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.pairings.operations.pairings import (
    PAIRERS,
    already_paired,
    let_owner_above_read,
)
from tiebeam.apps.pairings.operations.sheet_rows import ACTION, plan_pairings
from tiebeam.apps.regions.operations.looking import plan_now, write_rows
from tiebeam.apps.regions.operations.rows import (
    GivenRow,
    PlannedRow,
    as_uuid,
    demand_whole,
    fault,
    lock_rows,
)
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.tenancy.acting import Actor


@operation(ACTION, roles=PAIRERS)
def take_in_pairings(
    *, rows: Sequence[GivenRow], reason: str, actor: Actor, now: datetime
) -> list[UUID]:
    """
    Enter the new second-tier pairings of a sheet and end those it ends; return what was written.

    Raises:
        InvalidInput: Every cell that cannot be taken; then nothing is written.
    """
    lock_rows(Pairing, [pk for row in rows if (pk := as_uuid(row.values.get("id", "")))])
    planned = plan_now(rows, plan_pairings, actor)
    demand_whole(planned)
    try:
        with transaction.atomic():
            written = write_rows(rows, planned, actor=actor, now=now, action=ACTION, reason=reason)
    except IntegrityError:
        # Of two that are paired where the actor may not look, the database alone knows.
        demand_whole([_try(row) for row in planned])
        raise
    parents = {row.record.parent_id: row.record.parent for row in planned if row.act == "create"}
    for parent in parents.values():
        let_owner_above_read(parent, actor, now)
    return written


def list_sheet_pairings(actor: Actor) -> tuple[list[Pairing], list[Pairing]]:
    """Return the own second-tier pairings, and the pairings of the lists in force that may stand above."""
    related = Pairing.objects.select_related(
        "donor", "recipient", "parent__donor", "parent__recipient"
    )
    own = related.filter(tenant_id=actor.organisation_id).exclude(parent=None)
    above = related.filter(parent=None, valid_until=None)
    return list(own.order_by("valid_from", "pk")), list(above.order_by("recipient__name_en", "pk"))


def _try(row: PlannedRow) -> PlannedRow:
    """Return a row, refused where the two of its new pairing are paired already."""
    if row.act != "create":
        return row
    try:
        with transaction.atomic():
            row.record.save(force_insert=True)
    except IntegrityError:
        error = already_paired(row.record)
        return row.refused(fault(error.code, row.number, "donor", row.name, **error.facts))
    return row
