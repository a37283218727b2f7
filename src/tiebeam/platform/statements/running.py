"""
Questions and changes in the terms of the database: one statement over many rows, or asked all the time.

Such a statement itself filters by what the acting organisation was found to own or read before;
on PostgreSQL the row policies hold besides.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from itertools import count
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections
from psycopg import Cursor, RawCursor

PER_STATEMENT = 5000
"""Ids named in one statement."""
FEW = 4
"""Ids that are named one by one."""


@cache
def is_postgresql() -> bool:
    """Return which of the two databases it is."""
    return connection.vendor == "postgresql"


@contextmanager
def without_waiting() -> Iterator[None]:
    """
    Send what is written within without waiting for each answer (PostgreSQL), so that both sides work at once.

    Whoever asks for an answer has it after all before it; a statement that fails is raised there, or at the end.
    """
    if not is_postgresql():
        yield
        return
    database = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    with database.wrap_database_errors, database.connection.pipeline():
        yield


OrRefuse = Callable[[], Exception] | None
Told = list[tuple[str, Sequence[Any], OrRefuse]]
_told: ContextVar[Told | None] = ContextVar("told", default=None)


@contextmanager
def in_one_statement() -> Iterator[None]:
    """
    Have what is told to :func:`send` within sent as one statement (PostgreSQL), which takes half the time of many.

    Whoever runs a statement meanwhile has them sent before it. None of them reads what another
    writes; triggers and foreign keys, which come after all of them, do.
    """
    if not is_postgresql():
        yield
        return
    told: Told = []
    token = _told.set(told)
    try:
        yield
        _send_told(told)
    finally:
        _told.reset(token)


def send(sql: str, parameters: Sequence[Any], or_refuse: OrRefuse = None) -> None:
    """
    Run a statement that changes rows, alone or with others.

    Args:
        or_refuse: Gives what is raised where it changes none.
    """
    told = _told.get()
    if told is not None:
        told.append((sql, parameters, or_refuse))
        return
    with run(sql, parameters) as cursor:
        if or_refuse and not count_of(cursor):
            raise or_refuse()


def _send_told(told: Told) -> None:
    if not told:
        return
    sql = _joined(tuple((sql, or_refuse is not None) for sql, _, or_refuse in told))
    parameters = [value for _, values, _ in told for value in values]
    refusing = [or_refuse for _, _, or_refuse in told if or_refuse is not None]
    told.clear()
    database = connections[DEFAULT_DB_ALIAS]
    with database.wrap_database_errors, RawCursor(database.connection) as cursor:
        counts = cursor.execute(sql, parameters).fetchone()
    for changed, or_refuse in zip(counts or (), refusing, strict=False):
        if not changed:
            raise or_refuse()


@lru_cache(maxsize=64)
def _joined(statements: tuple[tuple[str, bool], ...]) -> str:
    """Return one statement of many that tells how many rows some changed; the driver finds nothing to read in it."""
    parts = [
        f"w{number} AS ({sql}{' RETURNING 1' * is_counted})"
        for number, (sql, is_counted) in enumerate(statements)
    ]
    counts = [
        f"(SELECT count(*) FROM w{number})"  # noqa: S608  # our own names
        for number, (_, is_counted) in enumerate(statements)
        if is_counted
    ]
    numbers = count(1)
    whole = f"WITH {', '.join(parts)} SELECT {', '.join(counts or ['1'])}"
    return re.sub("%s", lambda _: f"${next(numbers)}", whole)


@contextmanager
def run(sql: str, parameters: Sequence[Any] = ()) -> Iterator[Any]:
    """
    Run a statement and give its cursor.

    PostgreSQL keeps its plan for the connection: with the row policies, planning such a statement
    takes several times its run.
    """
    database = connections[DEFAULT_DB_ALIAS]
    if not is_postgresql():
        with database.cursor() as cursor:
            cursor.execute(sql, [_kept(value) for value in parameters])
            yield cursor
        return
    if database.connection is None:
        database.ensure_connection()
    _send_told(_told.get() or [])
    with database.wrap_database_errors, Cursor(database.connection) as cursor:
        cursor.execute(sql, parameters)
        yield cursor


def select(
    sql: str, parameters: Sequence[Any] = (), ids: Collection[int] = ()
) -> list[tuple[Any, ...]]:
    """Return the rows of a query; SQLite keeps ids as text, so their places are named by *ids*."""
    with run(sql, parameters) as cursor:
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    if is_postgresql():
        return rows
    return [
        tuple(
            UUID(hex=value) if place in ids and value is not None else value
            for place, value in enumerate(row)
        )
        for row in rows
    ]


def change(sql: str, parameters: Sequence[Any] = ()) -> int:
    """Run a statement that changes rows, and return how many it changed."""
    with run(sql, parameters) as cursor:
        return count_of(cursor)


def count_of(cursor: Any) -> int:
    """Return how many rows a statement changed, also where its answer was not waited for."""
    if is_postgresql() and cursor.rowcount < 0:
        with cursor.connection.pipeline():
            # A block within another waits for all answers.
            pass
    return int(cursor.rowcount)


def among(column: str, ids: Collection[UUID]) -> tuple[str, list[Any]]:
    """Return the condition that *column* is one of *ids*, and its parameters."""
    # PostgreSQL keeps a plan for few of known number, and plans anew for an array of them.
    if is_postgresql() and len(ids) > FEW:
        return f"{column} = ANY(%s)", [list(ids)]
    if not ids:
        return "1 = 0", []
    return f"{column} IN ({', '.join(['%s'] * len(ids))})", list(ids)


def given(kinds: Sequence[str], rows: Sequence[Sequence[Any]]) -> tuple[str, list[Any]]:
    """Return a query that gives *rows*, whose columns are of *kinds* (uuid, date, moment), and its parameters."""
    assert rows
    if is_postgresql():
        taken = ", ".join(f"%s::{_KINDS.get(kind, kind)}[]" for kind in kinds)
        return f"SELECT * FROM unnest({taken})", [list(each) for each in zip(*rows, strict=True)]  # noqa: S608
    marks = f"({', '.join(['%s'] * len(kinds))})"
    return f"VALUES {', '.join([marks] * len(rows))}", [value for row in rows for value in row]


_KINDS = {"moment": "timestamptz"}


def read_array(found: Any) -> list[Any]:
    """Return an array of JSON as it came from the database."""
    return list(json.loads(found) if isinstance(found, str) else found)


def read_moment(found: Any) -> datetime | None:
    """Return a moment as it came from the database."""
    if isinstance(found, str):
        return datetime.fromisoformat(found).replace(tzinfo=UTC)
    assert found is None or isinstance(found, datetime)
    return found


def read_day(found: Any) -> date:
    """Return a day as it came from the database."""
    if isinstance(found, str):
        return date.fromisoformat(found)
    assert isinstance(found, date)
    return found


def array() -> str:
    """Return the function that makes an array of JSON."""
    return "json_build_array" if is_postgresql() else "json_array"


def arrays() -> str:
    """Return the function that gathers the arrays of many rows in one."""
    return "json_agg" if is_postgresql() else "json_group_array"


def new_id() -> str:
    """Return the function that makes an id, as the database keeps one."""
    return "gen_random_uuid()" if is_postgresql() else "lower(hex(randomblob(16)))"


def in_parts(ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    """Yield *ids* in parts that one statement takes."""
    listed = list(dict.fromkeys(ids))
    for start in range(0, len(listed), PER_STATEMENT):
        yield listed[start : start + PER_STATEMENT]


def _kept(value: Any) -> Any:
    """Return a parameter as SQLite keeps it."""
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value
