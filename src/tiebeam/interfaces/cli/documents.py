"""What the commands have to say, as values: printed as tables for people, as JSON for programs."""

from collections.abc import Iterable, Mapping
from typing import Any

from tiebeam.core.model.plan import LevelResult, Plan
from tiebeam.core.model.scenario import Scenario
from tiebeam.core.pairing.check import CheckReport, Finding
from tiebeam.core.pairing.compare import Comparison, Inequality, LevelPair
from tiebeam.core.pairing.evaluate import coverages, loads, pair_coverages, sum_amounts
from tiebeam.errors import Fault
from tiebeam.interfaces.cli.faults import fault_document
from tiebeam.interfaces.cli.session import Session
from tiebeam.interfaces.report.words import Voice

Document = dict[str, Any]


def scenario_document(scenario: Scenario) -> Document:
    """Return the head of *scenario* and what it takes for granted."""
    return {
        "id": scenario.id,
        "title": scenario.title,
        "title_zh": scenario.title_zh,
        "as_of": scenario.as_of,
        "assumptions": [
            {"text": row.text, "text_zh": row.text_zh, "affects": row.affects}
            for row in scenario.assumptions
        ],
    }


def plan_document(voice: Voice, plan: Plan, check: CheckReport | None) -> Document:
    """Return *plan* with its figures: levels, recipients, donors, pairs with what flows."""
    scenario, flows = voice.scenario, plan.flows or ()
    covered, loaded = coverages(scenario, flows), loads(scenario, flows)
    shares, amounts = pair_coverages(scenario, flows), sum_amounts(scenario, flows)
    return {
        "status": plan.status,
        "completed": plan.completed,
        "solver": plan.solver,
        "levels": [_level_document(level, check) for level in plan.levels],
        "recipients": [
            {
                "id": party.id,
                "name": voice.recipient(party.id),
                "coverage": covered.get(party.id),
                "donors": sorted(p.donor for p in plan.pairs if p.recipient == party.id),
                "lead": next(
                    (p.donor for p in plan.pairs if p.recipient == party.id and p.lead), None
                ),
            }
            for party in scenario.recipients
        ],
        "donors": [
            {
                "id": party.id,
                "name": voice.donor(party.id),
                "burden": loaded.get(party.id),
                "recipients": sorted(p.recipient for p in plan.pairs if p.donor == party.id),
            }
            for party in scenario.donors
        ],
        "pairs": [
            {
                "donor": pair.donor,
                "recipient": pair.recipient,
                "lead": pair.lead,
                "coverage": shares.get((pair.donor, pair.recipient)),
                "flows": {
                    resource.id: amounts[pair.donor, pair.recipient, resource.id]
                    for resource in scenario.resources
                    if (pair.donor, pair.recipient, resource.id) in amounts
                },
            }
            for pair in sorted(plan.pairs, key=lambda p: (p.recipient, not p.lead, p.donor))
        ],
    }


def _level_document(level: LevelResult, check: CheckReport | None) -> Document:
    checked = {} if check is None else {row.name: row for row in check.levels}
    row = checked.get(level.name)
    return {
        "name": level.name,
        "of": level.of,
        "value": level.value,
        "best": level.best,
        "bound": level.bound,
        "gap": level.gap,
        "certificate": level.certificate,
        "bound_status": "absent" if row is None else row.bound_status,
        "proven_gap": None if row is None else row.proven_gap,
        "tight_sets": () if row is None else row.tight_sets,
    }


def check_document(voice: Voice, check: CheckReport) -> Document:
    """Return what the checker found, each finding with its sentence."""
    return {
        "scope": check.scope,
        "findings": [
            {
                "rule": finding.rule,
                "code": finding.code,
                "facts": finding.facts,
                "message": say_finding(voice, finding),
            }
            for finding in check.findings
        ],
        "levels": check.levels,
    }


def say_finding(voice: Voice, finding: Finding) -> str:
    """Return the sentence of *finding*, with names in place of ids."""
    code, facts = finding.code, dict(finding.facts)
    if code == "check.false_value" and "id" in facts:
        code = "check.false_party_value"
    if code in ("check.no_lead", "check.wrong_lead"):
        # What was met and expected are donors here, elsewhere figures.
        facts |= {
            key: voice.donor(value) for key, value in facts.items() if isinstance(value, str)
        } | {"recipient": finding.facts["recipient"]}
    return voice.tell(code, facts)


def comparison_document(voice: Voice, comparison: Comparison) -> Document:
    """Return all in which two plans differ."""
    return {
        "levels": [_level_pair_document(level) for level in comparison.levels],
        "recipients": [
            {**_party_pair(row), "name": voice.recipient(row.id)} for row in comparison.recipients
        ],
        "donors": [{**_party_pair(row), "name": voice.donor(row.id)} for row in comparison.donors],
        "inequality": {
            "measure": "gini",
            "coverage": _inequality_pair(comparison, "coverage"),
            "burden": _inequality_pair(comparison, "burden"),
        },
        "pairs_closed": [{"donor": p.donor, "recipient": p.recipient} for p in comparison.closed],
        "pairs_opened": [{"donor": p.donor, "recipient": p.recipient} for p in comparison.opened],
        "pairs_kept": len(comparison.kept),
        "leads": comparison.leads,
        "flows": comparison.flows,
    }


def _level_pair_document(level: LevelPair) -> Document:
    return {
        "name": level.name,
        "verdict": level.verdict,
        "position": level.position,
        "before": level.before.value,
        "after": level.after.value,
        "before_of": level.before.of,
        "after_of": level.after.of,
    }


def _party_pair(row: Any) -> Document:
    return {"id": row.id, "before": row.before, "after": row.after}


def _inequality_pair(comparison: Comparison, of: str) -> Document:
    def index(inequality: Inequality) -> object:
        return getattr(inequality, of)

    return {
        "before": index(comparison.inequality_before),
        "after": index(comparison.inequality_after),
    }


def warning_documents(session: Session, warnings: Iterable[Fault]) -> list[Document]:
    """Return *warnings* as values, each with its sentence."""
    return [fault_document(session, warning) for warning in warnings]


def envelope(command: str, status: int, content: Mapping[str, object]) -> Document:
    """Return the one document of a run that went well: its command, exit status and content."""
    return {"code": "done", "command": command, "exit": status, **content}
