"""
Lines of the log on access: signing in, failing to, being locked out, passwords, second factors.

The sign-in library does these things by itself; the pages tell of them here.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tiebeam.platform.audit.writing import record_change, state_of
from tiebeam.platform.identity.models import Assignment, Person
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.tenancy.acting import Actor


class Access(StrEnum):
    """What happened to somebody's access; each is the action of a line in the log."""

    SIGNED_IN = "identity.signed_in"
    FAILED = "identity.sign_in_failed"
    LOCKED_OUT = "identity.locked_out"
    PASSWORD_CHANGED = "identity.password_changed"  # noqa: S105  # the name of an action
    FACTOR_ON = "identity.second_factor_on"
    FACTOR_OFF = "identity.second_factor_off"


def find_actor_of(person: Person) -> Actor | None:
    """Return the person for an organisation of theirs, without duties; None where there never was one."""
    held = Assignment.objects.filter(person=person).order_by("-valid_from", "id")
    organisation_id: UUID | None = held.values_list("organisation_id", flat=True).first()
    if organisation_id is None:
        return None
    return Actor(person_id=person.pk, organisation_id=organisation_id)


@operation("identity.note_access", roles=())
def note_access(*, access: Access, actor: Actor, now: datetime) -> Person:
    """Write a line on the access of the acting person; called by the pages of signing in alone."""
    person = Person.objects.get(pk=actor.person_id)
    before = state_of(person)
    if access is Access.PASSWORD_CHANGED:
        # What was there before is overwritten by now, and was a hash of a hash.
        before["password"] = None
    record_change(actor=actor, now=now, action=access.value, record=person, before=before)
    return person
