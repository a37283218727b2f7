"""Rows of a sheet of second-tier pairings: what each would do."""

import copy
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.pairings.operations.pairings import (
    already_paired,
    draft_second_tier,
    refuse_ending,
)
from tiebeam.apps.regions.models import Organisation
from tiebeam.apps.regions.operations.looking import TOLD_EACH, Tell, tell_nobody
from tiebeam.apps.regions.operations.rows import (
    GivenRow,
    PlannedRow,
    References,
    as_uuid,
    fault,
    list_twice,
    shown,
)
from tiebeam.errors import Fault, Refused
from tiebeam.platform.audit.writing import state_of
from tiebeam.platform.permissions.operations import require
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.time.periods import read_known_day

ACTION = "pairings.take_in_pairings"
FIXED = ("above", "donor", "recipient", "valid_from", "note")

_Two = tuple[UUID, UUID, UUID]


def plan_pairings(
    rows: Sequence[GivenRow], actor: Actor, tell: Tell = tell_nobody
) -> list[PlannedRow]:
    """Return what each row would do; *tell* is told how many are done, and of how many."""
    sheet = _Sheet(rows, actor)
    twice = list_twice(rows, "id") | list_twice(
        [row for row in rows if not row.values.get("id")], "above", "donor", "recipient"
    )
    # What a row ends makes room for what another opens, wherever they stand.
    order = sorted(range(len(rows)), key=lambda place: not rows[place].values.get("id"))
    planned: dict[int, PlannedRow] = {}
    for done, place in enumerate(order, start=1):
        row = rows[place]
        result = sheet.end(row) if row.values.get("id") else sheet.add(row)
        if row.number in twice:
            column, numbers = twice[row.number]
            others = [number for number in numbers if number != row.number][:5]
            value = row.values.get(column, "")
            result = result.refused(
                fault("workbooks.twice", row.number, column, value, rows=others)
            )
        planned[place] = result
        if done % TOLD_EACH == 0:
            tell(done, len(rows))
    return [planned[place] for place in range(len(rows))]


def above_label(pairing: Pairing) -> str:
    """Return the text by which a sheet names a pairing of the list."""
    sides = " → ".join(side.name_zh or side.name_en for side in (pairing.donor, pairing.recipient))
    return f"{sides} #{pairing.pk}"


