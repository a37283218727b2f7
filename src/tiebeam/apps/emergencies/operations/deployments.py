"""Begin deployments: drafted, asked of somebody, or offered unasked (§E5, §E7, §E10)."""

from datetime import datetime
from uuid import uuid4, uuid5

from tiebeam.apps.emergencies.models import Deployment, Need, Step
from tiebeam.apps.emergencies.operations.messages import Message, hash_of, refuse_unfit
from tiebeam.apps.emergencies.operations.needs import NeedNotOpen
from tiebeam.apps.emergencies.operations.partners import refuse_passing_partners
from tiebeam.apps.emergencies.operations.readers import show_deployment
from tiebeam.apps.emergencies.operations.rights import HOME, HOST, STEERING, demand_open, list_sides
from tiebeam.apps.emergencies.operations.steps import compose, find_sent, take_step, write
from tiebeam.apps.emergencies.queries.needs import state_of_need
from tiebeam.apps.emergencies.queries.standing import find_last_step
from tiebeam.apps.emergencies.states import SIDE_EXITS, find_row, mode_of
from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.pairings.operations.readers import BOTH_SIDES, list_participants
from tiebeam.apps.regions.models import Organisation
from tiebeam.errors import Refused, both_names
from tiebeam.platform.audit.writing import record_creation
from tiebeam.platform.permissions.operations import operation, require
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.holding import hold

ASKING = STEERING | HOST
FIRST = {"assign": "draft", "request": "need"}


class HomeElsewhere(Refused):
    """Who is asked takes part in the programme, and is not the place itself; facts: ``name``."""

    code = "emergencies.home_elsewhere"


class PairingElsewhere(Refused):
    """The pairing named is not one of the home with the place."""

    code = "emergencies.pairing_elsewhere"


class RelievesElsewhere(Refused):
    """A team relieves one that is asked or sent for the same need, and is not out of it."""

    code = "emergencies.relieves_elsewhere"


@operation("emergencies.draft", roles=ASKING)
def draft(
    *, need: Need, home: Organisation, message: Message, actor: Actor, now: datetime,
    pairing: Pairing | None = None, relieves: Deployment | None = None,
) -> Step:  # fmt: skip
    """
    Set down whom one means to ask for a need; nobody is asked yet.

    Args:
        home: Who would send people.
        pairing: The pairing of the two, where there is one.
        relieves: The deployment whose place it takes in the next rotation.

    Raises:
        NeedNotOpen: The need has expired or was withdrawn.
        HomeElsewhere, PairingElsewhere, RelievesElsewhere: As their names say.
    """
    event = FIRST[need.incident.mode]
    return _begin(
        event, "emergencies.draft", ASKING, need, home, message, actor, now, pairing, relieves
    )


@operation("emergencies.volunteer", roles=HOME)
def volunteer(
    *, need: Need, message: Message, actor: Actor, now: datetime, pairing: Pairing | None = None
) -> Step:
    """
    Offer people for a need without having been asked.

    Raises:
        NeedNotOpen: The need is not verified, has expired or was withdrawn.
        PairingElsewhere: The pairing named is not one with the place.
    """
    home = Organisation.objects.get(pk=actor.organisation_id)
    return _begin(
        "volunteer", "emergencies.volunteer", HOME, need, home, message, actor, now, pairing
    )


@operation("emergencies.ask_home", roles=ASKING)
def ask_home(
    *, need: Need, home: Organisation, message: Message, actor: Actor, now: datetime,
    pairing: Pairing | None = None, relieves: Deployment | None = None,
) -> Step:  # fmt: skip
    """
    Ask somebody for a need: assigned or requested, as the mode of the incident says.

    Raises:
        PartnerFirst: A standing partner was not asked, and no reason is given.
        NeedNotOpen: The need is not verified, has expired or was withdrawn.
        HomeElsewhere, PairingElsewhere, RelievesElsewhere: As their names say.
    """
    # The draft is a step of its own, whose id follows from that of the message.
    first = Message(
        id=uuid5(message.id, "draft") if message.id else None,
        sent_at=message.sent_at,
        heads=message.heads,
        starts_on=message.starts_on,
        ends_on=message.ends_on,
        package_id=message.package_id,
    )
    begun = draft(
        need=need,
        home=home,
        message=first,
        pairing=pairing,
        relieves=relieves,
        actor=actor,
        now=now,
    )
    send = assign if begun.deployment.mode == "assign" else request
    return send(deployment=begun.deployment, message=message, actor=actor, now=now)


