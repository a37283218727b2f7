"""Pair towns, hospitals and schools below a pairing of the list, and end that."""

from datetime import date, datetime
from uuid import uuid4

from django.db import IntegrityError, transaction

from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.pairings.operations.readers import let_read
from tiebeam.apps.regions.models import Organisation
from tiebeam.errors import Refused, both_names
from tiebeam.platform.audit.writing import record_change, record_creation, state_of
from tiebeam.platform.permissions.operations import operation, require
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.time.periods import holds_on

PAIRERS = frozenset({Role.COORDINATOR, Role.MINISTRY, Role.DONOR_OFFICE, Role.RECIPIENT_OFFICE})


class ParentIsSecondTier(Refused):
    """A second-tier pairing hangs below a pairing of the list, not below another second-tier one."""

    code = "pairings.parent_is_second_tier"


class ParentNotInForce(Refused):
    """The pairing above is not in force on that day."""

    code = "pairings.parent_not_in_force"


class NotAParty(Refused):
    """The organisation is neither side of the pairing, nor its coordinator."""

    code = "pairings.not_a_party"


class PairedWithItself(Refused):
    """A pairing has two sides."""

    code = "pairings.paired_with_itself"


class AlreadyPaired(Refused):
    """The two are paired in this programme already."""

    code = "pairings.already_paired"


class NotSecondTier(Refused):
    """A pairing of the list is ended by a list."""

    code = "pairings.not_second_tier"


class AlreadyEnded(Refused):
    """The pairing has ended by then already, or begins later."""

    code = "pairings.already_ended"


@operation("pairings.add_second_tier_pairing", roles=PAIRERS)
def add_second_tier_pairing(
    *,
    parent: Pairing,
    donor: Organisation,
    recipient: Organisation,
    valid_from: date,
    actor: Actor,
    now: datetime,
    note: str = "",
) -> Pairing:
    """
    Pair two organisations below a pairing of the list: city and town, hospital and hospital.

    Whoever reads the pairing above reads this one; it ends with it at the latest, and
    is never counted beside it.

    Raises:
        NotAParty: The acting organisation has no part in the pairing above.
        ParentIsSecondTier: The pairing above hangs below another.
        ParentNotInForce: It is not in force on *valid_from*.
        PairedWithItself: Both sides are one organisation.
        AlreadyPaired: The two are paired in this programme already.
    """
    action = "pairings.add_second_tier_pairing"
    parent = Pairing.objects.get(pk=parent.pk)
    require(actor, action, parent.programme_id)
    pairing = draft_second_tier(parent, donor, recipient, valid_from, actor, note)
    # The database refuses a second one without an end; one that ends later overlaps as well.
    if Pairing.objects.filter(
        programme_id=parent.programme_id,
        donor=donor,
        recipient=recipient,
        valid_until__gt=valid_from,
    ).exists():
        raise already_paired(pairing)
    try:
        with transaction.atomic():
            pairing.save(force_insert=True)
    except IntegrityError as error:
        raise already_paired(pairing) from error
    let_owner_above_read(parent, actor, now)
    record_creation(actor=actor, now=now, action=action, record=pairing)
    return pairing


@operation("pairings.end_second_tier_pairing", roles=PAIRERS)
def end_second_tier_pairing(
    *, pairing: Pairing, until: date, actor: Actor, now: datetime, reason: str = ""
) -> Pairing:
    """
    End a second-tier pairing on *until*, the first day without it.

    Raises:
        NotOwner: Another organisation entered it.
        NotSecondTier: It stands on the list, and is ended by one.
        AlreadyEnded: It has ended by then already, or begins later.
    """
    action = "pairings.end_second_tier_pairing"
    require(actor, action, pairing.programme_id)
    pairing = Pairing.objects.lock(pairing.pk)
    refuse_ending(pairing, until)
    before = state_of(pairing)
    pairing.valid_until = until
    pairing.save(update_fields=["valid_until"])
    record_change(actor=actor, now=now, action=action, record=pairing, before=before, reason=reason)
    return pairing


def draft_second_tier(
    parent: Pairing,
    donor: Organisation,
    recipient: Organisation,
    valid_from: date,
    actor: Actor,
    note: str = "",
) -> Pairing:
    """
    Return a pairing below *parent*, not saved.

    Raises:
        NotAParty, ParentIsSecondTier, ParentNotInForce, PairedWithItself: As their names say.
    """
    if not is_party(actor, parent):
        raise NotAParty
    if parent.parent_id is not None:
        raise ParentIsSecondTier
    if not holds_on(valid_from, parent.valid_from, parent.valid_until):
        raise ParentNotInForce(day=valid_from)
    if donor.pk == recipient.pk:
        raise PairedWithItself(name=both_names(donor))
    return Pairing(
        id=uuid4(),
        tenant_id=actor.organisation_id,
        scope_id=parent.scope_id,
        programme_id=parent.programme_id,
        parent=parent,
        donor=donor,
        recipient=recipient,
        valid_from=valid_from,
        note=note,
    )


def refuse_ending(pairing: Pairing, until: date) -> None:
    """
    Refuse to end *pairing* on *until*.

    Raises:
        NotSecondTier, AlreadyEnded: As their names say.
    """
    if pairing.parent_id is None:
        raise NotSecondTier
    if until < pairing.valid_from or (
        pairing.valid_until is not None and pairing.valid_until <= until
    ):
        raise AlreadyEnded(until=until)


def already_paired(pairing: Pairing) -> AlreadyPaired:
    """Return the refusal of a second pairing of the same two."""
    donor, recipient = pairing.donor, pairing.recipient
    return AlreadyPaired(donor=both_names(donor), recipient=both_names(recipient))


def let_owner_above_read(parent: Pairing, actor: Actor, now: datetime) -> None:
    """Let the owner of *parent* read what others pair below it: it holds no grant on its own scope."""
    let_read(
        actor=actor,
        scope_id=parent.scope_id,
        organisation_ids=[parent.tenant_id],
        role="pairing",
        now=now,
    )


def is_party(actor: Actor, pairing: Pairing) -> bool:
    """Return whether *actor* acts for a side of *pairing*, or for whoever made it."""
    return actor.organisation_id in {pairing.tenant_id, pairing.donor_id, pairing.recipient_id}
