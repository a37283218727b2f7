"""A small workspace: a coordinator, two donors, two recipients, and somebody in each role."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from django.utils import timezone
from tests.grounds import beside, ground

from tiebeam.apps.regions.models import Organisation
from tiebeam.apps.regions.operations import create_organisation, found_workspace
from tiebeam.platform.identity.models import Person
from tiebeam.platform.identity.operations import assign_role, create_person
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor, Duty, acting

NOW = datetime(2020, 2, 10, 1, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Workspace:
    """Organisations by a short name, and whoever acts for them."""

    organisations: dict[str, Organisation]
    people: dict[str, Person]

    def actor(self, organisation: str, *roles: Role) -> Actor:
        """Return somebody who holds *roles* for *organisation* in every programme."""
        return Actor(
            person_id=self.people[organisation].pk,
            organisation_id=self.organisations[organisation].pk,
            duties=frozenset(Duty(role) for role in roles),
        )


@pytest.fixture
@beside
def now() -> datetime:
    return NOW


@pytest.fixture
@ground
def workspace(db) -> Workspace:
    return make_workspace(NOW)


def make_workspace(now: datetime) -> Workspace:
    """Return the small workspace, made at *now*."""
    office, administrator = found_workspace(
        name_en="Coordinating office",
        name_zh="统筹协调办公室",
        email="admin@example.org",
        person_name="Administrator",
        language="en",
        now=now,
    )
    admin = Actor(
        person_id=administrator.pk,
        organisation_id=office.pk,
        duties=frozenset({Duty(Role.ADMINISTRATOR)}),
    )
    names = {
        "fujian": ("Fujian", "福建", "government"),
        "hunan": ("Hunan", "湖南", "government"),
        "nyingchi": ("Nyingchi", "林芝", "government"),
        "huanggang": ("Huanggang", "黄冈", "government"),
    }
    organisations = {"office": office} | {
        key: create_organisation(name_en=english, name_zh=chinese, kind=kind, actor=admin, now=now)
        for key, (english, chinese, kind) in names.items()
    }
    people = {"admin": administrator} | {
        key: create_person(
            email=f"{key}@example.org", name=key.title(), language="en", actor=admin, now=now
        )
        for key in organisations
    }
    roles = {
        "office": Role.COORDINATOR,
        "fujian": Role.DONOR_OFFICE,
        "hunan": Role.DONOR_OFFICE,
        "nyingchi": Role.RECIPIENT_OFFICE,
        "huanggang": Role.RECIPIENT_OFFICE,
    }
    for key, role in roles.items():
        assign_role(
            person=people[key],
            organisation_id=organisations[key].pk,
            role=role,
            valid_from=timezone.localdate(now),
            actor=admin,
            now=now,
        )
    organisations["admin"] = office
    return Workspace(organisations=organisations, people=people)


@pytest.fixture
@beside
def admin(workspace) -> Actor:
    return workspace.actor("admin", Role.ADMINISTRATOR)


@pytest.fixture
@beside
def coordinator(workspace) -> Actor:
    return workspace.actor("office", Role.COORDINATOR)


@pytest.fixture
@beside
def fujian(workspace) -> Actor:
    return workspace.actor("fujian", Role.DONOR_OFFICE)


@pytest.fixture
@beside
def hunan(workspace) -> Actor:
    return workspace.actor("hunan", Role.DONOR_OFFICE)


@pytest.fixture
@beside
def nyingchi(workspace) -> Actor:
    return workspace.actor("nyingchi", Role.RECIPIENT_OFFICE)


@pytest.fixture
@beside
def huanggang(workspace) -> Actor:
    return workspace.actor("huanggang", Role.RECIPIENT_OFFICE)


@pytest.fixture
def as_actor() -> Callable[[Actor], AbstractContextManager[None]]:
    return acting
