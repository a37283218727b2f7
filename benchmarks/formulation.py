"""
The pairing law as a plain mixed-integer model, in no tool's language (§M1-§M5).

Written from the law for the peers of the solver, as someone would who has a MIP tool at hand: all
pairs binary, all lots whole, one objective after another. Nothing of the solver is used. A
leximin level is one objective for each m, theta_m by a threshold and the shortfalls below it; what
was reached is kept as a row.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tiebeam.core.model.scenario import (
    LevelName,
    Scenario,
    distance_km,
    partner_bounds_of_donor,
    partner_bounds_of_recipient,
)

Terms = Mapping[int, float]
"""Column number -> coefficient."""

Key = tuple[str, str, str]
"""Donor, recipient, resource."""


@dataclass(frozen=True, slots=True)
class Column:
    """One unknown with its bounds."""

    name: str
    low: float
    high: float
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """low <= sum of the terms <= high."""

    terms: Terms
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Step:
    """
    One objective to minimise, with the columns and rows that it brings.

    Attributes:
        count: m of theta_m for the vectors, else 0.
        sign: What turns the least value into the level's own: -1 where more is better.
        trivial: No plan has a smaller value.
        parties: Of a vector, the columns v_j or u_i; its own columns are t, then a distance each.
    """

    level: LevelName
    count: int
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    objective: Terms
    sign: float
    trivial: float
    parties: tuple[int, ...] = ()

    def complete(self, values: Sequence[float]) -> list[float]:
        """Return the best values of the columns that the step brings, given all before them."""
        if not self.count:
            return []
        members = [values[party] for party in self.parties]
        threshold = sorted(members, reverse=self.sign > 0)[self.count - 1]
        return [threshold, *(max(0.0, self.sign * (v - threshold)) for v in members)]

    @property
    def unit(self) -> float:
        """What a gap of a vector's step is divided by (§M6)."""
        return float(max(1, self.count))


@dataclass(slots=True)
class Formulation:
    """
    The law of one scenario: columns and rows of §M1-§M4, then the steps of §M5 in order.

    Attributes:
        pairs: Couple -> column of y. *flows*: key -> column of x, in lots where *lots* has one.
    """

    columns: list[Column] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    pairs: dict[tuple[str, str], int] = field(default_factory=dict)
    flows: dict[Key, int] = field(default_factory=dict)
    unit_of: dict[str, float] = field(default_factory=dict)

    def add(self, name: str, low: float, high: float, *, is_whole: bool = False) -> int:
        """Add a column and return its number."""
        self.columns.append(Column(name, low, high, is_whole))
        return len(self.columns) - 1


