"""Somebody in each role, to sign in as."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from tiebeam.apps.regions.models import Organisation
from tiebeam.platform.identity.models import Person
from tiebeam.platform.identity.operations import assign_role, create_person, set_password
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor, Duty

OFFICE = ("国家统筹协调办公室（DEMO）", "National coordinating office (DEMO)")
MINISTRY = ("国家部委（DEMO）", "Sector ministry (DEMO)")
AUDIT = ("审计机关（DEMO）", "Audit office (DEMO)")
COLLEGE = ("考核单位（DEMO）", "Assessing body (DEMO)")

SEATS: tuple[tuple[str, str, tuple[str, str], Role], ...] = (
    ("coordinator", "王敏", OFFICE, Role.COORDINATOR),
    ("coordinator2", "李强", OFFICE, Role.COORDINATOR),
    ("ministry", "赵静", MINISTRY, Role.MINISTRY),
    ("donor", "陈海", ("福建省", "Fujian"), Role.DONOR_OFFICE),
    ("donor-finance", "林芳", ("福建省", "Fujian"), Role.DONOR_FINANCE),
    ("front", "郑伟", ("福建省", "Fujian"), Role.FRONT_HEADQUARTERS),
    ("team", "黄丽", ("福建省", "Fujian"), Role.FRONT_TEAM),
    ("personnel", "吴涛", ("福建省", "Fujian"), Role.PERSONNEL_OFFICE),
    ("recipient", "扎西", ("林芝市", "Nyingchi"), Role.RECIPIENT_OFFICE),
    ("recipient-finance", "卓玛", ("林芝市", "Nyingchi"), Role.RECIPIENT_FINANCE),
    ("donor-hunan", "周洁", ("湖南省", "Hunan"), Role.DONOR_OFFICE),
    ("donor-hunan-finance", "何平", ("湖南省", "Hunan"), Role.DONOR_FINANCE),
    ("recipient-shannan", "德吉", ("山南市", "Shannan"), Role.RECIPIENT_OFFICE),
    ("recipient-shannan-finance", "央金", ("山南市", "Shannan"), Role.RECIPIENT_FINANCE),
    ("recipient-huanggang", "胡军", ("黄冈市", "Huanggang"), Role.RECIPIENT_OFFICE),
    ("recipient-yichang", "刘洋", ("宜昌市", "Yichang"), Role.RECIPIENT_OFFICE),
    ("recipient-yichang-finance", "袁梅", ("宜昌市", "Yichang"), Role.RECIPIENT_FINANCE),
    ("assessor", "孙莉", COLLEGE, Role.ASSESSOR),
    ("auditor", "马超", AUDIT, Role.AUDITOR),
    ("reader", "朱红", MINISTRY, Role.READER),
)
"""Sign-in name, person, organisation (Chinese, English), role. The people are made up."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """One sign-in of the demonstration."""

    email: str
    role: Role
    organisation: Organisation


def seat_people(
    organisations: dict[str, Organisation],
    *,
    password: str,
    administrator: Actor,
    now: datetime,
) -> list[SignIn]:
    """Make somebody for each seat; return how to sign in as each."""
    made: list[SignIn] = []
    for word, name, (office_zh, _), role in SEATS:
        person: Person = create_person(
            email=f"{word}@demo.example",
            name=f"{name}（DEMO）",
            language="zh",
            is_demo=True,
            actor=administrator,
            now=now,
        )
        set_password(person=person, password=password, actor=administrator, now=now)
        assign_role(
            person=person,
            organisation_id=organisations[office_zh].pk,
            role=role,
            valid_from=timezone.localdate(now),
            actor=administrator,
            now=now,
        )
        made.append(SignIn(person.email, role, organisations[office_zh]))
    return made


def place_people(
    organisation: Organisation, roles: Sequence[Role], *, administrator: Actor, now: datetime
) -> list[Actor]:
    """Make somebody for each of *roles* who keeps books and has no sign-in; return them."""
    made: list[Actor] = []
    for number, role in enumerate(roles, start=1):
        person = create_person(
            email=f"{organisation.name_en.lower()}-{role.value}-{number}@demo.example",
            name=f"{organisation.name_zh}{number}（DEMO）",
            language="zh",
            is_demo=True,
            actor=administrator,
            now=now,
        )
        assign_role(
            person=person,
            organisation_id=organisation.pk,
            role=role,
            valid_from=timezone.localdate(now),
            actor=administrator,
            now=now,
        )
        made.append(
            Actor(
                person_id=person.pk,
                organisation_id=organisation.pk,
                duties=frozenset({Duty(role)}),
            )
        )
    return made
