"""Save the list that is shown, and forget one that was saved."""

from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from tiebeam.errors import TiebeamError
from tiebeam.interfaces.web.page import say_error, say_to
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.platform.bookmarks.operations import remove_filter, save_filter
from tiebeam.platform.bookmarks.queries import find_filter

PASSING = frozenset({"page", "file", "lang", "columns"})
"""Parts of an address that belong to one look at a list, not to the list."""


@require_POST
@seated
def save(request: HttpRequest) -> HttpResponse:
    """Save the list whose page sent the form, and lead back to it."""
    path = request.POST.get("path", "")
    if not _is_here(path):
        raise Http404
    kept = [pair for pair in parse_qsl(request.POST.get("query", "")) if pair[0] not in PASSING]
    query = urlencode(kept)
    try:
        save_filter(
            name=request.POST.get("name", ""),
            path=path,
            query=query,
            actor=actor_of(request),
            now=timezone.now(),
        )
    except TiebeamError as error:
        for sentence in say_error(request, error):
            messages.warning(request, sentence)
    else:
        messages.success(request, say_to(request, "bookmarks.saved"))
    return redirect(f"{path}?{query}" if query else path)


@require_POST
@seated
def remove(request: HttpRequest, filter_id: UUID) -> HttpResponse:
    """Forget a saved filter, and lead back to its list."""
    found = find_filter(filter_id)
    if found is None:
        raise Http404
    remove_filter(saved_filter=found, actor=actor_of(request), now=timezone.now())
    messages.success(request, say_to(request, "bookmarks.removed"))
    return redirect(found.path if _is_here(found.path) else reverse("home"))


def _is_here(path: str) -> bool:
    """Whether *path* is a page of this workspace: nobody is led elsewhere from here."""
    if not path.startswith("/") or path.startswith(("//", "/\\")) or "\\" in path:
        return False
    try:
        resolve(path)
    except Resolver404:
        return False
    return True
