"""Which team can be sent: as many people as are to go, and none that is under orders on the same days (§E5)."""

from datetime import datetime

from tiebeam.apps.emergencies.models import Deployment, Step
from tiebeam.apps.emergencies.queries.standing import list_standings
from tiebeam.apps.emergencies.states import AWAY
from tiebeam.apps.people.models import Team
from tiebeam.errors import Refused
from tiebeam.platform.tenancy.acting import changing_seats
from tiebeam.platform.tenancy.holding import hold
from tiebeam.platform.time.periods import overlap


class TeamTooSmall(Refused):
    """More people are to go than the team has; facts: ``name``, ``heads``, ``most``."""

    code = "emergencies.team_too_small"


class TeamElsewhere(Refused):
    """The team is under orders elsewhere on the same days; facts: ``name``."""

    code = "emergencies.team_elsewhere"


def refuse_unfit_team(step: Step, now: datetime) -> None:
    """
    Refuse the team that *step* sends, or asks to send.

    Raises:
        TeamTooSmall, TeamElsewhere: As their names say.
    """
    team = Team.objects.get(pk=step.said.get("team_id") or step.team_id)
    heads = step.said.get("heads") or step.heads or 0
    if heads > team.heads:
        raise TeamTooSmall(name=team.name, heads=heads, most=team.heads)
    hold(team.pk)
    tour = step.starts_on, step.ends_on
    with changing_seats() as sit:
        # The host, who agrees to a swap, does not read where else its home sends teams.
        sit(step.deployment.home_id)
        of_team = Step.objects.filter(team=team).values("deployment_id")
        others = Deployment.objects.filter(pk__in=of_team).exclude(pk=step.deployment_id)
        lasts = [each.last for each in list_standings(others, now) if each.state in AWAY]
    if any(
        last.team_id == team.pk and overlap((last.starts_on, last.ends_on), tour) for last in lasts
    ):
        raise TeamElsewhere(name=team.name)
