"""Pages for what went wrong: the same body for what is missing and for what is another's."""

import logging
import sys
from collections.abc import Callable

from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from tiebeam.errors import TiebeamError
from tiebeam.interfaces.web.addresses import NotUnderstood
from tiebeam.interfaces.web.page import language_of, say_error, say_to, show_page
from tiebeam.platform.permissions.operations import NotAllowed

log = logging.getLogger(__name__)
RETRY_AFTER_S = 10
"""After so long whoever met a database that is away may come back."""


class RefusalMiddleware:
    """Shows a page for a refusal that no form of a view took up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the page of a refusal; other exceptions go on to be logged."""
        if isinstance(exception, NotAllowed):
            return show_forbidden(request)
        if isinstance(exception, TiebeamError):
            sentences = say_error(request, exception)
            return show_page(
                request,
                "web/error.html",
                title=sentences[0],
                text=" ".join(sentences[1:]),
                status=409,
            )
        if isinstance(exception, IntegrityError):
            # An operation should have refused it in words of its own: the log tells us which did not.
            log.warning("the database refused: %s", exception)
            return _show(request, "meanwhile", 409)
        return None


def show_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that there is no such page here, whether or not others have one."""
    del exception
    return _show(request, "not_found", 404)


def show_forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that no role held allows it."""
    del exception
    return _show(request, "forbidden", 403)


def show_not_understood(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say which part of the address could not be read, and lead to the page without it."""
    if not isinstance(exception, NotUnderstood):
        return _show(request, "not_understood", 400)
    query = request.GET.copy()
    query.pop(exception.part, None)
    return show_page(
        request,
        "web/error.html",
        title=say_to(request, "web.error.not_understood"),
        text=say_to(request, exception.code, **exception.facts),
        back=f"{request.path}?{query.urlencode()}" if query else request.path,
        status=400,
        # The frame would tell of the day that could not be read.
        asks_for_another_day=False,
        true_on="",
        known_on="",
    )


def show_stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that a form came without the sign that it is ours."""
    del reason
    return _show(request, "stale", 403)


def show_broken(request: HttpRequest) -> HttpResponse:
    """Say that something broke, or that the database is away, without asking the database for anything."""
    # The framework asks for this page while it handles what broke.
    is_away = isinstance(sys.exc_info()[1], InterfaceError | OperationalError)
    what = "away" if is_away else "broken"
    language = language_of(request)
    other = "en" if language == "zh" else "zh"
    page = render_to_string(
        "web/error.html",
        {
            "language": language,
            "language_tag": "zh-Hans" if language == "zh" else "en",
            "other_language": other,
            "other_language_address": f"?lang={other}",
            "title": say_to(request, f"web.error.{what}"),
            "text": say_to(request, f"web.error.{what}_text"),
        },
    )
    if is_away:
        return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER_S)})
    return HttpResponse(page, status=500)


def _show(request: HttpRequest, what: str, status: int) -> HttpResponse:
    return show_page(
        request,
        "web/error.html",
        title=say_to(request, f"web.error.{what}"),
        text=say_to(request, f"web.error.{what}_text"),
        status=status,
    )
