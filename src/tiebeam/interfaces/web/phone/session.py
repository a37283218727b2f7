"""What the script of the phone asks: whose session this is, and the worker that keeps the last known page."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tiebeam.platform.tenancy.acting import Actor


@require_safe
@never_cache
def tell_session(request: HttpRequest) -> JsonResponse:
    """
    Tell who is signed in and may act, by number, with the token that a write needs; nobody is told as null.

    A queue belongs to the person who made its entries: another one's session never sends them.
    """
    actor: Actor | None = request.actor  # type: ignore[attr-defined]  # set by the middleware
    if actor is None:
        return JsonResponse({"person": None})
    return JsonResponse({"person": str(actor.person_id), "token": get_token(request)})


@require_safe
def show_worker(request: HttpRequest) -> HttpResponse:
    """Answer with the script that a browser runs for the phone's pages, also without a connection."""
    return render(request, "web/phone/worker.js", content_type="text/javascript; charset=utf-8")
