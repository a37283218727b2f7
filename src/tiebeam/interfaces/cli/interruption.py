"""Ctrl-C while a search runs: once keeps the best plan, twice ends at once."""

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

SHOW_CURSOR = "\x1b[?25h"


class Interruption:
    """
    While it is entered, the first SIGINT sets a flag and the second ends the process.

    A thread counts the signals: the main one may be deep inside the solver's compiled code,
    where Python's own handler would not be reached for a long time.
    """

    def __init__(self, on_first: Callable[[], None]) -> None:
        self._on_first = on_first
        self._asked = threading.Event()
        self._leave: list[Callable[[], Any]] = []

    def is_asked(self) -> bool:
        """Return whether the user has asked to stop."""
        return self._asked.is_set()

    def __enter__(self) -> Self:
        # Only the main thread may hold a signal; elsewhere (a test, a service) nothing is caught.
        if threading.current_thread() is threading.main_thread():
            reader, writer = socket.socketpair()
            writer.setblocking(False)
            before = signal.signal(signal.SIGINT, _do_nothing)
            wakeup = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
            watcher = threading.Thread(target=self._watch, args=(reader,), daemon=True)
            watcher.start()
            self._leave = [
                lambda: signal.set_wakeup_fd(wakeup),
                lambda: signal.signal(signal.SIGINT, before),
                writer.close,
                watcher.join,
                reader.close,
            ]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for step in self._leave:
            step()

    def _watch(self, reader: socket.socket) -> None:
        """Count SIGINTs until the other end is closed."""
        while signals := reader.recv(16):
            for _ in range(signals.count(signal.SIGINT)):
                if self._asked.is_set():
                    _end_at_once()
                self._asked.set()
                self._on_first()


def _do_nothing(_number: int, _frame: FrameType | None) -> None:
    """Stand in for Python's handler, which would raise in the middle of the search."""


def _end_at_once() -> None:
    if sys.stderr.isatty():
        sys.stderr.write(SHOW_CURSOR)
        sys.stderr.flush()
    os._exit(130)
