"""
Tamper with the log as a superuser would, many times, and count what ``verify`` misses.

``python -m drills.tamper --count 10000`` writes a dated report below build/drills.
The database is one of its own, thrown away afterwards: SQLite, or PostgreSQL with
``TIEBEAM_TEST_DATABASE=postgresql``. Status 1 when anything was missed.
"""

import argparse
import os
import platform
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from random import Random

FOLDER = Path(__file__).parents[1] / "build" / "drills"
SIZES = [5, 260, 12, 1, 30]
"""Entries of each batch; more than 256, so that roots of subtrees are kept."""


def main() -> int:
    """Run the drill that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=20200210)
    asked = parser.parse_args()
    # It chooses the database before Django reads its settings, as for the tests.
    import tests.workspace_database

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiebeam.site.settings")
    import django

    django.setup()
    from django.db import connection
    from django.test.runner import DiscoverRunner

    runner = DiscoverRunner(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        if connection.vendor == "postgresql":
            connection.close()
            connection.settings_dict["OPTIONS"]["assume_role"] = tests.workspace_database.ROLE
        return _drill(asked.count, asked.seed)
    finally:
        if connection.vendor == "postgresql":
            connection.close()
            connection.settings_dict["OPTIONS"].pop("assume_role", None)
        runner.teardown_databases(databases)


def _drill(count: int, seed: int) -> int:
    from django.db import connection

    from drills.log import build_log
    from drills.tampering import TAMPERINGS, as_application, as_superuser
    from tiebeam.apps.regions.operations import found_workspace
    from tiebeam.platform.audit.keys import make_key
    from tiebeam.platform.audit.verification import verify
    from tiebeam.platform.tenancy.acting import Actor

    chance, now, started = Random(seed), datetime(2020, 2, 10, tzinfo=UTC), time.monotonic()
    office, person = found_workspace(
        name_en="Office", name_zh="办公室", email="office@example.org", person_name="Office",
        language="en", now=now,
    )  # fmt: skip
    actor = Actor(person_id=person.pk, organisation_id=office.pk)
    tried: Counter[str] = Counter()
    codes: dict[str, Counter[str]] = {}
    missed: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        anchors = Path(folder) / "anchors"
        key = make_key(Path(folder) / "audit.pem", anchors)
        build_log(actor, now, SIZES, key, anchors, chance)
        assert not verify(anchors).findings, "the log is sound before"
        while tried.total() < count:
            tamper = TAMPERINGS[tried.total() % len(TAMPERINGS)]
            name = tamper.__name__
            with as_superuser():
                did = tamper(chance)
                with as_application():
                    report = verify(anchors)
            tried[name] += 1
            codes.setdefault(name, Counter()).update(report.counts.keys())
            if not report.findings:
                missed.append(f"{name} {did}")
            if tried.total() % 500 == 0:
                print(f"{tried.total()} of {count}, missed {len(missed)}", flush=True)
        assert not verify(anchors).findings, "the log is sound after"
    lines = _report_lines(tried, codes, missed, seed, time.monotonic() - started)
    FOLDER.mkdir(parents=True, exist_ok=True)
    place = FOLDER / f"tamper-{connection.vendor}-{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}.md"
    place.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines[:8]), f"\n{place}")
    return 1 if missed else 0


def _report_lines(
    tried: Counter[str],
    codes: dict[str, Counter[str]],
    missed: list[str],
    seed: int,
    seconds: float,
) -> list[str]:
    from django.db import connection

    lines = [
        "# Tamper drill",
        "",
        f"* Date: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        f"* Machine: {platform.node()}, {platform.platform()}, {os.cpu_count()} cores",
        f"* Database: {connection.vendor}; log of {sum(SIZES)} entries in {len(SIZES)} batches; seed {seed}",
        f"* Tamperings: {tried.total()} in {seconds:.0f} s; missed: {len(missed)}",
        "",
        "| tampering | tried | told as (in how many of them) |",
        "|---|---|---|",
    ]
    for name, times in sorted(tried.items()):
        told = ", ".join(
            f"{code.removeprefix('audit.finding.')} {found}"
            for code, found in codes[name].most_common()
        )
        lines.append(f"| {name} | {times} | {told} |")
    return [*lines, "", *(f"* MISSED: {one}" for one in missed)]


if __name__ == "__main__":
    sys.exit(main())
