"""A file as the answer to a request: to be saved, never shown as a page of ours."""

from django.http import HttpResponse

from tiebeam.platform.files.content import MEDIA_TYPES

KINDS = {
    "beancount": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "journal": "text/plain; charset=utf-8",
    "json": "application/json",
    "py": "text/x-python; charset=utf-8",
    "xlsx": MEDIA_TYPES["xlsx"],
    "xml": "application/xml",
    "zip": "application/zip",
}
"""The media type of each ending."""


def as_file(content: bytes | str, name: str) -> HttpResponse:
    """Return *content* to be saved as *name*, whose ending says what it is."""
    response = HttpResponse(content, content_type=KINDS[name.rpartition(".")[2]])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
