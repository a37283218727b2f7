"""Rows of a sheet of regions or organisations: what each would do to the directory."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from tiebeam.apps.regions.models import Organisation, Region, RegionCode
from tiebeam.apps.regions.operations.checks import list_entry_faults
from tiebeam.apps.regions.operations.codes import list_code_faults
from tiebeam.apps.regions.operations.filling import fill
from tiebeam.apps.regions.operations.looking import TOLD_EACH, Tell, tell_nobody
from tiebeam.apps.regions.operations.rows import (
    GivenRow,
    PlannedRow,
    References,
    as_uuid,
    fault,
    list_changes,
    list_twice,
)
from tiebeam.errors import Fault, InvalidInput
from tiebeam.platform.audit.writing import state_of
from tiebeam.platform.search.grams import grams_of
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.time.periods import fits_within, overlap

GB = "GB/T 2260"
PLAIN = {
    Region: ("name_zh", "name_en", "kind", "latitude", "longitude", "valid_from", "valid_until"),
    Organisation: ("name_zh", "name_en", "kind", "valid_from", "valid_until"),
}
LINKS: dict[type, tuple[str, ...]] = {Region: ("parent",), Organisation: ("parent", "region")}
_FINEST = Decimal(1).scaleb(-6)


def plan_regions(
    rows: Sequence[GivenRow], actor: Actor, tell: Tell = tell_nobody
) -> list[PlannedRow]:
    """Return what each row would do to the regions; *tell* is told how many are done, and of how many."""
    return _plan(Region, rows, actor, tell)


def plan_organisations(
    rows: Sequence[GivenRow], actor: Actor, tell: Tell = tell_nobody
) -> list[PlannedRow]:
    """Return what each row would do to the organisations; *tell* is told how many are done, and of how many."""
    return _plan(Organisation, rows, actor, tell)


def _plan(
    model: type[Region] | type[Organisation], rows: Sequence[GivenRow], actor: Actor, tell: Tell
) -> list[PlannedRow]:
    sheet = _Sheet(model, actor)
    drafts = [sheet.draft(row) for row in rows]
    twice = list_twice(rows, "id") | list_twice(
        [row for row in rows if not row.values.get("id")], "name_zh", "name_en", "parent"
    )
    codes_twice = list_twice(rows, "gbt2260")
    planned = []
    for done, (row, drafted) in enumerate(zip(rows, drafts, strict=True), start=1):
        result = sheet.finish(row, drafted)
        for column, numbers in filter(None, (twice.get(row.number), codes_twice.get(row.number))):
            result = result.refused(
                fault(
                    "workbooks.twice",
                    row.number,
                    column,
                    row.values.get(column, ""),
                    rows=[number for number in numbers if number != row.number][:5],
                )
            )
        planned.append(result)
        if done % TOLD_EACH == 0:
            tell(done, len(rows))
    return sheet.refuse_misplaced(planned)


@dataclass
class _Draft:
    """A record with the plain values of its row."""

    before: Any
    record: Any
    faults: list[Fault]


class _Sheet:
    """The directory as it stands, with what the rows make of it laid over."""

    def __init__(self, model: type[Region] | type[Organisation], actor: Actor) -> None:
        self.model, self.actor = model, actor
        self.known: dict[UUID, Any] = {row.pk: row for row in model.objects.all()}
        self.references = {model: References(self.known.values())}
        if model is Organisation:
            self.references[Region] = References(Region.objects.all())
        self.by_name: dict[tuple[str, str, UUID | None], UUID] = {
            (row.name_zh, row.name_en, row.parent_id): row.pk for row in self.known.values()
        }
        self.bearers: dict[str, list[RegionCode]] = {}
        self.codes: dict[UUID, str] = {}
        if model is Region:
            for code in RegionCode.objects.filter(authority=GB):
                self.bearers.setdefault(code.code, []).append(code)
                if code.valid_until is None:
                    self.codes[code.region_id] = code.code

    def draft(self, row: GivenRow) -> _Draft:
        """Return the record of a row with its plain values; links come when all rows are known."""
        text = row.values.get("id", "")
        pk = as_uuid(text)
        before = self.known.get(pk) if pk else None
        faults: list[Fault] = []
        if text and before is None:
            faults.append(fault("workbooks.unknown_id", row.number, "id", text))
        record = copy.copy(before) if before is not None else self._make()
        for column in PLAIN[self.model]:
            if column in row.values:
                faults += self._fill(record, row, column)
        if before is None and not faults:
            self.references[self.model].add(record)
        return _Draft(before, record, faults)

    def finish(self, row: GivenRow, draft: _Draft) -> PlannedRow:
        """Return what the row would do, its place in the tree aside."""
        before, record, faults = draft.before, draft.record, draft.faults
        for link in LINKS[self.model]:
            if link in row.values:
                faults += self._link(record, row, link)
        name = record.name_zh or record.name_en or row.values.get("name_zh", "")
        told = {one.column for one in faults}
        faults += [
            fault(one.code, row.number, one.column, one.value, **one.facts)
            for one in list_entry_faults(record)
            if one.column not in told
        ]
        faults += self._check_code(row, before, record)
        columns: dict[str, References | None] = dict.fromkeys(PLAIN[self.model])
        columns |= {link: self.references[self._target(link)] for link in LINKS[self.model]}
        changes = list_changes(before, record, columns)
        if before is None and row.values.get("gbt2260"):
            changes["gbt2260"] = ("", row.values["gbt2260"])
        if changes and before is not None and before.tenant_id != self.actor.organisation_id:
            faults.append(fault("workbooks.not_yours", row.number, "id", name))
        if before is None:
            same = self.by_name.get((record.name_zh, record.name_en, record.parent_id))
            if same is not None:
                faults.append(fault("workbooks.exists", row.number, "name_zh", name, id=str(same)))
        if faults:
            return PlannedRow(
                number=row.number, name=name, act="refused", changes=changes, faults=tuple(faults)
            )
        codes = [] if self.model is Organisation else [row.values.get("gbt2260", "")]
        if before is None or changes:
            record.grams = grams_of(
                record.name_zh,
                record.name_en,
                *filter(None, [*codes, self.codes.get(record.pk, "")]),
            )
        return PlannedRow(
            number=row.number,
            name=name,
            act="create" if before is None else "update" if changes else "unchanged",
            changes=changes,
            record=record,
            before=None if before is None else state_of(before),
        )

    def refuse_misplaced(self, planned: list[PlannedRow]) -> list[PlannedRow]:
        """Refuse what would lie below itself, or outside the time of what it belongs to."""
        standing = self.known | {row.record.pk: row.record for row in planned if row.record}
        children: dict[UUID, list[Any]] = {}
        for record in standing.values():
            if record.parent_id:
                children.setdefault(record.parent_id, []).append(record)
        return [
            row.refused(*self._misplaced(row, standing, children))
            if row.act in {"create", "update"}
            else row
            for row in planned
        ]

    def _misplaced(
        self, row: PlannedRow, standing: Mapping[UUID, Any], children: Mapping[UUID, list[Any]]
    ) -> list[Fault]:
        record, seen = row.record, {row.record.pk}
        above = standing.get(record.parent_id)
        while above is not None:
            if above.pk in seen:
                return [fault("regions.tree_cycle", row.number, "parent", row.name, name=row.name)]
            seen.add(above.pk)
            above = standing.get(above.parent_id)
        faults = []
        ties = [(child, record) for child in children.get(record.pk, ())]
        if (above := standing.get(record.parent_id)) is not None:
            ties.append((record, above))
        for child, parent in ties:
            until: date | None = parent.valid_until if parent.successor_id is None else None
            inner = child.valid_from, child.valid_until
            if not fits_within(inner, (parent.valid_from, until)):
                names = {
                    "name": child.name_zh or child.name_en,
                    "parent": parent.name_zh or parent.name_en,
                }
                faults.append(fault("regions.outside_parent", row.number, "parent", **names))
        return faults

    def _make(self) -> Any:
        record = self.model(id=uuid4(), tenant_id=self.actor.organisation_id)
        record.scope_id = record.pk
        return record

    def _target(self, link: str) -> type:
        return Region if link == "region" else self.model

    def _fill(self, record: Any, row: GivenRow, column: str) -> list[Fault]:
        text: str | None = row.values[column].strip()
        if column.startswith(("valid", "l")):
            text = text or None
        try:
            fill(record, {column: text}, {column})
        except InvalidInput as error:
            return [
                fault(one.code, row.number, column, str(text), **one.facts) for one in error.faults
            ]
        value = getattr(record, column)
        if isinstance(value, Decimal) and value.is_finite() and abs(value) < 1000:
            setattr(record, column, value.quantize(_FINEST))
        return []

    def _link(self, record: Any, row: GivenRow, link: str) -> list[Fault]:
        text = row.values[link].strip()
        found = self.references[self._target(link)].find(text, row.number, link) if text else None
        if isinstance(found, Fault):
            return [found]
        # By id: setting the object itself would keep it in the copy of the earlier record too.
        setattr(record, f"{link}_id", found.pk if found else None)
        return []

    def _check_code(self, row: GivenRow, before: Any, record: Any) -> list[Fault]:
        text = row.values.get("gbt2260", "").strip()
        if self.model is not Region or not text:
            return []
        if before is not None:
            if self.codes.get(before.pk, "") == text:
                return []
            return [fault("workbooks.code_stays", row.number, "gbt2260", text)]
        code = RegionCode(
            authority=GB, code=text, valid_from=record.valid_from, valid_until=record.valid_until
        )
        faults = [
            fault(one.code, row.number, "gbt2260", text, **one.facts)
            for one in list_code_faults(code)
        ]
        for other in self.bearers.get(text, ()):
            period = other.valid_from, other.valid_until
            if overlap(period, (code.valid_from, code.valid_until)):
                bearer = self.known[other.region_id]
                name = bearer.name_zh or bearer.name_en
                faults.append(fault("regions.code_taken", row.number, "gbt2260", text, name=name))
        return faults
