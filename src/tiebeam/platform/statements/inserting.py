"""Write many rows in one statement."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from django.db import connection, models

from tiebeam.platform.statements.running import is_postgresql, send

FEW_VALUES = 50
"""So many are sent one by one, which takes a third of the time; the driver reads a statement of more anew each time."""


def insert(
    model: type[models.Model], columns: tuple[str, ...], rows: Sequence[Sequence[Any]]
) -> None:
    """Insert *rows*, values in the order of *columns*."""
    if not rows:
        return
    sql, kinds, keepers = _statement(model, columns)
    if not is_postgresql():
        with connection.cursor() as cursor:
            cursor.executemany(
                sql,
                [[each(value) for each, value in zip(keepers, row, strict=True)] for row in rows],
            )
    elif len(rows) * len(columns) <= FEW_VALUES:
        send(
            _of_few(model, columns, len(rows)),
            [
                None if value is None else _PLAIN.get(kind, str)(value)
                for row in rows
                for value, kind in zip(row, kinds, strict=True)
            ],
        )
    else:
        send(sql, list(map(as_array, zip(*rows, strict=True), kinds)))


def as_array(values: Sequence[Any], kind: str) -> str:
    """Return *values* as PostgreSQL reads an array: written here, which takes a tenth of the time."""
    write, first = _WRITTEN.get(kind, str), values[0]
    if len(set(map(id, values))) == 1:
        # What all rows share is written once.
        written = ["NULL" if first is None else write(first)] * len(values)
    else:
        written = ["NULL" if each is None else write(each) for each in values]
    return "{" + ",".join(written) + "}"


def _quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


_PLAIN: Mapping[str, Callable[[Any], str]] = {
    "uuid": lambda value: value.hex,
    "bytea": lambda value: f"\\x{value.hex()}",
}
"""All are sent as text, so that the plan is one whichever values are null and however large a number is."""
_WRITTEN: Mapping[str, Callable[[Any], str]] = {
    "uuid": lambda value: value.hex,
    "text": _quote,
    "bytea": lambda value: f'"\\\\x{value.hex()}"',
    "timestamp with time zone": lambda value: f'"{value.isoformat()}"',
}


@cache
def _statement(
    model: type[models.Model], columns: tuple[str, ...]
) -> tuple[str, tuple[str, ...], tuple[Callable[[Any], Any], ...]]:
    """Return the statement, with the kinds of its arrays, or how SQLite keeps its values."""
    of = {column.attname: column for column in model._meta.concrete_fields}
    names = ", ".join(f'"{name}"' for name in columns)
    begin = f'INSERT INTO "{model._meta.db_table}" ({names})'
    if not is_postgresql():
        marks = ", ".join(["%s"] * len(columns))
        return f"{begin} VALUES ({marks})", (), tuple(_keeper(of[name]) for name in columns)
    kinds = tuple(_kind(of[name]) for name in columns)
    taken = ", ".join(f"%s::{kind}[]" for kind in kinds)
    return f"{begin} SELECT * FROM unnest({taken})", kinds, ()  # noqa: S608  # our own names


@cache
def _of_few(model: type[models.Model], columns: tuple[str, ...], count: int) -> str:
    """Return the statement that takes the values of *count* rows one by one (PostgreSQL)."""
    sql, kinds, _ = _statement(model, columns)
    marks = f"({', '.join(f'%s::{kind}' for kind in kinds)})"
    return f"{sql[: sql.index(' SELECT ')]} VALUES {', '.join([marks] * count)}"


def _kind(column: models.Field[Any, Any]) -> str:
    kind = str(column.db_type(connection))
    # A cast to varchar(n) would cut a longer text without a word.
    return "text" if kind.startswith("varchar") else kind


def _keeper(column: models.Field[Any, Any]) -> Callable[[Any], Any]:
    """Return how SQLite keeps a value of the column."""
    of = column.target_field if isinstance(column, models.ForeignKey) else column
    if isinstance(of, models.UUIDField):
        return lambda value: None if value is None else value.hex
    if isinstance(of, models.DateTimeField | models.DateField):
        return lambda value: of.get_db_prep_value(value, connection)
    return lambda value: value
