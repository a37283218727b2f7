"""Make people, give and end roles, delegate, invite, hand out tokens."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.utils import timezone

from tiebeam.errors import Refused
from tiebeam.platform.audit.writing import record_creation, save_change, state_of
from tiebeam.platform.identity import access  # noqa: F401  # its operation belongs to the registry
from tiebeam.platform.identity.models import ApiToken, Assignment, Invitation, Person
from tiebeam.platform.identity.secrets import hash_of_secret, make_secret
from tiebeam.platform.permissions.operations import operation, require
from tiebeam.platform.permissions.roles import Role, find_conflicting_role
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.time.periods import overlap

INVITATION_DAYS = 14
TOKEN_DAYS_MOST = 366
DEPUTY_DAYS_MOST = 92


class RolesConflict(Refused):
    """Two roles that together defeat four eyes."""

    code = "identity.roles_conflict"


class AlreadyKnown(Refused):
    """A person of this address is here already."""

    code = "identity.already_known"


class LinkNotValid(Refused):
    """An invitation that was used, has expired, or never was."""

    code = "identity.link_not_valid"


class PeriodTooLong(Refused):
    """A delegation or token that lasts longer than allowed."""

    code = "identity.period_too_long"


@operation("identity.create_person", roles={Role.ADMINISTRATOR})
def create_person(
    *,
    email: str,
    name: str,
    language: str,
    actor: Actor,
    now: datetime,
    is_demo: bool = False,
) -> Person:
    """
    Make a person who can sign in once a password is set.

    Raises:
        AlreadyKnown: The address is taken.
    """
    person = Person(email=email, name=name, language=language, joined_at=now, is_demo=is_demo)
    person.set_unusable_password()
    _add_person(person)
    record_creation(actor=actor, now=now, action="identity.create_person", record=person)
    return person


@operation("identity.set_password", roles={Role.ADMINISTRATOR})
def set_password(*, person: Person, password: str, actor: Actor, now: datetime) -> Person:
    """Set a person's password; whoever signs in with it is asked to trust nobody else to know it."""
    before = state_of(person)
    person.set_password(password)
    return save_change(person, before, "identity.set_password", actor, now)


@operation("identity.assign_role", roles={Role.ADMINISTRATOR})
def assign_role(
    *,
    person: Person,
    organisation_id: UUID,
    role: Role,
    programme_id: UUID | None = None,
    valid_from: date,
    valid_until: date | None = None,
    actor: Actor,
    now: datetime,
    deputy_for: Assignment | None = None,
) -> Assignment:
    """
    Give a role to a person for a period.

    Raises:
        RolesConflict: With a role held in that time and programme it would defeat four eyes.
    """
    return _assign(
        person=person,
        organisation_id=organisation_id,
        role=role,
        programme_id=programme_id,
        valid_from=valid_from,
        valid_until=valid_until,
        actor=actor,
        now=now,
        deputy_for=deputy_for,
        action="identity.assign_role",
    )


@operation("identity.end_assignment", roles={Role.ADMINISTRATOR})
def end_assignment(
    *, assignment: Assignment, until: date, actor: Actor, now: datetime, reason: str = ""
) -> Assignment:
    """End a role, and with it what deputies hold for it, on *until* (the first day without it)."""
    for row in [assignment, *assignment.deputies.all()]:
        before = state_of(row)
        row.valid_until = max(until, row.valid_from + timedelta(days=1))
        save_change(row, before, "identity.end_assignment", actor, now, reason=reason)
    return assignment


@operation("identity.delegate", roles=())
def delegate(
    *,
    assignment: Assignment,
    deputy: Person,
    valid_from: date,
    valid_until: date,
    actor: Actor,
    now: datetime,
) -> Assignment:
    """
    Let a deputy hold one's own role for a period.

    Raises:
        Refused: The role is not one's own, or is itself held as a deputy.
        PeriodTooLong: More than three months.
        RolesConflict: The deputy holds a role that must not be joined with it.
    """
    if assignment.person_id != actor.person_id or assignment.deputy_for_id is not None:
        raise Refused(operation="identity.delegate")
    if (valid_until - valid_from).days > DEPUTY_DAYS_MOST:
        raise PeriodTooLong(days=(valid_until - valid_from).days, most=DEPUTY_DAYS_MOST)
    return _assign(
        person=deputy,
        organisation_id=assignment.organisation_id,
        role=Role(assignment.role),
        programme_id=assignment.programme_id,
        valid_from=valid_from,
        valid_until=valid_until,
        actor=actor,
        now=now,
        deputy_for=assignment,
        action="identity.delegate",
    )


