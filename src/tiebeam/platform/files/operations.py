"""Attach documents to records."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone

from tiebeam.errors import Refused
from tiebeam.platform.audit.writing import record_creation
from tiebeam.platform.files.content import find_media_type
from tiebeam.platform.files.models import Document
from tiebeam.platform.files.names import clean_name
from tiebeam.platform.files.store import (
    hash_of_content,
    make_stored_name,
    remove_content,
    write_content,
)
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.grants import grant_reading
from tiebeam.platform.tenancy.records import OwnedRecord

WRITERS = frozenset(Role) - {Role.READER, Role.AUDITOR, Role.ADMINISTRATOR}


class DocumentEmpty(Refused):
    """A file without content."""

    code = "files.document_empty"


class DocumentTooLarge(Refused):
    """A file above the size that the workspace takes."""

    code = "files.document_too_large"


def attach_document(
    *, record: OwnedRecord, name: str, content: bytes, actor: Actor, now: datetime
) -> Document:
    """
    Attach a file to *record*; whoever reads the record reads the document.

    The same content attached again to the same record by the same organisation is
    the same document.

    Raises:
        DocumentEmpty: There is nothing in it.
        DocumentTooLarge: It is above the size that is taken.
        TypeNotAllowed: Its kind is not taken.
        ContentDoesNotFit: Its content is not what its name says.
        ArchiveNotSafe: It is an archive that must not be unpacked.
    """
    stored_as = make_stored_name()
    try:
        return _attach_document(
            record=record, name=name, content=content, stored_as=stored_as, actor=actor, now=now
        )
    except BaseException:
        # The transaction is undone by now: no file without a row stays behind.
        remove_content(stored_as)
        raise


@operation("files.attach_document", roles=WRITERS)
def _attach_document(
    *,
    record: OwnedRecord,
    name: str,
    content: bytes,
    stored_as: str,
    actor: Actor,
    now: datetime,
) -> Document:
    kept = type(record).objects.get(pk=record.pk)
    _refuse_size(name, content)
    cleaned = clean_name(name)
    media_type = find_media_type(cleaned, content)
    sha256 = hash_of_content(content)
    owned = Document.objects.owned()
    same: Document | None = owned.filter(record_id=kept.pk, sha256=sha256, name=cleaned).first()
    if same is not None:
        return same
    document = Document(
        tenant_id=actor.organisation_id,
        scope_id=kept.scope_id,
        record_type=kept._meta.label_lower,
        record_id=kept.pk,
        name=cleaned,
        media_type=media_type,
        bytes_count=len(content),
        sha256=sha256,
        stored_as=stored_as,
        added_at=now,
        added_by_id=actor.person_id,
    )
    write_content(stored_as, content)
    document.save(force_insert=True)
    _let_owner_read(kept, actor, now)
    record_creation(actor=actor, now=now, action="files.attach_document", record=document)
    return document


def _refuse_size(name: str, content: bytes) -> None:
    most = settings.TIEBEAM_DOCUMENT_BYTES_MOST
    if not content:
        raise DocumentEmpty(name=clean_name(name))
    if len(content) > most:
        raise DocumentTooLarge(name=clean_name(name), found=len(content), most=most)


def _let_owner_read(record: OwnedRecord, actor: Actor, now: datetime) -> None:
    """
    Let the owner of *record* read what others attach below it.

    Only where the record is its own scope: its owner then owns the scope, and learns nothing
    but what hangs on the own record.
    """
    if record.pk == record.scope_id:
        grant_reading(
            actor=actor,
            scope_id=record.scope_id,
            organisation_ids=[record.tenant_id],
            role="owner",
            valid_from=timezone.localdate(now),
        )
