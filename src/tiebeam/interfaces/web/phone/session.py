"""What the script of the phone asks: whose session this is, and the worker that keeps the last known page."""

from importlib import resources

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tiebeam.interfaces import web
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
    """
    Answer with the script that a browser runs for the phone's pages, also without a connection.

    It works for the addresses below its own, so that it does not come from where other scripts do.
    """
    del request  # it is the same for everybody
    script = (resources.files(web) / "static" / "web" / "phone_worker.js").read_text("utf-8")
    return HttpResponse(script, content_type="text/javascript; charset=utf-8")
