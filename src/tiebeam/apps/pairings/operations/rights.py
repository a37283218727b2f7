"""The right to run a programme: the role asked for, and the programme one's own."""

from tiebeam.apps.programmes.models import Programme
from tiebeam.platform.permissions.operations import require
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.records import NotOwner

MAKERS = frozenset({Role.COORDINATOR, Role.MINISTRY})
"""Who pairs: the coordinator, or the ministry whose programme it is."""


def demand_own_programme(actor: Actor, name: str, programme: Programme) -> None:
    """
    Raise unless *actor* may call the operation *name* in *programme*, and acts for its owner.

    One organisation alone makes scenarios, lists and pairings of a programme:
    versions supersede each other, and nobody can end what somebody else owns.

    Raises:
        NotAllowed: No role held there allows it.
        NotOwner: The programme belongs to another organisation.
    """
    require(actor, name, programme.pk)
    if programme.tenant_id != actor.organisation_id:
        raise NotOwner(record="Programme")


def lock_own_programme(actor: Actor, name: str, programme: Programme) -> Programme:
    """
    Return *programme*, for the right *name*, with no other hand on its lists and pairings meanwhile.

    Raises:
        NotAllowed: No role held there allows it.
        NotOwner: The programme belongs to another organisation.
    """
    require(actor, name, programme.pk)
    locked: Programme = Programme.objects.lock(programme.pk)
    return locked
