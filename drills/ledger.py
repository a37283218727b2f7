"""
The long trial of the ledger: drawn histories against the plain model of the law, and clients that are killed.

``python -m drills.ledger`` writes a dated report below build/drills. The database is one of its own,
thrown away afterwards: SQLite, or PostgreSQL with ``TIEBEAM_TEST_DATABASE=postgresql``, where 16 clients
post at few pairings besides, while server processes are killed. Status 1 when anything was amiss.
"""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from drills.kill_worker import FOLDER
from drills.reports import write_report

ROOT = Path(__file__).parents[1]


def main() -> int:
    """Run the drill that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accepted", type=int, default=20_000, help="events posted by the machine")
    parser.add_argument("--seconds", type=float, default=60, help="of sixteen clients")
    parser.add_argument("--seed", type=int, default=20240101)
    asked = parser.parse_args()
    sys.path.insert(0, str(ROOT / "tests"))
    # It chooses the database before Django reads its settings, as for the tests.
    import tests.workspace_database

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiebeam.site.settings")
    import django

    django.setup()
    from django.db import connection
    from django.test.runner import DiscoverRunner
    from django.test.utils import setup_test_environment

    setup_test_environment()
    runner = DiscoverRunner(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    is_postgresql = connection.vendor == "postgresql"
    if is_postgresql:
        with connection.cursor() as cursor:
            # What is acknowledged may not be lost, as it may in the tests.
            cursor.execute("ALTER ROLE owner SET synchronous_commit = on")
            cursor.execute("CHECKPOINT")
        connection.close()
        connection.settings_dict["OPTIONS"]["assume_role"] = tests.workspace_database.ROLE
    try:
        return _drill(asked, is_postgresql=is_postgresql)
    finally:
        connection.close()
        if is_postgresql:
            connection.settings_dict["OPTIONS"].pop("assume_role", None)
        runner.teardown_databases(databases)


def _drill(asked: Any, *, is_postgresql: bool) -> int:
    from tests.small_workspace import NOW, make_workspace

    workspace = make_workspace(NOW)
    database = "postgresql" if is_postgresql else "sqlite"
    lines = [f"* Database: {database}; seed {asked.seed}"]
    is_sound = True
    trials: list[tuple[str, Callable[[], tuple[str, bool]]]] = [
        ("drawn histories", lambda: _run_machine(workspace, asked))
    ]
    if is_postgresql:
        trials.append(("sixteen clients", lambda: _run_clients(workspace, asked)))
    for name, trial in trials:
        began = time.monotonic()
        told, is_met = trial()
        is_sound &= is_met
        lines.append(f"* {name}, {time.monotonic() - began:.0f} s: {told}")
    write_report("Drill: the ledger", f"ledger-{database}", lines, FOLDER)
    return 0 if is_sound else 1


def _run_machine(workspace: Any, asked: Any) -> tuple[str, bool]:
    """Let the machine run until enough events were posted; the first disagreement ends it."""
    from hypothesis import HealthCheck, Phase, seed, settings
    from hypothesis.stateful import run_state_machine_as_test

    from records.test_ledger_machine import RecordMachine

    RecordMachine.workspace = workspace
    met: Counter[str] = RecordMachine.met
    number = asked.seed
    while met["accepted"] < asked.accepted:
        number += 1

        @seed(number)
        class Machine(RecordMachine):
            """A machine of its own seed."""

        try:
            run_state_machine_as_test(
                Machine,
                settings=settings(
                    max_examples=10, stateful_step_count=100, deadline=None, database=None,
                    suppress_health_check=list(HealthCheck), phases=[Phase.generate],
                ),
            )  # fmt: skip
        except AssertionError as error:
            return f"seed {number} disagrees: {error}", False
        print(f"{met['accepted']} accepted", flush=True)
    told = ", ".join(f"{name} {count}" for name, count in met.most_common())
    return told, met["accepted"] >= 4 * met["drawn and refused"]


def _run_clients(workspace: Any, asked: Any) -> tuple[str, bool]:
    from django.db import connection

    from ledger_clients import POLICIES, find_wrong, run_clients
    from records.ledger_grounds import make_grounds

    grounds = [make_grounds(workspace, slug=f"shared-{number}") for number in range(3)]
    for each in grounds:
        for year, (profile, reopens) in POLICIES.items():
            each.fix_year(year, profile, reopens=reopens)
    connection.close()
    history = run_clients(
        grounds, clients=16, seconds=asked.seconds, kills_after=0.5, seed=asked.seed
    )
    connection.close()
    wrong = find_wrong(grounds, history)
    told = ", ".join(f"{name} {count}" for name, count in history.told.most_common())
    return f"{told}; amiss: {wrong or 'nothing'}", not wrong


if __name__ == "__main__":
    sys.exit(main())
