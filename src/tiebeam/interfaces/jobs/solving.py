"""
Searches in the background: the best plan of a variant, why a pair stands or does not, what if.

What is searched in is read first and the answer stored last, each in a short
transaction of its own; none is held while computing.
"""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from tiebeam import __version__
from tiebeam.apps.pairings.models import Variant
from tiebeam.apps.pairings.operations.plans import demand_sound_plan, store_plan
from tiebeam.apps.pairings.queries.desk import get_variant
from tiebeam.apps.pairings.queries.variants import (
    effective_scenario,
    load_plan,
    plan_value,
    read_changes,
)
from tiebeam.core.explain.reasons import LevelChange, PairReason
from tiebeam.core.model.identity import plan_sha256
from tiebeam.core.model.plan import Plan
from tiebeam.core.model.scenario import Scenario
from tiebeam.errors import Refused
from tiebeam.interfaces.jobs.kinds import Watch, job, tell_by_kind
from tiebeam.interfaces.messages import LANGUAGES
from tiebeam.interfaces.report.levels import standing_of
from tiebeam.interfaces.report.words import Voice
from tiebeam.platform.notices.runs import told_of_run
from tiebeam.platform.notices.telling import Told
from tiebeam.platform.tasks.models import Run
from tiebeam.platform.tenancy.acting import Actor, acting

if TYPE_CHECKING:
    from tiebeam.core.pairing.solver import Progress

SOLVE, EXPLAIN, WHAT_IF = "solve_variant", "explain_pair", "what_if"
REASONS_S = 5.0
"""So long may the reasons for a whole plan take; pairs not reached by then are left unknown."""

OPEN_ENDS = {"-inf": -math.inf, "inf": math.inf}


class NoPlanYet(Refused):
    """The variant has no plan that could be asked about."""

    code = "desk.no_plan_yet"


@job(SOLVE)
def solve(run: Run, actor: Actor, watch: Watch) -> None:
    """Search the best plan of a variant and store it, with the reasons for every pair; a stop keeps the best."""
    variant, scenario, _ = _read(run, actor)
    plan = _search(scenario, watch, run.arguments)
    if not plan.pairs:
        watch.keep({"status": plan.status, "plan": plan_value(plan)})
        return
    reasons = find_pair_reasons(scenario, plan)
    store_plan(variant=variant, plan=plan, actor=actor, now=timezone.now(), run_id=run.pk)
    watch.keep(
        {
            "status": plan.status,
            "plan_sha256": plan_sha256(plan),
            "reasons": list(reasons),
            "standing": _say_standing(scenario, plan, variant.name),
        }
    )


@told_of_run(SOLVE)
def tell_search_end(run: Run) -> Told:
    """Tell whoever asked for a search how it ended: with which plan, with none and why, stopped or failed."""
    found = run.result or {}
    variant = get_variant(run.record_id) if run.record_id else None
    word = run.state
    if run.state == "finished":
        word = "planned" if "standing" in found else str(found.get("status", "unknown"))
    elif run.state == "stopped" and "standing" in found:
        word = "stopped_planned"
    name = "" if variant is None else variant.name
    return Told(
        kind="search_ended",
        variant=word,
        people=[run.person_id],
        facts={"name": name, "standing": found.get("standing", "")},
        about=variant,
    )


@told_of_run(EXPLAIN)
def tell_explained(run: Run) -> Told:
    """Tell whoever asked why two are paired that the answer is there, or why it is not."""
    return tell_by_kind(run, "pair")


@told_of_run(WHAT_IF)
def tell_what_if(run: Run) -> Told:
    """Tell whoever asked what would be if, that the answer is there, or why it is not."""
    return tell_by_kind(run, "what_if")


def _say_standing(scenario: Scenario, plan: Plan, variant: str) -> dict[str, str]:
    """Return how good a plan is known to be, in each language; the check of it is at hand since it was stored."""
    check = demand_sound_plan(scenario, plan, variant)
    return {
        language: standing_of(plan, check, Voice(scenario, language)).words
        for language in LANGUAGES
    }


