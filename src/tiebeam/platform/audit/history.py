"""
What was known when: the records as the log says they stood.

The log holds every state that a record ever had, so it answers "as known on"
without a second copy of anything. It is read under the same rights as the
records themselves.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import F, OuterRef, Subquery

from tiebeam.platform.audit.models import Entry

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line of a record's history: ``fields`` are (name, before, after) of what changed."""

    entry_id: UUID
    record_type: str
    record_id: UUID
    at: datetime
    person_id: UUID
    organisation_id: UUID
    action: str
    reason: str
    fields: tuple[tuple[str, Any, Any], ...]


def list_changes(
    record_ids: Iterable[UUID], limit: int = 500, known_at: datetime | None = None
) -> list[Change]:
    """Return what happened to the records, newest first; with *known_at*, up to that moment."""
    found = Entry.objects.filter(record_id__in=list(record_ids))
    if known_at is not None:
        found = found.filter(at__lte=known_at)
    entries = found.order_by("-at", "-id")[:limit]
    return [_read_change(entry) for entry in entries]


def list_states(
    model: type[M],
    known_at: datetime,
    *,
    record_ids: Iterable[UUID] | None = None,
    scope_ids: Iterable[UUID] | None = None,
    **conditions: Any,
) -> list[M]:
    """
    Return the records of *model* as they were known at *known_at*, none of them stored anew.

    Args:
        model: The kind of record.
        known_at: The moment whose knowledge counts.
        record_ids: These records alone. With it or *scope_ids* the log reads a few entries
            instead of all of the kind.
        scope_ids: What lies in these scopes alone.
        conditions: Values of columns that the state must hold, such as ``programme_id=…``.
    """
    kind = model._meta.label_lower
    known = Entry.objects.filter(record_type=kind, at__lte=known_at)
    if "id" in conditions:
        known = known.filter(record_id=conditions["id"])
    if "scope_id" in conditions:
        known = known.filter(scope_id=conditions["scope_id"])
    if record_ids is not None:
        known = known.filter(record_id__in=set(record_ids))
    if scope_ids is not None:
        known = known.filter(scope_id__in=set(scope_ids))
    newest = known.filter(record_id=OuterRef("record_id")).order_by("-at", "-id").values("id")[:1]
    entries = known.annotate(newest=Subquery(newest)).filter(id=F("newest"))
    wanted = {name: str(value) for name, value in conditions.items()}
    states = (json.loads(entry.body)["after"] for entry in entries)
    return [
        _revive(model, state)
        for state in states
        if state is not None and all(str(state[name]) == value for name, value in wanted.items())
    ]


def _revive(model: type[M], state: dict[str, Any]) -> M:
    columns = model._meta.concrete_fields
    return model(
        **{
            column.attname: column.to_python(state[column.attname])
            for column in columns
            if column.attname in state
        }
    )


def _read_change(entry: Entry) -> Change:
    content = json.loads(entry.body)
    before, after = content["before"] or {}, content["after"] or {}
    names = [*after, *(name for name in before if name not in after)]
    return Change(
        entry_id=entry.id,
        record_type=entry.record_type,
        record_id=entry.record_id,
        at=entry.at,
        person_id=entry.person_id,
        organisation_id=entry.tenant_id,
        action=entry.action,
        reason=content["reason"],
        fields=tuple(
            (name, before.get(name), after.get(name))
            for name in names
            if before.get(name) != after.get(name)
        ),
    )
