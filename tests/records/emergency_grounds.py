"""An incident with a verified need, a standing pair, and somebody on each side, for the tests of emergencies."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4

from django.utils import timezone
from tests.small_workspace import Workspace

from records.agreement_grounds import make_pairing
from records.programme_at_work import set_to_work
from tiebeam.apps.emergencies.models import Deployment, Incident, Need, Step
from tiebeam.apps.emergencies.operations import answers, claims, deployments
from tiebeam.apps.emergencies.operations.deployments import ask_home
from tiebeam.apps.emergencies.operations.incidents import activate_incident
from tiebeam.apps.emergencies.operations.messages import Message
from tiebeam.apps.emergencies.operations.needs import enter_need, verify_need
from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.people.models import Package, Team
from tiebeam.apps.people.operations.packages import hold_package, publish_package
from tiebeam.apps.people.operations.teams import add_member, form_team
from tiebeam.apps.programmes.models import Programme
from tiebeam.apps.regions.models import Organisation, Region
from tiebeam.platform.identity.models import Person
from tiebeam.platform.identity.operations import assign_role, create_person
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor, Duty, acting

TOUR = {"starts_on": date(2020, 2, 12), "ends_on": date(2020, 2, 26)}
SEATS = {"huanggang": (30.45, 114.87), "fujian": (26.07, 119.3), "hunan": (28.2, 112.97)}
"""Latitude and longitude of the three, rounded."""

OPERATIONS = {"return": answers.return_home}


@dataclass
class EmergencyGrounds:
    """
    Fujian stands in a pair with Huanggang, Hunan does not.

    Huanggang needs 100 people from 12 February to 11 March.
    """

    programme: Programme
    pairing: Pairing
    incident: Incident
    need: Need
    actors: dict[str, Actor]
    now: datetime

    def package(self, key: str = "home", *, is_published: bool = True, **more) -> Package:
        """Return a package of *key*, published."""
        said = {"name": f"Team {uuid4().hex[:6]}", "kind": "medical", "heads": 100, **more}
        package = hold_package(actor=self.actors[key], now=self.now, **said)
        if is_published:
            publish_package(package=package, actor=self.actors[key], now=self.now)
        return package

    def team(self, key: str = "home", heads: int = 100) -> Team:
        """Return a team of *key* with a leader who works its phone."""
        actor = self.actors[key]
        team = form_team(name=f"Team {uuid4().hex[:6]}", heads=heads, actor=actor, now=self.now)
        phone = "team" if key == "home" else key
        person = Person.objects.get(pk=self.actors[phone].person_id)
        add_member(
            team=team, name="Huang Li", skill="nurse", is_leader=True, person=person, actor=actor,
            now=self.now,
        )  # fmt: skip
        return team

    def ask(self, key: str = "home", **more) -> Step:
        """Ask *key* for 100 people of the need, as the coordinator."""
        said = {"heads": 100, **TOUR, **more.pop("said", {})}
        return ask_home(
            need=more.pop("need", self.need),
            home=self.organisation(key),
            message=Message(**said),
            actor=self.actors["coordinator"],
            now=self.now,
            **more,
        )

    def take(self, event: str, by: str, deployment: Deployment, **said) -> Step:
        """Take a step as somebody of one side, an hour after the one before."""
        self.now += timedelta(hours=1)
        found = OPERATIONS.get(event) or next(
            getattr(module, event)
            for module in (answers, claims, deployments)
            if hasattr(module, event)
        )
        message = Message(**said)
        return found(deployment=deployment, message=message, actor=self.actors[by], now=self.now)

    def send(self, deployment: Deployment, until: str = "on_duty") -> Step:
        """Take an asked deployment through its usual steps until it is in a state."""
        team = self.team()
        is_assigned = deployment.mode == "assign"
        for event, by, said in (
            ("consult" if is_assigned else "offer", "home", {}),
            ("agree" if is_assigned else "accept", "host", {"document": "函 1 (DEMO)"}),
            ("order", "home", {"document": "令 1 (DEMO)", "team_id": team.pk}),
            ("mobilise", "team", {}),
            ("arrive", "team", {}),
            ("begin_duty", "host", {}),
            ("release", "coordinator", {}),
            ("return", "team", {}),
        ):
            step = self.take(event, by, deployment, **said)
            if step.state == until:
                return step
        raise AssertionError(until)

    def organisation(self, key: str) -> Organisation:
        """Return the organisation of who acts as *key*."""
        with acting(self.actors[key]):
            return Organisation.objects.get(pk=self.actors[key].organisation_id)


def make_emergency(workspace: Workspace, now: datetime, mode: str = "assign") -> EmergencyGrounds:
    """Return the grounds."""
    coordinator = workspace.actor("office", Role.COORDINATOR)
    at_work = set_to_work(workspace, coordinator, now)
    actors = {
        "coordinator": coordinator,
        "home": workspace.actor("fujian", Role.DONOR_OFFICE),
        "other": workspace.actor("hunan", Role.DONOR_OFFICE),
        "host": workspace.actor("huanggang", Role.RECIPIENT_OFFICE),
        "elsewhere": workspace.actor("nyingchi", Role.RECIPIENT_OFFICE),
        "team": seat(workspace, "fujian", Role.FRONT_TEAM, now),
        "front": seat(workspace, "fujian", Role.FRONT_HEADQUARTERS, now),
        "home_finance": seat(workspace, "fujian", Role.DONOR_FINANCE, now),
        "finance": seat(workspace, "huanggang", Role.RECIPIENT_FINANCE, now),
        "finance2": seat(workspace, "huanggang", Role.RECIPIENT_FINANCE, now),
        "second": seat(workspace, "office", Role.COORDINATOR, now),
    }
    pairing = make_pairing(
        at_work.programme, coordinator, actors["home"], actors["host"], valid_from=date(2020, 2, 1)
    )
    incident = activate_incident(
        programme=at_work.programme,
        round=at_work.of_round,
        name_en="Outbreak in Hubei",
        name_zh="湖北疫情",
        level=1,
        mode=mode,
        activated_on=date(2020, 2, 10),
        document="Notice of 10 February",
        actor=coordinator,
        now=now,
    )
    need = enter_need(
        incident=incident,
        place=workspace.organisations["huanggang"],
        kind="medical",
        heads=100,
        starts_on=date(2020, 2, 12),
        until=date(2020, 3, 11),
        actor=actors["host"],
        now=now,
    )
    verify_need(need=need, actor=coordinator, now=now)
    return EmergencyGrounds(at_work.programme, pairing, incident, need, actors, now)


def seat(workspace: Workspace, organisation: str, role: Role, now: datetime) -> Actor:
    """Return a new person in a role of an organisation."""
    admin = workspace.actor("admin", Role.ADMINISTRATOR)
    person = create_person(
        email=f"{uuid4().hex[:8]}@example.org", name=str(role), language="en", actor=admin, now=now
    )
    organisation_id = workspace.organisations[organisation].pk
    assign_role(
        person=person, organisation_id=organisation_id, role=role, valid_from=timezone.localdate(now),
        actor=admin, now=now,
    )  # fmt: skip
    return Actor(
        person_id=person.pk, organisation_id=organisation_id, duties=frozenset({Duty(role)})
    )


def place_on_the_map(workspace: Workspace) -> None:
    """Give the three a region that lies somewhere: without one nobody knows how far they are apart."""
    admin = workspace.actor("admin", Role.ADMINISTRATOR)
    with acting(admin):
        for key, (latitude, longitude) in SEATS.items():
            region = Region(
                tenant_id=admin.organisation_id, kind="province", name_en=key, latitude=latitude,
                longitude=longitude,
            )  # fmt: skip
            region.save()
            organisation = Organisation.objects.get(pk=workspace.organisations[key].pk)
            organisation.region = region
            organisation.save()
