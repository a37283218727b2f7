"""
Measure an emergency at its height: ``python -m benchmarks.emergency`` (``--teams 100`` for a small one).

A thousand front teams check in within a minute, each at a moment of its own; then some people read
pages, without fifty boards that ask again every five seconds, with them while nothing changes, and
with them while a team sets out every five seconds. PostgreSQL is started here and thrown away,
fsync on; gunicorn serves as the role that the row policies bind, on the same machine.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from typing import Any, Self
from uuid import uuid4

from benchmarks.workspace import _prepare, _Serving

CHECK_IN_BAR_MS = 1000
HANDS = 64
"""Check-ins that are under way at once at most; one that has to wait counts its waiting."""
EVERY = 5.0
"""Seconds between two questions of a board."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Seed, serve, ask, and print the figures; return 1 where the bar of the check-ins is missed."""
    options = _parser().parse_args(arguments)
    sys.path[:0] = ["tests"]
    os.environ["TIEBEAM_TEST_DATABASE"] = "postgresql"
    import tests.workspace_database  # noqa: F401  # starts the database

    _prepare()
    started = time.monotonic()
    seeded, session, incident = _seed(options.teams + int(options.seconds / EVERY))
    tokens, later = seeded[: options.teams], seeded[options.teams :]
    print(f"seeded {len(seeded)} teams in {time.monotonic() - started:.0f} s", flush=True)
    with _Serving() as port:
        times, refused = _tell(port, "check-in", tokens, options.seconds, {"heads": 10})
        kept = _count_check_ins()
        pages = [f"/emergencies/{incident}/", "/emergencies/waiting/", "/"]
        alone = _read(port, session, pages, options.seconds)
        board = f"/emergencies/{incident}/board/"
        with _Boards(port, session, board, options.boards) as boards:
            beside = _read(port, session, pages, options.seconds)
            asked, unchanged = len(boards.times), boards.unchanged
            with ThreadPoolExecutor(1) as hand:
                going = hand.submit(_tell, port, "mobilise", later, options.seconds, {})
                changing = _read(port, session, pages, options.seconds)
                refused += going.result()[1]
    result = {
        "machine": f"{platform.node()}, {platform.platform()}, {os.cpu_count()} cores",
        "teams": options.teams, "seconds": options.seconds,
        "check_ins": {**_cuts(times), "refused": len(refused), "kept": kept},
        "pages_alone": _cuts(alone),
        "pages_beside_boards": _cuts(beside),
        "boards_opening": _cuts(boards.opening),
        "boards": {
            "open": options.boards, **_cuts(boards.times[len(boards.opening):asked]),
            "unchanged": unchanged,
        },
        "pages_beside_changing_boards": _cuts(changing),
        "changing_boards": {
            **_cuts(boards.times[asked:]), "unchanged": boards.unchanged - unchanged,
        },
    }  # fmt: skip
    options.output.mkdir(parents=True, exist_ok=True)
    place = options.output / "emergency.json"
    place.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))
    is_met = kept == options.teams and result["check_ins"]["p95_ms"] < CHECK_IN_BAR_MS
    return 0 if is_met else 1


def _seed(teams: int) -> tuple[list[tuple[str, str]], str, str]:
    """Return the token and the deployment of each front team, the session of the coordinator, the incident."""
    from django.test import Client
    from django.utils import timezone
    from tests.small_workspace import make_workspace

    from records.emergency_grounds import make_emergency, seat
    from tiebeam.apps.people.operations.teams import add_member, form_team
    from tiebeam.platform.identity.models import Person
    from tiebeam.platform.identity.operations import make_token
    from tiebeam.platform.permissions.roles import Role

    now = timezone.now() - timedelta(days=3)
    workspace = make_workspace(now)
    grounds = make_emergency(workspace, now)
    made = []
    for number in range(teams):
        actor = seat(workspace, "fujian", Role.FRONT_TEAM, now)
        team = form_team(name=f"Team {number}", heads=10, actor=grounds.actors["home"], now=now)
        person = Person.objects.get(pk=actor.person_id)
        add_member(team=team, name="Leader", person=person, actor=grounds.actors["home"], now=now)
        deployment = grounds.ask(said={"heads": 10}).deployment
        for event, by, said in (
            ("consult", "home", {}),
            ("agree", "host", {"document": "Letter"}),
            ("order", "home", {"document": "Order", "team_id": team.pk}),
        ):
            grounds.now = now
            grounds.take(event, by, deployment, **said)
        _, secret = make_token(name="phone", may_write=True, days=30, actor=actor, now=now)
        made.append((secret, str(deployment.pk)))
    client = Client()
    client.force_login(
        workspace.people["office"], backend="django.contrib.auth.backends.ModelBackend"
    )
    return made, client.cookies["sessionid"].value, str(grounds.incident.pk)