class _Law:
    """The data of §M1 by id, and the terms of §M4."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.capacity = {(q.party, q.resource): q.amount for q in scenario.capacities if q.amount}
        self.need = {(q.party, q.resource): q.amount for q in scenario.needs if q.amount}
        self.link = {(link.donor, link.recipient): link for link in scenario.links}
        self.resources = {resource.id: resource for resource in scenario.resources}
        self.donors = [d for d in scenario.donors if any(k[0] == d.id for k in self.capacity)]
        self.recipients = [r for r in scenario.recipients if any(k[0] == r.id for k in self.need)]

    def use(self, key: Key) -> float:
        """Return r_ijk."""
        link = self.link.get(key[:2])
        return 1.0 if link is None else link.uses.get(key[2], 1.0)

    def share(self, party: str, resource: str, amounts: Mapping[tuple[str, str], float]) -> float:
        """Return what one unit adds to a coverage or load: w_k / amount / sum of the weights."""
        total = sum(r.weight for name, r in self.resources.items() if (party, name) in amounts)
        return self.resources[resource].weight / amounts[party, resource] / total


def formulate(scenario: Scenario) -> Formulation:
    """
    Return the plain model of *scenario*, which must have resources.

    Size: one binary for each link that is not forbidden, one column and one row x <= most * y for
    each link and resource.
    """
    law, model = _Law(scenario), Formulation()
    _add_pairs_and_flows(law, model)
    _add_amount_rows(law, model)
    _add_partner_rows(law, model)
    covered = _add_coverages(law, model)
    loaded = _add_loads(law, model)
    opened = _add_open_donors(law, model) if "cost" in scenario.policy.levels else {}
    base = len(model.columns)
    for level in scenario.policy.levels:
        if level == "coverage":
            base = _add_vector_steps(model, level, covered, base)
        elif level == "burden":
            base = _add_vector_steps(model, level, loaded, base)
        else:
            model.steps.append(_number_step(law, model, level, opened))
    return model


def _add_pairs_and_flows(law: _Law, model: Formulation) -> None:
    """Add y_ij and x_ijk with §M3.3 and §M3.5: x <= most * y, the tightest static bound."""
    for donor in law.donors:
        for recipient in law.recipients:
            couple = (donor.id, recipient.id)
            link = law.link.get(couple)
            if link is not None and link.status == "forbidden":
                continue
            is_required = link is not None and link.status == "required"
            pair = model.add(f"y_{len(model.columns)}", float(is_required), 1.0, is_whole=True)
            model.pairs[couple] = pair
            for name, resource in law.resources.items():
                key = (*couple, name)
                if (donor.id, name) not in law.capacity or (recipient.id, name) not in law.need:
                    continue
                unit = resource.lot or 1.0
                model.unit_of[name] = unit
                held = law.capacity[donor.id, name] / law.use(key)
                most = min(held, law.need[recipient.id, name]) / unit
                most = math.floor(most * (1 + 1e-9)) if resource.lot else most
                flow = model.add(f"x_{len(model.columns)}", 0.0, most, is_whole=bool(resource.lot))
                model.flows[key] = flow
                model.rows.append(Row({flow: 1.0, pair: -most}, -math.inf, 0.0))


def _add_amount_rows(law: _Law, model: Formulation) -> None:
    """Add §M3.1 and §M3.2."""
    for (donor, resource), amount in law.capacity.items():
        terms = {
            flow: law.use(key) * model.unit_of[resource]
            for key, flow in model.flows.items()
            if (key[0], key[2]) == (donor, resource)
        }
        model.rows.append(Row(terms, -math.inf, amount))
    for (recipient, resource), amount in law.need.items():
        terms = {
            flow: model.unit_of[resource]
            for key, flow in model.flows.items()
            if (key[1], key[2]) == (recipient, resource)
        }
        model.rows.append(Row(terms, -math.inf, amount))


def _add_partner_rows(law: _Law, model: Formulation) -> None:
    """Add §M3.4 and §M3.6."""
    for recipient in law.recipients:
        low, high = partner_bounds_of_recipient(law.scenario, recipient)
        terms = {y: 1.0 for couple, y in model.pairs.items() if couple[1] == recipient.id}
        model.rows.append(Row(terms, low, high))
    for donor in law.donors:
        low, high = partner_bounds_of_donor(law.scenario, donor)
        terms = {y: 1.0 for couple, y in model.pairs.items() if couple[0] == donor.id}
        model.rows.append(Row(terms, low, high))
    if law.scenario.policy.min_share > 0:
        for couple, pair in model.pairs.items():
            terms = _pair_coverage(law, model, couple)
            model.rows.append(Row({**terms, pair: -law.scenario.policy.min_share}, 0.0, math.inf))


def _pair_coverage(law: _Law, model: Formulation, couple: tuple[str, str]) -> dict[int, float]:
    """Return v_ij of §M4."""
    return {
        flow: law.share(key[1], key[2], law.need) * model.unit_of[key[2]]
        for key, flow in model.flows.items()
        if key[:2] == couple
    }


def _add_coverages(law: _Law, model: Formulation) -> list[int]:
    """Add the columns v_j and what they are (§M4)."""
    columns = []
    for recipient in law.recipients:
        terms: dict[int, float] = {}
        for couple in model.pairs:
            if couple[1] == recipient.id:
                terms |= _pair_coverage(law, model, couple)
        column = model.add(f"v_{len(model.columns)}", 0.0, 1.0)
        model.rows.append(Row({**terms, column: -1.0}, 0.0, 0.0))
        columns.append(column)
    return columns


def _add_loads(law: _Law, model: Formulation) -> list[int]:
    """Add the columns u_i and what they are (§M4)."""
    columns = []
    for donor in law.donors:
        terms = {
            flow: law.share(donor.id, key[2], law.capacity) * law.use(key) * model.unit_of[key[2]]
            for key, flow in model.flows.items()
            if key[0] == donor.id
        }
        column = model.add(f"u_{len(model.columns)}", 0.0, 1.0)
        model.rows.append(Row({**terms, column: -1.0}, 0.0, 0.0))
        columns.append(column)
    return columns


def _add_open_donors(law: _Law, model: Formulation) -> dict[str, int]:
    """Add z_i >= y_ij (§M5, cost)."""
    opened = {d.id: model.add(f"z_{len(model.columns)}", 0.0, 1.0) for d in law.donors}
    for (donor, _), pair in model.pairs.items():
        model.rows.append(Row({opened[donor]: 1.0, pair: -1.0}, 0.0, math.inf))
    return opened


def _add_vector_steps(model: Formulation, level: LevelName, parties: list[int], base: int) -> int:
    """
    Add theta_m for every m; return the number of the next free column.

    Coverage: theta_m is the most of m t - sum of the shortfalls below t. Burden: the least of
    m t + sum of the excesses above t (Ogryczak et al. 2014).
    """
    sign = -1.0 if level == "coverage" else 1.0
    for count in range(1, len(parties) + 1):
        columns = [Column(f"t_{base}", 0.0, 1.0)]
        rows, objective = [], {base: sign * count}
        for at, party in enumerate(parties, start=1):
            columns.append(Column(f"d_{base + at}", 0.0, 1.0))
            objective[base + at] = 1.0
            # d >= t - v, or d >= u - t.
            rows.append(Row({base + at: 1.0, party: -sign, base: sign}, 0.0, math.inf))
        trivial = -float(count) if level == "coverage" else 0.0
        model.steps.append(
            Step(
                level,
                count,
                tuple(columns),
                tuple(rows),
                objective,
                sign,
                trivial,
                tuple(parties),
            )
        )
        base += len(columns)
    return base


def _number_step(law: _Law, model: Formulation, level: LevelName, opened: dict[str, int]) -> Step:
    """Return the step of continuity, partners, distance or cost (§M5)."""
    objective: dict[int, float] = {}
    if level == "continuity":
        ties = {couple: link.tie for couple, link in law.link.items() if link.tie > 0}
        objective = {y: -ties[couple] for couple, y in model.pairs.items() if couple in ties}
        return Step(level, 0, (), (), objective, -1.0, sum(objective.values()))
    if level == "partners":
        objective = dict.fromkeys(model.pairs.values(), 1.0)
        least = sum(partner_bounds_of_recipient(law.scenario, r)[0] for r in law.recipients)
        return Step(level, 0, (), (), objective, 1.0, float(least))
    if level == "distance":
        donors = {donor.id: donor for donor in law.donors}
        recipients = {recipient.id: recipient for recipient in law.recipients}
        for couple in model.pairs:
            link = law.link.get(couple)
            kilometres = distance_km(donors[couple[0]], recipients[couple[1]], link) or 0.0
            for flow, share in _pair_coverage(law, model, couple).items():
                objective[flow] = kilometres * share
        return Step(level, 0, (), (), objective, 1.0, 0.0)
    for donor in law.donors:
        objective[opened[donor.id]] = donor.open_cost
    for couple, link in law.link.items():
        if couple in model.pairs:
            objective[model.pairs[couple]] = link.fixed_cost
            for resource, cost in link.unit_costs.items():
                if (*couple, resource) in model.flows:
                    objective[model.flows[*couple, resource]] = cost * model.unit_of[resource]
    return Step(level, 0, (), (), objective, 1.0, 0.0)
