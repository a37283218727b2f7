"""Found the workspace: its first organisation and its first administrator."""

from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from tiebeam.apps.regions.models import Organisation
from tiebeam.errors import Refused
from tiebeam.platform.audit.writing import one_work, record_creation
from tiebeam.platform.identity.models import Assignment, Person
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.search.grams import grams_of
from tiebeam.platform.tenancy.acting import Actor, acting


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
            valid_from=timezone.localdate(now),
        )
        for record in (office, person, role):
            record_creation(actor=actor, now=now, action="regions.found_workspace", record=record)
    return office, person
