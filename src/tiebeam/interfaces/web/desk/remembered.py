"""
What was worked out from a scenario and a plan, kept for the next page.

Scenario and plan are named by their hashes, so that what is kept can never be out
of date, nor belong to anybody who could not have worked it out.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar

T = TypeVar("T")

KEPT_MOST = 64
_kept: OrderedDict[Hashable, object] = OrderedDict()
_lock = threading.Lock()


def remember(key: tuple[Hashable, ...], make: Callable[[], T]) -> T:
    """Return what is kept under *key*; made, and kept, where it is not there."""
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]  # type: ignore[return-value]  # what was made for this key
    made = make()
    with _lock:
        _kept[key] = made
        while len(_kept) > KEPT_MOST:
            _kept.popitem(last=False)
    return made
