"""Who acts in an emergency, and as which side of a deployment (§E1)."""

from collections.abc import Collection

from django.utils import timezone

from tiebeam.apps.emergencies.models import Deployment, Incident, Step
from tiebeam.apps.people.models import Member
from tiebeam.errors import Refused
from tiebeam.platform.permissions.operations import require
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.records import NotOwner

STEERING = frozenset({Role.COORDINATOR, Role.MINISTRY})
HOST = frozenset({Role.RECIPIENT_OFFICE})
HOST_FINANCE = frozenset({Role.RECIPIENT_FINANCE})
HOME = frozenset({Role.DONOR_OFFICE})
HOME_MONEY = frozenset({Role.DONOR_OFFICE, Role.DONOR_FINANCE})
FIELD = frozenset({Role.DONOR_OFFICE, Role.FRONT_HEADQUARTERS, Role.FRONT_TEAM})
"""Who tells of a team on its way and at work: its home, the headquarters on site, and itself."""

ROLES_OF = {
    "coordinator": STEERING,
    "host": HOST | HOST_FINANCE,
    "home": HOME_MONEY | {Role.FRONT_HEADQUARTERS},
    "team": frozenset({Role.FRONT_TEAM}),
}


class NotAParty(Refused):
    """The organisation has no part in this deployment, or not in this role."""

    code = "emergencies.not_a_party"


class NotOwnTeam(Refused):
    """A front team tells of its own deployment alone."""

    code = "emergencies.not_own_team"


class StoodDown(Refused):
    """The incident was stood down: nothing new begins in it; facts: ``day``."""

    code = "emergencies.stood_down"


def demand_steering(actor: Actor, name: str, incident: Incident) -> None:
    """
    Raise unless *actor* may call the operation *name* for whoever coordinates *incident*.

    Raises:
        NotAllowed: No role held in the programme allows it.
        NotOwner: Another organisation coordinates it.
    """
    require(actor, name, incident.programme_id)
    if actor.organisation_id != incident.tenant_id:
        raise NotOwner(record="Incident")


def demand_open(incident: Incident) -> None:
    """
    Raise where *incident* was stood down.

    Raises:
        StoodDown: It was.
    """
    if incident.stood_down_at is not None:
        raise StoodDown(day=timezone.localdate(incident.stood_down_at))


def list_sides(
    actor: Actor, deployment: Deployment, roles: Collection[Role], team_id: object = None
) -> list[str]:
    """
    List the sides of *deployment* as which *actor* acts by one of *roles*.

    Args:
        team_id: The team that is sent, where one is.

    Raises:
        NotOwnTeam: The actor is on a front team, and on another one.
        NotAParty: It is none.
    """
    sides = _find_sides(actor, deployment, roles)
    if "team" in sides and not _is_on(actor, team_id):
        sides.remove("team")
        if not sides:
            raise NotOwnTeam
    if not sides:
        raise NotAParty
    return sides


def is_own_question(question: Step, deployment: Deployment, actor: Actor) -> bool:
    """Return whether *question* was put in words by a side of *deployment* as which *actor* acts too (§E6)."""
    roles = ROLES_OF[question.side]
    return question.event == "ask" and question.side in _find_sides(actor, deployment, roles)


def _find_sides(actor: Actor, deployment: Deployment, roles: Collection[Role]) -> list[str]:
    programme_id = deployment.incident.programme_id
    organisations = {
        "coordinator": deployment.incident.tenant_id,
        "host": deployment.host_id,
        "home": deployment.home_id,
        "team": deployment.home_id,
    }
    return [
        side
        for side, organisation_id in organisations.items()
        if organisation_id == actor.organisation_id
        and any(actor.has_role(role, programme_id) for role in ROLES_OF[side] & set(roles))
    ]


def _is_on(actor: Actor, team_id: object) -> bool:
    return (
        team_id is not None
        and Member.objects.filter(team_id=team_id, person_id=actor.person_id, left_on=None).exists()
    )
