"""
Ask the whole programming interface at random, as a coordinator and as a donor, and count what is amiss.

``python -m drills.fuzz --examples 200`` writes a dated report below build/drills.
The database is one of its own, thrown away afterwards: SQLite, or PostgreSQL with
``TIEBEAM_TEST_DATABASE=postgresql``. Status 1 when anything was amiss.
"""

import argparse
import logging
import os
import platform
import sys
import time
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "build" / "drills"
ROOT = Path(__file__).parents[1]


def main() -> int:
    """Run the drill that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=200, help="fitting and unfit ones of each")
    parser.add_argument("--seed", type=int, default=20200210)
    parser.add_argument("--only", default="", help="part of an endpoint's name")
    asked = parser.parse_args()
    sys.path.insert(0, str(ROOT / "tests"))
    # It chooses the database before Django reads its settings, as for the tests.
    import tests.workspace_database

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiebeam.site.settings")
    os.environ["TIEBEAM_API_RATE"] = "1000000/s"
    import django

    django.setup()
    from django.db import connection
    from django.test.runner import DiscoverRunner
    from django.test.utils import setup_test_environment

    setup_test_environment()
    logging.disable(logging.ERROR)
    warnings.simplefilter("ignore")
    runner = DiscoverRunner(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        if connection.vendor == "postgresql":
            connection.close()
            connection.settings_dict["OPTIONS"]["assume_role"] = tests.workspace_database.ROLE
        return _drill(asked.examples, asked.seed, asked.only)
    finally:
        if connection.vendor == "postgresql":
            connection.close()
            connection.settings_dict["OPTIONS"].pop("assume_role", None)
        runner.teardown_databases(databases)


def _drill(examples: int, seed: int, only: str) -> int:
    from api.fuzzing import fuzz
    from tiebeam.platform.identity.operations import make_token

    started = time.monotonic()
    lines: list[str] = []
    amiss = 0
    for name, actor in _build().items():
        _, secret = make_token(
            name="drill", may_write=True, days=1, actor=actor, now=datetime.now(UTC)
        )
        found = fuzz(
            secret, examples=examples, start=seed, wanted=lambda label: only in label,
            tell=lambda label, found: print(f"{found.asked} {label}", flush=True),
        )  # fmt: skip
        amiss += len(found.failures)
        told = ", ".join(f"{status}: {count}" for status, count in sorted(found.statuses.items()))
        lines += [f"* As {name}: {found.asked} requests ({told}); amiss: {len(found.failures)}"]
        lines += [f"    * {failure}" for failure in found.failures[:200]]
    _write(lines, seed, time.monotonic() - started)
    return 1 if amiss else 0


def _build() -> dict[str, Any]:
    """Make a workspace at work; return who asks."""
    from tests.small_workspace import make_workspace

    from records.desk import open_desk
    from records.programme_at_work import set_to_work
    from tiebeam.platform.permissions.roles import Role

    now = datetime.now(UTC) - timedelta(days=30)
    workspace = make_workspace(now)
    coordinator = workspace.actor("office", Role.COORDINATOR)
    at_work = set_to_work(workspace, coordinator, now)
    open_desk(workspace, coordinator, now).variant()
    at_work.hand_in("fujian")
    return {"coordinator": coordinator, "donor": workspace.actor("fujian", Role.DONOR_OFFICE)}


def _write(lines: list[str], seed: int, seconds: float) -> None:
    from django.db import connection

    head = [
        "# Fuzz drill",
        "",
        f"* Date: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        f"* Machine: {platform.node()}, {platform.platform()}, {os.cpu_count()} cores",
        f"* Database: {connection.vendor}; seed {seed}; {seconds:.0f} s",
    ]
    FOLDER.mkdir(parents=True, exist_ok=True)
    place = FOLDER / f"fuzz-{connection.vendor}-{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}.md"
    place.write_text("\n".join([*head, *lines]) + "\n", encoding="utf-8")
    print("\n".join([*head, *lines]), f"\n{place}")


if __name__ == "__main__":
    sys.exit(main())
