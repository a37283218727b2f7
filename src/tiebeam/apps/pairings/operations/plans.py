"""Store plans: found by a search, made by hand or brought in a file, and always checked first."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import wraps
from threading import Lock
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from tiebeam.apps.pairings.models import BuiltScenario, Variant
from tiebeam.apps.pairings.operations.rights import MAKERS, demand_own_programme
from tiebeam.apps.pairings.operations.variants import create_variant, lock_variant
from tiebeam.apps.pairings.queries.scenarios import load_scenario
from tiebeam.apps.pairings.queries.variants import effective_scenario, load_plan, plan_value
from tiebeam.core.model.identity import plan_sha256, scenario_sha256
from tiebeam.core.model.plan import OPTIMAL_GAP, Flow, Pair, Plan
from tiebeam.core.model.scenario import Scenario
from tiebeam.core.pairing.check import CheckReport, check_plan
from tiebeam.core.pairing.completion import complete_flows
from tiebeam.errors import Fault, InvalidInput, Refused
from tiebeam.platform.audit.writing import save_change, state_of
from tiebeam.platform.permissions.operations import operation, require
from tiebeam.platform.tenancy.acting import Actor, acting

P = ParamSpec("P")
R = TypeVar("R")

REPORTS_MOST = 64
_reports: OrderedDict[tuple[str, str], CheckReport] = OrderedDict()
_reports_lock = Lock()


class PlanOfAnotherScenario(Refused):
    """The plan was made for another scenario, or before a lock or a change moved."""

    code = "pairings.plan_of_another_scenario"


class PlanBreaksRules(Refused):
    """The checker found something; facts: ``findings`` and how many."""

    code = "pairings.plan_breaks_rules"


class PlanWithoutPairs(Refused):
    """A plan that holds no pair says that there is none, and cannot be kept."""

    code = "pairings.plan_without_pairs"


def check_beforehand(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """
    Check the plan before the transaction of the operation *name*, which then finds the report.

    No lock is held while computing: a check takes seconds. The operation asks the
    checker again all the same, and it computes where anything moved meanwhile.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            actor, plan = kwargs["actor"], kwargs.get("plan")
            assert isinstance(actor, Actor)
            require(actor, name)
            with acting(actor):
                scenario, plan = _read_asked(plan, kwargs.get("variant"), kwargs.get("scenario"))
            if isinstance(plan, Plan) and plan.scenario_sha256 == scenario_sha256(scenario):
                _report_on(scenario, plan)
            return function(*args, **kwargs)

        return run

    return decorate


def _read_asked(plan: Any, variant: Any, built: Any) -> tuple[Scenario, Any]:
    if built is not None:
        return load_scenario(built), plan
    return effective_scenario(variant), plan or load_plan(variant)


@check_beforehand("pairings.store_plan")
@operation("pairings.store_plan", roles=MAKERS)
def store_plan(
    *, variant: Variant, plan: Plan, actor: Actor, now: datetime, run_id: UUID | None = None
) -> Variant:
    """
    Store what a search found for *variant*, in place of the plan before it.

    The plan is checked here once more, whoever checked it before. What the checker
    says of each level is kept beside it.

    Raises:
        PlanOfAnotherScenario: It was not made for what the variant stands for now.
        PlanBreaksRules: The checker finds something.
    """
    return _store(variant, plan, actor, now, "pairings.store_plan", run_id)


@operation("pairings.store_manual_plan", roles=MAKERS)
def store_manual_plan(
    *,
    variant: Variant,
    pairs: Sequence[Pair],
    actor: Actor,
    now: datetime,
    flows: Sequence[Flow] | None = None,
) -> Variant:
    """
    Store pairs that people chose; flows not given are completed, and marked so (§M7).

    Raises:
        PlanBreaksRules: The pairs break a rule or a lock.
        Infeasible: Nothing can flow through exactly these pairs.
    """
    scenario = effective_scenario(variant)
    made = Plan(
        scenario_id=scenario.id,
        scenario_sha256=scenario_sha256(scenario),
        status="feasible",
        pairs=tuple(pairs),
        flows=None if flows is None else tuple(flows),
    )
    if flows is None:
        _demand_sound(check_plan(scenario, made))
        made = complete_flows(scenario, made)
    return _store(variant, made, actor, now, "pairings.store_manual_plan", None)


