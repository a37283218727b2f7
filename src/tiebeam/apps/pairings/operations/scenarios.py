"""Freeze scenarios: from the returns of a round, or from an uploaded file."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID, uuid4

from django.utils import timezone

from tiebeam.apps.pairings.models import BuiltScenario
from tiebeam.apps.pairings.operations.oversight import show_to_overseers
from tiebeam.apps.pairings.operations.rights import MAKERS, demand_own_programme
from tiebeam.apps.pairings.queries.scenarios import (
    freeze_scenario,
    list_couples_in_force,
    list_people_on_the_ground,
)
from tiebeam.apps.pairings.queries.uploads import read_upload
from tiebeam.apps.programmes.models import Round
from tiebeam.apps.programmes.queries.scenario import compose_scenario
from tiebeam.core.model.identity import scenario_sha256
from tiebeam.core.model.scenario import Policy, Scenario
from tiebeam.errors import Fault, InvalidInput
from tiebeam.platform.audit.writing import record_creation
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.time.periods import AsOf


@operation("pairings.store_scenario", roles=MAKERS)
def store_scenario(
    *,
    round: Round,
    scenario: Scenario,
    organisations: Mapping[str, UUID],
    name: str,
    actor: Actor,
    now: datetime,
    note: str = "",
) -> BuiltScenario:
    """
    Freeze *scenario* for *round*: it never changes, and every plan of it names its hash.

    Whoever oversees the programme reads it, with its variants and plans; neither side does.

    Args:
        organisations: Id in the scenario -> organisation, for every donor and recipient.

    Raises:
        InvalidInput: A party has no organisation, or a text fits into no file.
    """
    demand_own_programme(actor, "pairings.store_scenario", round.programme)
    _demand_organisations(scenario, organisations)
    built = BuiltScenario(
        id=uuid4(),
        tenant_id=actor.organisation_id,
        round=round,
        name=name,
        sha256=scenario_sha256(scenario),
        content=freeze_scenario(scenario),
        organisations={key: str(pk) for key, pk in sorted(organisations.items())},
        built_at=now,
        note=note,
    )
    built.save(force_insert=True)
    show_to_overseers(built, actor, now)
    record_creation(actor=actor, now=now, action="pairings.store_scenario", record=built)
    return built


@operation("pairings.build_scenario", roles=MAKERS)
def build_scenario(
    *,
    round: Round,
    policy: Policy,
    name: str,
    actor: Actor,
    now: datetime,
    as_of: date | None = None,
    note: str = "",
) -> BuiltScenario:
    """
    Freeze the accepted returns of *round* with base data, pairs in force and people on the ground.

    Args:
        policy: What is decided, in which order.
        as_of: The day that base data and ties are of; None for today.

    Raises:
        InvalidInput: Every fault found: a return that is missing, not accepted or empty,
            or what makes the scenario itself faulty.
    """
    demand_own_programme(actor, "pairings.build_scenario", round.programme)
    day = as_of or timezone.localdate(now)
    composed = compose_scenario(
        round,
        policy=policy,
        as_of=AsOf(true_on=day),
        ties=list_couples_in_force(round, day),
        people_on_the_ground=list_people_on_the_ground(round, day),
    )
    return store_scenario(
        round=round,
        scenario=composed.scenario,
        organisations=composed.organisations,
        name=name,
        note=note,
        actor=actor,
        now=now,
    )


@operation("pairings.import_scenario", roles=MAKERS)
def import_scenario(
    *,
    round: Round,
    content: bytes | Mapping[str, bytes],
    file_name: str,
    name: str,
    actor: Actor,
    now: datetime,
    note: str = "",
) -> BuiltScenario:
    """
    Freeze a scenario from an uploaded workbook, zipped folder or folder: whole or not at all.

    Raises:
        InvalidInput: Every fault of the file, and every party that is no organisation.
    """
    demand_own_programme(actor, "pairings.import_scenario", round.programme)
    uploaded = read_upload(content, file_name, round)
    if uploaded.faults:
        raise InvalidInput(uploaded.faults, uploaded.warnings)
    return store_scenario(
        round=round,
        scenario=uploaded.scenario,
        organisations=uploaded.organisations,
        name=name,
        note=note,
        actor=actor,
        now=now,
    )


def _demand_organisations(scenario: Scenario, organisations: Mapping[str, UUID]) -> None:
    faults = [
        Fault(
            code="pairings.unknown_organisation",
            place=table,
            column="name",
            value=party.name_zh or party.name,
            facts={"id": party.id, "near": []},
        )
        for table, parties in (("donors", scenario.donors), ("recipients", scenario.recipients))
        for party in parties
        if party.id not in organisations
    ]
    if faults:
        raise InvalidInput(faults)
