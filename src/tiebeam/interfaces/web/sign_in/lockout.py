"""Too many wrong passwords: said in words, with how long it lasts."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from tiebeam.interfaces.web.page import say_to, show_page


def name_of_attempt(request: HttpRequest | None, credentials: dict[str, Any] | None) -> str:
    """Return the address with which somebody tries to sign in."""
    given = credentials or {}
    typed = request.POST.get("login", "") if isinstance(request, HttpRequest) else ""
    return str(given.get("email") or given.get("username") or typed).lower()


def show_lockout(
    request: HttpRequest, credentials: dict[str, Any] | None = None, *_: Any
) -> HttpResponse:
    """Say that the sign-in is closed for a while, and for how long."""
    del credentials
    return show_page(
        request,
        "web/error.html",
        title=say_to(request, "sign_in.locked"),
        text=say_to(
            request,
            "sign_in.locked_text",
            times=settings.AXES_FAILURE_LIMIT,
            hours=settings.AXES_COOLOFF_TIME,
        ),
        status=429,
    )
