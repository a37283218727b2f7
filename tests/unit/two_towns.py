"""
Two donors, two towns: one scenario and one plan for the unit tests, with figures made by hand.

Huanggang is covered to (3 * 8/8 + 60/80) / 4 = 0.9375, Suizhou to (3 * 2/4 + 50/100) / 4 = 0.5.
Hunan is loaded to (3 * 8/10 + 60/100) / 4 = 0.75, Jiangxi to (3 * 2/5 + 50/50) / 4 = 0.55.
"""

from collections.abc import Iterable
from dataclasses import replace

from tiebeam.core.model.plan import Flow, Pair, Plan
from tiebeam.core.model.scenario import Link, Party, Policy, Quantity, Resource, Scenario
from tiebeam.core.pairing.check import Finding, check_plan


def quantity(party: str, resource: str, amount: float) -> Quantity:
    return Quantity(party=party, resource=resource, amount=amount)


def flow(donor: str, recipient: str, resource: str, amount: float) -> Flow:
    return Flow(donor=donor, recipient=recipient, resource=resource, amount=amount)


def lead(donor: str, recipient: str) -> Pair:
    return Pair(donor=donor, recipient=recipient, lead=True)


def pair(donor: str, recipient: str) -> Pair:
    return Pair(donor=donor, recipient=recipient)


SCENARIO = Scenario(
    id="two-towns",
    policy=Policy(levels=("coverage", "continuity", "burden", "partners", "distance", "cost")),
    donors=(
        Party(id="hunan", name="Hunan", open_cost=5.0),
        Party(id="jiangxi", name="Jiangxi"),
    ),
    recipients=(Party(id="huanggang", name="Huanggang"), Party(id="suizhou", name="Suizhou")),
    resources=(
        Resource(id="doctors", name="doctors", unit="person", lot=1.0, weight=3.0),
        Resource(id="masks", name="masks", unit="box"),
    ),
    capacities=(
        quantity("hunan", "doctors", 10),
        quantity("hunan", "masks", 100),
        quantity("jiangxi", "doctors", 5),
        quantity("jiangxi", "masks", 50),
    ),
    needs=(
        quantity("huanggang", "doctors", 8),
        quantity("huanggang", "masks", 80),
        quantity("suizhou", "doctors", 4),
        quantity("suizhou", "masks", 100),
    ),
    links=(
        Link(
            donor="hunan",
            recipient="huanggang",
            tie=274,
            distance_km=100.0,
            fixed_cost=7.0,
            unit_costs={"doctors": 2.0},
        ),
        Link(
            donor="jiangxi",
            recipient="suizhou",
            tie=135,
            distance_km=200.0,
            unit_costs={"masks": 0.1},
        ),
        Link(donor="hunan", recipient="suizhou", distance_km=300.0),
        Link(donor="jiangxi", recipient="huanggang", distance_km=250.0),
    ),
)

PLAN = Plan(
    pairs=(lead("hunan", "huanggang"), lead("jiangxi", "suizhou")),
    flows=(
        flow("hunan", "huanggang", "doctors", 8),
        flow("hunan", "huanggang", "masks", 60),
        flow("jiangxi", "suizhou", "doctors", 2),
        flow("jiangxi", "suizhou", "masks", 50),
    ),
)


def with_flow(plan: Plan, *rows: Flow) -> Plan:
    """Return *plan* with *rows* in place of its own of the same donor, recipient and resource."""
    keys = {(row.donor, row.recipient, row.resource) for row in rows}
    kept = [f for f in plan.flows or () if (f.donor, f.recipient, f.resource) not in keys]
    return replace(plan, flows=(*kept, *rows))


def with_policy(scenario: Scenario, **policy: object) -> Scenario:
    return replace(scenario, policy=replace(scenario.policy, **policy))


def with_party(scenario: Scenario, party: str, **cells: object) -> Scenario:
    """Return *scenario* with other cells in the row of the donor or recipient *party*."""

    def change(rows: Iterable[Party]) -> tuple[Party, ...]:
        return tuple(replace(row, **cells) if row.id == party else row for row in rows)

    return replace(scenario, donors=change(scenario.donors), recipients=change(scenario.recipients))


def with_link(scenario: Scenario, donor: str, recipient: str, **cells: object) -> Scenario:
    """Return *scenario* with other cells in the row of one couple, which is added if absent."""
    rows = {(row.donor, row.recipient): row for row in scenario.links}
    old = rows.get((donor, recipient), Link(donor=donor, recipient=recipient))
    rows[donor, recipient] = replace(old, **cells)
    return replace(scenario, links=tuple(rows.values()))


def found(scenario: Scenario, plan: Plan) -> list[Finding]:
    return list(check_plan(scenario, plan).findings)


def finding(rule: str, code: str, **facts: object) -> Finding:
    return Finding(rule=rule, code=code, facts=facts)
