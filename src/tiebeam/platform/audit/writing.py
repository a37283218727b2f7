"""
Write the log: one entry for each change, in the same transaction as the change.

If the entry cannot be written, the change fails with it.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import count
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.db import connection, models

from tiebeam.platform.audit.canonical import Plain, canonical_text, plain
from tiebeam.platform.audit.models import Entry, Leaf, PersonalSalt
from tiebeam.platform.audit.verifier import leaf_hash
from tiebeam.platform.statements.inserting import insert
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.records import OwnedRecord, refuse_other_owner

ALGORITHM = "sha256"
State = Mapping[str, Any]
Values = tuple[Any, ...]
_ENTRY = (
    "id", "tenant_id", "scope_id", "transaction_id", "person_id", "action", "record_type",
    "record_id", "at", "is_for_all", "body",
)  # fmt: skip
R = TypeVar("R", bound=models.Model)

_written = count()

Hears = Callable[[str, models.Model, Actor, datetime], None]
_listeners: list[Hears] = []


def listen(function: Hears) -> None:
    """Have *function* hear of the action and the record of every entry, in the transaction of its change."""
    _listeners.append(function)


Ends = Callable[[Sequence[models.Model]], None]
_enders: list[Ends] = []


def listen_at_end(function: Ends) -> None:
    """Have *function* hear of all records that a work changed, as the last act of its transaction."""
    _enders.append(function)


@dataclass(frozen=True, slots=True)
class _Work:
    """The entries that belong together: their transaction id, and the records that changed."""

    id: UUID = field(default_factory=uuid4)
    changed: list[models.Model] = field(default_factory=list)


_work: ContextVar[_Work | None] = ContextVar("work", default=None)


@contextmanager
def one_work() -> Iterator[None]:
    """Give all entries written within the block one transaction id; an inner block joins the outer."""
    if _work.get() is not None:
        yield
        return
    work = _Work()
    token = _work.set(work)
    try:
        yield
        if work.changed:
            for end in _enders:
                end(work.changed)
    finally:
        _work.reset(token)


def _find_work() -> _Work:
    work = _work.get()
    assert work is not None, "a change is written by an operation"
    assert connection.in_atomic_block, "an entry belongs to the transaction of its change"
    return work


def state_of(record: models.Model) -> dict[str, Any]:
    """Return what *record* holds, column by column, in the terms of JSON; personal fields as salted hashes."""
    personal: frozenset[str] = getattr(record, "personal_fields", frozenset())
    state = Plain()
    for name, attname in _columns(type(record)):
        value = plain(getattr(record, attname))
        if name in personal and value not in {None, ""}:
            value = _veil(record.pk, name, value)
        state[attname] = value
    return state


@cache
def _columns(model: type[models.Model]) -> tuple[tuple[str, str], ...]:
    return tuple((column.name, column.attname) for column in model._meta.concrete_fields)


def record_creation(
    *, actor: Actor, now: datetime, action: str, record: models.Model, reason: str = ""
) -> None:
    """Write that *record* was made."""
    record_change(actor=actor, now=now, action=action, record=record, before=None, reason=reason)


def record_change(
    *,
    actor: Actor,
    now: datetime,
    action: str,
    record: models.Model,
    before: State | None,
    is_gone: bool = False,
    reason: str = "",
    parties: Iterable[UUID] = (),
) -> None:
    """
    Write that *record* changed from *before* to what it holds now.

    Args:
        actor: Who did it.
        now: When.
        action: The operation, such as ``pairings.issue_list``.
        record: The record after the change.
        before: Its :func:`state_of` before; None where it was made.
        is_gone: Whether it was deleted.
        reason: Why, in the words of the person.
        parties: Organisations named by the change besides the acting one.
    """
    entry = _compose(
        actor, now, action, record, before, is_gone=is_gone, reason=reason, parties=parties
    )
    _write([(entry, record)], action, actor, now)


def save_change(
    record: R, before: State, action: str, actor: Actor, now: datetime, reason: str = ""
) -> R:
    """Save *record*, write that it changed from *before* to what it holds now, and return it."""
    record.save()
    record_change(actor=actor, now=now, action=action, record=record, before=before, reason=reason)
    return record


def record_changes(
    *,
    actor: Actor,
    now: datetime,
    action: str,
    changes: Sequence[tuple[models.Model, State | None]],
    reason: str = "",
    parties: Iterable[UUID] = (),
) -> None:
    """
    Write that many records changed or were made: the same entries as one by one, in few statements.

    Args:
        changes: Each record after the change, and its :func:`state_of` before; None where it was made.
        parties: Organisations named by all of them besides the acting one.
    """
    named = set(parties)
    written = [
        (_compose(actor, now, action, record, before, reason=reason, parties=named), record)
        for record, before in changes
    ]
    _write(written, action, actor, now)


def _write(
    written: Sequence[tuple[Values, models.Model]], action: str, actor: Actor, now: datetime
) -> None:
    """Write entries and their leaves, and have the listeners hear of the records."""
    refuse_other_owner(Entry, actor.organisation_id)
    insert(Entry, _ENTRY, [entry for entry, _ in written])
    insert(
        Leaf,
        ("entry_id", "algorithm", "leaf_hash"),
        [(entry[0], ALGORITHM, leaf_hash(entry[-1].encode())) for entry, _ in written],
    )
    _find_work().changed.extend(record for _, record in written)
    for hear in _listeners:
        for _, record in written:
            hear(action, record, actor, now)


def _compose(
    actor: Actor,
    now: datetime,
    action: str,
    record: models.Model,
    before: State | None,
    *,
    is_gone: bool = False,
    reason: str = "",
    parties: Iterable[UUID] = (),
) -> Values:
    owned = record if isinstance(record, OwnedRecord) else None
    entry_id = next_id(now)
    content: dict[str, Any] = {
        "id": entry_id,
        "transaction": _find_work().id,
        "organisation": actor.organisation_id,
        "person": actor.person_id,
        "deputy_of": actor.deputy_of,
        "token": actor.token_id,
        "action": action,
        "record_type": record._meta.label_lower,
        "record_id": record.pk,
        "scope": owned.scope_id if owned else record.pk,
        "for_all": owned is not None and owned.is_open,
        "parties": sorted(str(party) for party in set(parties)),
        "before": before,
        "after": None if is_gone else state_of(record),
        "at": now,
        "reason": reason,
        "algorithm": ALGORITHM,
    }
    return (
        entry_id, actor.organisation_id, content["scope"], content["transaction"],
        actor.person_id, action, content["record_type"], record.pk, now, content["for_all"],
        canonical_text(content),
    )  # fmt: skip


def next_id(now: datetime) -> UUID:
    """
    Return an id that sorts by time, and within one moment in the order of writing.

    One operation may change a record twice; its history has to tell which came last.

    Source: RFC 9562, 5.7 (version 7) with a counter (6.2, method 1).
    """
    milliseconds = int(now.timestamp() * 1000) & (1 << 48) - 1
    written = next(_written) & (1 << 32) - 1
    high = milliseconds << 16 | 0x7 << 12 | written >> 20
    low = 0b10 << 62 | (written & (1 << 20) - 1) << 42 | secrets.randbits(42)
    return UUID(int=high << 64 | low)


def _veil(record_id: UUID, field: str, value: Any) -> str:
    salt, _ = PersonalSalt.objects.get_or_create(
        record_id=record_id, defaults={"salt": secrets.token_bytes(32)}
    )
    text = f"{field}:{value}".encode()
    return "hmac:" + hmac.new(bytes(salt.salt), text, hashlib.sha256).hexdigest()
