"""Records of several models, read side by side in one statement whose plan is kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, models

from tiebeam.platform.statements.running import run

Read = Callable[[Any], Any]


@dataclass(frozen=True, eq=False)
class Wanted:
    """
    One of the records that are read, and its name in the statement.

    Attributes:
        columns: Those that are read, all where none is named; another is asked for when it is used.
    """

    name: str
    model: type[models.Model]
    columns: tuple[str, ...] = ()

    @cached_property
    def readers(self) -> dict[str, Read | None]:
        """Return how each column is read, None where it is taken as it came."""
        return {
            field.attname: _reader(field)
            for field in self.model._meta.concrete_fields
            if not self.columns or field.attname in self.columns
        }


def read_records(
    wanted: Sequence[Wanted], source: str, parameters: Sequence[Any]
) -> list[list[Any]]:
    """
    Return the records of each row that a statement finds.

    Args:
        source: The statement from its FROM on; it filters by what the acting organisation owns.
    """
    columns = ", ".join(f'{of.name}."{column}"' for of in wanted for column in of.readers)
    with run(f"SELECT {columns} {source}", parameters) as cursor:  # our own names
        return [[_record(of, values) for of in wanted] for values in map(iter, cursor.fetchall())]


def _record(of: Wanted, values: Any) -> models.Model:
    return of.model.from_db(
        DEFAULT_DB_ALIAS,
        of.readers,
        [next(values) if read is None else read(next(values)) for read in of.readers.values()],
    )


def _reader(field: models.Field[Any, Any]) -> Read | None:
    column = field.get_col(field.model._meta.db_table)
    steps = connection.ops.get_db_converters(column) + column.get_db_converters(connection)
    if not steps:
        return None

    def read(value: Any) -> Any:
        for step in steps:
            value = step(value, column, connection)
        return value

    return read
