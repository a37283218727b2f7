"""Rows of a sheet of tranches: what each would do, and take in the whole sheet or nothing of it."""

import copy
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from tiebeam.apps.ledger.models import Batch
from tiebeam.apps.ledger.operations.cell_values import in_yuan, read_amount, read_day, read_texts
from tiebeam.apps.ledger.operations.owners import DONORS
from tiebeam.apps.ledger.operations.tranches import list_tranche_faults, refuse_met
from tiebeam.apps.ledger.queries.schedule import CommitmentSchedule, ScheduleLine, list_schedules
from tiebeam.apps.ledger.schedule_models import Tranche
from tiebeam.apps.pairings.operations.sides import let_maker_read
from tiebeam.apps.regions.operations.checks import refuse_without_reason
from tiebeam.apps.regions.operations.looking import Tell, tell_nobody, write_rows
from tiebeam.apps.regions.operations.rows import (
    GivenRow,
    PlannedRow,
    as_uuid,
    fault,
    list_changes,
    list_twice,
    lock_rows,
)
from tiebeam.errors import Fault, Refused
from tiebeam.platform.audit.writing import state_of
from tiebeam.platform.permissions.operations import operation, require
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.holding import hold
from tiebeam.units import yuan

ACTION = "ledger.take_in_tranches"
COLUMNS = ("amount", "due_on", "purpose")


@operation(ACTION, roles=DONORS)
def take_in_tranches(
    *, rows: Sequence[GivenRow], reason: str, actor: Actor, now: datetime
) -> list[UUID]:
    """
    Plan the new tranches of a sheet and change those that stand, all in one; return what was written.

    Raises:
        InvalidInput: Every cell that cannot be taken; then nothing is written.
        ReasonMissing: No reason is given.
    """
    refuse_without_reason(reason)
    for pairing_id in sorted({row.commitment.pairing_id for row in _own(actor)}, key=str):
        hold(pairing_id)
    lock_rows(Tranche, [pk for row in rows if (pk := as_uuid(row.values.get("id", "")))])
    # Looked at anew: what is left of a commitment is known only now that nobody else pays of it.
    planned = plan_tranches(rows, actor)
    for row in planned:
        if row.act == "create":
            row.record.planned_at = now
    written = write_rows(rows, planned, actor=actor, now=now, action=ACTION, reason=reason)
    created = [row.record.pairing for row in planned if row.act == "create"]
    for pairing in {each.pk: each for each in created}.values():
        let_maker_read(actor, pairing, now)
    return written


def plan_tranches(
    rows: Sequence[GivenRow], actor: Actor, tell: Tell = tell_nobody
) -> list[PlannedRow]:
    """Return what each row would do; tranches that exceed a commitment together are refused together."""
    schedules = {row.commitment.pk: row for row in _own(actor)}
    lines = {line.tranche.pk: line for row in schedules.values() for line in row.lines}
    twice = list_twice(rows, "id")
    planned = []
    for row in rows:
        text = row.values.get("id", "")
        made = _change(row, lines, actor) if text else _add(row, schedules, actor)
        if row.number in twice:
            others = [number for number in twice[row.number][1] if number != row.number][:5]
            made = made.refused(fault("workbooks.twice", row.number, "id", text, rows=others))
        planned.append(made)
    tell(len(rows), len(rows))
    return _refuse_excess(planned, schedules)


def commitment_label(commitment: Batch) -> str:
    """Return the text by which a sheet names a commitment."""
    sides = (commitment.pairing.donor, commitment.pairing.recipient)
    pair = " → ".join(side.name_zh or side.name_en for side in sides)
    return f"{pair} {commitment.valid_on} {yuan(commitment.amount)} #{commitment.pk}"


def _own(actor: Actor) -> list[CommitmentSchedule]:
    return list_schedules(donor_id=actor.organisation_id)


