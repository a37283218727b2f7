"""Who may act for whom now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from tiebeam.platform.identity.models import ApiToken, Assignment
from tiebeam.platform.identity.secrets import hash_of_secret
from tiebeam.platform.tenancy.acting import Actor, Duty
from tiebeam.platform.time.periods import valid_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """An organisation that a person may act for, and in which roles."""

    organisation_id: UUID
    roles: tuple[str, ...]


def list_seats(person_id: UUID, today: date) -> list[Seat]:
    """Return the organisations that the person may act for today, with the roles held there."""
    roles: dict[UUID, set[str]] = {}
    for assignment in _live(person_id, today):
        roles.setdefault(assignment.organisation_id, set()).add(assignment.role)
    return [
        Seat(organisation_id=organisation_id, roles=tuple(sorted(held)))
        for organisation_id, held in sorted(roles.items(), key=lambda item: str(item[0]))
    ]


def find_actor_for(
    person_id: UUID, organisation_id: UUID, today: date, token_id: UUID | None = None
) -> Actor | None:
    """Return the person at work for the organisation, or None where no role is held there today."""
    return _at_work(person_id, organisation_id, _live(person_id, today), token_id)


def find_actor_preferring(
    person_id: UUID, organisation_id: UUID | None, today: date
) -> Actor | None:
    """Return the person at work for the organisation, else for the first where a role is held today."""
    live = _live(person_id, today)
    seats = sorted({row.organisation_id for row in live}, key=str)
    if not seats:
        return None
    seat = organisation_id if organisation_id in seats else seats[0]
    return _at_work(person_id, seat, live)


def _at_work(
    person_id: UUID, organisation_id: UUID, live: Iterable[Assignment], token_id: UUID | None = None
) -> Actor | None:
    held = [row for row in live if row.organisation_id == organisation_id]
    if not held:
        return None
    stood_for = next((row.deputy_for for row in held if row.deputy_for is not None), None)
    return Actor(
        person_id=person_id,
        organisation_id=organisation_id,
        duties=frozenset(Duty(row.role, row.programme_id) for row in held),
        deputy_of=stood_for.person_id if stood_for is not None else None,
        token_id=token_id,
    )


def list_office_seats(roles: Iterable[str], today: date) -> list[tuple[UUID, UUID]]:
    """Return who holds one of *roles* today, and for which organisation."""
    held = Assignment.objects.filter(
        valid_on(today), role__in=list(roles), person__is_active=True
    ).values_list("person_id", "organisation_id")
    return sorted(set(held), key=str)


def list_holders(
    organisation_id: UUID, roles: Iterable[str], programme_id: UUID, today: date
) -> set[UUID]:
    """Return who holds one of *roles* at an organisation in a programme today."""
    held = Assignment.objects.filter(
        valid_on(today),
        Q(programme_id=None) | Q(programme_id=programme_id),
        organisation_id=organisation_id,
        role__in=list(roles),
        person__is_active=True,
    )
    return set(held.values_list("person_id", flat=True))


def find_token(secret: str, now: datetime) -> ApiToken | None:
    """Return the token of *secret* if it may still be used, else None."""
    return (
        ApiToken.objects.filter(
            Q(expires_at__gt=now), secret_sha256=hash_of_secret(secret), revoked_at=None
        )
        .select_related("person")
        .filter(person__is_active=True)
        .first()
    )


def _live(person_id: UUID, today: date) -> list[Assignment]:
    return [
        row
        for row in Assignment.objects.filter(
            valid_on(today), person_id=person_id, person__is_active=True
        ).select_related("deputy_for")
        # A deputy stands for somebody as long as that one holds the role.
        if row.deputy_for is None
        or row.deputy_for.valid_until is None
        or today < row.deputy_for.valid_until
    ]
