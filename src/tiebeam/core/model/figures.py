"""What makes a single figure of a scenario faulty: sign, range, wholeness (§M1, §M3)."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from tiebeam.core.model.findings import as_text, iterate_quantities, row_fault
from tiebeam.core.model.scenario import Party, Policy, Scenario
from tiebeam.errors import Fault

_PARTNER_KEYS = (
    ("min_partners_per_recipient", "max_partners_per_recipient"),
    ("min_partners_per_donor", "max_partners_per_donor"),
)


def list_figure_faults(scenario: Scenario) -> Iterator[Fault]:
    """Yield every figure that cannot be meant: in parties, resources, quantities, links, policy."""
    for table, parties in (("donors", scenario.donors), ("recipients", scenario.recipients)):
        for index, party in enumerate(parties):
            yield from _list_party_faults(table, index, party)
    for index, resource in enumerate(scenario.resources):
        yield from _judge_row("resources", index, resource, {"lot": "nonnegative"})
        yield from _judge_row("resources", index, resource, {"weight": "positive"})
    for table, index, row in iterate_quantities(scenario):
        yield from _judge_row(table, index, row, {"amount": "nonnegative"})
    for index, link in enumerate(scenario.links):
        rules = dict.fromkeys(("tie", "distance_km", "fixed_cost"), "nonnegative")
        yield from _judge_row("links", index, link, rules)
        for resource_id, cost in link.unit_costs.items():
            column = f"unit_cost:{resource_id}"
            yield from _judge("links", index, link, "nonnegative", column=column, value=cost)
        for resource_id, use in link.uses.items():
            column = f"use:{resource_id}"
            yield from _judge("links", index, link, "positive", column=column, value=use)
    yield from _list_policy_faults(scenario.policy)


def _list_party_faults(table: str, index: int, party: Party) -> Iterator[Fault]:
    """Yield what is wrong in the figures of one donor or recipient."""
    rules = {"min_partners": "count", "max_partners": "count", "open_cost": "nonnegative"}
    yield from _judge_row(table, index, party, rules)
    for column, limit in (("lat", 90), ("lon", 180)):
        value = getattr(party, column)
        if value is not None and not -limit <= value <= limit:
            limits = {"low": -limit, "high": limit}
            yield row_fault(
                "scenario.out_of_range", table, index, party, column=column, value=value, **limits
            )
    if (party.lat is None) != (party.lon is None):
        missing = "lat" if party.lat is None else "lon"
        yield row_fault("scenario.half_a_point", table, index, party, column=missing)
    low, high = party.min_partners, party.max_partners
    if low is not None and high is not None and low > high:
        facts = {"low": as_text(low), "high": as_text(high), "high_column": "max_partners"}
        yield row_fault(
            "scenario.min_above_max", table, index, party, column="min_partners", value=low, **facts
        )


def _list_policy_faults(policy: Policy) -> Iterator[Fault]:
    """Yield what is wrong in the figures of the policy."""
    counts = dict.fromkeys([key for pair in _PARTNER_KEYS for key in pair] + ["seed"], "count")
    rules = counts | {"gap": "nonnegative", "time_limit_s": "positive"}
    yield from _judge_row("policy", None, policy, rules)
    if not 0 <= policy.min_share <= 1:
        yield _policy_fault("scenario.out_of_range", "min_share", policy.min_share, low=0, high=1)
    for level, share in policy.slack.items():
        yield from _judge(
            "policy", None, policy, "nonnegative", column=f"slack.{level}", value=share
        )
    for low_key, high_key in _PARTNER_KEYS:
        low, high = getattr(policy, low_key), getattr(policy, high_key)
        if low is not None and high is not None and low > high:
            facts = {"low": as_text(low), "high": as_text(high), "high_column": high_key}
            yield _policy_fault("scenario.min_above_max", low_key, low, **facts)


def _policy_fault(code: str, key: str, value: Any, **facts: Any) -> Fault:
    """Return a fault of one key of the policy."""
    return Fault(code=code, place="policy", column=key, value=as_text(value), facts=facts)


def _judge_row(
    table: str, index: int | None, row: Any, rules: Mapping[str, str]
) -> Iterator[Fault]:
    """Yield the faults of the named columns of one row; None is "not given" and no fault."""
    for column, rule in rules.items():
        value = getattr(row, column)
        if value is not None:
            yield from _judge(table, index, row, rule, column=column, value=value)


def _judge(
    table: str, index: int | None, row: Any, rule: str, *, column: str, value: float
) -> Iterator[Fault]:
    """Yield a fault where *value* breaks *rule*: nonnegative, positive or count (whole, >= 0)."""
    code = _broken_rule(rule, value)
    if code and index is None:
        yield _policy_fault(code, column, value)
    elif code and index is not None:
        yield row_fault(code, table, index, row, column=column, value=value)


def _broken_rule(rule: str, value: float) -> str:
    """Return the code of what is wrong with *value*, empty where nothing is."""
    if not math.isfinite(value):
        return "scenario.not_finite"
    if rule == "positive":
        return "" if value > 0 else "scenario.not_positive"
    if value < 0:
        return "scenario.negative"
    if rule == "count" and value != int(value):
        return "scenario.not_whole"
    return ""
