"""What every page shows around its content: language, person, seat, rail."""

from typing import Any

from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the values of the frame for the templates."""
    language = getattr(request, "language", "zh")
    other = "en" if language == "zh" else "zh"
    query = request.GET.copy()
    query["lang"] = other
    return {
        "language": language,
        "other_language": other,
        "other_language_address": f"{request.path}?{query.urlencode()}",
        "actor": getattr(request, "actor", None),
    }
