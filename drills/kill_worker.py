"""
Kill a worker in the midst of a run, and see that the next one takes the run over within a minute.

``python -m drills.kill_worker`` writes a dated report below build/drills. The database
is one of its own, thrown away afterwards: SQLite, or PostgreSQL with
``TIEBEAM_TEST_DATABASE=postgresql``. Status 1 when a bar was not met.
"""

import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

FOLDER = Path(__file__).parents[1] / "build" / "drills"
SECONDS_MOST = 60.0
"""From the kill of a worker until its run is taken over, or marked failed."""
WRITE_S_MOST = 2.0
"""A write of somebody else while a run computes."""
COMPUTE_S = 12
WORKER = f"""
import django; django.setup()
import time
from tiebeam.interfaces.jobs.kinds import job
from tiebeam.interfaces.jobs.worker import work

@job("drill.compute")
def compute(run, actor, watch):
    until = time.monotonic() + {COMPUTE_S}
    while time.monotonic() < until and not watch.should_stop():
        sum(range(100_000))

work()
"""


def main() -> int:
    """Run the drill."""
    # It chooses the database before Django reads its settings, as for the tests.
    import tests.workspace_database as database

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiebeam.site.settings")
    if database.WANTED == "postgresql":
        folder = urlsplit(os.environ["TIEBEAM_DATABASE_URL"]).query.removeprefix("host=")
        programs = database._find_programs()
        assert programs is not None
        make = [programs / "createdb", "-h", folder, "-U", "owner", "workspace"]
        subprocess.run(make, check=True)
    subprocess.run([sys.executable, "-m", "django", "migrate", "--verbosity", "0"], check=True)
    os.environ["TIEBEAM_DATABASE_ASSUME_ROLE"] = "1"
    import django

    django.setup()
    lines, is_met = _drill()
    _write(lines)
    return 0 if is_met else 1


def _drill() -> tuple[list[str], bool]:
    from tests.small_workspace import make_workspace

    from tiebeam.interfaces.jobs.kinds import job
    from tiebeam.platform.permissions.roles import Role

    job("drill.compute")(lambda _run, _actor, _watch: None)
    actor = make_workspace(datetime.now(UTC)).actor("office", Role.COORDINATOR)
    times: list[tuple[str, float, float]] = []
    run = _ask(actor)
    worker = _begin(run, actor, attempt=1)
    times.append(("a write while a run computes", _time_write(actor), WRITE_S_MOST))
    worker.kill()
    killed = time.monotonic()
    worker = _begin(run, actor, attempt=2)
    times.append(("killed once: taken over", time.monotonic() - killed, SECONDS_MOST))
    _wait(lambda: _state(run, actor)[0] == "finished", 120)
    run = _ask(actor)
    for attempt in (1, 2, 3):
        _wait(lambda attempt=attempt: _state(run, actor) == ("running", attempt), 120)
        worker.kill()
        killed = time.monotonic()
        worker = _start_worker()
    _wait(lambda: _state(run, actor)[0] == "failed", 120)
    times.append(("killed three times: marked failed", time.monotonic() - killed, SECONDS_MOST))
    worker.terminate()
    worker.wait(30)
    lines = [f"* {what}: {seconds:.1f} s (bar {most:.0f} s)" for what, seconds, most in times]
    return lines, all(seconds < most for _, seconds, most in times)


def _ask(actor: Any) -> Any:
    from django.db import transaction

    from tiebeam.interfaces.jobs.performing import start_run

    of = actor.organisation_id
    with transaction.atomic():
        return start_run(kind="drill.compute", arguments={}, scope_id=of, record_id=of, actor=actor)


def _start_worker() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", WORKER], stderr=subprocess.DEVNULL)


def _begin(run: Any, actor: Any, attempt: int) -> subprocess.Popen[bytes]:
    worker = _start_worker()
    _wait(lambda: _state(run, actor) == ("running", attempt), 120)
    return worker


def _state(run: Any, actor: Any) -> tuple[str, int]:
    from tiebeam.platform.tasks.models import Run
    from tiebeam.platform.tenancy.acting import acting

    with acting(actor):
        found = Run.objects.get(pk=run.pk)
        return found.state, found.attempt


def _time_write(actor: Any) -> float:
    """Return the longest of some writes by somebody else."""
    from tiebeam.platform.identity.operations import choose_language

    longest = 0.0
    for language in ("en", "zh", "en", "zh", "en", "zh"):
        started = time.monotonic()
        choose_language(language=language, actor=actor, now=datetime.now(UTC))
        longest = max(longest, time.monotonic() - started)
        time.sleep(0.5)
    return longest


def _wait(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.2)


def _write(lines: list[str]) -> None:
    from django.db import connection

    head = [
        "# Drill: a killed worker",
        "",
        f"* Date: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        f"* Machine: {platform.node()}, {platform.platform()}, {os.cpu_count()} cores",
        f"* Database: {connection.vendor}",
    ]
    FOLDER.mkdir(parents=True, exist_ok=True)
    place = FOLDER / f"kill-worker-{connection.vendor}-{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}.md"
    place.write_text("\n".join([*head, *lines]) + "\n", encoding="utf-8")
    print("\n".join([*head, *lines]), f"\n{place}")
    connection.close()


if __name__ == "__main__":
    sys.exit(main())
