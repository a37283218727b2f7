"""A programme with a round, both sides taking part, and a small scenario to pair."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid4

from django.utils import timezone

from tiebeam.apps.pairings.operations.scenarios import store_scenario
from tiebeam.apps.pairings.operations.variants import create_variant
from tiebeam.apps.programmes.models import LegalDocument, Participant, Programme, Round
from tiebeam.core.model.scenario import Party, Policy, Quantity, Resource, Scenario
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor, Duty, acting
from tiebeam.platform.tenancy.grants import grant_reading

HASTE = "The epidemic does not wait"
"""Why a list of the tests is signed before both sides are heard."""

SIDES = {"fujian": "donor", "hunan": "donor", "nyingchi": "recipient", "huanggang": "recipient"}


def small_scenario() -> Scenario:
    """Two donors of 10 people each, two recipients that need 8 and 6; either may help either."""
    return Scenario(
        id="small",
        title="Small",
        policy=Policy(levels=("coverage", "continuity", "partners")),
        donors=(
            Party(id="fujian", name="Fujian", name_zh="福建"),
            Party(id="hunan", name="Hunan", name_zh="湖南"),
        ),
        recipients=(
            Party(id="nyingchi", name="Nyingchi", name_zh="林芝"),
            Party(id="huanggang", name="Huanggang", name_zh="黄冈"),
        ),
        resources=(Resource(id="staff", name="Staff", unit="person", lot=1.0),),
        capacities=(
            Quantity(party="fujian", resource="staff", amount=10),
            Quantity(party="hunan", resource="staff", amount=10),
        ),
        needs=(
            Quantity(party="nyingchi", resource="staff", amount=8),
            Quantity(party="huanggang", resource="staff", amount=6),
        ),
    )


@dataclass(slots=True)
class Desk:
    """Where the coordinator pairs: the records a test begins with."""

    programme: Programme
    round: Round
    document: LegalDocument
    organisations: dict[str, UUID]
    coordinator: Actor
    deputy: Actor
    now: datetime
    scenario: Scenario = field(default_factory=small_scenario)

    def store(self):
        return store_scenario(
            round=self.round,
            scenario=self.scenario,
            organisations=self.organisations,
            name="Scenario",
            actor=self.coordinator,
            now=self.now,
        )

    def variant(self, name="As computed"):
        return create_variant(
            scenario=self.store(), name=name, actor=self.coordinator, now=self.now
        )


def open_desk(workspace, coordinator: Actor, now: datetime, slug: str = "small") -> Desk:
    """Make a programme of the coordinator in which all four organisations take part."""
    owned = {"tenant_id": coordinator.organisation_id}
    organisations = {key: workspace.organisations[key].pk for key in SIDES}
    with acting(coordinator):
        programme = Programme(**owned, slug=slug, name_en="Small", name_zh="小")
        programme.save()
        below = {**owned, "scope_id": programme.scope_id, "programme": programme}
        round_ = Round(**below, name_en="First", name_zh="第一轮", starts_on=date(2020, 2, 7))
        round_.save()
        document = LegalDocument(**below, title_en="Notice", title_zh="通知")
        document.save()
        for key, side in SIDES.items():
            Participant(**below, organisation_id=organisations[key], side=side).save()
        grant_reading(
            actor=coordinator,
            scope_id=programme.scope_id,
            organisation_ids=organisations.values(),
            role="participant",
            valid_from=timezone.localdate(now),
        )
    deputy = Actor(
        person_id=uuid4(),
        organisation_id=coordinator.organisation_id,
        duties=frozenset({Duty(Role.COORDINATOR)}),
    )
    return Desk(
        programme=programme,
        round=round_,
        document=document,
        organisations=organisations,
        coordinator=coordinator,
        deputy=deputy,
        now=now,
    )
