"""``tiebeam serve``, ``worker`` and ``manage``: the workspace at work."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from tiebeam.errors import Refused
from tiebeam.interfaces.cli.exits import ExitStatus
from tiebeam.interfaces.cli.help import session_of
from tiebeam.interfaces.cli.session import Session
from tiebeam.interfaces.cli.workspace import open_workspace

if TYPE_CHECKING:
    from gunicorn.app.base import BaseApplication

Host = Annotated[str, typer.Option(help="help.serve.host", metavar="ADDRESS")]
Port = Annotated[int, typer.Option(help="help.serve.port", metavar="N", min=1, max=65535)]
Workers = Annotated[int, typer.Option(help="help.serve.workers", metavar="N", min=1, max=64)]
Threads = Annotated[int, typer.Option(help="help.serve.threads", metavar="N", min=1, max=64)]
NoWorker = Annotated[bool, typer.Option("--no-worker", help="help.serve.no_worker")]
Batch = Annotated[bool, typer.Option("--batch", help="help.worker.batch")]
Words = Annotated[list[str] | None, typer.Argument(help="help.manage.words", metavar="WORDS")]


LONG_ENOUGH_S, WAIT_MOST_S = 60.0, 60.0
"""A worker that ran so long is begun again at once; one that keeps dying waits at most so long."""


class NotPrepared(Refused):
    """The database lacks tables that this version needs."""

    code = "cli.workspace_not_prepared"


def serve(
    ctx: typer.Context,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Workers = 1,
    threads: Threads = 4,
    *,
    no_worker: NoWorker = False,
) -> int:
    """Serve the pages and the programming interface, with a worker for background work beside them."""
    session = session_of(ctx)
    open_workspace()
    demand_prepared()
    from tiebeam.interfaces.cli.console import print_lines

    print_lines([session.say("cli.serving", address=f"http://{host}:{port}/")])
    with _worker_beside(session, wanted=not no_worker):
        _make_server(f"{host}:{port}", workers, threads, session).run()
    return ExitStatus.DONE


def worker(ctx: typer.Context, *, batch: Batch = False) -> int:
    """Do the background work that pages and commands ask for."""
    del ctx
    open_workspace()
    demand_prepared()
    from tiebeam.interfaces.jobs.worker import work

    work(is_batch=batch)
    return ExitStatus.DONE


def manage(ctx: typer.Context, words: Words = None) -> int:
    """Run a command of the framework below: migrate, check, shell …."""
    open_workspace()
    from django.core.management import ManagementUtility

    ManagementUtility(["tiebeam manage", *(words or []), *ctx.args]).execute()
    return ExitStatus.DONE


def demand_prepared() -> None:
    """
    Refuse to go on with a database that lacks what this version needs.

    Raises:
        NotPrepared: Migrations are waiting; facts: how many.
    """
    waiting = count_waiting_migrations()
    if waiting:
        raise NotPrepared(count=waiting)


def count_waiting_migrations() -> int:
    """Return how many changes of the tables this version needs and the database lacks."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


@contextmanager
def _worker_beside(session: Session, *, wanted: bool) -> Iterator[None]:
    """Run a worker in a process of its own while the pages are served; one that dies is begun again."""
    if not wanted:
        yield
        return
    from tiebeam.interfaces.cli.console import print_notes

    stop = threading.Event()

    def tell(code: int, wait_s: float) -> None:
        print_notes([session.say("cli.worker_ended", status=code, seconds=round(wait_s))])

    command = [sys.executable, "-m", "tiebeam.interfaces.cli", "worker"]
    keeper = threading.Thread(target=keep_running, args=(command, stop, tell), name="keeper")
    keeper.start()
    try:
        yield
    finally:
        stop.set()
        keeper.join()


def keep_running(
    command: Sequence[str],
    stop: threading.Event,
    tell: Callable[[int, float], None],
    *,
    first_wait_s: float = 1.0,
) -> None:
    """
    Run *command* until *stop* is set, and begin it again where it ends before that.

    Args:
        command: The program and its arguments.
        stop: Ends the program, and this.
        tell: Hears the exit status of one that ended, and after how many seconds it is begun again.
        first_wait_s: The first wait; each further one is twice as long, up to a minute, until the
            program has run for a minute.
    """
    wait_s = first_wait_s
    while not stop.is_set():
        began = time.monotonic()
        running = subprocess.Popen(command, env=os.environ)  # noqa: S603  # our own program
        while running.poll() is None and not stop.wait(min(0.5, first_wait_s)):
            pass
        if stop.is_set():
            _end(running)
            return
        if time.monotonic() - began > LONG_ENOUGH_S:
            wait_s = first_wait_s
        tell(running.returncode, wait_s)
        stop.wait(wait_s)
        wait_s = min(2 * wait_s, WAIT_MOST_S)


def _end(running: "subprocess.Popen[bytes]") -> None:
    running.terminate()
    try:
        running.wait(timeout=10)
    except subprocess.TimeoutExpired:
        # It computes; what it began is taken over by the next worker.
        running.kill()
        running.wait()


def _make_server(address: str, workers: int, threads: int, session: Session) -> "BaseApplication":
    from gunicorn.app.base import BaseApplication

    class Server(BaseApplication):  # type: ignore[misc]  # the library has no types
        """The server, set up from here and from no file."""

        def load_config(self) -> None:
            """Set what differs from the defaults."""
            self.cfg.set("bind", address)
            self.cfg.set("workers", workers)
            self.cfg.set("threads", threads)
            self.cfg.set("timeout", 60)
            self.cfg.set("loglevel", "warning" if not session.wants_traceback else "info")

        def load(self) -> object:
            """Return the application, in each worker process."""
            from importlib import import_module

            return import_module("tiebeam.site.wsgi").application

    return Server()
