"""Copies of a PostgreSQL database, by its own programs, and the way back in one transaction."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection
from django.db.backends.postgresql.client import DatabaseClient

from tiebeam.platform.backup.refusals import RowsHidden, ToolFailed, ToolMissing
from tiebeam.platform.backup.sqlite import DOCUMENTS, MIGRATIONS, Taken

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
READS_ALL = "SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
OWN_FUNCTIONS = (
    "SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    " AND pg_has_role(proowner, 'USAGE') AND NOT EXISTS"
    " (SELECT 1 FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')"
)
SYSTEM = Path("/usr/lib/postgresql")


def take_copy(target: Path) -> Taken:
    """
    Write the database to *target* as it stands at one moment, and return what it holds.

    Raises:
        RowsHidden: The row policies would hide rows from the role that signs in.
        ToolMissing: There is no pg_dump.
        ToolFailed: It ended with an error.
    """
    with closing(_connect()) as own, own.cursor() as cursor:
        cursor.execute(READS_ALL)
        role, reads_all = cursor.fetchone()
        if not reads_all:
            raise RowsHidden(role=role)
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        # Told to fail rather than to leave out what the policies hide.
        cursor.execute("SET LOCAL row_security = off")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        _run(
            "pg_dump",
            ["--format=custom", "--no-owner", f"--snapshot={snapshot}", f"--file={target}"],
        )
        cursor.execute(MIGRATIONS)
        migrations = [row[0] for row in cursor.fetchall()]
        cursor.execute(DOCUMENTS)
        documents = dict(cursor.fetchall())
        cursor.execute(TABLES)
        counts = {}
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608  # our own tables
            counts[table] = cursor.fetchone()[0]
        return Taken(migrations=migrations, counts=counts, documents=documents)


def restore_copy(source: Path, counts: Mapping[str, int], staging: Path) -> None:
    """
    Fill the empty database from *source*, all of it or nothing, and count the rows before it holds.

    Raises:
        ToolMissing: There is no pg_restore or psql.
        ToolFailed: One ended with an error, or the rows are not those counted.
    """
    script, check = staging / "restore_script", staging / "check_script"
    _run("pg_restore", ["--no-owner", f"--file={script}", str(source)], has_database=False)
    check.write_text("\n".join(_checks(counts)), encoding="utf-8")
    _run(
        "psql",
        [
            "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1",
            f"--file={script}", f"--file={check}",
        ],
    )  # fmt: skip
    script.unlink()


def is_empty() -> bool:
    """Return whether the database has no tables."""
    with closing(_connect()) as own, own.cursor() as cursor:
        cursor.execute(TABLES)
        return not cursor.fetchall()


def clear() -> None:
    """Take back what a restore made in a database that was empty before."""
    with closing(_connect()) as own, own.cursor() as cursor:
        # Not the schema itself: on many servers it belongs to somebody else.
        cursor.execute(TABLES)
        for (table,) in cursor.fetchall():
            cursor.execute(f'DROP TABLE IF EXISTS public."{table}" CASCADE')
        cursor.execute(OWN_FUNCTIONS)
        for (function,) in cursor.fetchall():
            cursor.execute(f"DROP FUNCTION IF EXISTS {function} CASCADE")


def stay_login_role() -> None:
    """Be the role that signs in from now on: whoever restores need not be allowed to become the program's."""
    connection.close()
    connection.settings_dict["OPTIONS"].pop("assume_role", None)


def _checks(counts: Mapping[str, int]) -> list[str]:
    lines = []
    for table, count in counts.items():
        # The owner too is bound by the policies, unless told otherwise for this moment.
        lines += [
            (
                f"SELECT relforcerowsecurity AS is_forced FROM pg_class WHERE oid = 'public.\"{table}\"'::regclass \\gset"  # noqa: S608
            ),
            f'ALTER TABLE public."{table}" NO FORCE ROW LEVEL SECURITY;',
            (
                f'DO $$ BEGIN IF (SELECT count(*) FROM public."{table}") <> {int(count)} THEN'  # noqa: S608
                f" RAISE EXCEPTION 'rows of {table}'; END IF; END $$;"
            ),
            "\\if :is_forced",
            f'ALTER TABLE public."{table}" FORCE ROW LEVEL SECURITY;',
            "\\endif",
        ]
    return lines


def _connect() -> Any:
    """Return a connection of its own, as the login role: no other role is assumed."""
    parameters = connection.get_connection_params()
    for name in ("assume_role", "cursor_factory", "context", "isolation_level", "pool"):
        parameters.pop(name, None)
    own = psycopg.connect(**parameters)
    own.autocommit = True
    return own


def _run(tool: str, arguments: list[str], *, has_database: bool = True) -> None:
    settings: dict[str, Any] = dict(connection.settings_dict)
    if has_database:
        (_, *place), env = DatabaseClient.settings_to_cmd_args_env(settings, [])
    else:
        place, env = [], None
    done = subprocess.run(  # noqa: S603  # a program of the database, found by us
        [_find(tool), *arguments, *place],
        env={**os.environ, **(env or {}), "LC_MESSAGES": "C"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ToolFailed(tool=tool, text=done.stderr.strip()[-2000:])


def _find(tool: str) -> str:
    newest = sorted(SYSTEM.glob(f"*/bin/{tool}"), key=lambda path: _number(path.parts[-3]))
    found = shutil.which(tool) or (str(newest[-1]) if newest else None)
    if found is None:
        raise ToolMissing(tool=tool)
    return found


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        return 0.0
