"""Who proposes and who posts: the side that tells an event, its office and its finance (§L5)."""

from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.pairings.operations.sides import NotASide
from tiebeam.errors import Refused
from tiebeam.platform.permissions.operations import NotAllowed
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor

_COORDINATING = frozenset({Role.COORDINATOR, Role.MINISTRY})
MAKERS_OF = {
    "coordinator": _COORDINATING,
    "donor": frozenset({Role.DONOR_OFFICE, Role.DONOR_FINANCE}),
    "recipient": frozenset({Role.RECIPIENT_OFFICE, Role.RECIPIENT_FINANCE}),
}
CHECKERS_OF = {
    "coordinator": _COORDINATING,
    "donor": frozenset({Role.DONOR_FINANCE}),
    "recipient": frozenset({Role.RECIPIENT_FINANCE}),
}
MAKERS = frozenset().union(*MAKERS_OF.values())
CHECKERS = frozenset().union(*CHECKERS_OF.values())


class OwnProposal(Refused):
    """Maker and checker are two people, also where one stands in for another."""

    code = "ledger.own_proposal"


def demand_part(actor: Actor, name: str, pairing: Pairing, by: str, *, is_checking: bool) -> None:
    """
    Raise unless *actor* makes, or checks, what the side *by* tells of *pairing*.

    Raises:
        NotASide: The organisation is not that side.
        NotAllowed: No role held in the programme allows it.
    """
    owner = {
        "coordinator": pairing.programme.tenant_id,
        "donor": pairing.donor_id,
        "recipient": pairing.recipient_id,
    }[by]
    if actor.organisation_id != owner:
        raise NotASide
    roles = (CHECKERS_OF if is_checking else MAKERS_OF)[by]
    if not any(actor.has_role(role, pairing.programme_id) for role in roles):
        raise NotAllowed(operation=name, roles=tuple(sorted(roles)))


def own_side(actor: Actor, pairing: Pairing) -> str:
    """Return whether the actor's organisation is donor, recipient, or else coordinator of *pairing*."""
    sides = {pairing.donor_id: "donor", pairing.recipient_id: "recipient"}
    return sides.get(actor.organisation_id, "coordinator")


def demand_another(actor: Actor, *people: object) -> None:
    """
    Refuse a checker who made it, or stands in for who did.

    Raises:
        OwnProposal: One of *people* is the actor, or whom the actor stands in for.
    """
    if {actor.person_id, actor.deputy_of} & (set(people) - {None}):
        raise OwnProposal
