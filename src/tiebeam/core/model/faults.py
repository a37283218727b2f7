"""
What makes a scenario faulty as values: references, repetitions, contradictions (§M1-§M5).

Every fault of the list in the scenario format is found here, unless it can only be
seen in a file. A fault names its row by ids and by ``facts["index"]``, see
:mod:`tiebeam.core.model.findings`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from tiebeam.core.model.doubts import list_doubts
from tiebeam.core.model.figures import list_figure_faults
from tiebeam.core.model.findings import (
    PARTY_OF,
    as_text,
    iterate_quantities,
    list_near,
    row_fault,
)
from tiebeam.core.model.scenario import LEVEL_NAMES, LINK_STATUSES, Link, Scenario, distance_km
from tiebeam.errors import Fault


def list_faults(
    scenario: Scenario, *, unread: Collection[str] = ()
) -> tuple[list[Fault], list[Fault]]:
    """
    List the faults and the warnings of the values of *scenario*.

    Args:
        scenario: Any scenario, read or made.
        unread: Names of tables ("needs") and columns ("needs.amount") that a
            reader could not read in full and has reported; faults that could
            only follow from that are left out.

    Returns:
        (faults, warnings). A faulty scenario must not be computed with.
    """
    gaps = frozenset(unread)
    faults = [
        *_list_head_faults(scenario, gaps),
        *_list_identity_faults(scenario),
        *_list_reference_faults(scenario, gaps),
        *_list_repetitions(scenario),
        *_list_link_faults(scenario, gaps),
        *list_figure_faults(scenario),
    ]
    if gaps.isdisjoint(_tables_and_columns("resources.lot", "needs.amount", "needs.resource")):
        faults += _list_useless_lots(scenario)
    doubts = [d for d in list_doubts(scenario) if not {d.place, f"{d.place}.{d.column}"} & gaps]
    return faults, doubts


def _tables_and_columns(*columns: str) -> set[str]:
    """Return *columns* ("needs.amount") and the tables they belong to."""
    return {name for column in columns for name in (column, column.split(".")[0])}


def _list_head_faults(scenario: Scenario, gaps: frozenset[str]) -> Iterator[Fault]:
    """Yield what is wrong in the scenario's id and in the names of levels."""
    if not scenario.id.strip() and not {"scenario", "scenario.id"} & gaps:
        yield Fault(code="scenario.missing_value", place="scenario", column="id")
    levels = scenario.policy.levels
    if not levels and not {"policy", "policy.levels"} & gaps:
        yield Fault(
            code="scenario.no_level", place="policy", column="levels", facts={"known": LEVEL_NAMES}
        )
    names: tuple[str, ...] = levels
    for name in dict.fromkeys(names):
        if name not in LEVEL_NAMES:
            yield _unknown_level("levels", name)
        elif names.count(name) > 1:
            yield Fault(
                code="scenario.duplicate_level", place="policy", column="levels", value=name
            )
    for name in scenario.policy.slack:
        if name not in LEVEL_NAMES:
            yield _unknown_level(f"slack.{name}", name)


def _unknown_level(column: str, name: str) -> Fault:
    """Return the fault of a level that the law does not know (§M5)."""
    facts: dict[str, object] = {"known": LEVEL_NAMES, "near": list_near(name, LEVEL_NAMES)}
    return Fault(
        code="scenario.unknown_level", place="policy", column=column, value=name, facts=facts
    )


def _list_identity_faults(scenario: Scenario) -> Iterator[Fault]:
    """Yield each row without the cells by which it is known, and each id given twice."""
    required: tuple[tuple[str, Iterable[Any], tuple[str, ...]], ...] = (
        ("donors", scenario.donors, ("id", "name")),
        ("recipients", scenario.recipients, ("id", "name")),
        ("resources", scenario.resources, ("id", "name", "unit")),
        ("sources", scenario.sources, ("key",)),
    )
    for table, rows, columns in required:
        seen: dict[str, int] = {}
        for index, row in enumerate(rows):
            for column in columns:
                if not getattr(row, column).strip():
                    yield row_fault("scenario.missing_value", table, index, row, column=column)
            own = getattr(row, columns[0])
            if own.strip() and seen.setdefault(own, index) != index:
                facts = {"first_index": seen[own]}
                yield row_fault(
                    "scenario.duplicate_id",
                    table,
                    index,
                    row,
                    column=columns[0],
                    value=own,
                    **facts,
                )
    for index, assumption in enumerate(scenario.assumptions):
        if not assumption.text.strip() and not assumption.text_zh.strip():
            yield row_fault(
                "scenario.missing_value", "assumptions", index, assumption, column="text"
            )


def _list_reference_faults(scenario: Scenario, gaps: frozenset[str]) -> Iterator[Fault]:
    """Yield each donor, recipient or resource that is named and not listed."""
    known = {
        table: frozenset(row.id for row in getattr(scenario, table))
        for table in ("donors", "recipients", "resources")
    }
    # A list that is itself incomplete cannot say that something is not on it.
    open_lists = {name for name, ids in known.items() if "" in ids or name in gaps}
    for table, index, row, column, value, of in _iterate_references(scenario):
        if not value.strip():
            if f"{table}.{column}" not in gaps:
                yield row_fault("scenario.missing_value", table, index, row, column=column)
        elif value not in known[of] and of not in open_lists:
            facts = {"of": of, "near": list_near(value, known[of])}
            yield row_fault(
                "scenario.unknown_id", table, index, row, column=column, value=value, **facts
            )


def _iterate_references(
    scenario: Scenario,
) -> Iterator[tuple[str, int, Any, str, str, str]]:
    """Yield (table, index, row, column, id named, table that must list it)."""
    for table, index, row in iterate_quantities(scenario):
        column, of = PARTY_OF[table]
        yield table, index, row, column, row.party, of
        yield table, index, row, "resource", row.resource, "resources"
    for index, link in enumerate(scenario.links):
        yield "links", index, link, "donor", link.donor, "donors"
        yield "links", index, link, "recipient", link.recipient, "recipients"
        for resource_id in link.unit_costs:
            column = f"unit_cost:{resource_id}"
            yield "links", index, link, column, resource_id, "resources"
        for resource_id in link.uses:
            yield "links", index, link, f"use:{resource_id}", resource_id, "resources"


def _list_repetitions(scenario: Scenario) -> Iterator[Fault]:
    """Yield each second row for one party and resource, or for one pair."""
    seen: dict[tuple[str, str, str], int] = {}
    for table, index, row in iterate_quantities(scenario):
        first = seen.setdefault((table, row.party, row.resource), index)
        if first != index and row.party.strip() and row.resource.strip():
            yield _repetition("scenario.duplicate_entry", table, index, row, first)
    for index, link in enumerate(scenario.links):
        first = seen.setdefault(("links", link.donor, link.recipient), index)
        if first != index and link.donor.strip() and link.recipient.strip():
            statuses = {link.status, scenario.links[first].status}
            opposed = statuses == {"required", "forbidden"}
            code = "scenario.required_and_forbidden" if opposed else "scenario.duplicate_entry"
            yield _repetition(code, "links", index, link, first)


def _repetition(code: str, table: str, index: int, row: Any, first: int) -> Fault:
    """Return the fault of a row that repeats the couple of an earlier one."""
    couple = (row.donor, row.recipient) if isinstance(row, Link) else (row.party, row.resource)
    value = ", ".join(couple)
    return row_fault(code, table, index, row, value=value, first_index=first)


def _list_link_faults(scenario: Scenario, gaps: frozenset[str]) -> Iterator[Fault]:
    """Yield unknown statuses, required links that no pair can honour, and unknown distances."""
    for index, link in enumerate(scenario.links):
        if link.status not in LINK_STATUSES:
            facts = {"known": LINK_STATUSES, "near": list_near(link.status, LINK_STATUSES)}
            yield row_fault(
                "scenario.unknown_status",
                "links",
                index,
                link,
                column="status",
                value=link.status,
                **facts,
            )
    figures = ("capacities.amount", "capacities.donor", "needs.amount", "needs.recipient")
    # A case that knows only pairs lists no resources: nothing can be lacking in it.
    if scenario.resources and gaps.isdisjoint(_tables_and_columns(*figures)):
        yield from _list_idle_required(scenario)
    points = ("donors.lat", "donors.lon", "recipients.lat", "recipients.lon")
    unread = _tables_and_columns(*points, *figures, "links.distance_km", "links.status")
    if "distance" in scenario.policy.levels and gaps.isdisjoint(unread):
        yield from _list_unknown_distances(scenario)


def _list_idle_required(scenario: Scenario) -> Iterator[Fault]:
    """Yield each required link to a recipient without need or a donor without capacity (§M3)."""
    donors, recipients = _active_ids(scenario)
    known_donors = {donor.id for donor in scenario.donors}
    known_recipients = {recipient.id for recipient in scenario.recipients}
    for index, link in enumerate(scenario.links):
        if link.status != "required":
            continue
        if link.donor in known_donors - donors:
            yield row_fault(
                "scenario.required_without_capacity",
                "links",
                index,
                link,
                column="donor",
                value=link.donor,
            )
        if link.recipient in known_recipients - recipients:
            yield row_fault(
                "scenario.required_without_need",
                "links",
                index,
                link,
                column="recipient",
                value=link.recipient,
            )


def _active_ids(scenario: Scenario) -> tuple[set[str], set[str]]:
    """Return the donors with a capacity and the recipients with a need; all, without resources."""
    if not scenario.resources:
        return {donor.id for donor in scenario.donors}, {r.id for r in scenario.recipients}
    # An amount that is a fault itself (negative, NaN) does not make its party idle.
    return (
        {capacity.party for capacity in scenario.capacities if capacity.amount != 0},
        {need.party for need in scenario.needs if need.amount != 0},
    )


def _list_unknown_distances(scenario: Scenario) -> Iterator[Fault]:
    """
    Yield each party without coordinates that leaves a possible pair without a distance.

    One fault for a party and not for a pair: what is to be mended is the party's
    point. Pairs that cannot be open (§M3) need no distance.
    """
    donors, recipients = _active_ids(scenario)
    links = {(link.donor, link.recipient): link for link in scenario.links}
    partners: dict[tuple[str, int], list[str]] = defaultdict(list)
    for i, donor in enumerate(scenario.donors):
        for j, recipient in enumerate(scenario.recipients):
            link = links.get((donor.id, recipient.id))
            closed = link is not None and link.status == "forbidden"
            if closed or donor.id not in donors or recipient.id not in recipients:
                continue
            if distance_km(donor, recipient, link) is None:
                # Half a point is a fault of its own already.
                if donor.lat is None and donor.lon is None:
                    partners["donors", i].append(recipient.id)
                if recipient.lat is None and recipient.lon is None:
                    partners["recipients", j].append(donor.id)
    for (table, index), others in partners.items():
        party = getattr(scenario, table)[index]
        facts = {"pairs": len(others), "example": others[0]}
        yield row_fault("scenario.unknown_distance", table, index, party, column="lat", **facts)


def _list_useless_lots(scenario: Scenario) -> Iterator[Fault]:
    """Yield each resource whose lot is larger than every need for it."""
    largest: dict[str, float] = {}
    for need in scenario.needs:
        if need.amount > 0:
            largest[need.resource] = max(need.amount, largest.get(need.resource, 0.0))
    for index, resource in enumerate(scenario.resources):
        if resource.id in largest and resource.lot > largest[resource.id]:
            facts = {"largest_need": as_text(largest[resource.id])}
            yield row_fault(
                "scenario.lot_above_all_needs",
                "resources",
                index,
                resource,
                column="lot",
                value=resource.lot,
                **facts,
            )
