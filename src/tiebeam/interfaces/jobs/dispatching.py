"""Plan the next orders of an incident in the background, and lay them before whoever decides."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from tiebeam.apps.emergencies.operations.outlook import Aim
from tiebeam.apps.emergencies.operations.planning import (
    Question,
    compose_question,
    order_of,
    orders_of,
)
from tiebeam.apps.emergencies.operations.proposals import propose_orders
from tiebeam.apps.emergencies.operations.reasons import Supposition, suppose
from tiebeam.apps.emergencies.queries.foreseen import WINDOW
from tiebeam.apps.emergencies.queries.incidents import get_incident
from tiebeam.core.explain.surge_reasons import LevelBeside, ask_what_if
from tiebeam.core.surge.model import Order
from tiebeam.core.surge.planned import SurgePlan
from tiebeam.core.surge.planning import plan
from tiebeam.errors import both_names
from tiebeam.interfaces.jobs.kinds import Watch, job, tell_by_kind
from tiebeam.platform.notices.runs import told_of_run
from tiebeam.platform.notices.telling import Told
from tiebeam.platform.tasks.models import Run
from tiebeam.platform.tenancy.acting import Actor, acting

PLAN_ORDERS = "plan_orders"
SUPPOSE = "suppose_orders"
TOLD = ("shortage", "unmet", "travel")
"""The levels that mean something to a dispatcher: there is no hub among needs, and no plan stood before."""
KEYS = ("package_id", "deployment_id", "need_id")
"""What a supposition names."""


@job(PLAN_ORDERS)
def plan_orders(run: Run, actor: Actor, watch: Watch) -> None:
    """Plan who goes where within the window; a stop keeps the best found. Nothing is ordered by it."""
    assert run.record_id is not None  # it is asked of an incident
    with acting(actor):
        incident = get_incident(run.record_id)
        question = compose_question(incident, timezone.now(), aim_of(run))
    found: dict[str, Any] = {
        "nowhere": list(question.nowhere),
        "steady": [both_names(question.needs[key].need.place) for key in question.steady],
        "orders": 0, "levels": [],
    }  # fmt: skip
    if question.surge.teams and question.surge.places:
        made = _plan(question, watch)
        orders = orders_of(question, made)
        propose_orders(
            incident=incident, plan=str(run.pk), actor=actor, now=timezone.now(),
            orders=[order_of(question, order) for order in orders],
        )  # fmt: skip
        found |= {"orders": len(orders), "levels": _say_levels(made)}
    watch.keep(found)


@job(SUPPOSE)
def suppose_orders(run: Run, actor: Actor, watch: Watch) -> None:
    """Plan twice, as it is and as is supposed; the answer is kept with the run, and nothing is proposed."""
    assert run.record_id is not None  # it is asked of an incident
    supposed = Supposition(
        **{key: UUID(value) for key in KEYS if (value := run.arguments.get(key))},
        more=run.arguments["more"],
    )
    with acting(actor):
        question = compose_question(get_incident(run.record_id), timezone.now(), aim_of(run))
        locks, scenarios = suppose(question, supposed)
    answer = ask_what_if(
        question.surge, question.state, question.scenarios, _plan(question, watch), locks,
        instead=scenarios, should_stop=watch.should_stop,
    )  # fmt: skip
    watch.keep(
        {
            "levels": [_say_level(row) for row in answer.levels if row.level in TOLD],
            "dropped": [_say_order(question, order) for order in answer.dropped],
            "added": [_say_order(question, order) for order in answer.added],
        }
    )


def aim_of(run: Run | None) -> Aim:
    """Return how *run* was asked to plan."""
    return Aim(**run.arguments.get("aim", {})) if run else Aim()


def _plan(question: Question, watch: Watch) -> SurgePlan:
    return plan(
        question.surge, question.state, question.scenarios, levels=question.aim.levels,
        tail=question.aim.tail, window=WINDOW, locks=question.locks, should_stop=watch.should_stop,
    )  # fmt: skip


def _say_level(row: LevelBeside) -> dict[str, Any]:
    worst, before, after = row.difference
    return {
        "level": row.level, "worst": worst, "before": float(before), "after": float(after),
        "gap": row.gap,
    }  # fmt: skip


def _say_order(question: Question, order: Order) -> dict[str, Any]:
    """Return who goes where on which day, with names in both languages."""
    need_id = order.to
    if order.to is None:
        deployment = question.at_work[order.team].deployment
        home, name, heads = deployment.home, "", question.at_work[order.team].last.heads
        need_id = str(deployment.need_id)
    else:
        package = question.packages[order.team]
        home, name, heads = package.tenant, package.name, package.heads
    return {
        "kind": "send" if order.to else "return",
        "home": both_names(home),
        "package": name,
        "heads": heads,
        "place": both_names(question.needs[need_id or ""].need.place),
        "leaves_on": str(question.today + timedelta(days=order.leaves_on)),
    }


def _say_levels(made: SurgePlan) -> list[dict[str, Any]]:
    """Return of each level how near to the best possible it is proven to be."""
    return [
        {"level": row.level, "gap": float(row.gap), "is_proven": row.gap <= 1e-4}
        for row in made.levels
        if row.level in TOLD
    ]


@told_of_run(PLAN_ORDERS)
def tell_end(run: Run) -> Told:
    """Tell whoever asked how it ended."""
    return tell_by_kind(run, "dispatch")


@told_of_run(SUPPOSE)
def tell_answer(run: Run) -> Told:
    """Tell whoever supposed something how it ended."""
    return tell_by_kind(run, "supposing")
