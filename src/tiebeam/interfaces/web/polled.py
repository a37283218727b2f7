"""Parts of pages that ask again every few seconds: answered at once where nothing changed, built once for many."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Generic, TypeVar

from django.http import HttpRequest
from django.utils.http import parse_etags

T = TypeVar("T")


def tag_of(key: Hashable, until: datetime | None) -> str:
    """
    Return the tag of a part that stands as long as *key* does, and until a moment where there is one.

    The reader keeps the moment for us, so that nothing has to be looked up to know it.
    """
    return f'"{_digest(key)}-{0 if until is None else int(until.timestamp())}"'


def find_unchanged(request: HttpRequest, key: Hashable, now: datetime) -> str:
    """Return the tag of what the reader has where it still stands, else nothing."""
    for tag in parse_etags(request.headers.get("If-None-Match", "")):
        digest, _, until = tag.removeprefix("W/").strip('"').partition("-")
        if digest == _digest(key) and until.isdecimal():
            return tag if int(until) == 0 or now.timestamp() < int(until) else ""
    return ""


def _digest(key: Hashable) -> str:
    return hashlib.sha256(repr(key).encode()).hexdigest()[:32]


@dataclass(slots=True)
class _Place(Generic[T]):
    value: T | None = None
    lock: Lock = field(default_factory=Lock)


class Kept(Generic[T]):
    """
    What was dear to make, by all that it depends on; of several who ask at once one makes it.

    The key has to name whose rights it was made with.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._places: OrderedDict[Hashable, _Place[T]] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T], stands: Callable[[T], bool]) -> T:
        """Return what is kept under *key* where it still stands, else what *make* makes now."""
        with self._lock:
            place = self._places.setdefault(key, _Place())
            self._places.move_to_end(key)
            if len(self._places) > self._most:
                self._places.popitem(last=False)
        with place.lock:
            if place.value is None or not stands(place.value):
                place.value = make()
            return place.value
