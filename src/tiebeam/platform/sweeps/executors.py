"""Where the cells of a sweep are computed: processes of this machine, or a Dask cluster."""

import multiprocessing
import os
import signal
import socket
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

from tiebeam.errors import Refused

POLL_S = 0.2
"""Seconds after which it is asked again whether to stop."""

CONNECT_S = 10
"""Seconds within which a cluster must answer and have a worker."""

TRIES_ALONE = 2
"""How often a cell whose worker died is tried again by itself."""

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Workers share the cores; threads of linear algebra would only wait for each other."""

Task = Callable[[Any], bytes]


class ItemLost(Exception):
    """The item of this number ended its worker again and again."""

    def __init__(self, item: int) -> None:
        super().__init__(item)
        self.item = item


class ClusterMissing(Refused):
    """The package that speaks to a cluster is not installed; fact: *package*."""

    code = "sweeps.cluster_missing"


class ClusterUnreachable(Refused):
    """No scheduler answers, or it has no worker; fact: *address*."""

    code = "sweeps.cluster_unreachable"


class Executor(Protocol):
    """Computes items anywhere, in any order."""

    def run(
        self, task: Task, items: Sequence[Any], should_stop: Callable[[], bool], /
    ) -> Iterator[tuple[int, bytes]]:
        """
        Yield the number of each item with its answer, as they are done; end early when told so.

        Raises:
            ItemLost: An item ends every worker it is given to.
        """


@dataclass(frozen=True, slots=True)
class LocalProcesses:
    """Processes of this machine."""

    workers: int

    def run(
        self, task: Task, items: Sequence[Any], should_stop: Callable[[], bool], /
    ) -> Iterator[tuple[int, bytes]]:
        """Compute in a pool; what a dying worker took with it is tried again, each by itself."""
        waiting = deque(range(len(items)))
        while waiting and not should_stop():
            suspects: deque[int] = deque()
            yield from _drain(self.workers, task, items, waiting, suspects, should_stop)
            for at in suspects:
                yield from self._try_alone(at, task, items, should_stop)

    def _try_alone(
        self, at: int, task: Task, items: Sequence[Any], should_stop: Callable[[], bool]
    ) -> Iterator[tuple[int, bytes]]:
        for _ in range(TRIES_ALONE):
            lost: deque[int] = deque()
            yield from _drain(1, task, items, deque([at]), lost, should_stop)
            if not lost:
                return
        raise ItemLost(at)


def _drain(
    workers: int,
    task: Task,
    items: Sequence[Any],
    waiting: deque[int],
    lost: deque[int],
    should_stop: Callable[[], bool],
) -> Iterator[tuple[int, bytes]]:
    """Yield answers until *waiting* is empty or a worker dies; what ran then goes into *lost*."""
    with _pool(workers) as pool:
        running: dict[Future[bytes], int] = {}
        try:
            while (waiting or running) and not should_stop():
                # No more than run at once: only those are lost with a worker.
                while waiting and len(running) < workers:
                    running[pool.submit(task, items[waiting[0]])] = waiting[0]
                    waiting.popleft()
                for done in wait(running, timeout=POLL_S, return_when=FIRST_COMPLETED).done:
                    answer = done.result()
                    yield running.pop(done), answer
        except BrokenProcessPool:
            lost.extend(running.values())
            if not running and waiting:
                lost.append(waiting.popleft())


def _leave_ctrl_c() -> None:
    """Let Ctrl-C, which reaches every process of a terminal, be for the one that asks alone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Give a pool whose processes do not outlive it, also when it is left in the middle."""
    others = set(multiprocessing.active_children())
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)
    pool = ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), initializer=_leave_ctrl_c
    )
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        started = set(multiprocessing.active_children()) - others
        for process in started:
            process.terminate()
        for process in started:
            # The pool's own thread may hear of its end first, and join then returns too early.
            while process.is_alive():
                process.join(POLL_S)
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


@dataclass(frozen=True, slots=True)
class DaskCluster:
    """A Dask cluster by the address of its scheduler; whoever reaches it can run code there."""

    address: str

    def run(
        self, task: Task, items: Sequence[Any], should_stop: Callable[[], bool], /
    ) -> Iterator[tuple[int, bytes]]:
        """Let the cluster compute; it gives what a dying worker took with it to another."""
        try:
            distributed: Any = import_module("distributed")
        except ImportError as missing:
            raise ClusterMissing(package="distributed") from missing
        with _client(distributed, self.address) as client:
            running = {client.submit(task, item, pure=False): at for at, item in enumerate(items)}
            try:
                while running and not should_stop():
                    try:
                        found = distributed.wait(
                            list(running), timeout=POLL_S, return_when="FIRST_COMPLETED"
                        )
                    except TimeoutError:
                        continue
                    for done in found.done:
                        at = running.pop(done)
                        try:
                            answer = done.result()
                        except distributed.KilledWorker as killed:
                            raise ItemLost(at) from killed
                        yield at, answer
            finally:
                client.cancel(list(running))


@contextmanager
def _client(distributed: Any, address: str) -> Iterator[Any]:
    try:
        # A client that never connects cannot be closed without its own traceback: ask first.
        host, port = distributed.comm.get_address_host_port(address, strict=True)
        socket.create_connection((host, port), timeout=CONNECT_S).close()
        client = distributed.Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError) as fault:
        raise ClusterUnreachable(address=address) from fault
    with client, client.as_current():
        try:
            client.wait_for_workers(1, timeout=CONNECT_S)
        except TimeoutError as fault:
            raise ClusterUnreachable(address=address) from fault
        yield client


def open_executor(address: str | None = None, workers: int | None = None) -> Executor:
    """Return the cluster at *address*, without one *workers* processes here: as many as cores."""
    return DaskCluster(address) if address else LocalProcesses(workers or os.cpu_count() or 1)
