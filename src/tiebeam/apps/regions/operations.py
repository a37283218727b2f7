"""Keep the directory: found the workspace, enter regions, organisations and statistics, correct and end them."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.db import transaction

from tiebeam.apps.regions.models import Organisation, Region, RegionCode, Statistic
from tiebeam.errors import Refused
from tiebeam.platform.audit.writing import one_work, record_change, record_creation, state_of
from tiebeam.platform.identity.models import Assignment, Person
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.search.grams import grams_of
from tiebeam.platform.tenancy.acting import Actor, acting

T = TypeVar("T", Region, Organisation)

KEEPERS = {Role.COORDINATOR, Role.MINISTRY, Role.ADMINISTRATOR}


class AlreadyFounded(Refused):
    """The workspace has its first administrator already."""

    code = "regions.already_founded"


def found_workspace(
    *,
    name_en: str,
    name_zh: str,
    email: str,
    person_name: str,
    language: str,
    now: datetime,
    password: str | None = None,
) -> tuple[Organisation, Person]:
    """
    Make the first organisation and the first administrator of an empty workspace.

    Raises:
        AlreadyFounded: There is somebody already.
    """
    organisation_id, person_id = uuid4(), uuid4()
    actor = Actor(person_id=person_id, organisation_id=organisation_id)
    with transaction.atomic(), acting(actor), one_work():
        if Person.objects.exists():
            raise AlreadyFounded
        office = Organisation(
            id=organisation_id,
            tenant_id=organisation_id,
            kind="office",
            name_en=name_en,
            name_zh=name_zh,
            grams=grams_of(name_zh, name_en),
        )
        office.save(force_insert=True)
        person = Person(
            id=person_id, email=email, name=person_name, language=language, joined_at=now
        )
        person.set_password(password)
        person.save(force_insert=True)
        role = Assignment.objects.create(
            person=person,
            organisation=office,
            role=Role.ADMINISTRATOR,
            valid_from=now.date(),
        )
        for record in (office, person, role):
            record_creation(actor=actor, now=now, action="regions.found_workspace", record=record)
    return office, person


@operation("regions.create_organisation", roles=KEEPERS)
def create_organisation(
    *,
    name_en: str,
    name_zh: str,
    kind: str,
    actor: Actor,
    now: datetime,
    region: Region | None = None,
    parent: Organisation | None = None,
    valid_from: date | None = None,
    organisation_id: UUID | None = None,
) -> Organisation:
    """Enter an organisation into the directory."""
    organisation = Organisation(
        id=organisation_id or uuid4(),
        tenant_id=actor.organisation_id,
        region=region,
        parent=parent,
        kind=kind,
        name_en=name_en,
        name_zh=name_zh,
        valid_from=valid_from,
        grams=grams_of(name_zh, name_en),
    )
    organisation.save(force_insert=True)
    record_creation(actor=actor, now=now, action="regions.create_organisation", record=organisation)
    return organisation


@operation("regions.create_region", roles=KEEPERS)
def create_region(
    *,
    name_en: str,
    name_zh: str,
    kind: str,
    actor: Actor,
    now: datetime,
    parent: Region | None = None,
    latitude: Decimal | None = None,
    longitude: Decimal | None = None,
    codes: Mapping[str, str] | None = None,
    valid_from: date | None = None,
) -> Region:
    """Enter a region, with its *codes* by authority."""
    region = Region(
        tenant_id=actor.organisation_id,
        parent=parent,
        kind=kind,
        name_en=name_en,
        name_zh=name_zh,
        latitude=latitude,
        longitude=longitude,
        valid_from=valid_from,
        grams=grams_of(name_zh, name_en, *(codes or {}).values()),
    )
    region.save(force_insert=True)
    action = "regions.create_region"
    record_creation(actor=actor, now=now, action=action, record=region)
    for authority, code in (codes or {}).items():
        given = RegionCode(
            tenant_id=actor.organisation_id,
            scope_id=region.id,
            region=region,
            authority=authority,
            code=code,
            valid_from=valid_from,
        )
        given.save(force_insert=True)
        record_creation(actor=actor, now=now, action=action, record=given)
    return region


@operation("regions.correct_region", roles=KEEPERS)
def correct_region(
    *, region: Region, values: Mapping[str, Any], actor: Actor, now: datetime, reason: str
) -> Region:
    """Correct what the directory says of a region; the log keeps what it said before."""
    return _correct(region, values, actor, now, reason, "regions.correct_region")


@operation("regions.correct_organisation", roles=KEEPERS)
def correct_organisation(
    *,
    organisation: Organisation,
    values: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    reason: str,
) -> Organisation:
    """Correct what the directory says of an organisation; the log keeps what it said before."""
    return _correct(organisation, values, actor, now, reason, "regions.correct_organisation")


@operation("regions.add_statistic", roles=KEEPERS | {Role.DONOR_OFFICE, Role.RECIPIENT_OFFICE})
def add_statistic(
    *,
    region: Region,
    indicator: str,
    year: int,
    quantity: Decimal,
    unit: str,
    vintage: date,
    source: str,
    reliability: str,
    actor: Actor,
    now: datetime,
    url: str = "",
) -> Statistic:
    """Add one figure as one source gave it on one day. A revised figure is added beside the earlier one."""
    statistic = Statistic(
        tenant_id=actor.organisation_id,
        scope_id=region.id,
        region=region,
        indicator=indicator,
        year=year,
        quantity=quantity,
        unit=unit,
        vintage=vintage,
        source=source,
        url=url,
        reliability=reliability,
    )
    statistic.save(force_insert=True)
    record_creation(actor=actor, now=now, action="regions.add_statistic", record=statistic)
    return statistic


CORRECTABLE = {
    "name_en",
    "name_zh",
    "kind",
    "latitude",
    "longitude",
    "parent_id",
    "region_id",
    "successor_id",
    "valid_from",
    "valid_until",
}


def _correct(
    record: T, values: Mapping[str, Any], actor: Actor, now: datetime, reason: str, action: str
) -> T:
    assert values.keys() <= CORRECTABLE, values.keys() - CORRECTABLE
    before = state_of(record)
    for name, value in values.items():
        setattr(record, name, value)
    record.grams = grams_of(record.name_zh, record.name_en)
    record.save()
    record_change(actor=actor, now=now, action=action, record=record, before=before, reason=reason)
    return record
