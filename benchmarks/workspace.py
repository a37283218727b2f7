"""
Measure the pages of a full workspace: ``python -m benchmarks.workspace`` (``--short`` for a small one).

PostgreSQL is started here and thrown away; gunicorn serves as the role that the row policies
bind; people of several roles ask for lists, dossiers and the desk in a closed loop, without
time to think, from the same machine.
"""

import argparse
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

from django.utils import timezone

BARS_MS = {"list": 300, "dossier": 500, "desk": 500}
READY_SECONDS_MOST = 120


def main(arguments: Sequence[str] | None = None) -> int:
    """Seed, serve, ask, and print the figures; return 1 where a bar is missed."""
    options = _parser().parse_args(arguments)
    sys.path[:0] = ["tests"]
    os.environ["TIEBEAM_TEST_DATABASE"] = "postgresql"
    import tests.workspace_database

    _prepare()
    from benchmarks.workspace_rows import FULL, SHORT

    size = SHORT if options.short else FULL
    users, seconds = (4, 15.0) if options.short else (options.users, options.seconds)
    started = time.monotonic()
    people, addresses = _seed(size)
    print(f"seeded {size} in {time.monotonic() - started:.0f} s", flush=True)
    queries = _count_queries(people, addresses, tests.workspace_database.ROLE)
    with _Serving() as port:
        _ask(port, people, addresses, users, min(10.0, seconds))
        times = _ask(port, people, addresses, users, seconds)
    result = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.node()}, {platform.platform()}, {os.cpu_count()} cores",
        "size": repr(size), "users": users, "seconds": seconds, "fsync": "off",
        "pages": {kind: _figures(found, queries[kind], seconds) for kind, found in times.items()},
    }  # fmt: skip
    options.output.mkdir(parents=True, exist_ok=True)
    place = options.output / f"workspace-{'short' if options.short else 'full'}.json"
    place.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return _print(result, place)


def _prepare() -> None:
    """Make the tables as the owner, and load the applications."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiebeam.site.settings")
    os.environ["TIEBEAM_HOSTS"] = "127.0.0.1,localhost,testserver"
    import django

    django.setup()
    import psycopg
    from django.core.management import call_command

    parts = urlsplit(os.environ["TIEBEAM_DATABASE_URL"])
    with psycopg.connect(parts._replace(path="/postgres").geturl(), autocommit=True) as owner:
        owner.execute("CREATE DATABASE workspace")
    call_command("migrate", verbosity=0, interactive=False)


def _seed(size: Any) -> tuple[dict[str, str], dict[str, dict[str, list[str]]]]:
    """Fill the workspace; return the session of somebody in each role, and what each asks for."""
    from django.db import connection, transaction
    from django.test import Client
    from tests.small_workspace import make_workspace

    from benchmarks.workspace_rows import PLACES, fill
    from records.agreement_grounds import make_pairing
    from records.desk import open_desk
    from tiebeam.platform.audit.models import Entry
    from tiebeam.platform.identity.operations import assign_role, create_person
    from tiebeam.platform.permissions.roles import Role
    from tiebeam.platform.tenancy.acting import acting
    from tiebeam.platform.tenancy.models import Grant

    now = datetime.now(UTC) - timedelta(days=200)
    workspace = make_workspace(now)
    coordinator = workspace.actor("office", Role.COORDINATOR)
    admin = workspace.actor("admin", Role.ADMINISTRATOR)
    desk = open_desk(workspace, coordinator, now)
    variant = desk.variant()
    donor, recipient = (
        workspace.actor("fujian", Role.DONOR_OFFICE),
        workspace.actor("nyingchi", Role.RECIPIENT_OFFICE),
    )
    pairing = make_pairing(desk.programme, coordinator, donor, recipient, date(2026, 1, 1))
    with acting(coordinator):
        templates = {
            "programme": str(desk.programme.pk), "pairing": str(pairing.pk),
            "organisation": str(workspace.organisations["fujian"].pk),
            "grant": str(Grant.objects.filter(scope_id=pairing.scope_id)[0].pk),
            "entry": str(Entry.objects.filter(tenant_id=coordinator.organisation_id).order_by("-at")[0].pk),
        }  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        fill(cursor, size, templates)
        names = [f"SELECT {part}" for part in _wanted_ids(size)]
        cursor.execute(" UNION ALL ".join(names))
        ids = defaultdict(list)
        for kind, identity in cursor.fetchall():
            ids[kind].append(str(identity))
    sessions = {}
    people = {"coordinator": workspace.people["office"]}
    for side, role in (("donor", Role.DONOR_OFFICE), ("recipient", Role.RECIPIENT_OFFICE)):
        people[side] = create_person(
            email=f"{side}@bench.example.org", name=side, language="zh", actor=admin, now=now
        )
        assign_role(
            person=people[side], organisation_id=ids[side][0], role=role,
            valid_from=timezone.localdate(now), actor=admin, now=now,
        )  # fmt: skip
    for name, person in people.items():
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        sessions[name] = client.cookies["sessionid"].value
    lists = ["/programmes/", "/pairs/", "/pairs/?page=2", "/"]
    dossiers = [f"/pairs/{identity}/" for identity in ids["pairing"]]
    addresses = {
        "coordinator": {
            "list": lists,
            "dossier": [
                *dossiers,
                *(f"/pairs/donors/{identity}/" for identity in ids["donor"][:PLACES]),
                *(f"/pairs/recipients/{identity}/" for identity in ids["recipient"][:PLACES]),
            ],
            "desk": ["/desk/", f"/desk/rounds/{desk.round.pk}/", f"/desk/variants/{variant.pk}/"],
        },
        "donor": {"list": lists, "dossier": [f"/pairs/donors/{ids['donor'][0]}/"]},
        "recipient": {"list": lists, "dossier": [f"/pairs/recipients/{ids['recipient'][0]}/"]},
    }
    return sessions, addresses


def _wanted_ids(size: Any) -> list[str]:
    from benchmarks.workspace_rows import PLACES, RICH, make_id

    return [
        f"'pairing', {make_id('pairing')} FROM generate_series(0, {min(RICH, size.pairings) - 1}) n",
        f"'donor', {make_id('donor')} FROM generate_series(1, {PLACES}) n",
        f"'recipient', {make_id('recipient')} FROM generate_series(1, {PLACES}) n",
    ]


def _count_queries(
    people: dict[str, str], addresses: dict[str, dict[str, list[str]]], role: str
) -> dict[str, int]:
    """Return the most queries that a page of each kind asks, as the restricted role."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext, setup_test_environment

    setup_test_environment()
    connection.close()
    connection.settings_dict["OPTIONS"]["assume_role"] = role
    most: dict[str, int] = defaultdict(int)
    for name, secret in people.items():
        client = Client()
        client.cookies["sessionid"] = secret
        for kind, pages in addresses[name].items():
            for page in [*pages[:4], pages[-1]]:
                with CaptureQueriesContext(
                    connection,
                ) as caught:
                    answer = client.get(page)
                assert answer.status_code == 200, (name, page, answer.status_code)
                most[kind] = max(most[kind], len(caught))
    connection.close()
    return dict(most)


