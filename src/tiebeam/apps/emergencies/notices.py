"""Who is told of an emergency: whoever it waits for, and of how it ended (§E5)."""

from datetime import datetime
from uuid import UUID

from tiebeam.apps.emergencies.models import Need, Step
from tiebeam.apps.emergencies.states import (
    ANSWERS,
    EXPECTED,
    SIDE_EXITS,
    TABLE,
    list_possible,
)
from tiebeam.platform.notices.telling import Told, both_names, told_of
from tiebeam.platform.tenancy.acting import Actor

QUESTIONS = frozenset(question for asked in ANSWERS.values() for question in asked)
SILENT = frozenset({"check_in", "report", "ask_status", "draft", "need"})
"""What tells nobody: it is looked up when it is wanted."""


@told_of("emergencies.enter_need", "need")
def tell_need(need: Need, actor: Actor, now: datetime) -> Told | None:
    """Tell who coordinates the incident that a need waits to be verified."""
    del actor, now
    return Told(
        kind="need_entered",
        organisations={need.incident.tenant_id},
        programme_id=need.incident.programme_id,
        facts={"place": both_names(need.place), "heads": need.heads},
    )


def tell_step(step: Step, actor: Actor, now: datetime) -> Told | None:
    """Tell the sides that a step waits for, or all others of how a deployment ended, or what was answered."""
    del now
    deployment = step.deployment
    parties = {
        "coordinator": deployment.incident.tenant_id,
        "host": deployment.host_id,
        "home": deployment.home_id,
    }
    wanted = EXPECTED.get(step.state, ()) if step.state != step.before else ()
    if step.event in QUESTIONS:
        wanted = tuple(event for event, asked in ANSWERS.items() if step.event in asked)
    kind, variant = "deployment_waits", "question" if step.event in QUESTIONS else ""
    concerned = {side for side in parties if _can(side, step.state, wanted)}
    if step.state in SIDE_EXITS or step.event in ANSWERS:
        kind, variant = "deployment_told", step.state if step.state in SIDE_EXITS else "answered"
        concerned = set(parties)
    organisations: set[UUID] = {parties[side] for side in concerned} - {actor.organisation_id}
    if not organisations:
        return None
    return Told(
        kind=kind,
        variant=variant,
        organisations=organisations,
        programme_id=deployment.incident.programme_id,
        facts={"home": both_names(deployment.home), "host": both_names(deployment.host)},
        about=deployment,
    )


def _can(side: str, state: str, events: tuple[str, ...]) -> bool:
    return any(row.event in events for row in list_possible(state, [side]))


for _event in sorted({row.event for row in TABLE} - SILENT):
    told_of(f"emergencies.{_event}", "step")(tell_step)
