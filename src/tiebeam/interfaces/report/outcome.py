"""What a plan comes to, as the numbers that the report shows; the arithmetic is the core's."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from tiebeam.core.model.plan import Pair, Plan
from tiebeam.core.model.scenario import Link, Resource, Scenario, distance_km
from tiebeam.core.pairing import evaluate

Couple = tuple[str, str]
"""Donor id and recipient id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """
    How much goes through each pair, in one measure that all pairs share.

    Attributes:
        kind: ``unit`` where all resources have one unit; ``coverage`` for the
            weighted share v_ij of the recipient's need; ``pair`` where no amounts
            are known and every pair counts the same.
        unit: The unit as the scenario writes it, for ``unit``.
    """

    kind: Literal["unit", "coverage", "pair"]
    unit: str = ""
    of_pair: Mapping[Couple, Fraction] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """
    A plan in numbers.

    Attributes:
        has_amounts: False where the plan, or the case, knows pairs alone; then
            every mapping but *distances* and *ties* is empty.
        coverages, loads: Shares by recipient id and donor id (§M4).
        shares: v_ij by couple.
        amounts: By donor id, recipient id and resource id, in its unit.
        needs: By recipient id and resource id.
        distances: In km by open couple; None = unknown.
    """

    scenario: Scenario
    plan: Plan
    has_amounts: bool
    coverages: Mapping[str, Fraction] = field(default_factory=dict)
    loads: Mapping[str, Fraction] = field(default_factory=dict)
    shares: Mapping[Couple, Fraction] = field(default_factory=dict)
    amounts: Mapping[tuple[str, str, str], Fraction] = field(default_factory=dict)
    needs: Mapping[tuple[str, str], Fraction] = field(default_factory=dict)
    links: Mapping[Couple, Link] = field(default_factory=dict)
    distances: Mapping[Couple, float | None] = field(default_factory=dict)
    measure: Measure

    @property
    def resources(self) -> tuple[Resource, ...]:
        """The resources of the scenario, in its order."""
        return self.scenario.resources if self.has_amounts else ()

    @property
    def has_lines(self) -> bool:
        """Whether any open pair has a place at both ends, so that a map can show it."""
        donors = {donor.id for donor in self.scenario.donors if donor.lat is not None}
        recipients = {party.id for party in self.scenario.recipients if party.lat is not None}
        return any(d in donors and r in recipients for d, r in self.distances)

    def received(self, recipient: str, resource: str) -> Fraction:
        """Return how much of *resource* all donors together send to *recipient*."""
        return sum(
            (x for (_, r, k), x in self.amounts.items() if (r, k) == (recipient, resource)),
            Fraction(),
        )

    def delivered(self, resource: str) -> Fraction:
        """Return how much of *resource* flows in the whole plan."""
        return sum((x for (_, _, k), x in self.amounts.items() if k == resource), Fraction())

    def needed(self, resource: str) -> Fraction:
        """Return how much of *resource* all recipients need."""
        return sum((n for (_, k), n in self.needs.items() if k == resource), Fraction())

    def tie(self, couple: Couple) -> float:
        """Return what stands on the ground between *couple* today."""
        link = self.links.get(couple)
        return link.tie if link else 0.0


def evaluate_plan(scenario: Scenario, plan: Plan) -> Outcome:
    """Return *plan* in numbers."""
    links = evaluate.index_links(scenario)
    distances = _distances(scenario, plan.pairs, links)
    if plan.flows is None or not scenario.resources or not scenario.needs:
        couples = {(pair.donor, pair.recipient): Fraction(1) for pair in plan.pairs}
        return Outcome(
            scenario=scenario,
            plan=plan,
            has_amounts=False,
            links=links,
            distances=distances,
            measure=Measure(kind="pair", of_pair=couples),
        )
    amounts = evaluate.sum_amounts(scenario, plan.flows)
    shares = evaluate.pair_coverages(scenario, plan.flows)
    return Outcome(
        scenario=scenario,
        plan=plan,
        has_amounts=True,
        coverages=evaluate.coverages(scenario, plan.flows),
        loads=evaluate.loads(scenario, plan.flows),
        shares=shares,
        amounts=amounts,
        needs=evaluate.index_quantities(scenario.needs),
        links=links,
        distances=distances,
        measure=_measure(scenario, amounts, shares),
    )


def common_unit(scenario: Scenario) -> str:
    """Return the unit that all needed resources share, or empty where they differ."""
    needed = {resource for _, resource in evaluate.index_quantities(scenario.needs)}
    units = {resource.unit for resource in scenario.resources if resource.id in needed}
    return units.pop() if len(units) == 1 else ""


def _measure(
    scenario: Scenario,
    amounts: Mapping[tuple[str, str, str], Fraction],
    shares: Mapping[Couple, Fraction],
) -> Measure:
    unit = common_unit(scenario)
    if not unit:
        return Measure(kind="coverage", of_pair=shares)
    sums: dict[Couple, Fraction] = defaultdict(Fraction)
    for (donor, recipient, _), amount in amounts.items():
        sums[donor, recipient] += amount
    return Measure(kind="unit", unit=unit, of_pair=dict(sums))


def _distances(
    scenario: Scenario, pairs: tuple[Pair, ...], links: Mapping[Couple, Link]
) -> dict[Couple, float | None]:
    donors = {donor.id: donor for donor in scenario.donors}
    recipients = {recipient.id: recipient for recipient in scenario.recipients}
    distances: dict[Couple, float | None] = {}
    for pair in pairs:
        couple = (pair.donor, pair.recipient)
        donor, recipient = donors.get(pair.donor), recipients.get(pair.recipient)
        distances[couple] = None
        # A plan made by hand may name a party that the scenario does not have: the checker says so.
        if donor is not None and recipient is not None:
            distances[couple] = distance_km(donor, recipient, links.get(couple))
    return distances
