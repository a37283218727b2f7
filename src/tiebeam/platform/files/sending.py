"""How a document is sent: as a file to be kept, never as a page of ours."""

from django.utils.http import content_disposition_header

from tiebeam.platform.files.models import Document


def headers_of(document: Document) -> dict[str, str]:
    """Return the headers under which no browser runs or shows what *document* holds."""
    disposition = content_disposition_header(as_attachment=True, filename=document.name)
    return {
        "Content-Type": document.media_type,
        "Content-Disposition": disposition or "attachment",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }
