"""Export the proof that what the log says of a record stands in the sealed tree."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from tiebeam.errors import Refused
from tiebeam.platform.audit.anchors import anchor_of
from tiebeam.platform.audit.keys import load_public_keys
from tiebeam.platform.audit.merkle import inclusion_path
from tiebeam.platform.audit.models import Entry, Head, SealedLeaf
from tiebeam.platform.audit.reading import all_entries, audit_duty
from tiebeam.platform.audit.tree import read_node
from tiebeam.platform.audit.verifier import PROOF_FORMAT
from tiebeam.platform.tenancy.acting import Actor, acting

ROWS_AT_ONCE = 900


class NothingToProve(Refused):
    """The log says nothing of this record, or nothing that may be read by who asks."""

    code = "audit.nothing_to_prove"


class NotSealedYet(Refused):
    """The log tells of the record, and no head covers it yet."""

    code = "audit.not_sealed_yet"


class HeadKeyUnknown(Refused):
    """The public key of the newest head is not beside the anchors."""

    code = "audit.head_key_unknown"


def prove(record_id: UUID, anchors: Path, actor: Actor | None) -> dict[str, Any]:
    """
    Return the proof of a record as the stand-alone verifier reads it.

    Args:
        record_id: The record.
        anchors: Folder of the public keys.
        actor: Who asks, and sees what the organisation may read; None for the operator of
            the workspace, who sees all.

    Raises:
        NothingToProve: Nothing is there to be read.
        NotSealedYet: Nothing of it is sealed.
        HeadKeyUnknown: The key of the newest head was not published.
    """
    entries = _read_entries(record_id, actor)
    if not entries:
        raise NothingToProve(record=record_id)
    newest = Head.objects.order_by("-size").first()
    places = _find_places([entry.id for entry in entries], newest.size if newest else 0)
    if newest is None or not places:
        raise NotSealedYet(record=record_id, waiting=len(entries))
    head, public_key = anchor_of(newest), load_public_keys(anchors).get(newest.key_id)
    if public_key is None:
        raise HeadKeyUnknown(key=head.key_id)
    node = cache(read_node)
    sealed = sorted(
        ((places[entry.id], entry) for entry in entries if entry.id in places), key=lambda at: at[0]
    )
    return {
        "format": PROOF_FORMAT,
        "record": str(record_id),
        "public_key": public_key.hex(),
        "head": {
            "size": head.size,
            "root": head.root.hex(),
            "sealed_at": head.sealed_at,
            "key_id": head.key_id,
            "signature": head.signature.hex(),
        },
        "leaves": [
            {
                "position": position,
                "body": entry.body,
                "path": [step.hex() for step in inclusion_path(position, head.size, node)],
            }
            for position, entry in sealed
        ],
        "waiting": [str(entry.id) for entry in entries if entry.id not in places],
    }


def write_proof(proof: dict[str, Any], place: Path) -> None:
    """Write *proof* to a file, as JSON."""
    place.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(proof, ensure_ascii=False, indent=2)
    place.write_text(text + "\n", encoding="utf-8")


def _read_entries(record_id: UUID, actor: Actor | None) -> list[Entry]:
    if actor is not None:
        with acting(actor):
            return list(Entry.objects.filter(record_id=record_id))
    with audit_duty():
        return list(all_entries().filter(record_id=record_id))


def _find_places(ids: Sequence[UUID], size: int) -> dict[UUID, int]:
    places: dict[UUID, int] = {}
    for start in range(0, len(ids), ROWS_AT_ONCE):
        rows = SealedLeaf.objects.filter(
            entry_id__in=ids[start : start + ROWS_AT_ONCE], position__lt=size
        )
        places |= dict(rows.values_list("entry_id", "position"))
    return places
