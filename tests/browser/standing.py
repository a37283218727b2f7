"""Where a journey begins: the small workspace, brought as far as the journey before it would."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.management import call_command
from django.utils import timezone
from tests.small_workspace import NOW, Workspace

from tiebeam.apps.pairings.models import Pairing, PairList, Variant
from tiebeam.apps.pairings.operations.lists import draft_list
from tiebeam.apps.pairings.operations.opinions import answer_opinion, give_opinion
from tiebeam.apps.pairings.operations.scenarios import build_scenario
from tiebeam.apps.pairings.operations.signing import issue_list, sign_list
from tiebeam.apps.pairings.operations.variants import create_variant, set_lock
from tiebeam.apps.programmes.models import Programme, Round
from tiebeam.apps.programmes.operations import (
    EnteredLine,
    add_participant,
    create_programme,
    decide_return,
    enter_lines,
    open_round,
    start_return,
    submit_return,
)
from tiebeam.apps.programmes.queries.returns import list_returns
from tiebeam.apps.regions.operations import create_organisation
from tiebeam.core.model.scenario import Policy
from tiebeam.interfaces.jobs.asking import solve_variant
from tiebeam.platform.identity.models import Person
from tiebeam.platform.identity.operations import assign_role, create_person
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor, Duty, acting

SIDES = {"fujian": "donor", "hunan": "donor", "nyingchi": "recipient", "huanggang": "recipient"}
OFFICES = {"donor": Role.DONOR_OFFICE, "recipient": Role.RECIPIENT_OFFICE}
NAMES = {
    "fujian": ("福建", "Fujian"),
    "hunan": ("湖南", "Hunan"),
    "nyingchi": ("林芝", "Nyingchi"),
    "huanggang": ("黄冈", "Huanggang"),
}
OTHER = {"zh": "en", "en": "zh"}
QUANTITIES = {"fujian": 60, "hunan": 40, "nyingchi": 50, "huanggang": 80}
NURSES = {
    "id": "nurse",
    "name_en": "Nurses",
    "name_zh": "护士",
    "unit": "person",
    "lot": "1",
    "weight": "1",
}


def work() -> None:
    """Do what waits in the background, as the worker does."""
    call_command("db_worker", batch=True, interval=0, reload=False, startup_delay=False)


class Standing:
    """The workspace, its people, and the steps that bring a programme on."""

    def __init__(self, workspace: Workspace, admin: Actor) -> None:
        self.workspace = workspace
        self.audit = create_organisation(
            name_en="Audit office", name_zh="审计署", kind="office", actor=admin, now=NOW
        )
        office = workspace.organisations["office"]
        self.people: dict[str, Person] = workspace.people | {
            "second": self._person("second", office, Role.COORDINATOR, admin),
            "auditor": self._person("auditor", self.audit, Role.AUDITOR, admin),
        }
        self.coordinator = workspace.actor("office", Role.COORDINATOR)
        self.second = Actor(
            person_id=self.people["second"].pk,
            organisation_id=office.pk,
            duties=frozenset({Duty(Role.COORDINATOR)}),
        )

    def _person(self, name: str, organisation: Any, role: Role, admin: Actor) -> Person:
        person = create_person(
            email=f"{name}@example.org", name=name.title(), language="en", actor=admin, now=NOW
        )
        assign_role(
            person=person,
            organisation_id=organisation.pk,
            role=role,
            valid_from=NOW.date(),
            actor=admin,
            now=NOW,
        )
        return person

    def _given(self, actor: Actor | None = None) -> dict[str, Any]:
        return {"actor": actor or self.coordinator, "now": timezone.now()}

    def set_up(self) -> tuple[Programme, Round]:
        """Make the programme with all sides, and a round."""
        programme = create_programme(
            slug="drill",
            name_en="Assistance drill",
            name_zh="对口支援演练",
            forms=["medicine"],
            **self._given(),
        )
        for name, side in [*SIDES.items(), ("audit", "auditor")]:
            organisation = self.audit if name == "audit" else self.workspace.organisations[name]
            add_participant(
                programme=programme, organisation=organisation, side=side, **self._given()
            )
        of_round = open_round(
            programme=programme,
            name_en="First round",
            name_zh="第一轮",
            starts_on=timezone.localdate() - timedelta(days=30),
            returns_due_on=timezone.localdate() + timedelta(days=7),
            resources=[NURSES],
            **self._given(),
        )
        return programme, of_round

    def take_returns(self) -> Round:
        """Bring the round as far as accepted returns of all sides."""
        _, of_round = self.set_up()
        for name, side in SIDES.items():
            own = self.workspace.actor(name, OFFICES[side])
            started = start_return(of_round=of_round, side=side, **self._given(own))
            line = EnteredLine(resource="nurse", quantity=Decimal(QUANTITIES[name]))
            enter_lines(of_return=started, lines=[line], **self._given(own))
            submit_return(of_return=started, **self._given(own))
            decide_return(of_return=started, is_accepted=True, **self._given())
        return of_round

    def plan(self) -> Variant:
        """Bring the round as far as a plan in which Fujian helps Nyingchi and Hunan Huanggang."""
        built = build_scenario(
            round=self.take_returns(),
            policy=Policy(levels=("coverage", "partners")),
            name="Build 1",
            **self._given(),
        )
        variant = create_variant(scenario=built, name="A", **self._given())
        for donor, recipient in (("fujian", "huanggang"), ("hunan", "nyingchi")):
            set_lock(
                variant=variant,
                donor=donor,
                recipient=recipient,
                must_be=False,
                reason="-",
                **self._given(),
            )
        solve_variant(variant=variant, **self._given())
        work()
        with acting(self.coordinator):
            return Variant.objects.select_related("scenario__round__programme").get(pk=variant.pk)

    def issue(self, in_force_from: date) -> PairList:
        """Bring the round as far as a list in force."""
        variant = self.plan()
        drafted = draft_list(round=variant.scenario.round, variant=variant, **self._given())
        drafted = sign_list(pair_list=drafted, without_opinions_because="DEMO", **self._given())
        drafted = sign_list(pair_list=drafted, **self._given(self.second))
        return issue_list(pair_list=drafted, in_force_from=in_force_from, **self._given())

    def hear(self, *names: str) -> None:
        """Let some agree to the only list that is out, and answer them."""
        with acting(self.coordinator):
            sent = PairList.objects.get(state="consulted")
        for name in names:
            own = self.workspace.actor(name, OFFICES[SIDES[name]])
            opinion = give_opinion(pair_list=sent, reply="agree", **self._given(own))
            answer_opinion(opinion=opinion, is_followed=True, text="—", **self._given())

    def quantities_accepted(self) -> dict[str, list[Decimal]]:
        """Return what was accepted of each side for the only round, by its short name."""
        names = {row.pk: name for name, row in self.workspace.organisations.items()}
        with acting(self.coordinator):
            return {
                names[status.organisation.pk]: [
                    line.quantity for line in status.of_return.lines.all()
                ]
                for status in list_returns(Round.objects.get())
                if status.state == "accepted"
            }

    def pairs_in_force(self) -> set[tuple[str, str]]:
        """Return the pairs that stand, by the short names of donor and recipient."""
        names = {row.pk: name for name, row in self.workspace.organisations.items()}
        with acting(self.coordinator):
            standing = Pairing.objects.filter(valid_until=None)
            return {(names[row.donor_id], names[row.recipient_id]) for row in standing}

    def pairing_of(self, donor: str) -> Pairing:
        """Return the pairing of a donor."""
        with acting(self.coordinator):
            return Pairing.objects.select_related("of_list").get(
                donor_id=self.workspace.organisations[donor].pk
            )
