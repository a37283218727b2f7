"""What holds for every test: no clock in hypothesis, and a loud list of what was not tested."""

import gc
import os
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as workspace_settings
from django.db import connection
from django.test import TransactionTestCase
from hypothesis import settings
from tests.grounds import GROUNDS
from tests.workspace_database import ROLE, WANTED

# Both databases are tested at one time; what SQLite skips, PostgreSQL runs, and the other way round.
SKIPPED_FILE = Path(
    os.environ.get("SKIPPED_FILE")
    or Path(__file__).parents[1]
    / "build"
    / ("skipped.txt" if WANTED == "sqlite" else f"skipped-{WANTED}.txt")
)

# A busy machine must not fail a test; how fast something is belongs to the benchmarks.
settings.register_profile("tiebeam", deadline=None, print_blob=True)
settings.load_profile("tiebeam")

workspace_settings.PASSWORD_HASHERS = ["tests.quick_passwords.QuickHasher"]

if connection.vendor == "sqlite":
    # In a file, as a workspace has it: a database in memory makes one of two writers fail at once
    # instead of waiting its turn, be they a test and the server it drives.
    kept = connection.settings_dict
    kept["TEST"]["NAME"] = str(workspace_settings.HOME / "tests.sqlite3")
    kept["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"


def pytest_collection_finish() -> None:
    """Keep what was loaded out of every later collection of garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Return why *report* was skipped, as its author worded it."""
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2].removeprefix("Skipped: ")
    return str(report.longrepr)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter,
) -> Generator[None, None, None]:
    """Name what was skipped at the very end, and leave it in build/ for ``make test`` to repeat."""
    yield
    reasons = Counter(_reason(report) for report in terminalreporter.getreports("skipped"))
    lines = [f"NOT TESTED HERE ({count}): {reason}" for reason, count in sorted(reasons.items())]
    for line in lines:
        terminalreporter.write_line(line, yellow=True, bold=True)
    if SKIPPED_FILE.parent.is_dir():
        SKIPPED_FILE.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Make the tables as their owner, then go on as the role that the row policies bind."""
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock():
            connection.close()
            connection.settings_dict["OPTIONS"]["assume_role"] = ROLE
    GROUNDS.unblock = django_db_blocker.unblock
    yield
    GROUNDS.clear()
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock():
            connection.close()
            connection.settings_dict["OPTIONS"].pop("assume_role")


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, Any, Any]:
    """Lay the grounds of a test between the tables and the transaction of the test."""
    if fixturedef.argname == "_django_db_helper":
        GROUNDS.lay(request)
    return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Take the grounds away before another module, whose fixtures may hold transactions."""
    GROUNDS.enter(item.path)


@contextmanager
def _as_owner() -> Iterator[None]:
    """Let the flush after a test that committed past the append-only triggers, which refuse it."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("RESET ROLE; SET session_replication_role = replica")
            yield
            cursor.execute(f"SET session_replication_role = DEFAULT; SET ROLE {ROLE}")
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        yield
        for _, statement in triggers:
            cursor.execute(statement)


_flush = TransactionTestCase._fixture_teardown


def _flush_as_owner(case: TransactionTestCase) -> None:
    with _as_owner():
        _flush(case)


TransactionTestCase._fixture_teardown = _flush_as_owner
