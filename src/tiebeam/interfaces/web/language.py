"""The language of a page: the address, then the person, then the browser; it stays while one reads on."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from tiebeam.interfaces.messages import Language

COOKIE = "language"


class LanguageMiddleware:
    """Sets ``request.language`` to "en" or "zh", and Django's own texts to the same."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the reader's language."""
        asked = request.GET.get("lang", "")
        language = choose_language(request)
        request.language = language  # type: ignore[attr-defined]  # what the middleware is for
        with translation.override("zh-hans" if language == "zh" else "en"):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", "zh-Hans" if language == "zh" else "en")
        if asked in {"en", "zh"}:
            response.set_cookie(COOKIE, asked, max_age=365 * 86400, samesite="Lax", httponly=True)
        return response


def choose_language(request: HttpRequest) -> Language:
    """Return the language asked for in the address, kept in a cookie, set by the person, or by the browser."""
    user = getattr(request, "user", None)
    person = getattr(user, "language", "") if user is not None and user.is_authenticated else ""
    for word in (request.GET.get("lang", ""), request.COOKIES.get(COOKIE, ""), person):
        if word == "en":
            return "en"
        if word == "zh":
            return "zh"
    accepted = request.headers.get("Accept-Language", "").lower()
    first = accepted.split(",")[0].strip()
    return "en" if first.startswith("en") else "zh"
