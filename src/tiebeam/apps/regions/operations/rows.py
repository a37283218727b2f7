"""
Rows of an uploaded sheet: what each would do, said before anything is done.

A row is created, updates a record, leaves one unchanged, or is refused, with the
reason for each cell. A sheet with one refused row changes nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from uuid import UUID

from django.db import models

from tiebeam.errors import Fault, InvalidInput
from tiebeam.platform.permissions.operations import Given
from tiebeam.platform.tenancy.records import OwnedRecord

Act = Literal["create", "update", "unchanged", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenRow(Given):
    """
    One row as it was given.

    Attributes:
        number: As the user's spreadsheet counts it.
        values: Column to text: numbers plain, days as 2020-02-10; a column that is not
            in the sheet is absent, and stays as it is.
    """

    number: int
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRow:
    """
    What a row would do.

    Attributes:
        name: By which a person knows the record.
        changes: Column to what it says before and after.
        record: With the new values, not saved; None where the row is refused or opens nothing.
        before: The state that the log keeps; None for a new record.
    """

    number: int
    name: str
    act: Act
    changes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    record: Any = None
    before: Mapping[str, Any] | None = None

    def refused(self, *faults: Fault) -> "PlannedRow":
        """Return the row with further faults; with any, it is refused."""
        if not faults:
            return self
        return replace(self, act="refused", faults=(*self.faults, *faults))


def fault(code: str, row: int, column: str = "", value: str = "", **facts: object) -> Fault:
    """Return a fault of one cell."""
    return Fault(code=code, row=row, column=column, value=value[:80], facts=facts)


def demand_whole(planned: Sequence[PlannedRow]) -> None:
    """
    Refuse a sheet of which any row is refused.

    Raises:
        InvalidInput: Every fault, or that there is no row.
    """
    faults = [each for row in planned for each in row.faults]
    if not planned:
        faults = [Fault(code="workbooks.no_rows")]
    if faults:
        raise InvalidInput(faults)


def list_twice(rows: Iterable[GivenRow], *columns: str) -> dict[int, tuple[str, list[int]]]:
    """Return row number -> (the column, all rows) of the rows that say again what another says in *columns*."""
    seen: dict[tuple[str, ...], list[int]] = {}
    for row in rows:
        key = tuple(row.values.get(column, "").strip().casefold() for column in columns)
        if any(key):
            seen.setdefault(key, []).append(row.number)
    return {
        number: (columns[0], numbers)
        for numbers in seen.values()
        if len(numbers) > 1
        for number in numbers
    }


class References:
    """Finds the record that a cell names: by its id, or by a name that only one bears."""

    def __init__(self, records: Iterable[Any]) -> None:
        self.by_id: dict[UUID, Any] = {}
        self._named: dict[str, set[UUID]] = {}
        self._names: Counter[str] = Counter()
        for record in records:
            self.add(record)

    def add(self, record: Any) -> None:
        """Take up one more record."""
        self.by_id[record.pk] = record
        for name in {record.name_zh, record.name_en} - {""}:
            self._named.setdefault(name.casefold(), set()).add(record.pk)

    def label(self, pk: UUID | None) -> str:
        """Return the text by which a sheet names a record: its name, with its id where others bear it too."""
        record = self.by_id.get(pk) if pk else None
        if record is None:
            return ""
        name = record.name_zh or record.name_en
        return name if len(self._named[name.casefold()]) == 1 else f"{name} #{record.pk}"

    def find(self, text: str, row: int, column: str) -> Any:
        """Return the record that *text* names, or a fault."""
        number = as_uuid(text.rpartition("#")[2])
        if number is not None:
            found = self.by_id.get(number)
            return found or fault("workbooks.unknown_reference", row, column, text)
        named = self._named.get(text.casefold(), set())
        if len(named) == 1:
            return self.by_id[next(iter(named))]
        code = "workbooks.ambiguous_reference" if named else "workbooks.unknown_reference"
        return fault(code, row, column, text, count=len(named))


def as_uuid(text: str) -> UUID | None:
    """Return *text* as an id, or None."""
    try:
        return UUID(text.strip())
    except ValueError:
        return None


def list_changes(
    before: models.Model | None, after: models.Model, columns: Mapping[str, References | None]
) -> dict[str, tuple[str, str]]:
    """Return column -> (before, after) of *columns* that differ; a reference by its label."""
    changes: dict[str, tuple[str, str]] = {}
    for column, references in columns.items():
        new = getattr(after, f"{column}_id" if references else column)
        old = getattr(before, f"{column}_id" if references else column) if before else None
        # An empty text and none say the same.
        if ("" if new is None else new) == ("" if old is None else old):
            continue
        changes[column] = (shown(old, references), shown(new, references))
    return changes


def shown(value: Any, references: References | None = None) -> str:
    """Return the text of a value in a sheet."""
    if references is not None:
        return references.label(value)
    if value is None:
        return ""
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    if hasattr(value, "normalize"):
        return f"{value.normalize():f}"
    return str(value)


def lock_rows(model: type[OwnedRecord], ids: Sequence[UUID]) -> None:
    """Lock the owned rows among *ids* until the transaction ends."""
    for start in range(0, len(ids), 500):
        rows = model.objects.owned().select_for_update().filter(pk__in=ids[start : start + 500])
        list(rows.values_list("pk", flat=True))
