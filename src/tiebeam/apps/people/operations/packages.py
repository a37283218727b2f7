"""Hold packages ready, say how ready they are, and publish them to who coordinates an emergency (§E3)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from tiebeam.apps.people.models import READINESS, Package
from tiebeam.apps.people.operations.faults import list_faults, list_skill_faults
from tiebeam.apps.regions.models import Organisation
from tiebeam.apps.regions.operations.checks import refuse_faults, refuse_without_reason
from tiebeam.apps.regions.operations.filling import fill
from tiebeam.errors import Fault, Refused
from tiebeam.platform.audit.writing import record_creation, save_change, state_of
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor

HOLDERS = frozenset({Role.DONOR_OFFICE, Role.PERSONNEL_OFFICE})
CORRECTABLE = {
    "name", "kind", "equipment", "heads", "cost_per_day", "equipment_readiness",
    "people_readiness", "funding_readiness", "ready_within_days",
}  # fmt: skip

Follower = Callable[[Package, Actor, datetime], None]
_followers: list[Follower] = []


class PackageEnded(Refused):
    """The package is held no longer; facts: ``name``, ``day``."""

    code = "people.package_ended"


def follow_publication(follower: Follower) -> Follower:
    """Have *follower* called whenever a package is published or taken back, in the same transaction."""
    _followers.append(follower)
    return follower


@operation("people.hold_package", roles=HOLDERS)
def hold_package(
    *,
    name: str,
    kind: str,
    heads: int,
    actor: Actor,
    now: datetime,
    skills: Mapping[str, int] | None = None,
    equipment: Sequence[str] = (),
    cost_per_day: int | None = None,
    equipment_readiness: str = "not_ready",
    people_readiness: str = "not_ready",
    funding_readiness: str = "not_ready",
    ready_within_days: int | None = None,
    backers: Sequence[Organisation] = (),
) -> Package:
    """
    Hold a team with its equipment ready, before any emergency.

    Args:
        skills: How many people of each skill.
        cost_per_day: Fen; None where it is not known.
        backers: Who supports it with money or people, and does not hold it.

    Raises:
        InvalidInput: A text, number or word makes no sense.
    """
    package = Package(
        tenant_id=actor.organisation_id,
        name=" ".join(name.split()),
        kind=kind.strip(),
        heads=heads,
        skills=dict(skills or {}),
        equipment=list(equipment),
        cost_per_day=cost_per_day,
        equipment_readiness=equipment_readiness,
        people_readiness=people_readiness,
        funding_readiness=funding_readiness,
        ready_within_days=ready_within_days,
        backers=_ids_of(backers),
    )
    refuse_faults(_list_faults(package))
    package.save(force_insert=True)
    record_creation(actor=actor, now=now, action="people.hold_package", record=package)
    return package


@operation("people.correct_package", roles=HOLDERS)
def correct_package(
    *,
    package: Package,
    values: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    backers: Sequence[Organisation] | None = None,
    reason: str = "",
) -> Package:
    """
    Say anew what a package holds, how ready it is, and who supports it.

    Args:
        backers: All of them; None leaves those who do.

    Raises:
        PackageEnded: It is held no longer.
        InvalidInput: A text, number or word makes no sense.
    """
    kept = _lock(package)
    before = state_of(kept)
    given = dict(values)
    kept.skills = given.pop("skills", kept.skills)
    if backers is not None:
        kept.backers = _ids_of(backers)
    fill(kept, given, CORRECTABLE)
    refuse_faults(_list_faults(kept))
    return save_change(kept, before, "people.correct_package", actor, now, reason)


@operation("people.publish_package", roles=HOLDERS)
def publish_package(*, package: Package, actor: Actor, now: datetime) -> Package:
    """
    Let the coordinator of every open incident in whose programme one takes part read a package.

    Raises:
        PackageEnded: It is held no longer.
    """
    return _publish(package, "people.publish_package", actor, now, is_published=True)


@operation("people.withdraw_package", roles=HOLDERS)
def withdraw_package(*, package: Package, actor: Actor, now: datetime) -> Package:
    """
    Take a published package back: no coordinator reads it any more.

    Raises:
        PackageEnded: It is held no longer.
    """
    return _publish(package, "people.withdraw_package", actor, now, is_published=False)


@operation("people.end_package", roles=HOLDERS)
def end_package(
    *, package: Package, ended_on: date, reason: str, actor: Actor, now: datetime
) -> Package:
    """
    Hold a package no longer, from *ended_on* on; it is taken back where it was published.

    Raises:
        PackageEnded: It ended before.
        ReasonMissing: No reason is given.
    """
    refuse_without_reason(reason)
    kept = _lock(package)
    before = state_of(kept)
    kept.ended_on, kept.is_published = ended_on, False
    save_change(kept, before, "people.end_package", actor, now, reason)
    _tell_followers(kept, actor, now)
    return kept


def _publish(
    package: Package, action: str, actor: Actor, now: datetime, *, is_published: bool
) -> Package:
    kept = _lock(package)
    if kept.is_published != is_published:
        before = state_of(kept)
        kept.is_published = is_published
        save_change(kept, before, action, actor, now)
        _tell_followers(kept, actor, now)
    return kept


def _ids_of(organisations: Sequence[Organisation]) -> list[str]:
    return sorted({str(row.pk) for row in organisations})


def _lock(package: Package) -> Package:
    kept: Package = Package.objects.lock(package.pk)
    if kept.ended_on is not None:
        raise PackageEnded(name=kept.name, day=kept.ended_on)
    return kept


def _tell_followers(package: Package, actor: Actor, now: datetime) -> None:
    for follow in _followers:
        follow(package, actor, now)


def _list_faults(package: Package) -> list[Fault]:
    faults = list_faults("package", package, ("name", "kind"), ("heads",))
    faults += list_skill_faults("package", package.skills, package.heads)
    for column in ("equipment_readiness", "people_readiness", "funding_readiness"):
        if getattr(package, column) not in READINESS:
            facts: dict[str, object] = {"known": tuple(READINESS)}
            value = str(getattr(package, column))[:80]
            faults.append(
                Fault(
                    code="people.readiness_unknown",
                    place="package",
                    column=column,
                    value=value,
                    facts=facts,
                )
            )
    return faults