@operation("identity.dismiss_person", roles={Role.ADMINISTRATOR})
def dismiss_person(*, person: Person, actor: Actor, now: datetime, reason: str) -> Person:
    """End all access of a person who leaves: sign-in, roles, tokens and open sessions."""
    before = state_of(person)
    person.is_active, person.left_at = False, now
    person.set_unusable_password()
    save_change(person, before, "identity.dismiss_person", actor, now, reason=reason)
    for assignment in Assignment.objects.filter(person=person, valid_until=None):
        end_assignment(
            assignment=assignment,
            until=timezone.localdate(now),
            actor=actor,
            now=now,
            reason=reason,
        )
    for token in ApiToken.objects.filter(person=person, revoked_at=None):
        _revoke(token, actor, now, "identity.dismiss_person")
    for session in Session.objects.filter(expire_date__gt=now):
        if session.get_decoded().get("_auth_user_id") == str(person.pk):
            session.delete()
    return person


@operation("identity.invite", roles={Role.ADMINISTRATOR})
def invite(
    *,
    email: str,
    organisation_id: UUID,
    role: Role,
    programme_id: UUID | None = None,
    actor: Actor,
    now: datetime,
) -> tuple[Invitation, str]:
    """
    Invite somebody by a link that works once, for two weeks.

    Returns:
        The invitation, and the secret part of the link, which is not kept.

    Raises:
        AlreadyKnown: The address is taken.
    """
    if Person.objects.filter(email__iexact=email).exists():
        raise AlreadyKnown(email=email)
    secret = make_secret()
    invitation = Invitation.objects.create(
        email=email,
        organisation_id=organisation_id,
        role=role,
        programme_id=programme_id,
        link_sha256=hash_of_secret(secret),
        invited_by_id=actor.person_id,
        invited_at=now,
        expires_at=now + timedelta(days=INVITATION_DAYS),
    )
    record_creation(actor=actor, now=now, action="identity.invite", record=invitation)
    return invitation, secret


def find_invitation(secret: str, now: datetime, *, is_locked: bool = False) -> Invitation | None:
    """Return the open invitation of a link, locked where that is asked for, or None."""
    rows = Invitation.objects.select_for_update() if is_locked else Invitation.objects.all()
    return rows.filter(
        link_sha256=hash_of_secret(secret), accepted_at=None, expires_at__gt=now
    ).first()


@operation("identity.accept_invitation", roles=())
def accept_invitation(
    *, secret: str, name: str, password: str, language: str, actor: Actor, now: datetime
) -> Person:
    """
    Join by a link: become a person, with the role that the invitation names.

    *actor* is the one who invited: the workspace knows nobody else yet.

    Raises:
        LinkNotValid: The link was used, has expired, or never was.
        AlreadyKnown: Somebody of this address has joined by another link.
    """
    invitation = find_invitation(secret, now, is_locked=True)
    if invitation is None or invitation.invited_by_id != actor.person_id:
        raise LinkNotValid
    person = Person(email=invitation.email, name=name, language=language, joined_at=now)
    person.set_password(password)
    # Two links may have gone to one address.
    _add_person(person)
    action = "identity.accept_invitation"
    record_creation(actor=actor, now=now, action=action, record=person)
    before = state_of(invitation)
    invitation.accepted_at = now
    save_change(invitation, before, action, actor, now)
    _assign(
        person=person,
        organisation_id=invitation.organisation_id,
        role=Role(invitation.role),
        programme_id=invitation.programme_id,
        valid_from=timezone.localdate(now),
        valid_until=None,
        actor=actor,
        now=now,
        deputy_for=None,
        action=action,
    )
    return person


