"""Read variants: the scenario they stand for, the plan found, and whether it still answers."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tiebeam.apps.pairings.models import BuiltScenario, Lock, Variant
from tiebeam.apps.pairings.queries.scenarios import load_scenario
from tiebeam.core.model.plan import Plan
from tiebeam.core.model.scenario import Scenario
from tiebeam.core.pairing.changes import Change, Forbid, Require, Set, apply_changes
from tiebeam.errors import InvalidInput
from tiebeam.interchange.plan.document import plan_text, read_plan_document
from tiebeam.interchange.tables.findings import Findings


def list_variants(built: BuiltScenario) -> list[Variant]:
    """List the variants of a scenario by name."""
    return list(Variant.objects.filter(scenario=built).order_by("name"))


def list_locks(variant: Variant) -> list[Lock]:
    """List the locks of a variant by pair."""
    return list(Lock.objects.filter(variant=variant).order_by("donor", "recipient"))


def effective_scenario(variant: Variant) -> Scenario:
    """
    Return what a plan of *variant* is searched in: its scenario with changes and locks.

    Raises:
        InvalidInput: A change makes no sense, or contradicts a lock.
        ScenarioAltered: The frozen scenario is not what it was.
    """
    return scenario_with(variant.scenario, read_changes(variant.changes), list_locks(variant))


def scenario_with(
    built: BuiltScenario, changes: Sequence[Change], locks: Sequence[Lock]
) -> Scenario:
    """Return the scenario *built* with *changes* made and *locks* set."""
    return apply_changes(load_scenario(built), [*changes, *map(_as_change, locks)])


def read_changes(documents: Sequence[Mapping[str, Any]]) -> list[Change]:
    """Return the changes that a variant keeps as plain values."""
    return [_read_change(document) for document in documents]


def list_change_documents(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """Return *changes* as the plain values that a variant keeps."""
    return [_document(change) for change in changes]


def load_plan(variant: Variant) -> Plan | None:
    """Return the plan of *variant*, None where none was found yet."""
    return None if variant.plan is None else read_plan_value(variant.plan)


def read_plan_value(value: Mapping[str, Any]) -> Plan:
    """
    Return the plan that *value*, the content of a ``plan.json``, says.

    Raises:
        InvalidInput: It is no plan.
    """
    findings = Findings()
    content = json.dumps(value, ensure_ascii=False).encode()
    plan = read_plan_document(content, "plan.json", findings)
    if plan is None or findings.faults:
        raise InvalidInput(findings.faults, findings.list_warnings())
    return plan


def plan_value(plan: Plan) -> dict[str, Any]:
    """Return *plan* as the content of a ``plan.json``."""
    value: dict[str, Any] = json.loads(plan_text(plan))
    return value


def is_stale(variant: Variant) -> bool:
    """Whether locks or changes moved since the plan of *variant* was made."""
    if variant.plan is None:
        return False
    made_for: str = variant.plan["scenario"]["sha256"]
    return made_for != variant.input_sha256


def _as_change(lock: Lock) -> Change:
    change = Require if lock.must_be else Forbid
    return change(donor=lock.donor, recipient=lock.recipient)


def _read_change(document: Mapping[str, Any]) -> Change:
    if document["kind"] == "set":
        return Set(path=tuple(document["path"]), value=document["value"])
    change = Require if document["kind"] == "require" else Forbid
    return change(donor=document["donor"], recipient=document["recipient"])


def _document(change: Change) -> dict[str, Any]:
    if isinstance(change, Set):
        return {"kind": "set", "path": list(change.path), "value": change.value}
    kind = "require" if isinstance(change, Require) else "forbid"
    return {"kind": kind, "donor": change.donor, "recipient": change.recipient}
