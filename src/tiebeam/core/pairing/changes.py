"""
What-if changes of a scenario: forbid a pair, require one, set one value (§M8).

A change is a value; applying changes gives a new scenario and leaves the old one alone.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from tiebeam.core.model.faults import list_faults
from tiebeam.core.model.scenario import (
    LEVEL_NAMES,
    Link,
    LinkStatus,
    Party,
    Quantity,
    Resource,
    Scenario,
)
from tiebeam.core.pairing.cells import (
    Read,
    Set,
    fault_of,
    or_none,
    read_amount,
    read_degrees,
    read_levels,
    read_status,
    read_text,
    read_whole,
)
from tiebeam.errors import Fault, InvalidInput

__all__ = ["Change", "Forbid", "Require", "Set", "apply_changes"]

Row = TypeVar("Row", Party, Resource)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forbid:
    """Close the pair of *donor* and *recipient*, whatever the scenario says of it."""

    donor: str
    recipient: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Require:
    """Open the pair of *donor* and *recipient*, whatever the scenario says of it."""

    donor: str
    recipient: str


Change = Forbid | Require | Set
"""One thing to ask "what if" about."""

_RECIPIENT_KEYS: Mapping[str, Read] = {
    "name": read_text,
    "name_zh": read_text,
    "lat": or_none(read_degrees),
    "lon": or_none(read_degrees),
    "min_partners": or_none(read_whole),
    "max_partners": or_none(read_whole),
    "group": read_text,
}
_DONOR_KEYS: Mapping[str, Read] = {**_RECIPIENT_KEYS, "open_cost": read_amount}
_RESOURCE_KEYS: Mapping[str, Read] = {"lot": read_amount, "weight": read_amount}
_LINK_KEYS: Mapping[str, Read] = {
    "status": read_status,
    "tie": read_amount,
    "distance_km": or_none(read_amount),
    "fixed_cost": read_amount,
}
_LINK_KEYS_OF_A_RESOURCE: Mapping[str, str] = {"use": "uses", "unit_cost": "unit_costs"}
_POLICY_KEYS: Mapping[str, Read] = {
    "levels": read_levels,
    "min_share": read_amount,
    "min_partners_per_recipient": or_none(read_whole),
    "max_partners_per_recipient": or_none(read_whole),
    "min_partners_per_donor": or_none(read_whole),
    "max_partners_per_donor": or_none(read_whole),
    "time_limit_s": or_none(read_amount),
    "gap": read_amount,
    "seed": read_whole,
}


def apply_changes(scenario: Scenario, changes: Sequence[Change]) -> Scenario:
    """
    Return *scenario* with *changes* made, in their order.

    Raises:
        InvalidInput: A path, an id or a value makes no sense, one pair is both forbidden
            and required, or the changed scenario has a fault that it had not before.
            Every fault is listed.
    """
    faults = _contradictions(changes)
    changed = scenario
    for change in changes:
        try:
            changed = _apply(changed, change)
        except InvalidInput as error:
            faults += error.faults
    if faults:
        raise InvalidInput(faults)
    had = list_faults(scenario)[0]
    brought = [fault for fault in list_faults(changed)[0] if fault not in had]
    if brought:
        raise InvalidInput(brought)
    return changed


def _contradictions(changes: Sequence[Change]) -> list[Fault]:
    forbidden = {(c.donor, c.recipient) for c in changes if isinstance(c, Forbid)}
    required = {(c.donor, c.recipient) for c in changes if isinstance(c, Require)}
    return [
        Fault(code="change.contradiction", place="--require", value=f"{donor}:{recipient}")
        for donor, recipient in sorted(forbidden & required)
    ]


def _apply(scenario: Scenario, change: Change) -> Scenario:
    if isinstance(change, Set):
        return _apply_set(scenario, change)
    forbids = isinstance(change, Forbid)
    option = "--forbid" if forbids else "--require"
    where = f"{change.donor}:{change.recipient}"
    faults = [
        _unknown_id(option, where, side, party, known)
        for side, party, known in (
            ("donors", change.donor, _ids(scenario.donors)),
            ("recipients", change.recipient, _ids(scenario.recipients)),
        )
        if party not in known
    ]
    if faults:
        raise InvalidInput(faults)
    status: LinkStatus = "forbidden" if forbids else "required"
    return _with_link(scenario, change.donor, change.recipient, _put(status=status))


def _apply_set(scenario: Scenario, change: Set) -> Scenario:
    setters: dict[str, Callable[[Scenario, Set], Scenario]] = {
        "capacities": _set_capacity,
        "needs": _set_need,
        "donors": _set_donor,
        "recipients": _set_recipient,
        "resources": _set_resource,
        "links": _set_link,
        "policy": _set_policy,
    }
    table = change.path[0] if change.path else ""
    if table not in setters:
        raise InvalidInput([_unknown_key(change, table, setters)])
    return setters[table](scenario, change)


def _set_capacity(scenario: Scenario, change: Set) -> Scenario:
    donors = _ids(scenario.donors)
    return replace(
        scenario, capacities=_with_amount(scenario, change, scenario.capacities, donors, "donors")
    )


def _set_need(scenario: Scenario, change: Set) -> Scenario:
    recipients = _ids(scenario.recipients)
    return replace(
        scenario, needs=_with_amount(scenario, change, scenario.needs, recipients, "recipients")
    )


def _with_amount(
    scenario: Scenario,
    change: Set,
    rows: tuple[Quantity, ...],
    parties: frozenset[str],
    side: str,
) -> tuple[Quantity, ...]:
    """Return *rows* with the amount of one party and resource; the row is added where absent."""
    _, party, resource = _parts(change, 3, "<id>.<resource>")
    _demand_id(change, side, party, parties)
    _demand_id(change, "resources", resource, _ids(scenario.resources))
    # The figure is the asker's own now: the source of the old one does not vouch for it.
    new = Quantity(party=party, resource=resource, amount=read_amount(change))
    kept = tuple(row for row in rows if (row.party, row.resource) != (party, resource))
    return (*kept, new)


def _set_donor(scenario: Scenario, change: Set) -> Scenario:
    return replace(scenario, donors=_with_cell(change, scenario.donors, _DONOR_KEYS))


def _set_recipient(scenario: Scenario, change: Set) -> Scenario:
    return replace(scenario, recipients=_with_cell(change, scenario.recipients, _RECIPIENT_KEYS))


def _set_resource(scenario: Scenario, change: Set) -> Scenario:
    return replace(scenario, resources=_with_cell(change, scenario.resources, _RESOURCE_KEYS))


def _with_cell(change: Set, rows: tuple[Row, ...], keys: Mapping[str, Read]) -> tuple[Row, ...]:
    """Return *rows* with one cell of the row that the path names replaced."""
    table, row_id, key = _parts(change, 3, "<id>.<key>")
    _demand_id(change, table, row_id, _ids(rows))
    _demand_key(change, key, keys)
    cells: dict[str, Any] = {key: keys[key](change)}
    return tuple(replace(row, **cells) if row.id == row_id else row for row in rows)


def _set_link(scenario: Scenario, change: Set) -> Scenario:
    per_resource = len(change.path) == 5 and change.path[3] in _LINK_KEYS_OF_A_RESOURCE
    if per_resource:
        _, donor, recipient, key, resource = change.path
        _demand_id(change, "resources", resource, _ids(scenario.resources))
    else:
        _, donor, recipient, key = _parts(change, 4, "<donor>.<recipient>.<key>")
        resource = ""
        known = [*_LINK_KEYS, *(f"{name}.<resource>" for name in _LINK_KEYS_OF_A_RESOURCE)]
        _demand_key(change, key, known)
    _demand_id(change, "donors", donor, _ids(scenario.donors))
    _demand_id(change, "recipients", recipient, _ids(scenario.recipients))
    if not per_resource:
        return _with_link(scenario, donor, recipient, _put(**{key: _LINK_KEYS[key](change)}))
    name, amount = _LINK_KEYS_OF_A_RESOURCE[key], read_amount(change)
    return _with_link(
        scenario,
        donor,
        recipient,
        lambda link: _put(**{name: {**getattr(link, name), resource: amount}})(link),
    )


def _set_policy(scenario: Scenario, change: Set) -> Scenario:
    policy = scenario.policy
    if len(change.path) == 3 and change.path[1] == "slack":
        level = change.path[2]
        _demand_key(change, level, LEVEL_NAMES)
        slack = {**policy.slack, level: read_amount(change)}
        return replace(scenario, policy=replace(policy, slack=slack))
    key = ".".join(change.path[1:])
    if key not in _POLICY_KEYS:
        raise InvalidInput([_unknown_key(change, key, [*_POLICY_KEYS, "slack.<level>"])])
    cells: dict[str, Any] = {key: _POLICY_KEYS[key](change)}
    return replace(scenario, policy=replace(policy, **cells))


def _with_link(
    scenario: Scenario, donor: str, recipient: str, edit: Callable[[Link], Link]
) -> Scenario:
    """Return *scenario* with the link of the two edited, or added where there is none."""
    couple = (donor, recipient)
    if any((link.donor, link.recipient) == couple for link in scenario.links):
        links = tuple(
            edit(link) if (link.donor, link.recipient) == couple else link
            for link in scenario.links
        )
    else:
        links = (*scenario.links, edit(Link(donor=donor, recipient=recipient)))
    return replace(scenario, links=links)


def _put(**cells: Any) -> Callable[[Link], Link]:
    return lambda link: replace(link, **cells)


def _parts(change: Set, count: int, expected: str) -> tuple[str, ...]:
    if len(change.path) != count:
        shape = f"{change.path[0]}.{expected}"
        raise InvalidInput([fault_of(change, "change.bad_path", expected=shape)])
    return change.path


def _demand_id(change: Set, table: str, row_id: str, known: Collection[str]) -> None:
    if row_id not in known:
        raise InvalidInput([_unknown_id("--set", ".".join(change.path), table, row_id, known)])


def _demand_key(change: Set, key: str, known: Collection[str]) -> None:
    if key not in known:
        raise InvalidInput([_unknown_key(change, key, known)])


def _unknown_id(place: str, column: str, table: str, row_id: str, known: Collection[str]) -> Fault:
    return Fault(
        code=f"change.unknown_{table.removesuffix('s')}",
        place=place,
        column=column,
        value=row_id,
        facts={"known": sorted(known)},
    )


def _unknown_key(change: Set, key: str, known: Collection[str]) -> Fault:
    return Fault(
        code="change.unknown_key",
        place="--set",
        column=".".join(change.path),
        value=key,
        facts={"known": list(known)},
    )


def _ids(rows: Sequence[Party] | Sequence[Resource]) -> frozenset[str]:
    return frozenset(row.id for row in rows)
