"""How the text of a ``Set`` change becomes the value of a cell, or a fault."""

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from tiebeam.core.model.scenario import LEVEL_NAMES, LINK_STATUSES
from tiebeam.errors import Fault, InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """
    Give one cell of the scenario another value.

    Attributes:
        path: Table, then what leads to the cell: ``("capacities", donor, resource)``,
            ``("recipients", id, "max_partners")``, ``("policy", "slack", level)`` ….
        value: As the user wrote it; empty clears a cell that may be empty.
    """

    path: tuple[str, ...]
    value: str


Read = Callable[[Set], Any]
"""Turns the text of a change into the value of its cell; raises InvalidInput."""


def read_amount(change: Set) -> float:
    """Return the finite number >= 0 that the change gives."""
    try:
        value = float(change.value)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value < 0:
        raise InvalidInput([fault_of(change, "change.bad_number")])
    return value


def read_whole(change: Set) -> int:
    """Return the whole number >= 0 that the change gives."""
    try:
        value = float(change.value)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value < 0 or value != int(value):
        raise InvalidInput([fault_of(change, "change.bad_whole_number")])
    return int(value)


def read_degrees(change: Set) -> float:
    """Return the number that the change gives; its range is the scenario's own rule."""
    try:
        return float(change.value)
    except ValueError:
        raise InvalidInput([fault_of(change, "change.bad_degrees")]) from None


def read_text(change: Set) -> str:
    """Return the text that the change gives."""
    return change.value


def or_none(read: Read) -> Read:
    """Return *read*, with an empty value read as "none given"."""
    return lambda change: None if not change.value.strip() else read(change)


def read_status(change: Set) -> str:
    """Return the status of a link that the change names."""
    value = change.value.strip()
    if value not in LINK_STATUSES:
        raise InvalidInput([_not_among(change, value, LINK_STATUSES)])
    return value


def read_levels(change: Set) -> tuple[str, ...]:
    """Return the levels that the change lists, in its order."""
    names = tuple(name.strip() for name in change.value.replace("、", ",").split(","))
    faults = [_not_among(change, name, LEVEL_NAMES) for name in names if name not in LEVEL_NAMES]
    faults += [
        fault_of(change, "change.level_twice", level=name)
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    if faults:
        raise InvalidInput(faults)
    return names


def fault_of(change: Set, code: str, **facts: object) -> Fault:
    """Return a fault that stands at the path of *change*."""
    path = ".".join(change.path)
    return Fault(code=code, place="--set", column=path, value=change.value, facts=facts)


def _not_among(change: Set, word: str, known: Collection[str]) -> Fault:
    return Fault(
        code="change.bad_choice",
        place="--set",
        column=".".join(change.path),
        value=word,
        facts={"known": list(known)},
    )
