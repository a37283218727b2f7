"""The seat of a request: for which organisation the signed-in person acts."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from tiebeam.interfaces.web.second_factor import lacks_second_factor
from tiebeam.platform.identity.queries import (
    find_actor_for,
    find_actor_preferring,
    find_token,
)
from tiebeam.platform.tenancy.acting import Actor, acting
from tiebeam.platform.time.clock import telling_time

SESSION_KEY = "organisation"


class SeatMiddleware:
    """Sets ``request.actor``, and lets the whole request see only what that organisation may."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as the chosen organisation; as nobody where no role is held."""
        actor = _find_actor(request)
        request.actor = actor  # type: ignore[attr-defined]  # what the middleware is for
        if actor is None:
            return self.get_response(request)
        with acting(actor), telling_time(timezone.now):
            response = self.get_response(request)
        # What one person may read must not come out of a cache for another.
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


def _find_actor(request: HttpRequest) -> Actor | None:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return _find_token_actor(request, secret.strip())
    user = request.user
    if not user.is_authenticated:
        return None
    actor = _find_chosen(request, user.pk)
    if actor is not None and lacks_second_factor(user, actor):
        request.lacks_second_factor = True  # type: ignore[attr-defined]  # read by the guards of pages
        return None
    return actor


def _find_chosen(request: HttpRequest, person_id: UUID) -> Actor | None:
    """Return the signed-in person for the organisation that was chosen, or the first one."""
    chosen = request.session.get(SESSION_KEY)
    return find_actor_preferring(person_id, UUID(chosen) if chosen else None, timezone.localdate())


def _find_token_actor(request: HttpRequest, secret: str) -> Actor | None:
    """Return the person behind an API token; a token is never mixed with the session of a browser."""
    token = find_token(secret, timezone.now())
    if token is None:
        return None
    request.may_write = token.may_write  # type: ignore[attr-defined]  # read by the programming interface
    return find_actor_for(
        token.person_id, token.organisation_id, timezone.localdate(), token_id=token.pk
    )
