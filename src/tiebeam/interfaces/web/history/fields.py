"""What the log keeps of a field, in words: names for ids, yes and no, days and times."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from tiebeam.apps.pairings.models import HandOver, Pairing, PairList
from tiebeam.apps.programmes.models import LegalDocument, Return
from tiebeam.apps.regions.models import Organisation
from tiebeam.apps.regions.queries.names import list_organisations_by_id
from tiebeam.interfaces.messages import has_message
from tiebeam.interfaces.web.page import name_of, say_to
from tiebeam.interfaces.web.programmes.tables import title_of
from tiebeam.platform.audit.history import Change
from tiebeam.platform.identity.models import Person
from tiebeam.platform.identity.people import list_names
from tiebeam.platform.tenancy.records import OwnedRecord, list_by_id

HIDDEN = frozenset(
    {
        *("id", "tenant_id", "scope_id", "grams", "programme_id", "round_id", "region_id"),
        *("plan_sha256", "input_sha256", "sha256", "text_sha256", "link_sha256", "secret_sha256"),
        *("key", "stored_as", "record_type", "record_id", "password", "run_id", "content", "plan"),
        *("plan_check", "organisations", "is_staff", "is_superuser", "body_sha256", "roster_id"),
    }
)
"""What tells a reader nothing: keys of the database, and what is too long to be read in a line."""
VEIL = "hmac:"
"""How the salted hash of a personal field begins."""
WORDS = {
    ("programmes.return", "state"): "returns.state",
    ("pairings.handover", "state"): "hand_overs.state",
    ("pairings.agreement", "kind"): "pairings.agreement_kind",
    ("pairings.responsibility", "share"): "responsibilities.share",
    ("pairings.responsibility", "area"): "pairings.area",
    ("identity.assignment", "role"): "web.role",
    ("ledger.batch", "kind"): "ledger.kind",
    ("ledger.proposal", "kind"): "ledger.kind",
    ("ledger.proposal", "state"): "ledger.state",
    ("ledger.programmeyear", "profile"): "ledger.profile",
    ("ledger.obligationnotice", "state"): "obligations.state",
    ("ledger.gift", "kind"): "claims.gift",
    ("ledger.reimbursement", "nature"): "claims.nature",
    ("supplies.movement", "kind"): "supplies.moved",
    ("supplies.settlement", "outcome"): "supplies.outcome",
    ("", "reply"): "lists.reply",
    ("", "state"): "lists.state",
    ("", "side"): "programmes.side",
    ("", "kind"): "directory.kind",
    ("", "indicator"): "directory.indicator",
    ("", "unit"): "directory.unit",
    ("", "reliability"): "directory.reliability",
}
"""Where the words of a column's values stand: of one kind of record, or of every one."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field: its name, and what stood there before and after, in words."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Known:
    """Names for the ids that a page of changes mentions."""

    people: Mapping[UUID, str]
    organisations: Mapping[UUID, Organisation]
    records: Mapping[UUID, models.Model]


def know(changes: Iterable[Change]) -> Known:
    """Return the names of everybody and everything in *changes*, in one query for each kind."""
    rows = list(changes)
    wanted: dict[type[models.Model], set[UUID]] = {}
    for row in rows:
        for name, before, after in row.fields:
            model = _referred(row.record_type, name)
            if model is not None:
                ids = (UUID(str(value)) for value in (before, after) if value)
                wanted.setdefault(model, set()).update(ids)
    people = {row.person_id for row in rows} | wanted.pop(Person, set())
    organisations = {row.organisation_id for row in rows} | wanted.pop(Organisation, set())
    records: dict[UUID, models.Model] = {}
    for model, sought in wanted.items():
        if sought and issubclass(model, OwnedRecord):
            records |= list_by_id(model, sought)
    return Known(list_names(people), list_organisations_by_id(organisations), records)


def list_field_changes(request: HttpRequest, change: Change, known: Known) -> list[FieldChange]:
    """Return what changed in words; what is of no use to a reader, and what stayed empty, is left out."""
    return [
        FieldChange(
            say_to(request, f"history.field.{name}")
            if has_message(f"history.field.{name}")
            else name,
            _in_words(request, change.record_type, name, before, known),
            _in_words(request, change.record_type, name, after, known),
        )
        for name, before, after in change.fields
        if name not in HIDDEN and not (_is_empty(before) and _is_empty(after))
    ]


def _is_empty(value: Any) -> bool:
    return value in (None, "", [], {})


def _referred(record_type: str, name: str) -> type[models.Model] | None:
    """Return the kind of record that a column refers to, or None."""
    if name in HIDDEN or not name.endswith("_id"):
        return None
    # A few columns hold the id of a person or an organisation without a key of the database.
    if name == "person_id" or (name.endswith("_by_id") and name != "ended_by_id"):
        return Person
    if name.endswith("_signed_for_id") or name == "organisation_id":
        return Organisation
    try:
        column = apps.get_model(record_type)._meta.get_field(name.removesuffix("_id"))
    except (FieldDoesNotExist, LookupError):
        return None
    found = column.related_model
    return found if isinstance(found, type) else None


def _in_words(request: HttpRequest, kind: str, name: str, value: Any, known: Known) -> str:
    if _is_empty(value):
        return say_to(request, "history.nothing")
    if isinstance(value, bool):
        return say_to(request, "web.yes" if value else "web.no")
    if isinstance(value, str) and value.startswith(VEIL):
        return say_to(request, "log.veiled")
    model = _referred(kind, name)
    if model is not None:
        return _name(request, model, UUID(str(value)), known)
    if name.endswith("_at"):
        return f"{timezone.localtime(datetime.fromisoformat(value)):%Y-%m-%d %H:%M}"
    for words in (WORDS.get((kind, name)), WORDS.get(("", name))):
        if words is not None and has_message(f"{words}.{value}"):
            return say_to(request, f"{words}.{value}")
    if isinstance(value, list | dict):
        value = json.dumps(value, ensure_ascii=False)
    return say_to(request, "history.value", value=value)


def _name(request: HttpRequest, model: type[models.Model], pk: UUID, known: Known) -> str:
    """Return the name of a record; words, and no key, for one that may not be read."""
    unknown = say_to(request, "history.not_readable")
    if model is Person:
        return known.people.get(pk, unknown)
    if model is Organisation:
        found = known.organisations.get(pk)
        return unknown if found is None else name_of(request, found)
    record = known.records.get(pk)
    return unknown if record is None else name_of_record(request, record)


def name_of_record(request: HttpRequest, record: models.Model) -> str:
    """Return the name by which people know a record, whatever its kind."""
    match record:
        case PairList():
            return say_to(request, "lists.version", version=record.version)
        case Pairing():
            donor, recipient = name_of(request, record.donor), name_of(request, record.recipient)
            return say_to(request, "pairs.name", donor=donor, recipient=recipient)
        case LegalDocument():
            return title_of(request, record) or record.number
        case Return():
            return name_of(request, record.tenant)
        case HandOver():
            return say_to(request, "log.kind.pairings_handover")
    if hasattr(record, "name_en"):
        return name_of(request, record)
    named = getattr(record, "title", "") or getattr(record, "name", "")
    return str(named) or say_to(request, f"log.kind.{record._meta.label_lower.replace('.', '_')}")
