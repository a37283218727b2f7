"""
Values that a variant sets in place of the scenario's, told and chosen by what they are called.

A setting is a path and a value (§M8). The paths that people set most are kinds here: what,
whose, of which resource. Every other path is written by hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tiebeam.core.model.scenario import Scenario
from tiebeam.core.pairing.changes import Set
from tiebeam.interchange.change_texts import change_text
from tiebeam.interfaces.report.words import Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """
    What can be set by choosing.

    Attributes:
        table: First part of the path.
        key: Last part of the path; empty where a resource stands there.
        side: Whose it is: "donor", "recipient", or empty where it is nobody's.
        has_resource: Whether it is of one resource.
    """

    table: str
    key: str = ""
    side: str = ""
    has_resource: bool = False

    def path(self, party: str, resource: str) -> tuple[str, ...]:
        """Return the path of this, of *party* and *resource* as far as it has them."""
        parts = (self.table, party if self.side else "", resource if self.has_resource else "")
        return tuple(part for part in (*parts, self.key) if part)


KINDS: Mapping[str, Kind] = {
    "capacity": Kind(table="capacities", side="donor", has_resource=True),
    "need": Kind(table="needs", side="recipient", has_resource=True),
    "weight": Kind(table="resources", has_resource=True, key="weight"),
    "most_of_donor": Kind(table="donors", side="donor", key="max_partners"),
    "least_of_donor": Kind(table="donors", side="donor", key="min_partners"),
    "most_of_recipient": Kind(table="recipients", side="recipient", key="max_partners"),
    "least_of_recipient": Kind(table="recipients", side="recipient", key="min_partners"),
    "most_of_every_donor": Kind(table="policy", key="max_partners_per_donor"),
    "least_of_every_donor": Kind(table="policy", key="min_partners_per_donor"),
    "most_of_every_recipient": Kind(table="policy", key="max_partners_per_recipient"),
    "least_of_every_recipient": Kind(table="policy", key="min_partners_per_recipient"),
    "levels": Kind(table="policy", key="levels"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a path is in words: a kind of :data:`KINDS`, the party and the resource that it is of."""

    kind: str
    party: str = ""
    resource: str = ""


def read_choice(path: tuple[str, ...]) -> Choice | None:
    """Return what *path* is, None where it is no kind that can be chosen."""
    for name, kind in KINDS.items():
        spots = _spots(kind)
        length = 1 + len(spots) + bool(kind.key)
        if len(path) != length or path[0] != kind.table or (kind.key and path[-1] != kind.key):
            continue
        return Choice(kind=name, **dict(zip(spots, path[1:], strict=False)))
    return None


def find_value(scenario: Scenario, choice: Choice) -> Any:
    """Return what *scenario* says there; None where it says nothing, an absent amount is 0 (§M1)."""
    kind = KINDS[choice.kind]
    rows: Any = getattr(scenario, kind.table)
    if kind.table == "policy":
        return getattr(rows, kind.key)
    if kind.key:
        wanted = choice.party or choice.resource
        return next((getattr(row, kind.key) for row in rows if row.id == wanted), None)
    wanted_pair = (choice.party, choice.resource)
    return next((row.amount for row in rows if (row.party, row.resource) == wanted_pair), 0.0)


def say_path(path: tuple[str, ...], voice: Voice) -> str:
    """Return what *path* leads to in words; empty where it is written by hand alone."""
    choice = read_choice(path)
    if choice is None:
        return ""
    kind = KINDS[choice.kind]
    who = voice.donor(choice.party) if kind.side == "donor" else voice.recipient(choice.party)
    spots = "_".join(_spots(kind)) or "all"
    return voice.say(
        f"desk.set_of.{spots}",
        what=voice.say(f"desk.setting.{choice.kind}"),
        party=who,
        resource=voice.resource(choice.resource),
    )


def say_value(choice: Choice, value: Any, voice: Voice) -> str:
    """Return a value of *choice* as people read it, with its unit."""
    if value is None or value == "":
        return voice.say("desk.set_to.none")
    if choice.kind == "levels":
        names = value.replace("、", ",").split(",") if isinstance(value, str) else value
        return voice.join(voice.level(name.strip()) for name in names)
    try:
        figure = float(value)
    except ValueError:
        return str(value)
    if KINDS[choice.kind].key:
        return voice.number(figure)
    units = [row for row in voice.scenario.resources if row.id == choice.resource]
    return voice.amount(figure, voice.unit(units[0]) if units else "")


def say_setting(setting: Set, voice: Voice, before: Scenario) -> str:
    """Return a setting by names, with what stood there *before*; by hand where it has no words."""
    choice = read_choice(setting.path)
    if choice is None:
        return change_text(setting)
    what, new = say_path(setting.path, voice), say_value(choice, setting.value, voice)
    old = say_value(choice, find_value(before, choice), voice)
    return voice.say("desk.set_to.instead", what=what, new=new, old=old)


def _spots(kind: Kind) -> list[str]:
    """Return what the path of *kind* names between its table and its key."""
    return (["party"] if kind.side else []) + (["resource"] if kind.has_resource else [])