def _add(row: GivenRow, schedules: dict[UUID, CommitmentSchedule], actor: Actor) -> PlannedRow:
    text = row.values.get("commitment", "").strip()
    schedule = schedules.get(as_uuid(text.rpartition("#")[2]) or actor.organisation_id)
    if schedule is None:
        code = "workbooks.unknown_reference" if text else "regions.value_missing"
        return _refused(row, text, [fault(code, row.number, "commitment", text)])
    commitment = schedule.commitment
    tranche = Tranche(
        tenant_id=actor.organisation_id,
        scope_id=commitment.scope_id,
        pairing=commitment.pairing,
        programme_id=commitment.programme_id,
        commitment=commitment,
        purpose=commitment.purpose,
    )
    faults = _fill(tranche, row, demanded=True)
    faults += _list_right_faults(row, tranche, actor)
    if faults:
        return _refused(row, _name(tranche), faults)
    changes = list_changes(None, tranche, dict.fromkeys(COLUMNS))
    return PlannedRow(
        number=row.number,
        name=_name(tranche),
        act="create",
        changes=in_yuan(changes),
        record=tranche,
    )


def _change(row: GivenRow, lines: dict[UUID, ScheduleLine], actor: Actor) -> PlannedRow:
    text = row.values["id"]
    line = lines.get(as_uuid(text) or actor.organisation_id)
    if line is None:
        return _refused(row, text, [fault("workbooks.unknown_id", row.number, "id", text)])
    tranche = copy.copy(line.tranche)
    faults = _fill(tranche, row, demanded=False)
    label = row.values.get("commitment", "").strip()
    if label and as_uuid(label.rpartition("#")[2]) != tranche.commitment_id:
        stands = commitment_label(tranche.commitment)
        faults.append(fault("workbooks.stays", row.number, "commitment", label, before=stands))
    changes = list_changes(line.tranche, tranche, dict.fromkeys(COLUMNS))
    if changes and not faults:
        try:
            refuse_met(line)
        except Refused as error:
            column = next(iter(changes))
            faults.append(fault(error.code, row.number, column, "", **error.facts))
        faults += _list_right_faults(row, tranche, actor)
    if faults:
        return _refused(row, _name(tranche), faults)
    if not changes:
        return PlannedRow(number=row.number, name=_name(tranche), act="unchanged")
    return PlannedRow(
        number=row.number,
        name=_name(tranche),
        act="update",
        changes=in_yuan(changes),
        record=tranche,
        before=state_of(line.tranche),
    )


def _fill(tranche: Tranche, row: GivenRow, *, demanded: bool) -> list[Fault]:
    """Take over what the row says; a column that is not in the sheet stays as it is."""
    faults: list[Fault] = []
    amount = read_amount(row, "amount", faults, demanded=demanded)
    due_on = read_day(row, "due_on", faults, demanded=demanded)
    purpose = read_texts(row, "purpose").get("purpose")
    if amount is not None:
        tranche.amount = amount
    if due_on is not None:
        tranche.due_on = due_on
    if purpose is not None:
        tranche.purpose = purpose or tranche.commitment.purpose
    if not faults:
        faults = [replace(each, row=row.number) for each in list_tranche_faults(tranche)]
    return faults


def _list_right_faults(row: GivenRow, tranche: Tranche, actor: Actor) -> list[Fault]:
    try:
        require(actor, ACTION, tranche.programme_id)
    except Refused as error:
        return [fault(error.code, row.number, "commitment", "", **error.facts)]
    return []


def _refuse_excess(
    planned: Sequence[PlannedRow], schedules: dict[UUID, CommitmentSchedule]
) -> list[PlannedRow]:
    """Refuse what a sheet plans more of a commitment than is left of it, whatever it takes away elsewhere."""
    more: dict[UUID, int] = {}
    for row in planned:
        if row.record is not None:
            more[row.record.commitment_id] = more.get(row.record.commitment_id, 0) + _more(row)
    return [
        row.refused(
            fault(
                "claims.commitment_exceeded",
                row.number,
                "amount",
                str(yuan(row.record.amount)),
                asked=more[row.record.commitment_id],
                left=max(0, schedules[row.record.commitment_id].unplanned),
            )
        )
        if row.record is not None
        and _more(row) > 0
        and more[row.record.commitment_id] > max(0, schedules[row.record.commitment_id].unplanned)
        else row
        for row in planned
    ]


def _more(row: PlannedRow) -> int:
    before = row.before["amount"] if row.before else 0
    return int(row.record.amount - before)


def _name(tranche: Tranche) -> str:
    return commitment_label(tranche.commitment).partition(" #")[0]


def _refused(row: GivenRow, name: str, faults: Sequence[Fault]) -> PlannedRow:
    return PlannedRow(number=row.number, name=name, act="refused", faults=tuple(faults))
