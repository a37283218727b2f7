"""Write many rows in one statement."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection, models

from tiebeam.platform.statements.running import is_postgresql, run


def insert(
    model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Insert *rows*, values in the order of *columns*."""
    if not rows:
        return
    table, names = model._meta.db_table, ", ".join(f'"{name}"' for name in columns)
    if is_postgresql():
        kinds = [_array_kind(model, name) for name in columns]
        taken = ", ".join(f"%s::{kind}[]" for kind in kinds)
        arrays = map(as_array, zip(*rows, strict=True), kinds)
        with run(
            f'INSERT INTO "{table}" ({names}) SELECT * FROM unnest({taken})',  # noqa: S608  # our own names
            list(arrays),
        ):
            return
    marks = ", ".join(["%s"] * len(columns))
    keep = [_keeper(model, name) for name in columns]
    with connection.cursor() as cursor:
        cursor.executemany(
            f'INSERT INTO "{table}" ({names}) VALUES ({marks})',  # noqa: S608  # our own names
            [[each(value) for each, value in zip(keep, row, strict=True)] for row in rows],
        )


def as_array(values: Sequence[Any], kind: str) -> Any:
    """Return *values* as PostgreSQL reads an array; written here where nothing has to be quoted."""
    if kind == "text":
        return list(values)
    return "{" + ",".join(map(_WRITTEN.get(kind, str), values)) + "}"


def _id(value: UUID | None) -> str:
    return "NULL" if value is None else value.hex


_WRITTEN: Mapping[str, Callable[[Any], str]] = {
    "uuid": _id,
    "timestamp with time zone": lambda value: f'"{value.isoformat()}"',
}


@cache
def _column(model: type[models.Model], attname: str) -> models.Field[Any, Any]:
    return next(each for each in model._meta.concrete_fields if each.attname == attname)


@cache
def _array_kind(model: type[models.Model], attname: str) -> str:
    kind = str(_column(model, attname).db_type(connection))
    # A cast to varchar(n) would cut a longer text without a word.
    return "text" if kind.startswith("varchar") else kind


@cache
def _keeper(model: type[models.Model], attname: str) -> Callable[[Any], Any]:
    """Return how SQLite keeps a value of the column."""
    column = _column(model, attname)
    of = column.target_field if isinstance(column, models.ForeignKey) else column
    if isinstance(of, models.UUIDField):
        return lambda value: None if value is None else value.hex
    if isinstance(of, models.DateTimeField | models.DateField):
        return lambda value: of.get_db_prep_value(value, connection)
    return lambda value: value
