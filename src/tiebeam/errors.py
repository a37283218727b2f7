"""
The tree of expected errors (floor 0).

An error carries a stable code and facts. The sentence that a reader sees is
made by the interfaces, in the reader's language, from those two.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


class TiebeamError(Exception):
    """
    Base of the expected errors: a stable code, and facts to fill a message.

    A broken invariant of ours is an ``assert``, not one of these.
    """

    code = "error"

    def __init__(self, **facts: object) -> None:
        super().__init__(self.code, facts)
        self.facts = facts

    def __reduce__(self) -> tuple[object, ...]:
        """Come whole out of the process in which it was raised."""
        return _restore, (type(self), self.args, self.__dict__)


def _restore(kind: type[TiebeamError], args: tuple[object, ...], state: dict[str, Any]) -> object:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class Infeasible(TiebeamError):
    """The rules of the scenario cannot all hold (exit status 3)."""

    code = "infeasible"


class Refused(TiebeamError):
    """The request is understood and not granted (exit status 2)."""

    code = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """
    One thing wrong in what was given, or one repair that reading needed.

    Attributes:
        code: Stable name such as ``scenario.unknown_id``; keys a message.
        place: File name, sheet name, or command line option.
        row: Row as the user's spreadsheet counts them, 1 = first line; None
            where the fault is not in one row.
        column: Header of the column or key of the setting, else empty.
        value: What was met, as text, else empty.
        facts: What else the message needs: ``expected``, ``known`` ids ….
    """

    code: str
    place: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""
    facts: dict[str, object] = field(default_factory=dict)


class InvalidInput(TiebeamError):
    """
    What was given makes no sense; holds every fault found, not the first (exit status 2).

    *warnings* are what reading had to repair before it met the faults.
    """

    code = "invalid_input"

    def __init__(self, faults: Sequence[Fault], warnings: Sequence[Fault] = ()) -> None:
        super().__init__(faults=tuple(faults))
        self.faults = tuple(faults)
        self.warnings = tuple(warnings)


class Named(Protocol):
    """A record with a name in both languages, of which one may be empty."""

    name_en: Any
    name_zh: Any


def both_names(record: Named) -> dict[str, str]:
    """Return the name of *record* as a fact that each reader is told in their own language."""
    return {"en": str(record.name_en), "zh": str(record.name_zh)}