@operation("identity.end_delegation", roles=())
def end_delegation(*, assignment: Assignment, actor: Actor, now: datetime) -> Assignment:
    """
    End what a deputy holds for oneself, from today on.

    Raises:
        Refused: It was not given by the acting person.
    """
    given_by = assignment.deputy_for
    if given_by is None or given_by.person_id != actor.person_id:
        raise Refused(operation="identity.end_delegation")
    before = state_of(assignment)
    assignment.valid_until = max(timezone.localdate(now), assignment.valid_from + timedelta(days=1))
    return save_change(assignment, before, "identity.end_delegation", actor, now)


@operation("identity.choose_language", roles=())
def choose_language(*, language: str, actor: Actor, now: datetime) -> Person:
    """Keep the language in which the acting person reads pages and mail."""
    person = Person.objects.select_for_update().get(pk=actor.person_id)
    before = state_of(person)
    person.language = language
    return save_change(person, before, "identity.choose_language", actor, now)


@operation("identity.make_token", roles=())
def make_token(
    *, name: str, may_write: bool, days: int, actor: Actor, now: datetime
) -> tuple[ApiToken, str]:
    """
    Make a token with which a program acts as this person for this organisation.

    Returns:
        The token, and its secret, which is shown once and not kept.

    Raises:
        PeriodTooLong: More than a year.
    """
    if not 1 <= days <= TOKEN_DAYS_MOST:
        raise PeriodTooLong(days=days, most=TOKEN_DAYS_MOST)
    secret = make_secret()
    token = ApiToken.objects.create(
        person_id=actor.person_id,
        organisation_id=actor.organisation_id,
        name=name,
        secret_sha256=hash_of_secret(secret),
        may_write=may_write,
        made_at=now,
        expires_at=now + timedelta(days=days),
    )
    record_creation(actor=actor, now=now, action="identity.make_token", record=token)
    return token, secret


@operation("identity.revoke_token", roles=())
def revoke_token(*, token: ApiToken, actor: Actor, now: datetime) -> ApiToken:
    """
    End one's own token.

    Raises:
        Refused: It is somebody else's.
    """
    require(actor, "identity.revoke_token")
    if token.person_id != actor.person_id:
        raise Refused(operation="identity.revoke_token")
    return _revoke(token, actor, now, "identity.revoke_token")


def _revoke(token: ApiToken, actor: Actor, now: datetime, action: str) -> ApiToken:
    before = state_of(token)
    token.revoked_at = now
    return save_change(token, before, action, actor, now)


def _add_person(person: Person) -> None:
    """
    Store a new person.

    Raises:
        AlreadyKnown: The address is taken, or is being taken at this moment.
    """
    if Person.objects.filter(email__iexact=person.email).exists():
        raise AlreadyKnown(email=person.email)
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyKnown(email=person.email) from error


def _assign(
    *,
    person: Person,
    organisation_id: UUID,
    role: Role,
    programme_id: UUID | None,
    valid_from: date,
    valid_until: date | None,
    actor: Actor,
    now: datetime,
    deputy_for: Assignment | None,
    action: str,
) -> Assignment:
    # One writer for each person: two grants at once cannot slip past each other.
    Person.objects.select_for_update().get(pk=person.pk)
    held = [
        Role(row.role)
        for row in Assignment.objects.filter(person=person)
        if overlap((row.valid_from, row.valid_until), (valid_from, valid_until))
        and (programme_id is None or row.programme_id in {None, programme_id})
    ]
    conflicting = find_conflicting_role(role, held)
    if conflicting is not None:
        raise RolesConflict(role=role, held=conflicting)
    assignment = Assignment.objects.create(
        person=person,
        organisation_id=organisation_id,
        role=role,
        programme_id=programme_id,
        valid_from=valid_from,
        valid_until=valid_until,
        deputy_for=deputy_for,
    )
    record_creation(actor=actor, now=now, action=action, record=assignment)
    return assignment
