"""Enter needs, verify them by a named person, withdraw them (§E4)."""

from collections.abc import Mapping
from datetime import date, datetime

from django.utils import timezone

from tiebeam.apps.emergencies.models import Incident, Need, Verification
from tiebeam.apps.emergencies.operations.messages import MOST_TEXT
from tiebeam.apps.emergencies.operations.readers import show_to_coordinator
from tiebeam.apps.emergencies.operations.rights import (
    HOST,
    STEERING,
    demand_open,
    demand_steering,
)
from tiebeam.apps.emergencies.queries.needs import state_of_need
from tiebeam.apps.pairings.operations.readers import BOTH_SIDES, list_participants
from tiebeam.apps.people.operations.faults import list_faults, list_skill_faults
from tiebeam.apps.regions.models import Organisation
from tiebeam.apps.regions.operations.checks import refuse_faults, refuse_without_reason
from tiebeam.errors import Fault, Refused, both_names
from tiebeam.platform.audit.writing import record_creation, save_change, state_of
from tiebeam.platform.permissions.operations import operation, require
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.holding import hold


class PlaceElsewhere(Refused):
    """A place that needs people takes part in the programme, and enters its own needs; facts: ``name``."""

    code = "emergencies.place_elsewhere"


class NeedNotOpen(Refused):
    """A need takes this step in another state alone; facts: ``state``."""

    code = "emergencies.need_not_open"


class OwnNeed(Refused):
    """A need is verified by another person than entered it."""

    code = "emergencies.own_need"


@operation("emergencies.enter_need", roles=HOST | STEERING)
def enter_need(
    *,
    incident: Incident,
    place: Organisation,
    kind: str,
    heads: int,
    starts_on: date,
    actor: Actor,
    now: datetime,
    skills: Mapping[str, int] | None = None,
    until: date | None = None,
    expires_on: date | None = None,
    note: str = "",
) -> Need:
    """
    Say how many people of which kind a place needs, from when, and until when.

    Args:
        place: The own organisation; the coordinator enters for any place.
        until: The first day on which they are needed no longer; None where that is not known.
        expires_on: The first day on which the call is good no longer; None where it does not expire.

    Raises:
        PlaceElsewhere: The place does not take part in the programme, or is another organisation.
        StoodDown: The incident was stood down.
        InvalidInput: A text, number or day makes no sense.
    """
    action = "emergencies.enter_need"
    kept = Incident.objects.get(pk=incident.pk)
    require(actor, action, kept.programme_id)
    demand_open(kept)
    is_own = place.pk == actor.organisation_id and _holds(actor, kept, HOST)
    is_steered = actor.organisation_id == kept.tenant_id and _holds(actor, kept, STEERING)
    if not is_own and not is_steered:
        raise PlaceElsewhere(name=both_names(place))
    if place.pk not in list_participants(kept.programme_id, BOTH_SIDES, now):
        raise PlaceElsewhere(name=both_names(place))
    need = Need(
        tenant_id=actor.organisation_id,
        scope_id=kept.scope_id,
        incident=kept,
        place=place,
        kind=kind.strip(),
        skills=dict(skills or {}),
        heads=heads,
        starts_on=starts_on,
        until=until,
        expires_on=expires_on,
        note=note.strip(),
        entered_by_id=actor.person_id,
        entered_for_id=actor.deputy_of,
        entered_at=now,
    )
    faults = _list_faults(need)
    if expires_on is not None and expires_on <= timezone.localdate(now):
        faults.append(
            Fault(
                code="emergencies.expired_already", place="need", column="expires_on",
                value=expires_on.isoformat(),
            )
        )  # fmt: skip
    refuse_faults(faults)
    need.save(force_insert=True)
    show_to_coordinator(kept, actor, now)
    record_creation(actor=actor, now=now, action=action, record=need)
    return need


@operation("emergencies.verify_need", roles=STEERING)
def verify_need(*, need: Need, actor: Actor, now: datetime, note: str = "") -> Verification:
    """
    Vouch for a need, as a person of the coordinator who did not enter it.

    Raises:
        NeedNotOpen: It was verified before, has expired or was withdrawn.
        OwnNeed: The actor entered it.
    """
    action = "emergencies.verify_need"
    hold(need.pk)
    kept = Need.objects.select_related("incident").get(pk=need.pk)
    demand_steering(actor, action, kept.incident)
    demand_open(kept.incident)
    state = state_of_need(kept, now)
    if state != "open":
        raise NeedNotOpen(state=state)
    if {actor.person_id, actor.deputy_of} & ({kept.entered_by_id, kept.entered_for_id} - {None}):
        raise OwnNeed
    verification = Verification(
        tenant_id=actor.organisation_id,
        scope_id=kept.scope_id,
        need=kept,
        person_id=actor.person_id,
        person_for_id=actor.deputy_of,
        verified_at=now,
        note=note.strip(),
    )
    verification.save(force_insert=True)
    record_creation(actor=actor, now=now, action=action, record=verification)
    return verification


@operation("emergencies.prolong_need", roles=HOST | STEERING)
def prolong_need(
    *, need: Need, reason: str, actor: Actor, now: datetime, until: date | None = None,
    expires_on: date | None = None,
) -> Need:  # fmt: skip
    """
    Say anew until when people are needed, and until when the call is good.

    Raises:
        NotOwner: Somebody else entered it.
        NeedNotOpen: It was withdrawn.
        ReasonMissing: No reason is given.
    """
    action = "emergencies.prolong_need"
    refuse_without_reason(reason)
    kept = _lock(need, action, actor)
    before = state_of(kept)
    kept.until, kept.expires_on = until or kept.until, expires_on or kept.expires_on
    refuse_faults(_list_faults(kept))
    return save_change(kept, before, action, actor, now, reason)


@operation("emergencies.withdraw_need", roles=HOST | STEERING)
def withdraw_need(*, need: Need, reason: str, actor: Actor, now: datetime) -> Need:
    """
    Take a need back: nobody is asked for it any more, and who was ordered still comes.

    Raises:
        NotOwner: Somebody else entered it.
        NeedNotOpen: It was withdrawn before.
        ReasonMissing: No reason is given.
    """
    action = "emergencies.withdraw_need"
    refuse_without_reason(reason)
    kept = _lock(need, action, actor)
    before = state_of(kept)
    kept.withdrawn_at, kept.withdrawn_because = now, reason.strip()
    return save_change(kept, before, action, actor, now, reason)


def _lock(need: Need, action: str, actor: Actor) -> Need:
    require(actor, action, need.incident.programme_id)
    kept: Need = Need.objects.lock(need.pk)
    require(actor, action, kept.incident.programme_id)
    demand_open(kept.incident)
    if kept.withdrawn_at is not None:
        raise NeedNotOpen(state="withdrawn")
    return kept


def _holds(actor: Actor, incident: Incident, roles: frozenset[Role]) -> bool:
    return any(actor.has_role(role, incident.programme_id) for role in roles)


def _list_faults(need: Need) -> list[Fault]:
    faults = list_faults("need", need, ("kind",), ("heads",))
    faults += list_skill_faults("need", need.skills, need.heads)
    if len(need.note) > MOST_TEXT:
        facts: dict[str, object] = {"most": MOST_TEXT, "length": len(need.note)}
        faults.append(Fault(code="regions.text_too_long", place="need", column="note", facts=facts))
    if need.until is not None and need.until <= need.starts_on:
        value = need.until.isoformat()
        faults.append(
            Fault(
                code="emergencies.ends_before_it_starts", place="need", column="until", value=value
            )
        )
    return faults
