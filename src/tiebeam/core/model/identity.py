"""
The identity of a scenario and of a plan: a hash of what they say (§M9).

What they say, not how it was written down: the order of rows, the form (folder
or workbook), the spelling of numbers and columns that we do not know are left out.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from tiebeam.core.model.numbers import number_text
from tiebeam.core.model.plan import Plan
from tiebeam.core.model.scenario import Scenario

_SCENARIO_FORM = "tiebeam-scenario/1"
_PLAN_FORM = "tiebeam-plan/1"

_TABLES = (
    "donors",
    "recipients",
    "resources",
    "capacities",
    "needs",
    "links",
    "assumptions",
    "sources",
)


def scenario_sha256(scenario: Scenario) -> str:
    """Return the hash of the canonical content of *scenario*, 64 hexadecimal digits (§M9)."""
    head = {name: getattr(scenario, name) for name in ("id", "title", "title_zh", "as_of")}
    policy = _record(scenario.policy)
    tables = {
        name: _sorted_texts(_record(row) for row in getattr(scenario, name)) for name in _TABLES
    }
    return _digest([_SCENARIO_FORM, head, policy, tables])


def plan_sha256(plan: Plan) -> str:
    """Return the hash of what *plan* says, 64 hexadecimal digits; times are left out (§M9)."""
    content = _record(plan) | {
        "solver": {"version": plan.solver.version, "seed": plan.solver.seed},
        "levels": [_record(level) for level in plan.levels],
        "pairs": _sorted_texts(_record(pair) for pair in plan.pairs),
        "flows": None if plan.flows is None else _sorted_texts(_record(f) for f in plan.flows),
        "warnings": _sorted_texts(_record(notice) for notice in plan.warnings),
        "conflict": [_sorted_texts(_record(rule) for rule in rules) for rules in plan.conflict],
    }
    return _digest([_PLAN_FORM, content])


def _record(row: Any) -> dict[str, Any]:
    """Return the fields of a dataclass by name, unknown columns left out."""
    return {f.name: getattr(row, f.name) for f in fields(row) if f.name != "extra"}


def _sorted_texts(records: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return each record as canonical text, in code-point order: rows have no order."""
    return sorted(_canonical_text(record) for record in records)


def _canonical_text(content: Any) -> str:
    """Return *content* as JSON text of one spelling."""
    return json.dumps(_plain(content), ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def _plain(content: Any) -> Any:
    """Return *content* with every number as ["n", text], so that 1 and 1.0 agree and "1" does not."""
    if isinstance(content, str | bool) or content is None:
        return content
    if isinstance(content, int | float):
        return ["n", number_text(content)]
    if isinstance(content, Mapping):
        return {str(key): _plain(value) for key, value in content.items()}
    return [_plain(value) for value in content]


def _digest(content: Any) -> str:
    """Return the SHA-256 of the canonical text of *content*."""
    return hashlib.sha256(_canonical_text(content).encode("ascii")).hexdigest()
