"""Plan the next orders of an incident in the background, and lay them before whoever decides."""

from typing import Any

from django.utils import timezone

from tiebeam.apps.emergencies.operations.planning import (
    WINDOW,
    compose_question,
    order_of,
    orders_of,
)
from tiebeam.apps.emergencies.operations.proposals import propose_orders
from tiebeam.apps.emergencies.queries.incidents import get_incident
from tiebeam.core.surge.planned import SurgePlan
from tiebeam.core.surge.planning import plan
from tiebeam.interfaces.jobs.kinds import Watch, job, tell_by_kind
from tiebeam.platform.notices.runs import told_of_run
from tiebeam.platform.notices.telling import Told
from tiebeam.platform.tasks.models import Run
from tiebeam.platform.tenancy.acting import Actor, acting

PLAN_ORDERS = "plan_orders"


@job(PLAN_ORDERS)
def plan_orders(run: Run, actor: Actor, watch: Watch) -> None:
    """Plan who goes where within the window; a stop keeps the best found. Nothing is ordered by it."""
    assert run.record_id is not None  # it is asked of an incident
    with acting(actor):
        incident = get_incident(run.record_id)
        question = compose_question(incident, timezone.now())
    found: dict[str, Any] = {"nowhere": list(question.nowhere), "orders": 0, "levels": []}
    if question.surge.teams and question.surge.places:
        made = plan(
            question.surge, question.state, [question.demand], window=WINDOW, locks=question.locks,
            should_stop=watch.should_stop,
        )  # fmt: skip
        orders = orders_of(question, made)
        propose_orders(
            incident=incident, plan=str(run.pk), actor=actor, now=timezone.now(),
            orders=[order_of(question, order) for order in orders],
        )  # fmt: skip
        found |= {"orders": len(orders), "levels": _say_levels(made)}
    watch.keep(found)


def _say_levels(made: SurgePlan) -> list[dict[str, Any]]:
    """Return of each level how near to the best possible it is proven to be."""
    return [
        {"level": row.level, "gap": float(row.gap), "is_proven": row.gap <= 1e-4}
        for row in made.levels
    ]


@told_of_run(PLAN_ORDERS)
def tell_end(run: Run) -> Told:
    """Tell whoever asked how it ended."""
    return tell_by_kind(run, "dispatch")
