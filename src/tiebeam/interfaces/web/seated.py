"""Pages for those who act for an organisation, and for certain roles of theirs."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from tiebeam.interfaces.web.errors import show_forbidden
from tiebeam.interfaces.web.page import say_to, show_page
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def actor_of(request: HttpRequest) -> Actor:
    """Return who acts; on pages that :func:`seated` guards there is somebody."""
    actor: Actor = request.actor  # type: ignore[attr-defined]  # set by the middleware
    return actor


def show_no_seat(request: HttpRequest, status: int = 200) -> HttpResponse:
    """Tell somebody who may not act why: no role is held, or a second factor is still to be set up."""
    lacks = getattr(request, "lacks_second_factor", False)
    return show_page(
        request,
        "web/home/second_factor.html" if lacks else "web/home/no_seat.html",
        title=say_to(request, "sign_in.factor.needed" if lacks else "web.seat.none"),
        status=status,
    )


def seated(view: View[P]) -> View[P]:
    """Guard a page: it asks a stranger to sign in, and tells somebody without a role that there is none."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if getattr(request, "actor", None) is None:
            return show_no_seat(request, status=403)
        return view(request, *args, **kwargs)

    return login_required(guarded)


def for_roles(*roles: Role) -> Callable[[View[P]], View[P]]:
    """Guard a page: only who holds one of *roles* sees it."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not any(actor_of(request).has_role(role) for role in roles):
                return show_forbidden(request)
            return view(request, *args, **kwargs)

        return seated(guarded)

    return decorate
