"""
What stands on the first page: each kind of page brings its own lines.

A function that takes the actor and the day, and returns items, is registered for
one of the three parts; import its module where the addresses of the page are made.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from tiebeam.platform.tenancy.acting import Actor

Part = Literal["waiting", "due", "changed"]
"""What waits for me, what is due, what changed."""

ITEMS_MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """
    One line of the first page.

    Attributes:
        code: Of its sentence in the message catalogue.
        facts: What the sentence needs; a record among them is shown by its name, a text in both
            languages (``{"zh": …, "en": …}``) in that of the page.
        address: The page where it is done or read.
        on: The day it is due, or happened.
        status: "good", "risk", "bad" or "none", where there is something to warn of.
        note: Code of a second sentence, which stands small beside the first.
        part: Where it stands, if not in the part that its function is registered for.
    """

    code: str
    facts: Mapping[str, object] = field(default_factory=dict)
    address: str
    on: date | None = None
    status: str = ""
    part: Part | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """A fact that is itself said in words: the code of its sentence."""

    code: str


Section = Callable[[Actor, date], list[Item]]

_sections: dict[Part, list[Section]] = {"waiting": [], "due": [], "changed": []}


def section(part: Part) -> Callable[[Section], Section]:
    """Register a function that lists items for *part* of the first page."""

    def register(function: Section) -> Section:
        _sections[part].append(function)
        return function

    return register


def list_items(actor: Actor, today: date, *parts: Part) -> dict[Part, list[Item]]:
    """Return what stands in *parts* for *actor*: what is due by its day, what changed newest first."""
    found: dict[Part, list[Item]] = {part: [] for part in parts}
    for part in parts:
        for find in _sections[part]:
            for item in find(actor, today):
                found[item.part or part].append(item)
    return {part: _in_order(part, items, today) for part, items in found.items()}


def _in_order(part: Part, items: list[Item], today: date) -> list[Item]:
    dated = sorted(
        (item for item in items if item.on is not None),
        key=lambda item: item.on or today,
        reverse=part == "changed",
    )
    return dated + [item for item in items if item.on is None]
