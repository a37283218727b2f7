"""A log to try things on: entries written and sealed in batches, without the rest of a workspace."""

from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

from django.db import transaction

from tiebeam.apps.regions.models import Organisation
from tiebeam.platform.audit.keys import SigningKey
from tiebeam.platform.audit.sealing import seal_and_anchor
from tiebeam.platform.audit.writing import one_work, record_creation
from tiebeam.platform.tenancy.acting import Actor, acting


def write_entries(actor: Actor, now: datetime, count: int, chance: Random) -> list[UUID]:
    """Write *count* entries as operations do, about organisations that are not stored; return those."""
    records = []
    with transaction.atomic(), acting(actor), one_work():
        for number in range(count):
            record = Organisation(
                id=UUID(int=chance.getrandbits(128), version=4),
                tenant_id=actor.organisation_id,
                name_en=f"Place {number}",
                name_zh=f"某地{number}",
            )
            record.scope_id = record.id
            record_creation(
                actor=actor,
                now=now + timedelta(seconds=number),
                action="drills.write",
                record=record,
                reason="DEMO",
            )
            records.append(record.id)
    return records


def build_log(
    actor: Actor, now: datetime, sizes: list[int], key: SigningKey, anchors: Path, chance: Random
) -> list[UUID]:
    """Write and seal batches of *sizes*; return the records that the entries are about."""
    records = []
    for number, size in enumerate(sizes):
        then = now + timedelta(minutes=number)
        records += write_entries(actor, then, size, chance)
        seal_and_anchor(now=then + timedelta(seconds=30), key=key, anchors=anchors)
    return records
