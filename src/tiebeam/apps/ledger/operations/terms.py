"""The terms of an event: what a person says of it, and the hash by which it is known again."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Self
from uuid import UUID

from tiebeam.apps.ledger.models import Batch
from tiebeam.core.ledger.events import kind_of
from tiebeam.core.ledger.posting import TermMissing
from tiebeam.errors import Refused
from tiebeam.platform.permissions.operations import Given

MADE_OF_RECORDS = ("reversal", "year_end")
"""Kinds whose rows come from what is on record."""


class DocumentMissing(Refused):
    """An event names the document that it rests on; facts: ``kind``."""

    code = "ledger.document_missing"


class PurposeMissing(Refused):
    """A commitment says what it is for: a form of assistance, or an area of work."""

    code = "ledger.purpose_missing"


class ReasonMissing(Refused):
    """What undoes, sends back or disputes something says why."""

    code = "ledger.reason_missing"


class TextTooLong(Refused):
    """A text is longer than can be kept; facts: ``term``, ``most``."""

    code = "ledger.text_too_long"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms(Given):
    """
    What is said of one event; what does not concern its kind stays empty.

    Attributes:
        kind: A key of ``KINDS``; ``reversal`` and ``year_end`` besides.
        valid_on: The day on which it is true; its fiscal year is the year of this day.
        amount: Whole fen.
        quantity: Whole units of *quantity_unit*, where something is counted.
        nature: Of an expenditure, ``current`` or ``capital``.
        stage: Of a carry or lapse: ``B110``, ``B120``, ``B130`` or ``B140``.
        is_beyond_due: Of an appropriation: what the due does not hold is given beyond it.
        relates_to: The earlier year of which it speaks, where it is told late: a revision of its base.
        purpose: A form of assistance or an area of work; by itself that of what it follows.
        reason_code: Why, in a word.
        document: Number or title of the document that it rests on.
        document_id: The attached document, where it is kept here.
        agreement_id: The agreement of a commitment.
        follows_id: The batch of whose amount it takes a part.
        reverses_id: The batch that a reversal undoes.
        carries_due: Of a year's end: what is due and not appropriated is carried, and does not lapse.
        carries_appropriated: Of a year's end: the same of what is appropriated.
    """

    kind: str
    valid_on: date
    amount: int = 0
    quantity: int = 0
    quantity_unit: str = ""
    nature: str = ""
    stage: str = ""
    is_beyond_due: bool = False
    relates_to: int = 0
    purpose: str = ""
    reason_code: str = ""
    document: str = ""
    document_id: UUID | None = None
    note: str = ""
    agreement_id: UUID | None = None
    follows_id: UUID | None = None
    reverses_id: UUID | None = None
    carries_due: bool = False
    carries_appropriated: bool = True

    def plain(self) -> dict[str, Any]:
        """Return what was said, in the terms of JSON; what stays as it is by itself is left out."""
        said: dict[str, Any] = {}
        for name, default in _DEFAULTS:
            value = getattr(self, name)
            if value is not default and value != default:
                said[name] = value if type(value) in _KEPT else str(value)
        return said

    @classmethod
    def from_plain(cls, said: Mapping[str, Any]) -> Self:
        """Return the terms that :meth:`plain` gave."""
        values = dict(said)
        values["valid_on"] = date.fromisoformat(values["valid_on"])
        for name in _IDS & values.keys():
            values[name] = UUID(values[name])
        return cls(**values)


_DEFAULTS = tuple((field.name, field.default) for field in fields(Terms))
_KEPT = frozenset({int, bool, str})
_IDS = {"document_id", "agreement_id", "follows_id", "reverses_id"}
_write = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_LENGTHS = {
    name: int(getattr(Batch._meta.get_field(name), "max_length", 0))
    for name in ("kind", "quantity_unit", "nature", "stage", "purpose", "reason_code", "document")
}


def body_of(pairing_id: UUID, terms: Terms) -> tuple[dict[str, Any], str]:
    """Return the terms as JSON, and the SHA-256 of their canonical text with the pairing's id."""
    said = terms.plain()
    body = {"pairing": str(pairing_id), **said}
    return said, hashlib.sha256(_write(body).encode()).hexdigest()


def refuse_terms(terms: Terms) -> None:
    """
    Refuse terms that lack what every event of their kind says.

    Raises:
        UnknownKind: There is no such event.
        DocumentMissing, PurposeMissing, ReasonMissing, TextTooLong: As their names say.
        TermMissing: It speaks of no earlier year.
    """
    for name, most in _LENGTHS.items():
        if len(getattr(terms, name)) > most:
            raise TextTooLong(term=name, most=most)
    if terms.kind == "reversal":
        if not terms.reason_code.strip():
            raise ReasonMissing
        return
    if terms.kind in MADE_OF_RECORDS:
        return
    kind = kind_of(terms.kind)
    if terms.relates_to and not 1949 <= terms.relates_to < terms.valid_on.year:
        raise TermMissing(term="relates_to", value=str(terms.relates_to), known=())
    if kind.names_document and not terms.document.strip():
        raise DocumentMissing(kind=terms.kind)
    if kind.names_agreement and not terms.purpose.strip():
        raise PurposeMissing