@job(EXPLAIN)
def explain(run: Run, actor: Actor, watch: Watch) -> None:
    """Find the exact answer why a pair is in the plan or not, by searching again with it changed."""
    from tiebeam.core.explain.pair_answer import explain_pair

    variant, scenario, plan = _read(run, actor)
    if plan is None:
        raise NoPlanYet(name=variant.name)
    reason = explain_pair(
        scenario,
        plan,
        run.arguments["donor"],
        run.arguments["recipient"],
        should_stop=_limit(watch, run.arguments),
        on_progress=_listen(watch),
    )
    watch.keep({"plan_sha256": variant.plan_sha256, "reason": reason_value(reason)})


@job(WHAT_IF)
def ask_what_if(run: Run, actor: Actor, watch: Watch) -> None:
    """Find the best plan with changes made; the variant stays as it is."""
    from tiebeam.core.pairing.changes import apply_changes

    variant, scenario, plan = _read(run, actor)
    if plan is None:
        raise NoPlanYet(name=variant.name)
    changed = apply_changes(scenario, read_changes(run.arguments["changes"]))
    after = _search(changed, watch, run.arguments)
    watch.keep(
        {"plan_sha256": variant.plan_sha256, "status": after.status, "plan": plan_value(after)}
    )


def find_pair_reasons(scenario: Scenario, plan: Plan) -> tuple[dict[str, Any], ...]:
    """Return a proven interval for every pair at once, as plain values (§M8)."""
    from tiebeam.core.explain.plan_reasons import explain_plan

    deadline = time.monotonic() + REASONS_S
    reasons = explain_plan(scenario, plan, should_stop=lambda: time.monotonic() >= deadline)
    return tuple(reason_value(reason) for reason in reasons.pairs)


def reason_value(reason: PairReason) -> dict[str, Any]:
    """Return a reason as values of JSON: an open end as a word."""
    value = asdict(reason)
    value["changes"] = [
        {name: str(part) if part in OPEN_ENDS.values() else part for name, part in change.items()}
        for change in value["changes"]
    ]
    return value


def read_reason(value: Mapping[str, Any]) -> PairReason:
    """Return the reason that :func:`reason_value` wrote down."""
    changes = tuple(
        LevelChange(**{name: OPEN_ENDS.get(part, part) for name, part in change.items()})
        for change in value["changes"]
    )
    return PairReason(**{**value, "changes": changes})


def _read(run: Run, actor: Actor) -> tuple[Variant, Scenario, Plan | None]:
    assert run.record_id is not None, "asked for on a variant"
    with acting(actor):
        variant = get_variant(run.record_id)
        return variant, effective_scenario(variant), load_plan(variant)


def _search(scenario: Scenario, watch: Watch, arguments: Mapping[str, Any]) -> Plan:
    """Return the best plan found; where the rules leave none, it names those that cannot hold together (§M8)."""
    from tiebeam.core.explain.conflicts import find_conflicts
    from tiebeam.core.pairing.solver import solve_pairing

    started = time.monotonic()
    plan = solve_pairing(scenario, should_stop=_limit(watch, arguments), on_progress=_listen(watch))
    if plan.status == "infeasible" and not plan.conflict:
        plan = replace(plan, conflict=find_conflicts(scenario, should_stop=watch.should_stop))
    spent = round(time.monotonic() - started, 3)
    version = plan.solver.version or __version__
    return replace(plan, solver=replace(plan.solver, version=version, seconds=spent))


def _limit(watch: Watch, arguments: Mapping[str, Any]) -> Callable[[], bool]:
    """Return what tells, from now on, whether to stop: somebody asked, or the time is over."""
    deadline = time.monotonic() + float(arguments["time_limit_s"])
    return lambda: watch.should_stop() or time.monotonic() >= deadline


def _listen(watch: Watch) -> "Callable[[Progress], None]":
    def listen(progress: "Progress") -> None:
        figures = (progress.incumbent, progress.bound, progress.gap)
        incumbent, bound, gap = (
            None if figure is None or not math.isfinite(figure) else float(figure)
            for figure in figures
        )
        watch.tell(
            {
                "level": progress.level,
                "position": progress.position,
                "levels": progress.levels,
                "incumbent": incumbent,
                "bound": bound,
                "gap": gap,
            }
        )

    return listen
