"""Two people on each side of a pairing, each with a token of their own, for journeys of the ledger."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from tests.small_workspace import Workspace

from records.ledger_grounds import SIDES, LedgerGrounds, make_grounds
from tiebeam.apps.ledger.models import Account
from tiebeam.apps.ledger.operations.years import set_programme_year
from tiebeam.platform.identity.operations import assign_role, create_person, make_token
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor, Duty, acting

FINANCE = {
    "coordinator": Role.COORDINATOR,
    "donor": Role.DONOR_FINANCE,
    "recipient": Role.RECIPIENT_FINANCE,
}


@dataclass
class LedgerPeople:
    """The grounds, and the secrets of each side: maker's and checker's."""

    grounds: LedgerGrounds
    makers: dict[str, str]
    checkers: dict[str, str]

    def fix_years(self, years: dict[int, dict]) -> None:
        """Fix what each year goes by, as the coordinator does."""
        for year, said in years.items():
            set_programme_year(
                programme=self.grounds.programme,
                year=year,
                actor=self.grounds.makers["coordinator"],
                now=timezone.now(),
                **said,
            )

    def balances(self) -> dict[tuple[str, int, str], int]:
        """Return what all accounts of both books hold, without those that hold nothing."""
        held = {}
        for side in ("donor", "recipient"):
            with acting(self.grounds.makers[side]):
                rows = Account.objects.owned().exclude(balance=0)
                held |= {(row.code, row.year, row.unit): row.balance for row in rows}
        return held


def make_people(workspace: Workspace) -> LedgerPeople:
    """Return the people of a pairing between Fujian and Nyingchi."""
    grounds = make_grounds(workspace)
    admin = workspace.actor("admin", Role.ADMINISTRATOR)
    now = timezone.now()
    makers, checkers = {}, {}
    for side in SIDES:
        maker = grounds.makers[side]
        person = create_person(
            email=f"{side}.checker@example.org", name=side, language="en", actor=admin, now=now
        )
        assign_role(
            person=person,
            organisation_id=maker.organisation_id,
            role=FINANCE[side],
            valid_from=date(2020, 1, 1),
            actor=admin,
            now=now,
        )
        checker = Actor(
            person_id=person.pk,
            organisation_id=maker.organisation_id,
            duties=frozenset({Duty(FINANCE[side])}),
        )
        grounds.checkers[side] = checker
        makers[side], checkers[side] = (_token(actor) for actor in (maker, checker))
    return LedgerPeople(grounds, makers, checkers)


def _token(actor: Actor) -> str:
    _, secret = make_token(name="cli", may_write=True, days=1, actor=actor, now=timezone.now())
    return secret
