"""Who takes part in a programme: joining lets an organisation read it, leaving ends that."""

from collections.abc import Callable
from datetime import date, datetime

from django.utils import timezone

from tiebeam.apps.programmes.models import SIDES, Participant, Programme
from tiebeam.apps.programmes.operations.rights import (
    STEERING,
    own_programme,
    refuse_faults,
    refuse_without_reason,
)
from tiebeam.apps.regions.models import Organisation
from tiebeam.errors import Fault, Refused, both_names
from tiebeam.platform.audit.writing import record_creation, save_change, state_of
from tiebeam.platform.permissions.operations import operation, require
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.grants import end_reading, grant_reading
from tiebeam.platform.time.periods import fits_within, overlap

Follower = Callable[[Participant, Actor, datetime], None]
"""Does what a participation that began or ended means for the records of an app above."""

_followers: list[Follower] = []
_OPPOSITE = {"donor": "recipient", "recipient": "donor"}


def follow_participation(follower: Follower) -> Follower:
    """Have *follower* called whenever a participation begins or ends, in the same transaction."""
    _followers.append(follower)
    return follower


class AlreadyParticipant(Refused):
    """The organisation takes part on that side in that time already."""

    code = "programmes.already_participant"


class OnBothSides(Refused):
    """Nobody gives to and receives from one programme at the same time; facts: ``name``."""

    code = "programmes.on_both_sides"


class OrganisationNotThere(Refused):
    """The organisation did not exist in the whole of that time."""

    code = "programmes.organisation_not_there"


class ParticipationEnded(Refused):
    """The participation has ended by then already."""

    code = "programmes.participation_ended"


class EndsBeforeItBegins(Refused):
    """A participation would end on the day it began, or before."""

    code = "programmes.participation_ends_before_it_begins"


@operation("programmes.add_participant", roles=STEERING)
def add_participant(
    *,
    programme: Programme,
    organisation: Organisation,
    side: str,
    actor: Actor,
    now: datetime,
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> Participant:
    """
    Let an organisation take part on one side, and read the programme from now on.

    A participation that was over before it was entered here gives no leave to read.

    Raises:
        InvalidInput: The side is none, or the period ends before it begins.
        OrganisationNotThere: The directory has the organisation end before, or begin after.
        AlreadyParticipant: It takes part on that side in that time already.
        OnBothSides: It is donor and would be recipient in that time, or the other way round.
    """
    programme = own_programme(programme, actor=actor, name="programmes.add_participant")
    organisation = Organisation.objects.get(pk=organisation.pk)
    period = valid_from, valid_until
    refuse_faults(_list_faults(side, valid_from, valid_until))
    if not fits_within(period, (organisation.valid_from, organisation.valid_until)):
        raise OrganisationNotThere(name=both_names(organisation))
    standing = Participant.objects.filter(programme=programme, organisation=organisation, side=side)
    if any(overlap((row.valid_from, row.valid_until), period) for row in standing):
        raise AlreadyParticipant(name=both_names(organisation))
    if side in _OPPOSITE:
        opposite = Participant.objects.filter(
            programme=programme, organisation=organisation, side=_OPPOSITE[side]
        )
        if any(overlap((row.valid_from, row.valid_until), period) for row in opposite):
            raise OnBothSides(name=both_names(organisation))
    participant = Participant(
        tenant_id=actor.organisation_id,
        scope_id=programme.scope_id,
        programme=programme,
        organisation=organisation,
        side=side,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    participant.save(force_insert=True)
    record_creation(actor=actor, now=now, action="programmes.add_participant", record=participant)
    today = timezone.localdate(now)
    if valid_until is None or valid_until > today:
        grant_reading(
            actor=actor,
            scope_id=programme.scope_id,
            organisation_ids=[organisation.pk],
            role=side,
            valid_from=today,
            valid_until=valid_until,
        )
    _tell_followers(participant, actor, now)
    return participant


@operation("programmes.end_participation", roles=STEERING)
def end_participation(
    *, participant: Participant, until: date, reason: str, actor: Actor, now: datetime
) -> Participant:
    """
    End a participation on *until*, the first day without it, and the reading that came with it.

    Raises:
        ReasonMissing: No reason is given.
        EndsBeforeItBegins: It began on that day, or later.
        ParticipationEnded: It has ended by then already.
    """
    require(actor, "programmes.end_participation", participant.programme_id)
    participant = Participant.objects.lock(participant.pk)
    require(actor, "programmes.end_participation", participant.programme_id)
    refuse_without_reason(reason)
    if participant.valid_from is not None and until <= participant.valid_from:
        raise EndsBeforeItBegins(valid_from=participant.valid_from)
    if participant.valid_until is not None and participant.valid_until <= until:
        raise ParticipationEnded(valid_until=participant.valid_until)
    before = state_of(participant)
    participant.valid_until = until
    save_change(participant, before, "programmes.end_participation", actor, now, reason=reason)
    if not _goes_on(participant, until):
        end_reading(
            actor=actor,
            scope_id=participant.scope_id,
            organisation_id=participant.organisation_id,
            until=until,
        )
    _tell_followers(participant, actor, now)
    return participant


def _tell_followers(participant: Participant, actor: Actor, now: datetime) -> None:
    for follow in _followers:
        follow(participant, actor, now)


def _goes_on(participant: Participant, until: date) -> bool:
    """Return whether the organisation takes part on another side, or again, after *until*."""
    others = Participant.objects.filter(
        programme_id=participant.programme_id, organisation_id=participant.organisation_id
    ).exclude(pk=participant.pk)
    return any(row.valid_until is None or row.valid_until > until for row in others)


def _list_faults(side: str, valid_from: date | None, valid_until: date | None) -> list[Fault]:
    faults = []
    if side not in SIDES:
        known: dict[str, object] = {"known": tuple(SIDES)}
        faults.append(
            Fault(
                code="programmes.side_unknown",
                place="participant",
                column="side",
                value=side,
                facts=known,
            )
        )
    if valid_from is not None and valid_until is not None and valid_until <= valid_from:
        faults.append(
            Fault(
                code="programmes.ends_before_it_starts",
                place="participant",
                column="valid_until",
                value=valid_until.isoformat(),
            )
        )
    return faults
