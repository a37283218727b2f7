"""Read documents and what they hold."""

from uuid import UUID

from django.utils import timezone

from tiebeam.platform.audit.history import list_states
from tiebeam.platform.files.models import Document
from tiebeam.platform.files.store import read_content
from tiebeam.platform.search.grams import holding
from tiebeam.platform.tenancy.records import OwnedRecord
from tiebeam.platform.time.periods import AsOf


def get_document(document_id: UUID) -> Document:
    """
    Return one document.

    Raises:
        Document.DoesNotExist: There is none that may be read.
    """
    document: Document = Document.objects.get(pk=document_id)
    return document


def list_documents(record: OwnedRecord, as_of: AsOf | None = None) -> list[Document]:
    """Return the documents attached to *record*, oldest first; with *as_of*, those attached by then."""
    if as_of is None:
        return list(Document.objects.filter(record_id=record.pk).order_by("added_at", "name"))
    if as_of.known_at is None:
        found = list(Document.objects.filter(record_id=record.pk))
    else:
        found = list_states(
            Document, as_of.known_at, scope_ids=[record.scope_id], record_id=record.pk
        )
    attached = [
        document
        for document in found
        if timezone.localtime(document.added_at).date() <= as_of.true_on
    ]
    return sorted(attached, key=lambda document: (document.added_at, document.name))


def search_attached(words: str, most: int) -> list[Document]:
    """Return up to *most* attached documents whose names hold every word, the latest first."""
    rows = Document.objects.filter(holding(words, "name"))
    return list(rows.order_by("-added_at", "pk")[:most])


def count_documents(record_ids: list[UUID]) -> int:
    """Return how many documents are attached to the records."""
    return int(Document.objects.filter(record_id__in=record_ids).count())


def open_document(document: Document) -> bytes:
    """
    Return what *document* holds, just as it was attached.

    Raises:
        Document.DoesNotExist: It may not be read.
        DocumentDamaged: What is stored is no longer that.
    """
    kept = get_document(document.pk)
    return read_content(kept.stored_as, kept.sha256)
