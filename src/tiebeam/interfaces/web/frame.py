"""What every page shows around its content: language, person, seat, dates, rail."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from tiebeam.apps.regions.queries.names import find_organisation
from tiebeam.interfaces.web.as_of import KNOWN_ON, TRUE_ON, asks_for_another_day
from tiebeam.interfaces.web.rail import list_steps
from tiebeam.platform.notices.reading import count_unread
from tiebeam.platform.tenancy.acting import Actor


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the values of the frame for the templates."""
    language = getattr(request, "language", "zh")
    actor: Actor | None = getattr(request, "actor", None)
    other = "en" if language == "zh" else "zh"
    return {
        "language": language,
        "language_tag": "zh-Hans" if language == "zh" else "en",
        "other_language": other,
        "other_language_address": _address_in(request, other),
        "actor": actor,
        # Looked up when the frame is drawn: a fragment has none.
        "seat": SimpleLazyObject(lambda: find_organisation(actor.organisation_id))
        if actor
        else None,
        "unread_notices": SimpleLazyObject(count_unread) if actor else None,
        "rail": list_steps(request, actor),
        "today": timezone.localdate(),
        "true_on": request.GET.get(TRUE_ON, ""),
        "known_on": request.GET.get(KNOWN_ON, ""),
        "asks_for_another_day": asks_for_another_day(request),
    }


def _address_in(request: HttpRequest, language: str) -> str:
    query = request.GET.copy()
    query["lang"] = language
    # Without the path, so that a page of refusal is the same wherever it stands.
    return f"?{query.urlencode()}"
