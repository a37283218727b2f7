"""Copies of an SQLite database, taken while it is in use."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tiebeam.platform.backup.refusals import BackupDamaged


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a copy of the database holds: its migrations, its rows, and the documents it names."""

    migrations: list[str]
    counts: dict[str, int]
    documents: dict[str, str]


DOCUMENTS = "SELECT stored_as, sha256 FROM files_document"
MIGRATIONS = "SELECT app || '.' || name FROM django_migrations ORDER BY 1"


def take_copy(source: Path, target: Path) -> Taken:
    """
    Copy the database *source* as it stands at one moment, and return what the copy holds.

    Raises:
        BackupDamaged: The database itself is not sound.
    """
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
        # One file: a copy needs no journal beside it.
        copy.execute("PRAGMA journal_mode=DELETE")
        check_integrity(copy)
        return Taken(
            migrations=[row[0] for row in copy.execute(MIGRATIONS)],
            counts=count_rows(copy),
            documents=dict(copy.execute(DOCUMENTS).fetchall()),
        )


def check_copy(path: Path, counts: dict[str, int]) -> None:
    """
    Compare the database at *path* with the rows it should hold.

    Raises:
        BackupDamaged: It is not sound, or holds other rows.
    """
    with closing(sqlite3.connect(path)) as copy:
        check_integrity(copy)
        found = count_rows(copy)
    for table in sorted({*found, *counts}):
        if found.get(table) != counts.get(table):
            raise BackupDamaged(place=table)


def check_integrity(database: sqlite3.Connection) -> None:
    """
    Have the database check itself.

    Raises:
        BackupDamaged: It found something.
    """
    try:
        told = [row[0] for row in database.execute("PRAGMA integrity_check")]
        strays = database.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.DatabaseError as error:
        raise BackupDamaged(place="integrity_check") from error
    if told != ["ok"] or strays:
        raise BackupDamaged(place="integrity_check")


def count_rows(database: sqlite3.Connection) -> dict[str, int]:
    """Return the rows of every table."""
    names = database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1"
    ).fetchall()
    return {
        name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608  # our own tables
        for (name,) in names
    }


def is_empty(path: Path) -> bool:
    """Return whether there is no database at *path*, or one without tables."""
    if not path.exists():
        return True
    with closing(sqlite3.connect(path)) as database:
        return not count_rows(database)
