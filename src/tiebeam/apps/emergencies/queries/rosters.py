"""Whose names are to be read by whom: those of teams that are sent, or offered in a swap (§E3)."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from tiebeam.apps.emergencies.models import Deployment, Step
from tiebeam.apps.emergencies.queries.inbox import list_open_questions
from tiebeam.apps.emergencies.queries.standing import list_standings
from tiebeam.apps.emergencies.states import AWAY, UNDER_WAY
from tiebeam.apps.people.models import Team


def list_named_teams(deployment: Deployment) -> set[UUID]:
    """Return the teams that were sent in a deployment, or offered in a swap."""
    steps = Step.objects.filter(deployment=deployment)
    return {pk for step in steps for pk in (step.team_id, _offered_by(step)) if pk is not None}


def find_readers_of_names(team: Team, now: datetime) -> set[UUID]:
    """Return the hosts and coordinators to whom *team* is sent, or offered in a swap; asked as its home."""
    named = Q(team=team) | Q(event="ask_swap", said__team_id=str(team.pk))
    deployments = Deployment.objects.filter(
        pk__in=Step.objects.filter(named).values("deployment_id")
    )
    standings = [row for row in list_standings(deployments, now) if row.state in AWAY]
    questions = list_open_questions([row.deployment.pk for row in standings])
    found: set[UUID] = set()
    for row in standings:
        teams = {row.last.team_id}
        if row.state in UNDER_WAY:
            teams |= {_offered_by(each) for each in questions.get(row.deployment.pk, [])}
        if team.pk in teams:
            found |= {row.deployment.host_id, row.deployment.incident.tenant_id}
    return found


def _offered_by(step: Step) -> UUID | None:
    return UUID(step.said["team_id"]) if step.event == "ask_swap" else None
