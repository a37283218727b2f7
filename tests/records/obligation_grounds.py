"""A donor with a region, revenues and two pairings, for the tests of what is owed by rule."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from tests.small_workspace import NOW, Workspace

from records.agreement_grounds import make_pairing
from tiebeam.apps.ledger.models import Account
from tiebeam.apps.ledger.operations.obligation_notices import draft_notice, issue_notice
from tiebeam.apps.ledger.operations.obligation_rules import choose_rule, set_donor_rate
from tiebeam.apps.ledger.operations.years import set_programme_year
from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.programmes.models import Programme
from tiebeam.apps.regions.models import Organisation, Region, Statistic
from tiebeam.apps.regions.operations import add_statistic, create_region
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor, Duty, acting
from tiebeam.platform.tenancy.grants import grant_reading

REVENUE = "general public budget revenue"
SINCE = date(2008, 6, 1)
RECIPIENTS = ("nyingchi", "huanggang")


@dataclass
class ObligationGrounds:
    """A programme whose donor Fujian has two pairings since June 2008, and who does what."""

    workspace: Workspace
    programme: Programme
    donor: Organisation
    region: Region
    pairings: dict[str, Pairing]
    maker: Actor
    checker: Actor
    admin: Actor

    def choose(self, rule_id: str = "wenchuan-2008", **more: Any) -> Any:
        """Choose a rule; one that does not know the year takes the year before, assumed."""
        if rule_id != "wenchuan-2008":
            more = {"base_offset": -1, "entered_because": "assumed"} | more
        return choose_rule(
            programme=self.programme,
            rule_id=rule_id,
            rule_version=1,
            indicator=more.pop("indicator", REVENUE),
            actor=self.maker,
            now=NOW,
            **more,
        )

    def reveal(
        self, year: int, quantity: str, vintage: date | None = None, **more: Any
    ) -> Statistic:
        """Add a figure of the donor's revenue, in 亿元."""
        return add_statistic(
            region=self.region,
            indicator=REVENUE,
            year=year,
            quantity=Decimal(quantity),
            unit=more.pop("unit", "亿元"),
            vintage=vintage or date(year + 1, 5, 1),
            source="Yearbook",
            reliability=more.pop("reliability", "official"),
            actor=self.admin,
            now=NOW,
        )

    def rate(self, rate: str, from_year: int = 2011, **more: Any) -> Any:
        """Enter the donor's own rate."""
        return set_donor_rate(
            programme=self.programme,
            donor=self.donor,
            rate=rate,
            from_year=from_year,
            document_number=more.pop("document_number", "〔2010〕1号"),
            actor=self.maker,
            now=NOW,
            **more,
        )

    def draft(self, year: int = 2008, **more: Any) -> Any:
        """Draft the notice of a year."""
        return draft_notice(
            programme=self.programme,
            donor=more.pop("donor", self.donor),
            year=year,
            actor=more.pop("actor", self.maker),
            now=NOW,
            **more,
        )

    def issue(self, notice: Any, **more: Any) -> Any:
        """Issue a notice, as the second person."""
        self.open_year(notice.year)
        return issue_notice(notice=notice, actor=more.pop("actor", self.checker), now=NOW)

    def open_year(self, year: int) -> None:
        """Fix what the ledger asks of a year before it takes anything."""
        set_programme_year(
            programme=self.programme,
            year=year,
            profile="on_receipt",
            refund_reopens=True,
            actor=self.maker,
            now=NOW,
        )

    def due(self, recipient: str, year: int) -> int:
        """Return what stands as due in the donor's book of a pairing, in fen."""
        donor = self.workspace.actor("fujian", Role.DONOR_OFFICE)
        with acting(donor):
            account = Account.objects.get(
                book__pairing=self.pairings[recipient], code="B110", year=year
            )
            return int(account.balance)

    def key(self, recipient: str) -> str:
        """Return the key under which a recipient's pairing has its part."""
        return str(self.pairings[recipient].pk)


def make_obligation_grounds(workspace: Workspace) -> ObligationGrounds:
    """Return the grounds: the office pairs Fujian with Nyingchi and Huanggang."""
    maker = workspace.actor("office", Role.COORDINATOR)
    admin = workspace.actor("admin", Role.ADMINISTRATOR)
    fujian = workspace.actor("fujian", Role.DONOR_OFFICE)
    region = create_region(
        name_en="Fujian", name_zh="福建省", kind="province", actor=admin, now=NOW
    )
    with acting(admin):
        Organisation.objects.filter(pk=fujian.organisation_id).update(region=region)
        donor = Organisation.objects.get(pk=fujian.organisation_id)
    with acting(maker):
        programme = Programme(
            tenant_id=maker.organisation_id,
            slug="wenchuan",
            name_en="Wenchuan",
            name_zh="汶川",
            forms=[],
        )
        programme.save()
        grant_reading(
            actor=maker,
            scope_id=programme.scope_id,
            organisation_ids=[workspace.organisations[key].pk for key in ("fujian", *RECIPIENTS)],
            role="reader",
            valid_from=date(2008, 1, 1),
        )
    pairings = {
        key: make_pairing(
            programme,
            maker,
            fujian,
            workspace.actor(key, Role.RECIPIENT_OFFICE),
            valid_from=SINCE,
        )
        for key in RECIPIENTS
    }
    return ObligationGrounds(
        workspace=workspace,
        programme=programme,
        donor=donor,
        region=region,
        pairings=pairings,
        maker=maker,
        checker=Actor(
            person_id=uuid4(),
            organisation_id=maker.organisation_id,
            duties=frozenset({Duty(Role.COORDINATOR)}),
        ),
        admin=admin,
    )
