"""Take in a sheet of second-tier pairings: new ones are entered, ended ones ended; all rows, or none."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.pairings.operations.pairings import (
    PAIRERS,
    add_second_tier_pairing,
    end_second_tier_pairing,
)
from tiebeam.apps.regions.models import Organisation
from tiebeam.apps.regions.operations.rows import (
    GivenRow,
    PlannedRow,
    References,
    as_uuid,
    demand_whole,
    fault,
    list_twice,
    shown,
)
from tiebeam.errors import Fault, Refused
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.tenancy.acting import Actor, acting

FIXED = ("above", "donor", "recipient", "valid_from", "note")


class _Undone(Exception):
    """Ends a rehearsal: nothing of it stays."""


@operation("pairings.take_in_pairings", roles=PAIRERS)
def take_in_pairings(
    *, rows: Sequence[GivenRow], reason: str, actor: Actor, now: datetime
) -> list[UUID]:
    """
    Enter the new second-tier pairings of a sheet and end those it ends; return what was written.

    Raises:
        InvalidInput: Every cell that cannot be taken; then nothing is written.
    """
    planned = _perform(rows, actor, now, reason)
    demand_whole(planned)
    return [row.record.pk for row in planned if row.act in {"create", "update"}]


def plan_pairings(
    rows: Sequence[GivenRow],
    actor: Actor,
    now: datetime,
    tell: Callable[[int, int], None] = lambda _done, _of: None,
) -> list[PlannedRow]:
    """Return what each row would do: it is done in rehearsal, and undone."""
    planned: list[PlannedRow] = []
    try:
        with transaction.atomic(), acting(actor):
            planned = _perform(rows, actor, now, "", tell)
            raise _Undone  # noqa: TRY301  # what was done is undone by leaving the block
    except _Undone:
        return planned


def above_label(pairing: Pairing) -> str:
    """Return the text by which a sheet names a pairing of the list."""
    sides = " → ".join(side.name_zh or side.name_en for side in (pairing.donor, pairing.recipient))
    return f"{sides} #{pairing.pk}"


def list_sheet_pairings(actor: Actor) -> tuple[list[Pairing], list[Pairing]]:
    """Return the own second-tier pairings, and the pairings of the lists in force that may stand above."""
    related = Pairing.objects.select_related(
        "donor", "recipient", "parent__donor", "parent__recipient"
    )
    own = related.filter(tenant_id=actor.organisation_id).exclude(parent=None)
    above = related.filter(parent=None, valid_until=None)
    return list(own.order_by("valid_from", "pk")), list(above.order_by("recipient__name_en", "pk"))


def _perform(
    rows: Sequence[GivenRow],
    actor: Actor,
    now: datetime,
    reason: str,
    tell: Callable[[int, int], None] = lambda _done, _of: None,
) -> list[PlannedRow]:
    organisations = References(Organisation.objects.all())
    twice = list_twice(rows, "id") | list_twice(
        [row for row in rows if not row.values.get("id")], "above", "donor", "recipient"
    )
    planned = []
    for done, row in enumerate(rows, start=1):
        if row.values.get("id"):
            result = _end(row, actor, now, reason)
        else:
            result = _add(row, organisations, actor, now)
        if row.number in twice:
            column, numbers = twice[row.number]
            others = [number for number in numbers if number != row.number][:5]
            value = row.values.get(column, "")
            result = result.refused(
                fault("workbooks.twice", row.number, column, value, rows=others)
            )
        planned.append(result)
        if done % 100 == 0:
            tell(done, len(rows))
    return planned


def _add(row: GivenRow, organisations: References, actor: Actor, now: datetime) -> PlannedRow:
    values = {column: row.values.get(column, "").strip() for column in (*FIXED, "valid_until")}
    name = f"{values['donor']} → {values['recipient']}"
    faults = [
        fault("regions.value_missing", row.number, column)
        for column in FIXED[:4]
        if not values[column]
    ]
    sides: dict[str, Any] = {}
    for side in ("donor", "recipient"):
        if values[side]:
            sides[side] = organisations.find(values[side], row.number, side)
            if isinstance(sides[side], Fault):
                faults.append(sides[side])
    above = _find_above(values["above"]) if values["above"] else None
    if values["above"] and above is None:
        faults.append(fault("workbooks.unknown_reference", row.number, "above", values["above"]))
    days = {column: _read_day(row.number, column, values[column], faults) for column in
            ("valid_from", "valid_until")}  # fmt: skip
    if faults or above is None or days["valid_from"] is None:
        return PlannedRow(number=row.number, name=name, act="refused", faults=tuple(faults))
    try:
        with transaction.atomic():
            pairing = add_second_tier_pairing(
                parent=above,
                donor=sides["donor"],
                recipient=sides["recipient"],
                valid_from=days["valid_from"],
                note=values["note"],
                actor=actor,
                now=now,
            )
            if days["valid_until"] is not None:
                end_second_tier_pairing(
                    pairing=pairing, until=days["valid_until"], actor=actor, now=now
                )
    except Refused as error:
        return _refused(row, name, error, values)
    changes = {column: ("", text) for column, text in values.items() if text}
    return PlannedRow(number=row.number, name=name, act="create", changes=changes, record=pairing)


def _end(row: GivenRow, actor: Actor, now: datetime, reason: str) -> PlannedRow:
    pk = as_uuid(row.values["id"])
    related = Pairing.objects.select_related(
        "donor", "recipient", "parent__donor", "parent__recipient"
    )
    found = related.filter(pk=pk).first() if pk else None
    if found is None:
        one = fault("workbooks.unknown_id", row.number, "id", row.values["id"])
        return PlannedRow(number=row.number, name=row.values["id"], act="refused", faults=(one,))
    name = f"{found.donor.name_zh or found.donor.name_en} → {found.recipient.name_zh or found.recipient.name_en}"
    stands = {
        "above": above_label(found.parent) if found.parent else "",
        "donor": found.donor.name_zh or found.donor.name_en,
        "recipient": found.recipient.name_zh or found.recipient.name_en,
        "valid_from": shown(found.valid_from),
        "note": found.note,
    }
    faults = [
        fault("workbooks.stays", row.number, column, row.values[column], before=stands[column])
        for column in FIXED
        if column in row.values
        if row.values[column].partition(" #")[0].strip() != stands[column].partition(" #")[0]
    ]
    until = _read_day(row.number, "valid_until", row.values.get("valid_until", ""), faults)
    if faults or until == found.valid_until or "valid_until" not in row.values:
        act: Any = "refused" if faults else "unchanged"
        return PlannedRow(number=row.number, name=name, act=act, faults=tuple(faults), record=found)
    if until is None:
        one = fault("workbooks.stays", row.number, "valid_until", before=shown(found.valid_until))
        return PlannedRow(number=row.number, name=name, act="refused", faults=(one,))
    before = shown(found.valid_until)
    try:
        with transaction.atomic():
            end_second_tier_pairing(pairing=found, until=until, actor=actor, now=now, reason=reason)
    except Refused as error:
        return _refused(row, name, error, {"valid_until": until.isoformat()})
    changes = {"valid_until": (before, until.isoformat())}
    return PlannedRow(number=row.number, name=name, act="update", changes=changes, record=found)


def _refused(row: GivenRow, name: str, error: Refused, values: Any) -> PlannedRow:
    column = "valid_until" if len(values) == 1 else "above"
    one = fault(error.code, row.number, column, values.get(column, ""), **error.facts)
    return PlannedRow(number=row.number, name=name, act="refused", faults=(one,))


def _find_above(text: str) -> Pairing | None:
    pk = as_uuid(text.rpartition("#")[2])
    found: Pairing | None = Pairing.objects.filter(pk=pk).first() if pk else None
    return found


def _read_day(number: int, column: str, text: str, faults: list[Fault]) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        faults.append(fault("regions.value_not_valid", number, column, text))
        return None
