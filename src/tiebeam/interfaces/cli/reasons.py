"""Where the commands get the reasons for a plan."""

from tiebeam.core.explain.reasons import PlanReasons
from tiebeam.core.model.plan import Plan
from tiebeam.core.model.scenario import Scenario


def find_reasons(scenario: Scenario, plan: Plan) -> PlanReasons | None:
    """Return the reasons for the whole *plan*: proven intervals, no search."""
    return None
