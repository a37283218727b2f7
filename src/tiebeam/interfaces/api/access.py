"""Who calls: a token with a person behind it, or the session of a page."""

from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer
from ninja.throttling import AuthRateThrottle

from tiebeam.platform.tenancy.acting import Actor

READING = frozenset({"GET", "HEAD", "OPTIONS"})


class MayNotWrite(Exception):
    """The token reads only."""


class TokenAccess(HttpBearer):
    """``Authorization: Bearer …``; the seat of the request was found by the middleware."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """Return who acts, or None where the token is not good."""
        del token
        actor = _actor_of(request)
        if actor is None or actor.token_id is None:
            return None
        if request.method not in READING and not request.may_write:  # type: ignore[attr-defined]  # set by the middleware
            raise MayNotWrite
        return actor


class SessionAccess(APIKeyCookie):
    """The session of a signed-in page; writes carry its CSRF token."""

    param_name = "sessionid"

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        """Return who acts, or None where nobody is signed in."""
        del key
        actor = _actor_of(request)
        return actor if actor is not None and actor.token_id is None else None


class PersonThrottle(AuthRateThrottle):
    """So many requests a minute for each person."""

    def get_cache_key(self, request: HttpRequest) -> str:
        """Return the key of the person who calls."""
        actor = _actor_of(request)
        return f"throttle:{actor.person_id if actor is not None else 'nobody'}"


def _actor_of(request: HttpRequest) -> Actor | None:
    actor: Actor | None = getattr(request, "actor", None)
    return actor
