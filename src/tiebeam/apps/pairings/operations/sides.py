"""Who acts in a pairing: its donor, its recipient, or whoever made it."""

from datetime import datetime
from typing import Literal

from django.utils import timezone

from tiebeam.apps.pairings.models import Pairing
from tiebeam.errors import Refused
from tiebeam.platform.permissions.operations import require
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.grants import grant_reading

Side = Literal["donor", "recipient", "coordinator"]

SIGNERS = frozenset({Role.DONOR_OFFICE, Role.RECIPIENT_OFFICE})
"""Who binds a side of a pairing by a signature."""

PARTIES = SIGNERS | {Role.COORDINATOR, Role.MINISTRY}
"""Who writes what both sides of a pairing read: their offices, and whoever made the pairing."""


class NotASide(Refused):
    """The acting organisation is no side of this pairing, or not in this role."""

    code = "pairings.not_a_side"


def demand_side(actor: Actor, name: str, pairing: Pairing) -> Side:
    """
    Return as which side of *pairing* the actor may call the operation *name*.

    Raises:
        NotAllowed: No role held in the programme allows it.
        NotASide: The organisation is neither donor nor recipient nor maker of the pairing.
    """
    require(actor, name, pairing.programme_id)
    side = find_side(actor, pairing)
    if side is None:
        raise NotASide
    return side


def find_side(actor: Actor, pairing: Pairing) -> Side | None:
    """Return as which side of *pairing* the actor acts, None where it is none of them."""
    if _holds(actor, pairing, Role.DONOR_OFFICE) and actor.organisation_id == pairing.donor_id:
        return "donor"
    if (
        _holds(actor, pairing, Role.RECIPIENT_OFFICE)
        and actor.organisation_id == pairing.recipient_id
    ):
        return "recipient"
    if (
        _holds(actor, pairing, Role.COORDINATOR, Role.MINISTRY)
        and actor.organisation_id == pairing.tenant_id
    ):
        return "coordinator"
    return None


def let_maker_read(actor: Actor, pairing: Pairing, now: datetime) -> None:
    """
    Let whoever made *pairing* read what its sides write below it.

    Owning a scope shows the own records in it; those of others need a grant, also here.
    """
    root = pairing
    if pairing.scope_id != pairing.pk:
        found = Pairing.objects.filter(pk=pairing.scope_id).first()
        if found is None:
            return
        root = found
    grant_reading(
        actor=actor,
        scope_id=root.scope_id,
        organisation_ids=[root.tenant_id],
        role="owner",
        valid_from=min(timezone.localdate(now), root.valid_from),
    )


def _holds(actor: Actor, pairing: Pairing, *roles: Role) -> bool:
    return any(actor.has_role(role, pairing.programme_id) for role in roles)
