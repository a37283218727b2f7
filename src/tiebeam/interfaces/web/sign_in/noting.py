"""
What the sign-in libraries do, told to the log.

Their signals are the only hook they have; each handler calls one operation. A
place that is locked out already leaves no further lines, so nobody can flood the log.
"""

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from axes.signals import user_locked_out
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.dispatch import receiver
from django.utils import timezone

from tiebeam.interfaces.web.sign_in.lockout import name_of_attempt
from tiebeam.platform.identity.access import Access, find_actor_of, note_access
from tiebeam.platform.identity.models import Person
from tiebeam.platform.identity.people import find_person_by_address


def note(person: Person | None, access: Access) -> None:
    """Write a line on the access of *person* into the log."""
    # Of somebody unknown, or without any organisation, there is no record to write of.
    actor = find_actor_of(person) if person is not None else None
    if actor is not None:
        note_access(access=access, actor=actor, now=timezone.now())


@receiver(account.user_logged_in)
def _signed_in(user: Person, **_: Any) -> None:
    note(user, Access.SIGNED_IN)


@receiver([account.password_changed, account.password_set, account.password_reset])
def _password_changed(user: Person, **_: Any) -> None:
    note(user, Access.PASSWORD_CHANGED)


@receiver(user_login_failed)
def _failed(credentials: dict[str, Any], request: Any = None, **_: Any) -> None:
    if not getattr(request, "axes_locked_out", False):
        note(find_person_by_address(name_of_attempt(request, credentials)), Access.FAILED)


@receiver(user_locked_out)
def _locked_out(username: str, request: Any, **_: Any) -> None:
    # Sent anew for each further attempt: the one that reached the limit is noted.
    if getattr(request, "axes_failures_since_start", None) == settings.AXES_FAILURE_LIMIT:
        note(find_person_by_address(username), Access.LOCKED_OUT)


@receiver(mfa.authentication_failed)
def _code_failed(user: Person, **_: Any) -> None:
    note(user, Access.FAILED)


@receiver(mfa.authenticator_added)
def _factor_on(user: Person, authenticator: Authenticator, **_: Any) -> None:
    if authenticator.type == Authenticator.Type.TOTP:
        note(user, Access.FACTOR_ON)


@receiver(mfa.authenticator_removed)
def _factor_off(user: Person, authenticator: Authenticator, **_: Any) -> None:
    if authenticator.type == Authenticator.Type.TOTP:
        note(user, Access.FACTOR_OFF)