class _Serving:
    """gunicorn with two processes of four threads, as long as the block lasts."""

    def __enter__(self) -> int:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port: int = free.getsockname()[1]
        command = [sys.executable, "-m", "tiebeam.interfaces.cli", "serve", "--port", str(port)]
        command += ["--workers", "2", "--threads", "4", "--no-worker"]
        environment = {**os.environ, "TIEBEAM_DATABASE_ASSUME_ROLE": "1"}
        self.server = subprocess.Popen(command, env=environment)
        deadline = time.monotonic() + READY_SECONDS_MOST
        while True:
            # It listens to nobody before it is up; the deadline below ends the waiting.
            with suppress(OSError):
                connection = HTTPConnection("127.0.0.1", port, timeout=5)
                connection.request("GET", "/ready")
                if connection.getresponse().status == 200:
                    return port
            if time.monotonic() > deadline or self.server.poll() is not None:
                self.__exit__()
                raise RuntimeError("the server did not start")
            time.sleep(0.5)

    def __exit__(self, *_: object) -> None:
        self.server.terminate()
        self.server.wait(timeout=30)


def _ask(
    port: int,
    people: dict[str, str],
    addresses: dict[str, dict[str, list[str]]],
    users: int,
    seconds: float,
) -> dict[str, list[float]]:
    """Let *users* ask in a closed loop; return how long each kind of page took, in milliseconds."""
    found: dict[str, list[float]] = defaultdict(list)
    faults: list[str] = []
    end = time.monotonic() + seconds
    roles = ["coordinator", "coordinator", "donor", "recipient"]

    def work(number: int) -> None:
        name, chance = roles[number % len(roles)], Random(number)
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        while time.monotonic() < end:
            kind = chance.choice(list(addresses[name]))
            page = chance.choice(addresses[name][kind])
            began = time.perf_counter()
            connection.request("GET", page, headers={"Cookie": f"sessionid={people[name]}"})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                faults.append(f"{answer.status} {page}")
                return
            found[kind].append((time.perf_counter() - began) * 1000)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(users)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults, faults
    return found


def _figures(found: list[float], queries: int, seconds: float) -> dict[str, float]:
    cuts = statistics.quantiles(found, n=100) if len(found) > 1 else found * 99
    told = {"p50_ms": cuts[49], "p95_ms": cuts[94], "p99_ms": cuts[98]}
    rounded = {name: round(value, 1) for name, value in told.items()}
    return {**rounded, "pages_per_second": round(len(found) / seconds, 1), "queries_most": queries}


def _print(result: dict[str, Any], place: Path) -> int:
    print(f"| page | p50 ms | p95 ms | p99 ms | pages/s | most queries | bar p95 |\n|{'---|' * 7}")
    is_missed = False
    for kind, told in sorted(result["pages"].items()):
        cells = " | ".join(str(value) for value in told.values())
        print(f"| {kind} | {cells} | {BARS_MS[kind]} |")
        is_missed |= told["p95_ms"] >= BARS_MS[kind] or told["queries_most"] > 40
    print(f"{result['machine']}; {result['size']}; {result['users']} users; {place}")
    return 1 if is_missed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.workspace", description=__doc__)
    parser.add_argument("--short", action="store_true", help="a small workspace, 4 users, 15 s")
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("-o", "--output", type=Path, default=Path("build/benchmarks"))
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