def _tell(
    port: int, event: str, tokens: list[tuple[str, str]], seconds: float, said: dict[str, int]
) -> tuple[list[float], list[str]]:
    """Let every team tell *event* at a moment of its own; return the milliseconds from that moment on."""
    chance, lock = Random(1), threading.Lock()
    times: list[float] = []
    refused: list[str] = []
    moments = sorted((chance.random() * seconds, row) for row in tokens)
    started = time.perf_counter()

    def work(moment: float, token: str, deployment: str) -> None:
        message = {"id": str(uuid4()), **said}
        body = json.dumps({"deployment_id": deployment, "message": message})
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        head = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        connection.request("POST", f"/api/v1/emergencies/{event}", body, head)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        with lock:
            times.append((time.perf_counter() - started - moment) * 1000)
            if answer.status != 200:
                refused.append(f"{answer.status} {text[:200]}")

    with ThreadPoolExecutor(HANDS) as hands:
        for moment, (token, deployment) in moments:
            time.sleep(max(0.0, moment - (time.perf_counter() - started)))
            hands.submit(work, moment, token, deployment)
    if refused:
        print(refused[0], flush=True)
    return times, refused


def _count_check_ins() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM emergencies_step WHERE event = 'check_in'")
        return int(cursor.fetchone()[0])


def _read(
    port: int, session: str, pages: list[str], seconds: float, people: int = 2
) -> list[float]:
    """Let *people* read pages one after the other, a second of thought between; return milliseconds."""
    times: list[float] = []
    end = time.monotonic() + seconds

    def work(number: int) -> None:
        chance = Random(number)
        while time.monotonic() < end:
            times.append(_get(port, session, chance.choice(pages))[0])
            time.sleep(1.0)

    _together([lambda number=number: work(number) for number in range(people)])
    return times


class _Boards:
    """Boards that ask again every few seconds, as long as the block lasts."""

    def __init__(self, port: int, session: str, address: str, count: int) -> None:
        self.port, self.session, self.address, self.count = port, session, address, count
        self.times: list[float] = []
        self.unchanged = 0
        self.ends = threading.Event()

    def __enter__(self) -> Self:
        self.threads = [threading.Thread(target=self._ask, args=(at,)) for at in range(self.count)]
        for thread in self.threads:
            thread.start()
        # Open they are once each has been answered twice: the page itself, and the part that is asked for again.
        while len(self.times) < 2 * self.count:
            time.sleep(0.5)
        self.opening = self.times[:]
        return self

    def __exit__(self, *_: object) -> None:
        self.ends.set()
        for thread in self.threads:
            thread.join()

    def _ask(self, number: int) -> None:
        tag = ""
        self.ends.wait(EVERY * number / self.count)
        while not self.ends.is_set():
            taken, status, tag = _get(self.port, self.session, self.address, tag)
            self.times.append(taken)
            self.unchanged += status == 304
            self.ends.wait(EVERY)


def _get(port: int, session: str, page: str, tag: str = "") -> tuple[float, int, str]:
    began = time.perf_counter()
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    head = {"Cookie": f"sessionid={session}"}
    if tag:
        head |= {"If-None-Match": tag, "HX-Request": "true"}
    connection.request("GET", page, headers=head)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status in {200, 304}, (page, answer.status)
    return (time.perf_counter() - began) * 1000, answer.status, answer.headers.get("ETag", tag)


def _together(works: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _cuts(found: list[float]) -> dict[str, Any]:
    cuts = statistics.quantiles(found, n=100) if len(found) > 1 else found * 99
    return {"count": len(found), "p50_ms": round(cuts[49], 1), "p95_ms": round(cuts[94], 1)}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.emergency", description=__doc__)
    parser.add_argument("--teams", type=int, default=1000)
    parser.add_argument("--boards", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("-o", "--output", type=Path, default=Path("build/benchmarks"))
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
