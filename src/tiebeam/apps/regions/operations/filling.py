"""Fill columns of a record from values that a form, a file or a program gave: every misfit is a fault."""

from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Field, ForeignKey, Model

from tiebeam.errors import Fault, InvalidInput


def fill(record: Model, values: Mapping[str, Any], columns: Collection[str]) -> None:
    """
    Set the *values* of a record, read in the terms of its columns.

    Args:
        record: What is filled; it is not saved.
        values: By column; dates, numbers and ids may be texts.
        columns: Those that may be set.

    Raises:
        InvalidInput: Every column that may not be set, and every value that its column cannot hold.
    """
    place = record._meta.model_name or ""
    faults = []
    for name, value in values.items():
        if name not in columns:
            known: dict[str, object] = {"known": tuple(sorted(columns))}
            faults.append(
                Fault(code="regions.unknown_field", place=place, column=name, facts=known)
            )
            continue
        try:
            read = _read(record._meta.get_field(name), value)
        except (ValidationError, ValueError, TypeError):
            faults.append(
                Fault(
                    code="regions.value_not_valid", place=place, column=name, value=str(value)[:80]
                )
            )
            continue
        setattr(record, name, read)
    if faults:
        raise InvalidInput(faults)


def _read(column: Any, value: Any) -> Any:
    assert isinstance(column, Field)
    read = column.to_python(value)
    if read is None:
        if not column.null:
            raise ValueError(column.name)
        return None
    if isinstance(column, ForeignKey):
        # Of what may not be read nothing is told, not even that it is there.
        if not column.related_model._meta.base_manager.filter(pk=read).exists():
            raise ValueError(column.name)
    elif column.get_internal_type() == "JSONField" and not isinstance(read, list | tuple):
        raise TypeError(column.name)
    return read
