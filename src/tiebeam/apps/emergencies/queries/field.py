"""What a front team sees of its own: the deployments it is on, and what it was asked."""

from datetime import datetime
from uuid import UUID

from tiebeam.apps.emergencies.models import Deployment, Step
from tiebeam.apps.emergencies.queries.standing import Standing, list_standings
from tiebeam.apps.emergencies.states import AWAY
from tiebeam.apps.people.models import Member


def list_own_standings(person_id: UUID, now: datetime) -> list[Standing]:
    """List the deployments under way, or on the way home, of the teams that a person works the phone of."""
    teams = set(
        Member.objects.filter(person_id=person_id, left_on=None).values_list("team_id", flat=True)
    )
    deployments = Deployment.objects.filter(steps__team_id__in=teams).distinct()
    return [
        row
        for row in list_standings(deployments, now)
        if row.state in AWAY and row.last.team_id in teams
    ]


def list_questions(deployment: Deployment) -> list[Step]:
    """List the questions to a deployment that nobody has answered, the first first."""
    steps = Step.objects.filter(deployment=deployment)
    answered = set(steps.filter(event="inform").values_list("answers_id", flat=True))
    asked = steps.filter(event="ask").exclude(side="team").order_by("number")
    return [row for row in asked if row.pk not in answered]
