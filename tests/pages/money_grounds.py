"""The money of one pair, with people who sign in: an office and a finance office on each side."""

from datetime import date

from django.utils import timezone
from tests.records.ledger_grounds import LedgerGrounds, make_grounds
from tests.small_workspace import NOW, Workspace

from tiebeam.platform.identity.operations import assign_role, create_person
from tiebeam.platform.permissions.roles import Role

WAN = 10**6
FINANCE = {
    "donor": ("fujian", "fujian_finance", Role.DONOR_FINANCE),
    "recipient": ("nyingchi", "nyingchi_finance", Role.RECIPIENT_FINANCE),
    "coordinator": ("office", "colleague", Role.COORDINATOR),
}


def make_people(workspace: Workspace, slug: str = "tibet") -> LedgerGrounds:
    """Return a pair without money, with two people on each side of it who sign in."""
    grounds = make_grounds(workspace, slug)
    admin = workspace.actor("admin", Role.ADMINISTRATOR)
    for side, (organisation, name, role) in FINANCE.items():
        workspace.people[name] = create_person(
            email=f"{name}@example.org", name=name.title(), language="en", actor=admin, now=NOW
        )
        assign_role(
            person=workspace.people[name],
            organisation_id=workspace.organisations[organisation].pk,
            role=role,
            valid_from=NOW.date(),
            actor=admin,
            now=NOW,
        )
        workspace.organisations[name] = workspace.organisations[organisation]
        grounds.checkers[side] = workspace.actor(name, role)
    return grounds


def make_money(workspace: Workspace, slug: str = "tibet") -> LedgerGrounds:
    """Return a pair with 1,000 万元 due and appropriated this year, and who checks on each side."""
    grounds = make_people(workspace, slug)
    grounds.fix_year(today().year)
    post(grounds, "obligation", 1000 * WAN)
    post(grounds, "opening", 1000 * WAN)
    post(grounds, "appropriation", 1000 * WAN)
    return grounds


def today() -> date:
    """Return the day on which the pages show the money."""
    return timezone.localdate()


def post(grounds: LedgerGrounds, kind: str, amount: int, **terms):
    """Post an event of today."""
    return grounds.post(kind, amount, **{"valid_on": today(), **terms})


def pay(grounds: LedgerGrounds, amount: int = 300 * WAN):
    """Commit, order and pay; return the payment."""
    commitment = post(grounds, "commitment", 900 * WAN)
    order = post(grounds, "order", amount, follows_id=commitment.pk)
    return post(grounds, "payment", amount, follows_id=order.pk)
