"""
Rows of a sheet that are looked at first and written later, in few statements.

Looking takes seconds and is done in no transaction. Whatever it rested on is
marked, so that writing, which holds the lock, looks again only where that changed.
"""

import hashlib
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from uuid import UUID

from tiebeam.apps.regions.operations.rows import GivenRow, PlannedRow, demand_whole
from tiebeam.platform.audit.writing import record_changes
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.records import OwnedRecord

BATCH = 500
TOLD_EACH = 250
"""Rows between two signs of how far it is."""

Tell = Callable[[int, int], None]
Plan = Callable[[Sequence[GivenRow], Actor, Tell], list[PlannedRow]]


def tell_nobody(done: int, of: int) -> None:
    """Tell nobody how far it is."""


class LookedRows(list[GivenRow]):
    """Rows that remember what each would do, and what that rests on."""

    def __init__(
        self,
        rows: Sequence[GivenRow],
        *,
        plan: Plan,
        bases: Collection[type[OwnedRecord]],
        actor: Actor,
        tell: Tell = tell_nobody,
    ) -> None:
        """
        Look at *rows*.

        Args:
            rows: As given.
            plan: Says what each would do.
            bases: The kinds of records that it reads.
            actor: Who asks.
            tell: Told how many rows are looked at, and of how many.
        """
        super().__init__(rows)
        self.tell_written: Tell = tell_nobody
        self._bases = bases
        # Before looking: what changes meanwhile must be seen to have changed.
        self._mark = _mark_of(bases)
        self.planned = plan(rows, actor, tell)

    def is_current(self) -> bool:
        """Return whether all that the look rested on is as it was."""
        return self._mark == _mark_of(self._bases)


def plan_now(rows: Sequence[GivenRow], plan: Plan, actor: Actor) -> list[PlannedRow]:
    """Return what the rows would do: as looked at, where that still holds."""
    if isinstance(rows, LookedRows) and rows.is_current():
        return rows.planned
    return plan(rows, actor, tell_nobody)


def write_rows(
    rows: Sequence[GivenRow],
    planned: Sequence[PlannedRow],
    given: Sequence[OwnedRecord] = (),
    *,
    actor: Actor,
    now: datetime,
    action: str,
    reason: str,
) -> list[UUID]:
    """
    Write what the rows do, with an entry in the log for each record; return what was written.

    Args:
        rows: As given; where they were looked at, it is told how many are written.
        planned: What each does.
        given: New records that come with them.
        actor: Who does it.
        now: When.
        action: The operation.
        reason: Why.

    Raises:
        InvalidInput: A row is refused, or there is none.
    """
    demand_whole(planned)
    tell = rows.tell_written if isinstance(rows, LookedRows) else tell_nobody
    updated = [(row.record, row.before) for row in planned if row.act == "update"]
    created = [(row.record, None) for row in planned if row.act == "create"]
    changes = [*updated, *created, *((record, None) for record in given)]
    done = 0
    for part in (updated, created, [(record, None) for record in given]):
        for start in range(0, len(part), BATCH):
            some = part[start : start + BATCH]
            records = [record for record, _ in some]
            rows_of = type(records[0]).objects
            if part is updated:
                rows_of.save_changed(records)
            else:
                rows_of.bulk_create(records)
            record_changes(actor=actor, now=now, action=action, changes=some, reason=reason)
            done += len(some)
            tell(done, len(changes))
    return [record.pk for record, _ in changes]


def _mark_of(bases: Collection[type[OwnedRecord]]) -> str:
    digest = hashlib.sha256()
    for model in bases:
        # Words for the search follow from the others.
        columns = [c.attname for c in model._meta.concrete_fields if c.name != "grams"]
        for row in model.objects.order_by("pk").values_list(*columns).iterator():
            digest.update(repr(row).encode())
    return digest.hexdigest()
