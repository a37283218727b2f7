"""Files in the programming interface: attached to a record, and sent back as they came."""

import uuid
from typing import Annotated, Any, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import File, Form, Router, Schema, UploadedFile
from ninja.decorators import decorate_view
from pydantic import Field, field_validator

from tiebeam.apps.pairings.queries.documented import DOCUMENTED
from tiebeam.interfaces.api.operations import OperationAnswer, answer_of, ask_right, do_once
from tiebeam.interfaces.api.texts import demand_kept
from tiebeam.platform.files.operations import DocumentTooLarge, attach_document
from tiebeam.platform.files.queries import get_document, open_document
from tiebeam.platform.files.sending import headers_of
from tiebeam.platform.files.store import hash_of_content
from tiebeam.platform.permissions.operations import require

ATTACH = "files.attach_document"

documents = Router(tags=["files"])


class AttachForm(Schema):
    """To what a file is attached, and under which name."""

    kind: Literal[
        "pairing", "agreement", "programme", "return", "hand-over", "event", "reimbursement"
    ]
    record_id: uuid.UUID
    name: str = Field("", max_length=500, description="Instead of the name of the file part.")

    @field_validator("name", mode="before")
    @classmethod
    def refuse_unkept_texts(cls, given: Any) -> Any:
        """Refuse what neither database can hold."""
        demand_kept(given)
        return given


@documents.post(
    "/attach-document",
    response=OperationAnswer,
    operation_id="files_attach_document",
    summary="Attach a file to a record",
    description=(
        "Whoever reads the record reads the document. What the file is, is found in its content, "
        "which must be what its name says; the name is cleaned. The same content under the same "
        "name is attached to a record once.\n\n"
        "Roles: every role but reader, auditor and administrator, in the programme of the record."
    ),
)
@decorate_view(ask_right(ATTACH))
def attach(
    request: HttpRequest, form: Annotated[AttachForm, Form()], file: Annotated[UploadedFile, File()]
) -> Any:
    """Attach one file."""
    actor = request.actor  # type: ignore[attr-defined]  # set by the middleware
    place = DOCUMENTED[form.kind]
    record = place.get(form.record_id)
    require(actor, ATTACH, place.programme_id(record))
    name, most = form.name or str(file.name), settings.TIEBEAM_DOCUMENT_BYTES_MOST
    if (file.size or 0) > most:
        # It lies in a temporary file as yet: what is too large is not read into memory.
        raise DocumentTooLarge(name=name, found=file.size or 0, most=most)
    content = file.read()

    def do() -> OperationAnswer:
        made = attach_document(
            record=record, name=name, content=content, actor=actor, now=timezone.now()
        )
        return answer_of(made)

    asked = "\n".join((ATTACH, form.kind, str(form.record_id), name, hash_of_content(content)))
    return do_once(request, asked.encode(), do)


@documents.get(
    "/documents/{uuid:document_id}/content",
    operation_id="files_document_content",
    summary="What a document holds",
    description="The file just as it was attached, as a file to be kept: never shown as a page.",
    openapi_extra={
        "responses": {
            200: {
                "description": "The file.",
                "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
            }
        }
    },
)
def download(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    """Send one document."""
    del request
    document = get_document(document_id)
    return HttpResponse(open_document(document), headers=headers_of(document))