class _Sheet:
    """The pairings as they stand, with what the rows make of them laid over."""

    def __init__(self, rows: Sequence[GivenRow], actor: Actor) -> None:
        self.actor = actor
        self.organisations = References(Organisation.objects.all())
        named = {as_uuid(row.values.get("id", "")) for row in rows} | {
            _id_in(row.values.get("above", "")) for row in rows
        }
        self.known = _find_pairings([pk for pk in named if pk is not None])
        self.ends: dict[_Two, dict[UUID, date | None]] = {}
        columns = ("programme_id", "donor_id", "recipient_id", "pk", "valid_until")
        for *two, pk, until in Pairing.objects.values_list(*columns):
            self.ends.setdefault(tuple(two), {})[pk] = until

    def add(self, row: GivenRow) -> PlannedRow:
        """Return what a row without an id would do: open a pairing."""
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
                sides[side] = self.organisations.find(values[side], row.number, side)
                if isinstance(sides[side], Fault):
                    faults.append(sides[side])
        pk = _id_in(values["above"])
        above = self.known.get(pk) if pk else None
        if values["above"] and above is None:
            faults.append(
                fault("workbooks.unknown_reference", row.number, "above", values["above"])
            )
        faults += _list_length_faults(row.number, values["note"])
        starts = _read_day(row.number, "valid_from", values["valid_from"], faults)
        until = _read_day(row.number, "valid_until", values["valid_until"], faults)
        if faults or above is None or starts is None:
            return PlannedRow(number=row.number, name=name, act="refused", faults=tuple(faults))
        try:
            require(self.actor, ACTION, above.programme_id)
            pairing = draft_second_tier(
                above, sides["donor"], sides["recipient"], starts, self.actor, values["note"]
            )
            self._refuse_paired(pairing)
            if until is not None:
                refuse_ending(pairing, until)
        except Refused as error:
            return _refused(row, name, error)
        pairing.valid_until = until
        self.ends.setdefault(_two_of(pairing), {})[pairing.pk] = until
        changes = {column: ("", text) for column, text in values.items() if text}
        return PlannedRow(
            number=row.number, name=name, act="create", changes=changes, record=pairing
        )

    def end(self, row: GivenRow) -> PlannedRow:
        """Return what a row with an id would do: end its pairing, or nothing."""
        pk = as_uuid(row.values["id"])
        found = self.known.get(pk) if pk else None
        if found is None:
            text = row.values["id"]
            one = fault("workbooks.unknown_id", row.number, "id", text)
            return PlannedRow(number=row.number, name=text, act="refused", faults=(one,))
        stands = _stands(found)
        name = f"{stands['donor']} → {stands['recipient']}"
        faults = [
            fault("workbooks.stays", row.number, column, row.values[column], before=stands[column])
            for column in FIXED
            if column in row.values
            if row.values[column].partition(" #")[0].strip() != stands[column].partition(" #")[0]
        ]
        until = _read_day(row.number, "valid_until", row.values.get("valid_until", ""), faults)
        if faults or until == found.valid_until or "valid_until" not in row.values:
            act: Any = "refused" if faults else "unchanged"
            return PlannedRow(number=row.number, name=name, act=act, faults=tuple(faults))
        before = shown(found.valid_until)
        if until is None:
            one = fault("workbooks.stays", row.number, "valid_until", before=before)
            return PlannedRow(number=row.number, name=name, act="refused", faults=(one,))
        if found.tenant_id != self.actor.organisation_id:
            one = fault("workbooks.not_yours", row.number, "id", name)
            return PlannedRow(number=row.number, name=name, act="refused", faults=(one,))
        try:
            require(self.actor, ACTION, found.programme_id)
            refuse_ending(found, until)
        except Refused as error:
            return _refused(row, name, error, column="valid_until")
        ended = copy.copy(found)
        ended.valid_until = until
        self.ends[_two_of(found)][found.pk] = until
        return PlannedRow(
            number=row.number,
            name=name,
            act="update",
            changes={"valid_until": (before, until.isoformat())},
            record=ended,
            before=state_of(found),
        )

    def _refuse_paired(self, pairing: Pairing) -> None:
        for until in self.ends.get(_two_of(pairing), {}).values():
            if until is None or until > pairing.valid_from:
                raise already_paired(pairing)


def _two_of(pairing: Pairing) -> _Two:
    return pairing.programme_id, pairing.donor_id, pairing.recipient_id


def _find_pairings(ids: Sequence[UUID]) -> dict[UUID, Pairing]:
    related = Pairing.objects.select_related(
        "donor", "recipient", "parent__donor", "parent__recipient"
    )
    found: dict[UUID, Pairing] = {}
    for start in range(0, len(ids), 500):
        found |= related.in_bulk(ids[start : start + 500])
    return found


def _stands(pairing: Pairing) -> dict[str, str]:
    """Return what the sheet says of a pairing that stands."""
    return {
        "above": above_label(pairing.parent) if pairing.parent else "",
        "donor": pairing.donor.name_zh or pairing.donor.name_en,
        "recipient": pairing.recipient.name_zh or pairing.recipient.name_en,
        "valid_from": shown(pairing.valid_from),
        "note": pairing.note,
    }


def _list_length_faults(number: int, note: str) -> list[Fault]:
    most = Pairing._meta.get_field("note").max_length
    assert most is not None
    if len(note) <= most:
        return []
    return [fault("regions.text_too_long", number, "note", note, most=most, length=len(note))]


def _refused(row: GivenRow, name: str, error: Refused, column: str = "above") -> PlannedRow:
    one = fault(error.code, row.number, column, row.values.get(column, ""), **error.facts)
    return PlannedRow(number=row.number, name=name, act="refused", faults=(one,))


def _id_in(label: str) -> UUID | None:
    return as_uuid(label.rpartition("#")[2])


def _read_day(number: int, column: str, text: str, faults: list[Fault]) -> date | None:
    if not text.strip():
        return None
    try:
        return read_known_day(text.strip())
    except ValueError:
        faults.append(fault("regions.value_not_valid", number, column, text))
        return None
