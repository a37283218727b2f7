"""What is told once: the hash by which it is known again, and checks that all of it pass (§U7)."""

import hashlib
import json
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from tiebeam.apps.regions.operations.checks import list_length_faults
from tiebeam.core.ledger.chart import LARGEST_AMOUNT
from tiebeam.errors import Fault, Refused
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.holding import hold
from tiebeam.platform.tenancy.records import OwnedRecord

Told = TypeVar("Told", bound=OwnedRecord)

KEEPERS = frozenset(
    {
        Role.COORDINATOR,
        Role.MINISTRY,
        Role.DONOR_OFFICE,
        Role.FRONT_HEADQUARTERS,
        Role.FRONT_TEAM,
        Role.RECIPIENT_OFFICE,
    }
)
"""Who keeps the stock of a place, and confirms what came."""
SENDERS = KEEPERS - {Role.FRONT_TEAM}


class KeyReused(Refused):
    """The key was used for something else; facts: ``key``."""

    code = "supplies.key_reused"


def body_of(**said: Any) -> str:
    """Return the SHA-256 of what was said, in its canonical text."""
    text = json.dumps(said, default=str, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def find_told(model: type[Told], key: UUID, body: str) -> Told | None:
    """
    Return the own record that was told under *key*, or None; nobody else tells under it meanwhile.

    Raises:
        KeyReused: It says something else.
    """
    hold(key)
    found: Told | None = model.objects.owned().filter(pk=key).first()
    if found is not None and getattr(found, "body_sha256", "") != body:
        raise KeyReused(key=str(key))
    return found


def save_told(record: OwnedRecord) -> None:
    """
    Save a new record whose id a caller chose; all else was asked before.

    Raises:
        KeyReused: It is the id of another's record.
    """
    try:
        with transaction.atomic():
            record.save(force_insert=True)
    except IntegrityError as error:
        raise KeyReused(key=str(record.pk)) from error


def mark_told(record: Any, body: str, actor: Actor, now: datetime) -> None:
    """Say in *record* who told it, when, and what its hash is."""
    record.body_sha256, record.person_id, record.recorded_at = body, actor.person_id, now


def list_text_faults(
    record: models.Model, *columns: str, needed: tuple[str, ...] = ()
) -> list[Fault]:
    """Return a fault for each text that is too long, or missing where it is *needed*."""
    faults = [
        Fault(code="regions.value_missing", column=column)
        for column in needed
        if not getattr(record, column).strip()
    ]
    return faults + list_length_faults("", record, *columns)


def list_day_faults(column: str, day: date, now: datetime) -> list[Fault]:
    """Return a fault where *day* has not come yet."""
    if day <= timezone.localdate(now):
        return []
    return [Fault(code="supplies.day_to_come", column=column, value=str(day))]


def list_quantity_faults(quantity: int, least: int = 1, column: str = "quantity") -> list[Fault]:
    """Return a fault where *quantity* is less than *least*, or more than can be counted."""
    if least <= quantity <= LARGEST_AMOUNT:
        return []
    facts: dict[str, object] = {"least": least, "most": LARGEST_AMOUNT}
    return [
        Fault(
            code="supplies.quantity_out_of_range", column=column, value=str(quantity), facts=facts
        )
    ]
