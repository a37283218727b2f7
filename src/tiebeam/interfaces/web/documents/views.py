"""Attach a document to a record, and send one back just as it was attached."""

from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tiebeam.apps.pairings.queries.documented import DOCUMENTED
from tiebeam.interfaces.web.documents.part import ATTACH, say_size
from tiebeam.interfaces.web.documents.places import PLACES
from tiebeam.interfaces.web.forming import FORM, answer_form, find_or_404
from tiebeam.interfaces.web.forms import PageForm
from tiebeam.interfaces.web.page import Link, say_error, say_to
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.platform.files.content import MEDIA_TYPES
from tiebeam.platform.files.names import clean_name
from tiebeam.platform.files.operations import DocumentTooLarge, attach_document
from tiebeam.platform.files.queries import get_document, open_document
from tiebeam.platform.files.sending import headers_of
from tiebeam.platform.permissions.operations import require


class AttachForm(PageForm):
    """Takes one file; its size is looked at before its content is read."""

    words: ClassVar[str] = "documents.field"

    file = forms.FileField(allow_empty_file=True, max_length=500)

    def __init__(self, request: HttpRequest) -> None:
        """Tell beforehand which kinds of file are taken, and up to what size."""
        super().__init__(request)
        field = self.fields["file"]
        field.widget.attrs["accept"] = ",".join(f".{kind}" for kind in (*MEDIA_TYPES, "jpg"))
        field.help_text = say_to(
            request,
            "documents.taken",
            kinds=[kind.upper() for kind in MEDIA_TYPES],
            size=say_size(request, settings.TIEBEAM_DOCUMENT_BYTES_MOST),
        )

    def clean_file(self) -> Any:
        """Refuse what is too large before it is read into memory."""
        file = self.cleaned_data["file"]
        most = settings.TIEBEAM_DOCUMENT_BYTES_MOST
        if file.size > most:
            error = DocumentTooLarge(name=file.name, found=file.size, most=most)
            raise forms.ValidationError(say_error(self.request, error))
        return file


@FORM
@seated
def attach(request: HttpRequest, kind: str, record_id: UUID) -> HttpResponse:
    """Attach a file to a record."""
    place = PLACES.get(kind)
    if place is None:
        raise Http404
    record = find_or_404(DOCUMENTED[kind].get, record_id)
    require(actor_of(request), ATTACH, DOCUMENTED[kind].programme_id(record))
    back = place.address_of(record)
    sent = request.FILES.get("file")
    return answer_form(
        request,
        AttachForm(request),
        lambda given: attach_document(
            record=record,
            name=given["file"].name,
            content=given["file"].read(),
            actor=actor_of(request),
            now=timezone.now(),
        ),
        done=say_to(request, "documents.attached", name=clean_name((sent and sent.name) or "")),
        onto=lambda _: f"{back}#documents",
        title=say_to(request, "documents.attach_title"),
        trail=[Link(place.name(request, record), back)],
        text=say_to(request, "documents.attach_text"),
        verb=say_to(request, "documents.attach"),
        back=back,
    )


@require_safe
@never_cache
@seated
def download(_: HttpRequest, document_id: UUID) -> HttpResponse:
    """Send a document: as a file to be kept, never as a page of ours."""
    document = find_or_404(get_document, document_id)
    return HttpResponse(open_document(document), headers=headers_of(document))
