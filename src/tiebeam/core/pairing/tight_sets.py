"""
Tight sets: recipients whose needs all that may serve them cannot meet (§M6).

A proof of this kind names how much each recipient counts, and which needs are met in full.
What a donor's capacity is worth follows: as much as where it counts most among the needs that
are not. So a reader has nothing to take on trust but which recipients are meant.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from tiebeam.core.pairing.evaluate import use_of
from tiebeam.core.pairing.findings import TightSet
from tiebeam.core.pairing.law_columns import Columns
from tiebeam.core.pairing.law_rows import ONE, LawRows, Row

WEIGHTS = frozenset({"coverage", "worst", "floor"})
"""The rows that a tight set may give multipliers for: they say how much each recipient counts."""

NOISE = 1e-9
"""A share of a recipient's coverage below which a difference is the rounding of multipliers."""

Needs = Collection[tuple[int, int]]
"""(position of a recipient, position of a resource)."""


def fill_needs(
    rows: LawRows, weights: Sequence[tuple[Row, int]], met: Needs
) -> Iterator[tuple[Row, int]]:
    """
    Yield the multipliers of capacities and needs that follow from how much recipients count.

    Args:
        weights: Rows with multipliers in units of 2**-80.
        met: The needs that are met in full; a donor's capacity is not priced by them.
    """
    gains = find_gains(weights)
    capacities: dict[tuple[int, int], int] = defaultdict(int)
    needs: dict[tuple[int, int], int] = defaultdict(int)
    flows = rows.columns.flows
    for (i, j, k), flow in flows.items():
        if (j, k) not in met:
            price = -(-gains[flow.column] // round(flow.used * ONE))
            capacities[i, k] = max(capacities[i, k], price)
    for (i, j, k), flow in flows.items():
        left = gains[flow.column] - capacities[i, k] * round(flow.used * ONE)
        needs[j, k] = max(needs[j, k], -(-left // round(flow.needed * ONE)))
    for family, prices in (("capacity", capacities), ("need", needs)):
        for key, price in prices.items():
            if price > 0:
                yield rows.row(family, *key), -price


def find_overpaid_needs(
    rows: LawRows, families: Mapping[str, Iterable[Sequence[Any]]]
) -> set[tuple[int, int]]:
    """Return the needs for which multipliers by family pay more than the donors' capacity costs."""
    worth = {j: float(number) for j, number in families.get("coverage", ())}
    capacities = {(i, k): -float(number) for i, k, number in families.get("capacity", ())}
    loads = {i: -float(number) for i, number in families.get("load", ())}
    return {
        (j, k)
        for (i, j, k), flow in rows.columns.flows.items()
        if worth.get(j, 0.0) * (float(flow.covered) - NOISE)
        > capacities.get((i, k), 0.0) * float(flow.used) + loads.get(i, 0.0) * float(flow.loaded)
    }


def find_gains(weights: Iterable[tuple[Row, int]]) -> Mapping[int, int]:
    """Return by column what one unit of it adds to the weighted sum of rows, in 2**-160."""
    gains: dict[int, int] = defaultdict(int)
    for row, multiplier in weights:
        for column, value in row.terms:
            gains[column] += multiplier * value
    return gains


def name_tight_sets(
    rows: LawRows, weights: Sequence[tuple[Row, int]], met: Needs
) -> Iterator[TightSet]:
    """Yield the sets of a proof that are short of a resource, each apart from the others."""
    gains, columns = find_gains(weights), rows.columns
    serving: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for (i, j, k), flow in columns.flows.items():
        if (j, k) not in met and gains[flow.column] > 0:
            serving[k][j].add(i)
    for k, donors_of in sorted(serving.items()):
        for recipients in _part(donors_of):
            donors = sorted(set().union(*(donors_of[j] for j in recipients)))
            tight = _measure(columns, k, recipients, donors)
            if tight.capacity < tight.need:
                yield tight


def _part(donors_of: Mapping[int, set[int]]) -> list[list[int]]:
    """Return the recipients in groups that share no donor."""
    groups: list[tuple[set[int], set[int]]] = []
    for j, donors in sorted(donors_of.items()):
        touched = [group for group in groups if group[1] & donors]
        groups = [group for group in groups if group not in touched]
        merged = {j}.union(*(group[0] for group in touched))
        groups.append((merged, donors.union(*(group[1] for group in touched))))
    return sorted(sorted(recipients) for recipients, _ in groups)


def _measure(columns: Columns, k: int, recipients: list[int], donors: list[int]) -> TightSet:
    """Return what *recipients* need of a resource beside what *donors* can deliver to them."""
    resource = columns.resources[k].id
    need = capacity = Fraction()
    for j in recipients:
        flow = next(columns.flows[i, j, k] for i in donors if (i, j, k) in columns.flows)
        need += flow.amount / flow.needed
    for i in donors:
        flows = [(j, columns.flows[i, j, k]) for j in recipients if (i, j, k) in columns.flows]
        least_use = min(use_of(columns.link(i, j), resource) for j, _ in flows)
        j, flow = flows[0]
        owned = use_of(columns.link(i, j), resource) * flow.amount / flow.used
        capacity += owned / least_use
    return TightSet(
        resource=resource,
        recipients=tuple(columns.recipients[j].id for j in recipients),
        donors=tuple(columns.donors[i].id for i in donors),
        need=float(need),
        capacity=float(capacity),
    )
