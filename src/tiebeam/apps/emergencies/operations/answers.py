"""The steps of a deployment after it was asked for, each as an operation of its own (§E5)."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from tiebeam.apps.emergencies.models import Deployment, Incident, Step
from tiebeam.apps.emergencies.operations.messages import Message
from tiebeam.apps.emergencies.operations.readers import hide_names, show_team
from tiebeam.apps.emergencies.operations.rights import (
    FIELD,
    HOME,
    HOME_MONEY,
    HOST,
    STEERING,
    demand_steering,
)
from tiebeam.apps.emergencies.operations.steps import take_step
from tiebeam.apps.emergencies.queries.standing import is_lapsed, list_standings
from tiebeam.apps.people.models import Team
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor

Also = Callable[[Step, Actor, datetime], None]


class StepOperation(Protocol):
    """An operation that takes one step."""

    def __call__(
        self, *, deployment: Deployment, message: Message, actor: Actor, now: datetime
    ) -> Step:
        """Take the step."""


def _step(event: str, roles: frozenset[Role], text: str, also: Also | None = None) -> StepOperation:
    """Return the operation that takes the step *event*, which *roles* may call."""

    def run(*, deployment: Deployment, message: Message, actor: Actor, now: datetime) -> Step:
        step = take_step(deployment, event, message, roles, actor, now)
        if also is not None:
            also(step, actor, now)
        return step

    run.__name__ = event
    run.__doc__ = f"{text}\n\nThe same message sent again gives the step that was taken."
    return operation(f"emergencies.{event}", roles=roles)(run)


def _show_team(step: Step, actor: Actor, now: datetime) -> None:
    """Let host and coordinator read the team that is sent, or would be, from here on."""
    team_id = step.said.get("team_id") or step.team_id
    team = Team.objects.owned().filter(pk=team_id).first()
    if team is not None:
        show_team(team, step.deployment, actor, now)


def _hide_names(step: Step, actor: Actor, now: datetime) -> None:
    """Let nobody but the home read the names of a team that is sent, or offered, no longer."""
    hide_names(step.deployment, actor, now)


ANYBODY = STEERING | HOST | FIELD
ASKERS = STEERING | HOST

consult = _step("consult", HOME, "Say what one will send to whom one was assigned (mode A).")
agree = _step("agree", HOST, "Agree to what an assigned home will send (mode A).")
offer = _step("offer", HOME, "Offer people for a request, with days and cost (mode B).")
accept = _step("accept", HOST, "Accept an offer (mode B).")
order = _step("order", HOME, "Order a team to go: nobody leaves before.", _show_team)
mobilise = _step("mobilise", FIELD, "Tell that the team has gathered and set out.")
arrive = _step("arrive", FIELD | HOST, "Confirm that the team has arrived.")
begin_duty = _step("begin_duty", FIELD | HOST, "Tell that the team is at work.")
release = _step("release", ASKERS, "Release a team: its duty ends, and it may return.", _hide_names)
return_home = _step("return", FIELD, "Tell that the team is back home.", _hide_names)
claim = _step("claim", HOME_MONEY, "Put forward what the deployment has cost.")
close = _step("close", STEERING, "Close a deployment of which nothing is open.")
decline = _step("decline", HOME | HOST, "Decline what was asked, or offered, with a reason.")
withdraw = _step(
    "withdraw", ASKERS | HOME, "Withdraw what oneself asked or offered, before anybody is ordered."
)
expire = _step("expire", STEERING, "Write down that an answer did not come in time.")
stand_down = _step(
    "stand_down", ASKERS, "Stand down a team that was ordered and has not arrived.", _hide_names
)

ask_extension = _step("ask_extension", ASKERS, "Ask that a tour be longer.")
extend = _step("extend", HOME, "Agree to a longer tour.")
refuse_extension = _step("refuse_extension", HOME, "Refuse a longer tour, with a reason.")
ask_swap = _step("ask_swap", HOME, "Ask that another team take the place of one's own.", _show_team)
swap = _step("swap", HOST, "Agree that another team takes the place of the one sent.", _hide_names)
refuse_swap = _step("refuse_swap", HOST, "Refuse another team, with a reason.", _hide_names)
ask_return = _step(
    "ask_return", HOME | {Role.FRONT_HEADQUARTERS}, "Ask that one's own team be released."
)
allow_return = _step("allow_return", ASKERS, "Release a team whose home asks for it.", _hide_names)
refuse_return = _step("refuse_return", ASKERS, "Keep a team whose home asks for it, with a reason.")

check_in = _step("check_in", FIELD, "Tell how many of the team are present.")
report = _step("report", FIELD, "Report of a team on its way or at work.")
ask_status = _step("ask_status", ASKERS, "Ask how a team stands.")
ask_quote = _step("ask_quote", ASKERS, "Ask what it would cost.")
quote = _step("quote", HOME_MONEY, "Say what it would cost.")
ask = _step("ask", ANYBODY, "Ask the other parties of a deployment something.")
inform = _step("inform", ANYBODY, "Answer what was asked.")


@operation("emergencies.expire_overdue", roles=STEERING)
def expire_overdue(*, incident: Incident, actor: Actor, now: datetime) -> list[Step]:
    """Write down for each deployment of *incident* that its answer did not come in time, where it did not."""
    kept = Incident.objects.get(pk=incident.pk)
    demand_steering(actor, "emergencies.expire_overdue", kept)
    standings = list_standings(Deployment.objects.filter(incident=kept), now)
    return [
        take_step(standing.deployment, "expire", Message(), STEERING, actor, now)
        for standing in standings
        if is_lapsed(standing.last, kept, now)
    ]
