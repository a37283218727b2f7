"""Who is in the workspace, with which roles; who was invited; whose deputies and tokens there are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from tiebeam.platform.identity.models import ApiToken, Assignment, Invitation, Person
from tiebeam.platform.time.periods import valid_on


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEntry:
    """A person, and the roles held on a day."""

    person: Person
    assignments: tuple[Assignment, ...]


PEOPLE_ORDERS = {"name": "name", "email": "email", "joined": "joined_at"}


def list_people(
    *,
    today: date,
    words: str = "",
    is_active: bool | None = None,
    order: str = "name",
    is_descending: bool = False,
    start: int = 0,
    stop: int = 50,
) -> tuple[list[PersonEntry], int]:
    """
    Return the people whose name or address holds *words*, with their roles of *today*, and how many there are.

    Args:
        today: On which the roles are held.
        words: Part of a name or address; empty for everybody.
        is_active: Only who may sign in, or only who has left; None for both.
        order: A key of :data:`PEOPLE_ORDERS`.
        is_descending: Last first.
        start: Number of people passed over.
        stop: Number of the first that is no longer returned.
    """
    people = Person.objects.all()
    if words:
        people = people.filter(Q(name__icontains=words) | Q(email__icontains=words))
    if is_active is not None:
        people = people.filter(is_active=is_active)
    column = PEOPLE_ORDERS[order]
    ordered = people.order_by(f"-{column}" if is_descending else column, "id")
    page = list(ordered[start:stop])
    held: dict[UUID, list[Assignment]] = {}
    for row in Assignment.objects.filter(
        valid_on(today), person_id__in=[person.pk for person in page]
    ).order_by("role", "id"):
        held.setdefault(row.person_id, []).append(row)
    entries = [
        PersonEntry(person=person, assignments=tuple(held.get(person.pk, ()))) for person in page
    ]
    return entries, people.count()


def find_person(person_id: UUID) -> Person | None:
    """Return the person, or None."""
    return Person.objects.filter(pk=person_id).first()


def find_person_by_address(email: str) -> Person | None:
    """Return who signs in with the address, in whatever case it is typed, or None."""
    return Person.objects.filter(email__iexact=email).first() if email else None


def list_names(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the names of the people there are among *ids*, in one query."""
    return dict(Person.objects.filter(pk__in=set(ids)).values_list("pk", "name"))


def list_assignments(person_id: UUID) -> list[Assignment]:
    """Return every role that the person held, holds or will hold, the latest first."""
    return list(
        Assignment.objects.filter(person_id=person_id)
        .select_related("deputy_for__person")
        .order_by("-valid_from", "role", "id")
    )


def find_assignment(assignment_id: UUID) -> Assignment | None:
    """Return the role held, or None."""
    return (
        Assignment.objects.filter(pk=assignment_id).select_related("deputy_for", "person").first()
    )


def list_own_roles(person_id: UUID, organisation_id: UUID, today: date) -> list[Assignment]:
    """Return what the person holds in his own right for the organisation today."""
    return list(
        Assignment.objects.filter(
            valid_on(today), person_id=person_id, organisation_id=organisation_id, deputy_for=None
        ).order_by("role", "id")
    )


def list_deputies(person_id: UUID, today: date) -> list[Assignment]:
    """Return what deputies hold for the person today or later."""
    return list(
        Assignment.objects.filter(deputy_for__person_id=person_id, valid_until__gt=today)
        .select_related("person")
        .order_by("valid_from", "id")
    )


def list_members(organisation_id: UUID, today: date) -> list[Person]:
    """Return who holds a role for the organisation today."""
    held = Assignment.objects.filter(valid_on(today), organisation_id=organisation_id)
    return list(
        Person.objects.filter(is_active=True, pk__in=held.values("person_id")).order_by(
            "name", "id"
        )
    )


def list_ending_roles(today: date, until: date) -> list[Assignment]:
    """Return the roles that end after *today* and not after *until*."""
    return list(
        Assignment.objects.filter(
            valid_until__gt=today, valid_until__lte=until, person__is_active=True
        )
        .select_related("person")
        .order_by("valid_until", "id")
    )


def list_open_invitations(now: datetime) -> list[Invitation]:
    """Return the invitations that wait for an answer, the oldest first."""
    return list(
        Invitation.objects.filter(accepted_at=None, expires_at__gt=now).order_by("invited_at", "id")
    )


def list_tokens(person_id: UUID, now: datetime) -> list[ApiToken]:
    """Return the tokens of the person that may still be used, the one that expires first on top."""
    return list(
        ApiToken.objects.filter(person_id=person_id, revoked_at=None, expires_at__gt=now).order_by(
            "expires_at", "id"
        )
    )


def find_own_token(token_id: UUID, person_id: UUID) -> ApiToken | None:
    """Return the token if it is the person's own, else None."""
    return ApiToken.objects.filter(pk=token_id, person_id=person_id).first()
