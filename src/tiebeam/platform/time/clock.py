"""
The clock that an interface hands in, for the one moment that an operation cannot be given: that after a wait.

An operation is told when it was asked (``now``), and reads no clock. What waits for others
asks here which moment it is by then; where no clock was handed in, it is still ``now``.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

Clock = Callable[[], datetime]

_clock: ContextVar[Clock | None] = ContextVar("clock", default=None)


@contextmanager
def telling_time(clock: Clock) -> Iterator[None]:
    """Hand in a clock for what is done within."""
    token = _clock.set(clock)
    try:
        yield
    finally:
        _clock.reset(token)


def later(now: datetime) -> datetime:
    """Return the moment by the clock that was handed in; *now* where there is none, and never before it."""
    clock = _clock.get()
    return now if clock is None else max(now, clock())
