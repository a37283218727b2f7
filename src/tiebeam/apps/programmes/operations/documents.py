"""Add the documents on which a programme rests, and correct what is known of them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from tiebeam.apps.programmes.models import LegalDocument, Programme
from tiebeam.apps.programmes.operations.rights import (
    STEERING,
    list_length_faults,
    own_programme,
    refuse_faults,
    refuse_without_reason,
)
from tiebeam.apps.regions.operations.filling import fill
from tiebeam.errors import Fault
from tiebeam.platform.audit.writing import record_creation, save_change, state_of
from tiebeam.platform.permissions.operations import operation, require
from tiebeam.platform.tenancy.acting import Actor

_TEXTS = ("title_en", "title_zh", "issuer", "number", "article", "source")
CORRECTABLE = {*_TEXTS, "dated_on"}


@operation("programmes.add_document", roles=STEERING)
def add_document(
    *,
    programme: Programme,
    actor: Actor,
    now: datetime,
    title_en: str = "",
    title_zh: str = "",
    issuer: str = "",
    number: str = "",
    dated_on: date | None = None,
    article: str = "",
    source: str = "",
) -> LegalDocument:
    """
    Add a document on which the programme rests; what is not known of it stays empty.

    Raises:
        InvalidInput: It has no title, or a text that is too long.
    """
    programme = own_programme(programme, actor=actor, name="programmes.add_document")
    document = LegalDocument(
        tenant_id=actor.organisation_id,
        scope_id=programme.scope_id,
        programme=programme,
        title_en=title_en,
        title_zh=title_zh,
        issuer=issuer,
        number=number,
        dated_on=dated_on,
        article=article,
        source=source,
    )
    refuse_faults(_list_faults(document))
    document.save(force_insert=True)
    record_creation(actor=actor, now=now, action="programmes.add_document", record=document)
    return document


@operation("programmes.correct_document", roles=STEERING)
def correct_document(
    *, document: LegalDocument, values: Mapping[str, Any], reason: str, actor: Actor, now: datetime
) -> LegalDocument:
    """
    Correct or complete what is known of a document.

    Raises:
        InvalidInput: It would have no title, or a text that is too long.
        ReasonMissing: No reason is given.
    """
    require(actor, "programmes.correct_document", document.programme_id)
    document = LegalDocument.objects.lock(document.pk)
    require(actor, "programmes.correct_document", document.programme_id)
    refuse_without_reason(reason)
    before = state_of(document)
    fill(document, values, CORRECTABLE)
    refuse_faults(_list_faults(document))
    return save_change(document, before, "programmes.correct_document", actor, now, reason=reason)


def _list_faults(document: LegalDocument) -> list[Fault]:
    faults = list_length_faults("document", document, *_TEXTS)
    if not document.title_en.strip() and not document.title_zh.strip():
        faults.append(Fault(code="programmes.title_missing", place="document", column="title_zh"))
    return faults
