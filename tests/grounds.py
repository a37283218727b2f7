"""
Grounds: records that many tests begin with, made once for a module and given to each test as new.

A fixture marked with :func:`ground` runs in a transaction below those of the tests. Each test
changes the records in a transaction of its own, which is rolled back, and is handed copies of what
the fixture returned. Where a ground cannot stand beneath, since the test commits or a fixture it
asks for bears no mark, the fixture runs within the test like any other.
"""

import pickle
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import wraps
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

Make = Callable[..., Any]
# What runs a fixture, and the same for each fixture it asks for, by name.
Plan = tuple[Make, tuple[tuple[str, Any], ...]]


def ground(make: Make) -> Make:
    """Have what a fixture makes stand beneath the tests; it may ask for what bears a mark alone."""

    @wraps(make)
    def find_or_make(**asked: Any) -> Any:
        given = GROUNDS.given
        return given[_name(make)] if _name(make) in given else make(**asked)

    find_or_make.makes = make
    return find_or_make


def beside(make: Make) -> Make:
    """Let grounds ask for a fixture that writes nothing."""
    make.makes, make.is_beside = make, True
    return make


def _name(make: Make) -> str:
    return f"{make.__module__}.{make.__qualname__}"


class Grounds:
    """
    What stands beneath the tests: a transaction for each ground, each within the one before.

    Attributes:
        given: What the grounds hold, copied for the test that runs.
        unblock: Opens the database outside of a test.
    """

    unblock: Callable[[], AbstractContextManager[None]]

    def __init__(self) -> None:
        self.given: dict[str, Any] = {}
        self._standing: list[tuple[Plan, transaction.Atomic, bytes]] = []
        self._laid_on = timezone.localdate()
        self._path: Path | None = None

    def enter(self, path: Path) -> None:
        """Take all away where another module begins."""
        if path != self._path:
            self.clear()
            self._path = path

    def lay(self, request: pytest.FixtureRequest) -> None:
        """Have what the test asks for stand, and nothing else."""
        wanted = [] if _commits(request) else list(dict.fromkeys(_list_wanted(request)))
        kept = 0
        if self._laid_on != timezone.localdate():
            self.clear()  # what was made for today is of yesterday
            self._laid_on = timezone.localdate()
        while kept < min(len(wanted), len(self._standing)):
            if self._standing[kept][0] != wanted[kept]:
                break
            kept += 1
        self.clear(kept)
        if not self._standing and connection.in_atomic_block:
            return  # a fixture of the module holds a transaction: nothing can stand below it
        with self.unblock():
            for plan in wanted[kept:]:
                self._build(plan)
        self.given = self._copy()

    def clear(self, kept: int = 0) -> None:
        """Roll back all but the first *kept* grounds."""
        self.given = {}
        while len(self._standing) > kept:
            _, atomic, _ = self._standing.pop()
            assert connection.atomic_blocks[-1:] == [atomic], "somebody else holds a transaction"
            with self.unblock():
                transaction.set_rollback(True)
                atomic.__exit__(None, None, None)

    def _copy(self) -> dict[str, Any]:
        return pickle.loads(self._standing[-1][2]) if self._standing else {}

    def _build(self, plan: Plan) -> None:
        values = self._copy()
        atomic = transaction.atomic()
        atomic.__enter__()
        try:
            values[_name(plan[0])] = _run(plan, values)
        except BaseException as error:
            atomic.__exit__(type(error), error, error.__traceback__)
            raise
        self._standing.append((plan, atomic, pickle.dumps(values)))


GROUNDS = Grounds()


@beside
def _stand_for_db() -> None:
    """Stand for the fixture of the database, which is open to a ground."""


_NOTHING: Plan = (_stand_for_db, ())


def _commits(request: pytest.FixtureRequest) -> bool:
    """Return whether the test sees the database without a transaction of its own."""
    marker = request.node.get_closest_marker("django_db")
    is_marked = marker is not None and bool(marker.args or marker.kwargs)
    return is_marked or not {"transactional_db", "live_server"}.isdisjoint(request.fixturenames)


def _list_wanted(request: pytest.FixtureRequest) -> Iterator[Plan]:
    """Yield how each ground that the test asks for is made, what it rests on before it."""
    definitions = request.node._fixtureinfo.name2fixturedefs
    for name in sorted(definitions):
        plan = _plan(name, definitions)
        if plan is not None:
            yield from _below(plan)


def _plan(name: str, definitions: dict[str, Any]) -> Plan | None:
    """Return how a fixture is made, or None where something it asks for bears no mark."""
    if name == "db":
        return _NOTHING
    definition = definitions[name][-1]
    make = getattr(definition.func, "makes", None)
    if make is None or name in definition.argnames:
        return None
    plans = [(inner, _plan(inner, definitions)) for inner in definition.argnames]
    return None if any(plan is None for _, plan in plans) else (make, tuple(plans))


def _below(plan: Plan) -> Iterator[Plan]:
    for _, inner in plan[1]:
        yield from _below(inner)
    if not hasattr(plan[0], "is_beside"):
        yield plan


def _run(plan: Plan, values: dict[str, Any]) -> Any:
    """Return what a fixture gives: a ground that stands, or what is made now."""
    make, asked = plan
    if _name(make) in values:
        return values[_name(make)]
    return make(**{name: _run(inner, values) for name, inner in asked})
