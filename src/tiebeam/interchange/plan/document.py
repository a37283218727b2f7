"""``plan.json``: a plan as a document, and back (format tiebeam-plan/1)."""

import json
import math
from collections.abc import Mapping
from typing import Any, cast, get_args

from tiebeam.core.model.numbers import LARGEST_PLAIN
from tiebeam.core.model.plan import (
    CertificateKind,
    Conflict,
    Figure,
    Flow,
    LevelResult,
    Notice,
    Pair,
    Plan,
    PlanStatus,
    SolverRecord,
)
from tiebeam.core.model.scenario import LEVEL_NAMES, LevelName
from tiebeam.interchange.plan.json_values import JsonObject, load_json
from tiebeam.interchange.tables.findings import Findings

FORMAT = "tiebeam-plan/1"
_STATUSES: tuple[str, ...] = get_args(PlanStatus)
_CERTIFICATES: tuple[str, ...] = get_args(CertificateKind)
_MAXIMISED = frozenset({"coverage", "continuity"})
_KEYS = (
    "format",
    "scenario",
    "solver",
    "status",
    "levels",
    "pairs",
    "flows",
    "completed",
    "certificate",
    "warnings",
    "conflict",
)


def plan_text(plan: Plan) -> str:
    """Return *plan* as the text of ``plan.json``: one pair, flow or level on a line."""
    lines = []
    for key, value in _build_document(plan).items():
        if isinstance(value, list) and value:
            items = ",\n".join(f"    {_compact(item)}" for item in value)
            lines.append(f"  {_compact(key)}: [\n{items}\n  ]")
        else:
            lines.append(f"  {_compact(key)}: {_compact(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _compact(value: Any) -> str:
    return json.dumps(_plain(value), ensure_ascii=False, allow_nan=False)


def _plain(value: Any) -> Any:
    """Return *value* with whole numbers without a fraction, and null for what is not finite."""
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value == int(value) and abs(value) <= LARGEST_PLAIN else float(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _build_document(plan: Plan) -> dict[str, Any]:
    """Return *plan* as the contract orders it; ``flows`` and ``completed`` only where they say something."""
    document: dict[str, Any] = {
        "format": FORMAT,
        "scenario": {"id": plan.scenario_id, "sha256": plan.scenario_sha256},
        "solver": {
            "version": plan.solver.version,
            "seed": plan.solver.seed,
            "seconds": plan.solver.seconds,
        },
        "status": plan.status,
        "levels": [_level_document(level) for level in plan.levels],
        "pairs": [
            {"donor": pair.donor, "recipient": pair.recipient, "lead": pair.lead}
            for pair in plan.pairs
        ],
    }
    if plan.flows is not None:
        document["flows"] = [
            {
                "donor": flow.donor,
                "recipient": flow.recipient,
                "resource": flow.resource,
                "amount": flow.amount,
            }
            for flow in plan.flows
        ]
    if plan.completed:
        document["completed"] = True
    document["certificate"] = plan.certificate
    document["warnings"] = [{"code": n.code, "facts": n.facts} for n in plan.warnings]
    document["conflict"] = [
        {"set": number, "rule": rule.rule, "code": rule.code, "facts": rule.facts}
        for number, rules in enumerate(plan.conflict)
        for rule in rules
    ]
    return document


def _level_document(level: LevelResult) -> dict[str, Any]:
    document: dict[str, Any] = {
        "name": level.name,
        "of": level.of,
        "value": level.value,
        "bound": level.bound,
        "gap": level.gap,
        "certificate": level.certificate,
    }
    if not level.of:
        del document["of"]
    if level.best is not None:
        document["best"] = level.best
    return document


def read_plan_document(content: bytes, place: str, findings: Findings) -> Plan | None:
    """Return the plan of a ``plan.json``; None where it is broken. Faults are noted."""
    value = load_json(content, place, findings)
    if value is None and findings.faults:
        return None
    document = JsonObject(value, "", place, findings)
    if not document.was_object:
        return None
    if document.content.get("format") != FORMAT:
        met = document.content.get("format", "")
        findings.add_fault(
            "plan.wrong_format", place, column="format", value=str(met), expected=FORMAT
        )
        return None
    document.allow(_KEYS)
    scenario = JsonObject(document.mapping("scenario"), "scenario", place, findings)
    scenario.allow(("id", "sha256"))
    solver = JsonObject(document.mapping("solver"), "solver", place, findings)
    solver.allow(("version", "seed", "seconds"))
    has_flows = document.content.get("flows") is not None
    return Plan(
        scenario_id=scenario.text("id", ""),
        scenario_sha256=scenario.text("sha256", ""),
        solver=SolverRecord(
            version=solver.text("version", ""),
            seed=solver.whole("seed", 0),
            seconds=solver.amount("seconds", 0.0),
        ),
        status=cast("PlanStatus", document.word("status", _STATUSES, "unknown")),
        levels=tuple(_read_level(level) for level in document.objects("levels", [])),
        pairs=_read_pairs(document),
        flows=_read_flows(document) if has_flows else None,
        completed=document.flag("completed", default=False),
        certificate=document.mapping("certificate"),
        warnings=tuple(
            Notice(code=notice.text("code"), facts=notice.mapping("facts"))
            for notice in document.objects("warnings", [])
        ),
        conflict=_read_conflict(document),
    )


def _read_level(level: JsonObject) -> LevelResult:
    level.allow(("name", "of", "value", "bound", "gap", "certificate", "best"))
    name = level.word("name", LEVEL_NAMES, LEVEL_NAMES[0])
    of = [item for item in level.items("of", []) if isinstance(item, str)]
    if len(of) != len(level.items("of", [])):
        level.refuse(level.content["of"], level.at("of"), "list_of_ids")
    value = _read_figure(level, "value")
    # What has no bound yet is null in JSON, which knows no infinity.
    unbounded = math.inf if name in _MAXIMISED else -math.inf
    gap = level.content.get("gap", 0.0)
    return LevelResult(
        name=cast("LevelName", name),
        of=tuple(of),
        value=value,
        bound=_read_figure(level, "bound", absent=unbounded),
        gap=math.inf if gap is None else level.amount("gap", 0.0),
        certificate=cast("CertificateKind", level.word("certificate", _CERTIFICATES, "unverified")),
        best=_read_figure(level, "best") if level.content.get("best") is not None else None,
    )


def _read_figure(level: JsonObject, key: str, absent: float | None = None) -> Figure:
    """Return a number or a vector of numbers; null stands for *absent* where that is given."""
    value = level.content.get(key)
    path = level.at(key)
    if isinstance(value, list):
        return tuple(
            absent if item is None and absent is not None else level.as_number(item, path)
            for item in value
        )
    if value is None and absent is not None:
        return absent
    return level.number(key)


def _read_pairs(document: JsonObject) -> tuple[Pair, ...]:
    pairs: dict[tuple[str, str], Pair] = {}
    for item in document.objects("pairs"):
        item.allow(("donor", "recipient", "lead"))
        pair = Pair(
            donor=item.text("donor"),
            recipient=item.text("recipient"),
            lead=item.flag("lead", default=False),
        )
        couple = (pair.donor, pair.recipient)
        if pairs.setdefault(couple, pair) is not pair and all(couple):
            item.findings.add_fault(
                "plan.duplicate_pair",
                item.place,
                column=item.path,
                value=", ".join(couple),
                donor=pair.donor,
                recipient=pair.recipient,
            )
    return tuple(pairs.values())


def _read_flows(document: JsonObject) -> tuple[Flow, ...]:
    """Return the flows; a row of nothing says nothing and is left out."""
    flows: dict[tuple[str, str, str], Flow] = {}
    for item in document.objects("flows"):
        item.allow(("donor", "recipient", "resource", "amount"))
        flow = Flow(
            donor=item.text("donor"),
            recipient=item.text("recipient"),
            resource=item.text("resource"),
            amount=item.amount("amount"),
        )
        key = (flow.donor, flow.recipient, flow.resource)
        if flows.setdefault(key, flow) is not flow and all(key):
            item.findings.add_fault(
                "plan.duplicate_flow",
                item.place,
                column=item.path,
                value=", ".join(key),
                donor=flow.donor,
                recipient=flow.recipient,
                resource=flow.resource,
            )
    return tuple(flow for flow in flows.values() if flow.amount > 0)


def _read_conflict(document: JsonObject) -> tuple[tuple[Conflict, ...], ...]:
    """Return the rules of the flat list, those with the same ``set`` together."""
    sets: dict[int, list[Conflict]] = {}
    for item in document.objects("conflict", []):
        item.allow(("set", "rule", "code", "facts"))
        rule = Conflict(rule=item.text("rule"), code=item.text("code"), facts=item.mapping("facts"))
        sets.setdefault(item.whole("set", 0), []).append(rule)
    return tuple(tuple(rules) for _, rules in sorted(sets.items()))