@check_beforehand("pairings.import_plan")
@operation("pairings.import_plan", roles=MAKERS)
def import_plan(
    *, scenario: BuiltScenario, plan: Plan, name: str, actor: Actor, now: datetime
) -> Variant:
    """
    Keep a plan that was made elsewhere as a new variant of the scenario that it was made for.

    It is called optimal where the checker proves it so, whatever it says of itself, and
    bounds that are its own word alone are left out. One without flows has them
    completed, and marked so (§M7).

    Raises:
        PlanWithoutPairs: It holds no pair.
        InvalidInput: It was made for another scenario.
        PlanBreaksRules: The checker finds something.
        NameTaken: The scenario has a variant of this name.
    """
    action = "pairings.import_plan"
    demand_own_programme(actor, action, scenario.round.programme)
    if not plan.pairs:
        raise PlanWithoutPairs(status=plan.status)
    of = load_scenario(scenario)
    _demand_made_for(scenario, plan)
    plan = replace(plan, scenario_id=plan.scenario_id or of.id, scenario_sha256=scenario.sha256)
    if plan.flows is None:
        _demand_sound(check_plan(of, plan))
        plan = complete_flows(of, plan)
    plan = _claim_what_is_proven(plan, demand_sound_plan(of, plan, name))
    variant = create_variant(scenario=scenario, name=name, actor=actor, now=now)
    return _store(variant, plan, actor, now, action, None)


def _demand_made_for(built: BuiltScenario, plan: Plan) -> None:
    """Refuse a plan that names another scenario; one that names none belongs to what it is brought to."""
    met = plan.scenario_sha256
    if met in {"", built.sha256}:
        return
    own = BuiltScenario.objects.filter(round_id=built.round_id, sha256=met).first()
    facts: dict[str, object] = {"scenario": built.name, "expected": built.sha256}
    code = "pairings.plan_for_another"
    if own is not None:
        code, facts["other"] = "pairings.plan_for_other_of_round", own.name
    place, column = "plan.json", "sha256"
    raise InvalidInput([Fault(code=code, place=place, column=column, value=met, facts=facts)])


def _claim_what_is_proven(plan: Plan, report: CheckReport) -> Plan:
    """
    Return *plan* with no more said of it than the checker proves (§M6).

    It stays "optimal" where every level is proven so. Bounds that rest on the word of
    whoever made the file would show as a gap that nobody here knows of: they are left out.
    """
    gaps = [level.proven_gap for level in report.levels]
    is_proven = bool(gaps) and all(gap is not None and gap <= OPTIMAL_GAP for gap in gaps)
    if plan.status == "optimal" and is_proven:
        return plan
    if all(level.bound_status == "verified" for level in report.levels):
        return replace(plan, status="feasible")
    return replace(plan, status="feasible", levels=(), certificate={})


def demand_sound_plan(scenario: Scenario, plan: Plan, variant: str) -> CheckReport:
    """
    Return what the checker says of a plan that is made for *scenario* and keeps its rules.

    Args:
        variant: The name of the variant, by which people know it.

    Raises:
        PlanOfAnotherScenario: It was made for another.
        PlanBreaksRules: The checker finds something.
    """
    if plan.scenario_sha256 != scenario_sha256(scenario):
        raise PlanOfAnotherScenario(variant=variant)
    report = _report_on(scenario, plan)
    _demand_sound(report)
    return report


def _report_on(scenario: Scenario, plan: Plan) -> CheckReport:
    """Return what the checker says; of the same scenario and plan it is asked once."""
    key = (scenario_sha256(scenario), plan_sha256(plan))
    with _reports_lock:
        known = _reports.get(key)
    if known is not None:
        return known
    report = check_plan(scenario, plan)
    with _reports_lock:
        _reports[key] = report
        while len(_reports) > REPORTS_MOST:
            _reports.popitem(last=False)
    return report


def _demand_sound(report: CheckReport) -> None:
    if report.findings:
        raise PlanBreaksRules(findings=report.findings, count=len(report.findings))


def _store(
    variant: Variant, plan: Plan, actor: Actor, now: datetime, action: str, run_id: UUID | None
) -> Variant:
    variant = lock_variant(actor, action, variant)
    report = demand_sound_plan(effective_scenario(variant), plan, variant.name)
    before = state_of(variant)
    variant.plan = plan_value(plan)
    variant.plan_status = plan.status
    variant.plan_sha256 = plan_sha256(plan)
    variant.plan_check = _check_value(report)
    variant.solved_at = now
    variant.run_id = run_id
    return save_change(variant, before, action, actor, now)


def _check_value(report: CheckReport) -> dict[str, Any]:
    """Return what the checker says of each level, as plain values."""
    return {
        "scope": report.scope,
        "levels": [
            {
                "name": level.name,
                "bound_status": level.bound_status,
                "proven_gap": level.proven_gap,
            }
            for level in report.levels
        ],
    }
