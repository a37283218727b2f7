"""Activate an incident, change its level, stand it down: each by a named person with a document (§E2)."""

from collections.abc import Sequence
from datetime import date, datetime

from django.utils import timezone

from tiebeam.apps.emergencies.models import LEVELS, Incident
from tiebeam.apps.emergencies.operations.readers import (
    hide_packages,
    show_incident,
    show_packages,
)
from tiebeam.apps.emergencies.operations.rights import STEERING, StoodDown, demand_steering
from tiebeam.apps.emergencies.states import MODES
from tiebeam.apps.pairings.operations.rights import demand_own_programme
from tiebeam.apps.people.operations.faults import list_faults
from tiebeam.apps.programmes.models import Programme, Round
from tiebeam.apps.regions.models import Organisation, Region
from tiebeam.apps.regions.operations.checks import refuse_faults, refuse_without_reason
from tiebeam.errors import Fault, Refused
from tiebeam.platform.audit.writing import record_creation, save_change, state_of
from tiebeam.platform.permissions.operations import operation, require
from tiebeam.platform.tenancy.acting import Actor


class RoundElsewhere(Refused):
    """The lists of an incident are those of a round of its programme."""

    code = "emergencies.round_elsewhere"


class DayToCome(Refused):
    """What is said to have happened lies in the future; facts: ``day``."""

    code = "emergencies.day_to_come"


@operation("emergencies.activate_incident", roles=STEERING)
def activate_incident(
    *,
    programme: Programme,
    name_en: str,
    name_zh: str,
    level: int,
    mode: str,
    activated_on: date,
    document: str,
    actor: Actor,
    now: datetime,
    area: Sequence[Region] = (),
    hub: Organisation | None = None,
    round: Round | None = None,
) -> Incident:
    """
    Activate an incident in a programme; all who take part in it read it from now on.

    Args:
        level: From 1, national, to 4, county.
        mode: ``assign`` (the coordinator assigns, then both consult) or ``request`` (requests and offers).
        document: Number or title of the decision that activates it.
        area: The regions concerned.
        hub: The place whose facilities draw overload from around it.
        round: The round whose pair lists are those of the incident.

    Raises:
        NotOwner: Another organisation steers the programme.
        RoundElsewhere: The round is of another programme.
        InvalidInput: A name, level, mode or day makes no sense.
    """
    demand_own_programme(actor, "emergencies.activate_incident", programme)
    if round is not None and round.programme_id != programme.pk:
        raise RoundElsewhere
    if activated_on > timezone.localdate(now):
        raise DayToCome(day=activated_on)
    incident = Incident(
        tenant_id=actor.organisation_id,
        programme=programme,
        round=round,
        name_en=" ".join(name_en.split()),
        name_zh=" ".join(name_zh.split()),
        level=level,
        mode=mode,
        area=sorted({str(region.pk) for region in area}),
        hub=hub,
        activated_on=activated_on,
        activated_at=now,
        activated_by_id=actor.person_id,
        activated_for_id=actor.deputy_of,
        document=document.strip(),
    )
    refuse_faults(_list_faults(incident))
    incident.save(force_insert=True)
    record_creation(actor=actor, now=now, action="emergencies.activate_incident", record=incident)
    show_incident(incident, actor, now)
    show_packages(incident, actor, now)
    return incident


@operation("emergencies.change_level", roles=STEERING)
def change_level(
    *, incident: Incident, level: int, reason: str, actor: Actor, now: datetime
) -> Incident:
    """
    Raise or lower the level of an open incident.

    Raises:
        StoodDown: It was stood down.
        ReasonMissing: No reason is given.
    """
    refuse_without_reason(reason)
    kept = _lock(incident, "emergencies.change_level", actor)
    before = state_of(kept)
    kept.level = level
    refuse_faults(_list_faults(kept))
    return save_change(kept, before, "emergencies.change_level", actor, now, reason)


@operation("emergencies.stand_down_incident", roles=STEERING)
def stand_down_incident(
    *, incident: Incident, document: str, actor: Actor, now: datetime
) -> Incident:
    """
    End an incident: nothing new begins in it, and what is under way runs to its end.

    Args:
        document: Number or title of the decision.

    Raises:
        StoodDown: It was stood down before.
        InvalidInput: No document is named, or its name is too long.
    """
    kept = _lock(incident, "emergencies.stand_down_incident", actor)
    before = state_of(kept)
    kept.stood_down_at, kept.stood_down_by_id = now, actor.person_id
    kept.stood_down_for_id = actor.deputy_of
    kept.stood_down_document = document.strip()
    refuse_faults(list_faults("incident", kept, ("stood_down_document",)))
    save_change(kept, before, "emergencies.stand_down_incident", actor, now)
    hide_packages(kept, actor, now)
    return kept


def _lock(incident: Incident, action: str, actor: Actor) -> Incident:
    require(actor, action, incident.programme_id)
    kept: Incident = Incident.objects.lock(incident.pk)
    demand_steering(actor, action, kept)
    if kept.stood_down_at is not None:
        raise StoodDown(day=timezone.localdate(kept.stood_down_at))
    return kept


def _list_faults(incident: Incident) -> list[Fault]:
    faults = list_faults("incident", incident, ("name_en", "name_zh", "document"))
    for column, known in (("level", LEVELS), ("mode", tuple(MODES))):
        value = getattr(incident, column)
        if value not in known:
            faults.append(
                Fault(
                    code="emergencies.word_unknown",
                    place="incident",
                    column=column,
                    value=str(value)[:80],
                    facts={"known": tuple(known)},
                )
            )
    return faults
