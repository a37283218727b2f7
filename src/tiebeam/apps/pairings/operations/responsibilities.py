"""Say who is accountable, responsible, consulted or informed for an area of work, and until when."""

from datetime import date, datetime

from tiebeam.apps.pairings.models import SHARES, Pairing, Responsibility
from tiebeam.apps.pairings.operations.sides import PARTIES, demand_side, let_maker_read
from tiebeam.apps.pairings.queries.responsibilities import AREA_LENGTH_MOST, list_standing
from tiebeam.apps.regions.models import Organisation
from tiebeam.errors import Refused
from tiebeam.platform.audit.writing import record_creation, save_change, state_of
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.holding import hold
from tiebeam.platform.tenancy.records import NotOwner
from tiebeam.platform.time.periods import holds_on


class ShareUnknown(Refused):
    """A share that is none of the four."""

    code = "pairings.share_unknown"


class AreaNotValid(Refused):
    """An area of work without a name, or with one that is too long."""

    code = "pairings.area_not_valid"


class ResponsibilityOfOtherSide(Refused):
    """One side does not say what the other side is for."""

    code = "pairings.responsibility_of_other_side"


class ResponsibilityOutsidePairing(Refused):
    """A day on which the pairing does not hold."""

    code = "pairings.responsibility_outside_pairing"


class ResponsibilityOverlaps(Refused):
    """A later share of the same party is set already."""

    code = "pairings.responsibility_overlaps"


class ResponsibilityEnded(Refused):
    """It ended before, or would end before it began."""

    code = "pairings.responsibility_ended"


@operation("pairings.set_responsibility", roles=PARTIES)
def set_responsibility(
    *,
    pairing: Pairing,
    area: str,
    party: Organisation,
    share: str,
    valid_from: date,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> Responsibility:
    """
    Say what *party* is for *area* from *valid_from* on; what it was for it before ends that day.

    The same share said again changes nothing. Another share from the same first
    day corrects the one that stands.

    Raises:
        ResponsibilityOfOtherSide: A side speaks for the other one.
        ResponsibilityOutsidePairing: The pairing does not hold on that day.
        ResponsibilityOverlaps: A later share is set already.
        NotOwner: Another organisation set the share that stands.
    """
    hold(pairing.pk)
    kept = Pairing.objects.get(pk=pairing.pk)
    _refuse_values(kept, actor, party, share, valid_from)
    named = _clean_area(area)
    standing = list_standing(kept, named, party.pk, valid_from)
    if standing:
        current = standing[0]
        if current.valid_from > valid_from or len(standing) > 1:
            later = standing[-1].valid_from
            raise ResponsibilityOverlaps(area=named, valid_from=later)
        if current.share == share and current.valid_until is None:
            return current
        _demand_owner(current, actor)
        if current.valid_from == valid_from:
            return _change(current, actor, now, "pairings.set_responsibility", reason, share=share)
        _change(current, actor, now, "pairings.set_responsibility", reason, until=valid_from)
    made = Responsibility(
        tenant_id=actor.organisation_id,
        scope_id=kept.scope_id,
        pairing=kept,
        area=named,
        party=party,
        share=share,
        valid_from=valid_from,
    )
    made.save(force_insert=True)
    let_maker_read(actor, kept, now)
    action = "pairings.set_responsibility"
    record_creation(actor=actor, now=now, action=action, record=made, reason=reason)
    return made


@operation("pairings.end_responsibility", roles=PARTIES)
def end_responsibility(
    *,
    responsibility: Responsibility,
    valid_until: date,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> Responsibility:
    """
    End an own entry of the matrix: *valid_until* is the first day on which it no longer holds.

    Raises:
        NotOwner: Another organisation set it.
        ResponsibilityEnded: It ended on another day, or would end before it began.
    """
    hold(responsibility.pairing_id)
    kept = Responsibility.objects.select_related("pairing").get(pk=responsibility.pk)
    assert isinstance(kept, Responsibility)
    demand_side(actor, "pairings.end_responsibility", kept.pairing)
    _demand_owner(kept, actor)
    if kept.valid_until == valid_until:
        return kept
    if kept.valid_until is not None or valid_until <= kept.valid_from:
        raise ResponsibilityEnded(
            area=kept.area, valid_from=kept.valid_from, valid_until=kept.valid_until or valid_until
        )
    return _change(kept, actor, now, "pairings.end_responsibility", reason, until=valid_until)


def _refuse_values(
    pairing: Pairing, actor: Actor, party: Organisation, share: str, valid_from: date
) -> None:
    side = demand_side(actor, "pairings.set_responsibility", pairing)
    if share not in SHARES:
        raise ShareUnknown(share=share, known=tuple(SHARES))
    other = {"donor": pairing.recipient_id, "recipient": pairing.donor_id}.get(side)
    if party.pk == other:
        raise ResponsibilityOfOtherSide
    if not holds_on(valid_from, pairing.valid_from, pairing.valid_until):
        raise ResponsibilityOutsidePairing(
            valid_from=valid_from,
            starts_on=pairing.valid_from,
            ends_on=pairing.valid_until or "",
        )


def _clean_area(area: str) -> str:
    named = " ".join(area.split())
    if not named or len(named) > AREA_LENGTH_MOST:
        raise AreaNotValid(area=named, most=AREA_LENGTH_MOST)
    return named


def _demand_owner(responsibility: Responsibility, actor: Actor) -> None:
    if responsibility.tenant_id != actor.organisation_id:
        raise NotOwner(record="Responsibility")


def _change(
    record: Responsibility,
    actor: Actor,
    now: datetime,
    action: str,
    reason: str,
    *,
    share: str | None = None,
    until: date | None = None,
) -> Responsibility:
    before = state_of(record)
    record.share = share or record.share
    record.valid_until = until
    return save_change(record, before, action, actor, now, reason=reason)
