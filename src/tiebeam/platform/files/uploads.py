"""
Files sent to be looked at before they are taken in.

What they hold lies in the folder of documents from the look to the confirmation,
and is gone after it, or after an hour.
"""

import secrets
import time
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from tiebeam.errors import Refused
from tiebeam.platform.files.content import MEDIA_TYPES, TypeNotAllowed, find_media_type
from tiebeam.platform.files.models import Upload
from tiebeam.platform.files.names import clean_name
from tiebeam.platform.files.operations import DocumentEmpty, DocumentTooLarge
from tiebeam.platform.files.store import (
    DocumentDamaged,
    hash_of_content,
    read_content,
    remove_content,
    write_content,
)
from tiebeam.platform.tenancy.acting import Actor, acting

KEPT_FOR = timedelta(hours=1)
BYTES_MOST = 10 * 2**20
_FOLDER = "uploads"


class UploadGone(Refused):
    """The file was taken in already, or waited too long; it has to be sent again."""

    code = "files.upload_gone"


def keep_upload(*, kind: str, name: str, content: bytes, actor: Actor, now: datetime) -> Upload:
    """
    Keep a workbook until it is confirmed.

    Raises:
        DocumentEmpty, DocumentTooLarge: There is nothing in it, or too much.
        TypeNotAllowed, ContentDoesNotFit, ArchiveNotSafe: It is no workbook, or not a safe one.
    """
    cleaned = clean_name(name)
    if not content:
        raise DocumentEmpty(name=cleaned)
    if len(content) > BYTES_MOST:
        raise DocumentTooLarge(name=cleaned, found=len(content), most=BYTES_MOST)
    if find_media_type(cleaned, content) != MEDIA_TYPES["xlsx"]:
        raise TypeNotAllowed(name=cleaned, extension=cleaned.rpartition(".")[2], allowed=("xlsx",))
    upload = Upload(
        tenant_id=actor.organisation_id,
        kind=kind,
        person_id=actor.person_id,
        name=cleaned,
        bytes_count=len(content),
        sha256=hash_of_content(content),
        stored_as=f"{_FOLDER}/{secrets.token_hex(24)}",
        uploaded_at=now,
        expires_at=now + KEPT_FOR,
    )
    write_content(upload.stored_as, content)
    try:
        with transaction.atomic(), acting(actor):
            Upload.objects.owned().filter(expires_at__lte=now).delete()
            upload.save(force_insert=True)
    except BaseException:
        remove_content(upload.stored_as)
        raise
    return upload


def find_upload(upload_id: UUID, actor: Actor) -> Upload | None:
    """Return the upload if the acting person sent it, else None."""
    with acting(actor):
        rows = Upload.objects.owned().filter(pk=upload_id, person_id=actor.person_id)
        found: Upload | None = rows.first()
        return found


def read_upload(upload: Upload, now: datetime) -> bytes:
    """
    Return what an upload holds, byte for byte what was sent.

    Raises:
        UploadGone: It has expired, or was used meanwhile.
        DocumentDamaged: It is no longer what was sent.
    """
    if upload.expires_at <= now:
        raise UploadGone(name=upload.name)
    try:
        return read_content(upload.stored_as, upload.sha256)
    except DocumentDamaged as error:
        if error.facts["found"]:
            raise
        raise UploadGone(name=upload.name) from error


def drop_upload(upload: Upload, actor: Actor) -> bool:
    """Forget an upload and what it holds, once this is committed; return whether it was still there."""
    with transaction.atomic(), acting(actor):
        dropped, _ = Upload.objects.owned().filter(pk=upload.pk).delete()
        transaction.on_commit(partial(remove_content, upload.stored_as))
    return bool(dropped)


def remove_expired_contents() -> int:
    """Remove the contents of uploads that nobody confirmed in time; return how many."""
    folder, removed = Path(settings.MEDIA_ROOT) / _FOLDER, 0
    oldest = time.time() - KEPT_FOR.total_seconds()
    for path in folder.iterdir() if folder.is_dir() else ():
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < oldest:
                path.unlink()
                removed += 1
    return removed
