"""The roles of partner assistance, and which of them defeat four eyes in one hand."""

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    """What a person is for an organisation, in one programme or in all of them."""

    COORDINATOR = "coordinator"
    MINISTRY = "ministry"
    DONOR_OFFICE = "donor_office"
    DONOR_FINANCE = "donor_finance"
    FRONT_HEADQUARTERS = "front_headquarters"
    RECIPIENT_OFFICE = "recipient_office"
    RECIPIENT_FINANCE = "recipient_finance"
    PERSONNEL_OFFICE = "personnel_office"
    FRONT_TEAM = "front_team"
    ASSESSOR = "assessor"
    AUDITOR = "auditor"
    READER = "reader"
    ADMINISTRATOR = "administrator"


SECOND_FACTOR_ROLES = frozenset(
    {
        Role.COORDINATOR,
        Role.MINISTRY,
        Role.DONOR_FINANCE,
        Role.RECIPIENT_FINANCE,
        Role.AUDITOR,
        Role.ADMINISTRATOR,
    }
)
"""Who sees much, moves money or gives rights: a password alone is not enough where an office demands more."""

_DONOR_SIDE = {Role.DONOR_OFFICE, Role.DONOR_FINANCE, Role.FRONT_HEADQUARTERS, Role.FRONT_TEAM}
_RECIPIENT_SIDE = {Role.RECIPIENT_OFFICE, Role.RECIPIENT_FINANCE}
_WRITERS = frozenset(Role) - {Role.READER, Role.AUDITOR}


def _list_forbidden_pairs() -> frozenset[frozenset[Role]]:
    pairs: set[frozenset[Role]] = set()
    # Payer and payee, giver and taker of what is accepted: each side checks the other.
    pairs |= {
        frozenset({donor, recipient}) for donor in _DONOR_SIDE for recipient in _RECIPIENT_SIDE
    }
    # Who pairs and sees all confirms no money and plans for no side.
    pairs |= {frozenset({Role.COORDINATOR, other}) for other in _DONOR_SIDE | _RECIPIENT_SIDE}
    # Who orders a payment does not confirm it: office and finance of one side stay apart.
    pairs |= {
        frozenset({Role.DONOR_OFFICE, Role.DONOR_FINANCE}),
        frozenset({Role.RECIPIENT_OFFICE, Role.RECIPIENT_FINANCE}),
    }
    # Nobody grades the own pair; nobody audits what he writes; who gives roles uses none.
    pairs |= {
        frozenset({Role.ASSESSOR, other})
        for other in _DONOR_SIDE | _RECIPIENT_SIDE | {Role.COORDINATOR, Role.PERSONNEL_OFFICE}
    }
    pairs |= {frozenset({Role.AUDITOR, other}) for other in _WRITERS}
    pairs |= {frozenset({Role.ADMINISTRATOR, other}) for other in _WRITERS - {Role.ADMINISTRATOR}}
    return frozenset(pairs)


FORBIDDEN_TOGETHER = _list_forbidden_pairs()
"""Pairs of roles that one person may not hold at one time in one programme (domain, actors and rights)."""


def find_conflicting_role(role: Role, held: Iterable[Role]) -> Role | None:
    """Return a role among *held* that must not be joined by *role*, or None."""
    return next((other for other in held if frozenset({role, other}) in FORBIDDEN_TOGETHER), None)