@operation("emergencies.assign", roles=STEERING)
def assign(*, deployment: Deployment, message: Message, actor: Actor, now: datetime) -> Step:
    """
    Assign a drafted deployment to its home (mode A); it then consults with the host.

    Raises:
        PartnerFirst: A standing partner was not asked, and no reason is given.
        NeedNotOpen: The need is not verified, has expired or was withdrawn.
    """
    return _send("assign", STEERING, deployment, message, actor, now)


@operation("emergencies.request", roles=ASKING)
def request(*, deployment: Deployment, message: Message, actor: Actor, now: datetime) -> Step:
    """
    Request people of a home for a need (mode B); it then offers them.

    Raises:
        PartnerFirst: A standing partner was not asked, and no reason is given.
        NeedNotOpen: The need is not verified, has expired or was withdrawn.
    """
    return _send("request", ASKING, deployment, message, actor, now)


def _send(
    event: str,
    roles: frozenset[Role],
    deployment: Deployment,
    message: Message,
    actor: Actor,
    now: datetime,
) -> Step:
    kept = Deployment.objects.select_related("need", "incident").get(pk=deployment.pk)
    require(actor, f"emergencies.{event}", kept.incident.programme_id)
    sent_before = find_sent(event, kept.pk, message)
    if sent_before is not None:
        return sent_before
    # Two who ask for one need at once would each find the partner not asked.
    hold(kept.need_id)
    step = take_step(kept, event, message, roles, actor, now)
    _demand_verified(kept.need, now)
    refuse_passing_partners(kept, step.reason, actor, now)
    return step


def _begin(
    event: str,
    action: str,
    roles: frozenset[Role],
    need: Need,
    home: Organisation,
    message: Message,
    actor: Actor,
    now: datetime,
    pairing: Pairing | None = None,
    relieves: Deployment | None = None,
) -> Step:
    """Begin a deployment with its first step; the same message sent again gives the step that was taken."""
    kept = Need.objects.select_related("incident", "place").get(pk=need.pk)
    incident = kept.incident
    require(actor, action, incident.programme_id)
    # To ask another home for the same need is another message.
    about = (kept.pk, home.pk, *(each and each.pk for each in (pairing, relieves)))
    sent_before = find_sent(event, about, message)
    if sent_before is not None:
        return sent_before
    said = message.completed(now)
    demand_open(incident)
    state = state_of_need(kept, now)
    if state in {"expired", "withdrawn"} or (event == "volunteer" and state != "verified"):
        raise NeedNotOpen(state=state)
    deployment = Deployment(
        id=uuid4(),
        tenant_id=actor.organisation_id,
        incident=incident,
        need=kept,
        home=home,
        host=kept.place,
        pairing=_find_pairing(kept, home, pairing),
        mode=mode_of(event),
        relieves=relieves,
        rotation=_rotation_after(relieves, kept),
        begun_at=now,
    )
    if home.pk == kept.place_id or home.pk not in list_participants(
        incident.programme_id, BOTH_SIDES, now
    ):
        raise HomeElsewhere(name=both_names(home))
    sides = list_sides(actor, deployment, roles)
    row = find_row("", event, sides)
    refuse_unfit(said, row, None, now)
    deployment.save(force_insert=True)
    show_deployment(deployment, actor, now)
    record_creation(actor=actor, now=now, action=action, record=deployment)
    step = compose(deployment, said, row, None, actor, now)
    step.body_sha256 = hash_of(event, about, message)
    step.side = next(side for side in row.sides if side in sides)
    return write(step, action, actor, now)


def _find_pairing(need: Need, home: Organisation, pairing: Pairing | None) -> Pairing | None:
    """Return the pairing named, or the one that stands between the two in the programme of the incident."""
    rows = Pairing.objects.filter(donor_id=home.pk, recipient_id=need.place_id)
    if pairing is None:
        standing = rows.filter(programme_id=need.incident.programme_id, valid_until=None)
        found: Pairing | None = standing.first()
        return found
    if not rows.filter(pk=pairing.pk).exists():
        raise PairingElsewhere
    return pairing


def _rotation_after(relieves: Deployment | None, need: Need) -> int:
    if relieves is None:
        return 1
    last = find_last_step(relieves.pk)
    if relieves.need_id != need.pk or last is None or last.state in SIDE_EXITS:
        raise RelievesElsewhere
    return int(relieves.rotation) + 1


def _demand_verified(need: Need, now: datetime) -> None:
    state = state_of_need(need, now)
    if state != "verified":
        raise NeedNotOpen(state=state)
