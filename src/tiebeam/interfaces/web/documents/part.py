"""The part of a page that lists the documents attached to its record."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse

import tiebeam.platform.files.operations  # noqa: F401  # its right is asked for here
from tiebeam.apps.pairings.queries.documented import DOCUMENTED, find_kind
from tiebeam.apps.regions.queries.names import list_organisations_by_id
from tiebeam.interfaces.web.page import Link, name_of, say_to
from tiebeam.interfaces.web.seated import actor_of
from tiebeam.platform.files.queries import list_documents
from tiebeam.platform.permissions.operations import is_allowed
from tiebeam.platform.tenancy.records import OwnedRecord
from tiebeam.platform.time.periods import AsOf

ATTACH = "files.attach_document"

KIB = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    """One document as the page lists it."""

    name: str
    address: str
    size: str
    organisation: str
    added_at: datetime
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsPart:
    """The documents of a record; ``attach`` leads to the form, for those who may."""

    rows: tuple[DocumentRow, ...]
    attach: Link | None


def documents_part(
    request: HttpRequest, record: OwnedRecord, as_of: AsOf | None = None
) -> DocumentsPart:
    """Return the documents of *record* for ``web/documents/part.html``, included as ``documents``."""
    found = list_documents(record, as_of)
    owners = list_organisations_by_id(row.tenant_id for row in found)
    kind = find_kind(record)
    is_now = as_of is None or as_of.known_at is None
    may = is_now and is_allowed(actor_of(request), ATTACH, DOCUMENTED[kind].programme_id(record))
    address = reverse("attach_document", args=[kind, record.pk])
    return DocumentsPart(
        rows=tuple(
            DocumentRow(
                name=row.name,
                address=reverse("document", args=[row.pk]),
                size=say_size(request, row.bytes_count),
                organisation=name_of(request, owners[row.tenant_id])
                if row.tenant_id in owners
                else say_to(request, "web.unknown"),
                added_at=row.added_at,
                sha256=row.sha256,
            )
            for row in found
        ),
        attach=Link(say_to(request, "documents.attach"), address) if may else None,
    )


def say_size(request: HttpRequest, bytes_count: int) -> str:
    """Return a size as readers know it: kB below one MB, MB above."""
    if bytes_count < KIB * KIB:
        return say_to(request, "documents.kilobytes", size=max(1, round(bytes_count / KIB)))
    return say_to(request, "documents.megabytes", size=round(bytes_count / KIB / KIB, 1))
