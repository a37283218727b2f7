"""The gate of the portal: open only where the office opened it, and not to be run down by one visitor."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tiebeam.interfaces.web.page import say_to, show_page

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

REQUESTS_MOST = 60
WINDOW_S = 60


def public(view: View[P]) -> View[P]:
    """Guard a page of the portal: there is none while it is closed; one visitor gets so many a minute."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not settings.TIEBEAM_IS_PORTAL_OPEN:
            raise Http404
        if _is_too_much(request):
            response = show_page(
                request,
                "web/error.html",
                title=say_to(request, "portal.too_many"),
                text=say_to(request, "portal.too_many_text", seconds=WINDOW_S),
                status=429,
            )
            response["Retry-After"] = str(WINDOW_S)
            return response
        return view(request, *args, **kwargs)

    return require_safe(guarded)


def _is_too_much(request: HttpRequest) -> bool:
    key = f"portal:{_find_visitor(request)}"
    if cache.add(key, 1, WINDOW_S):
        return False
    try:
        return cache.incr(key) > REQUESTS_MOST
    except ValueError:
        # It expired in between: a new minute has begun.
        return False


def _find_visitor(request: HttpRequest) -> str:
    """Return the address of the visitor: behind the proxy of an office, the one that the proxy saw."""
    passed = request.headers.get("X-Forwarded-For", "") if settings.IS_OFFICE else ""
    return passed.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", ""))
