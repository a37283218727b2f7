"""
Give waiting leaves their places in the tree, and sign its head.

Writers never wait for this, and it never reads what entries say. One sealer works
at a time; what it does is one transaction for each batch. Within a batch leaves
stand in the order of their entries' ids: stable, and checked by ``verify``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from tiebeam.errors import Refused
from tiebeam.platform.audit.anchors import (
    Anchor,
    anchor_heads,
    demand_agreement,
    mail_anchors,
)
from tiebeam.platform.audit.canonical import plain
from tiebeam.platform.audit.keys import SigningKey, publish_key
from tiebeam.platform.audit.merkle import frontier_of
from tiebeam.platform.audit.models import Head, Leaf, SealedLeaf, Subtree
from tiebeam.platform.audit.tree import is_kept, read_node
from tiebeam.platform.audit.verifier import head_text

BATCH = 20_000
"""Most leaves of one transaction: on SQLite writers wait as long as it lasts, about a second."""

ROWS_AT_ONCE = 500
LOCK = 0x7469_6562_6561_6D01
"""Name of the sealer's lock among the advisory locks of the database."""


class SealerBusy(Refused):
    """Another sealer is at work."""

    code = "audit.sealer_busy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """What one run did: the leaves sealed, the heads anchored, and whether the mail was taken."""

    leaves: int
    anchored: tuple[Anchor, ...]
    is_mailed: bool


def seal_and_anchor(
    *,
    now: datetime,
    key: SigningKey,
    anchors: Path,
    addresses: Sequence[str] = (),
    batch: int = BATCH,
) -> Sealed:
    """
    Seal all that waits, batch by batch, and anchor every new head outside the database.

    Raises:
        LogContradictsAnchors: The database is not what was anchored; verify it first.
        SealerBusy: Another sealer is at work.
    """
    demand_agreement(anchors)
    publish_key(key, anchors)
    leaves, anchored, is_mailed = 0, list(anchor_heads(anchors)), True
    for head, count in _seal_batches(now, key, batch):
        leaves += count
        fresh = anchor_heads(anchors)
        assert fresh, head.size
        anchored += fresh
    if anchored:
        is_mailed = mail_anchors(anchored, addresses)
    return Sealed(leaves=leaves, anchored=tuple(anchored), is_mailed=is_mailed)


def _seal_batches(now: datetime, key: SigningKey, batch: int) -> Iterator[tuple[Head, int]]:
    while True:
        before = _size()
        head = seal(now, key, batch)
        if head is None:
            return
        yield head, head.size - before


def seal(now: datetime, key: SigningKey, batch: int = BATCH) -> Head | None:
    """
    Seal one batch of what waits; return the new head, or None where nothing waits.

    Raises:
        SealerBusy: Another sealer is at work.
    """
    with transaction.atomic():
        _lock()
        waiting = _list_waiting(batch)
        if not waiting:
            return None
        size = _size()
        root = _append(size, waiting)
        head = _sign(size + len(waiting), root, now, key)
        done = SealedLeaf.objects.filter(position__gte=size).values("entry_id")
        Leaf.objects.filter(entry_id__in=done).delete()
        return head


def _list_waiting(most: int) -> list[tuple[UUID, str, bytes]]:
    # A leaf whose entry has a place already is not ours: verify tells of it.
    placed = SealedLeaf.objects.filter(entry_id=OuterRef("entry_id"))
    leaves = Leaf.objects.exclude(Exists(placed)).order_by("entry_id")
    rows = leaves.values_list("entry_id", "algorithm", "leaf_hash")[:most]
    return [(entry_id, algorithm, bytes(found)) for entry_id, algorithm, found in rows]


def _append(size: int, waiting: Sequence[tuple[UUID, str, bytes]]) -> bytes:
    """Append the leaves to the tree of *size*, with the subtrees they complete; return the root."""
    frontier = frontier_of(size, read_node)
    leaves, subtrees = [], []
    for position, (entry_id, algorithm, leaf) in enumerate(waiting, start=size):
        leaves.append(
            SealedLeaf(
                position=position,
                entry_id=entry_id,
                algorithm=algorithm,
                leaf_hash=leaf,
            )
        )
        subtrees += [
            Subtree(level=level, place=place, root=root)
            for level, place, root in frontier.append(leaf)
            if is_kept(level)
        ]
    SealedLeaf.objects.bulk_create(leaves, batch_size=ROWS_AT_ONCE)
    Subtree.objects.bulk_create(subtrees, batch_size=ROWS_AT_ONCE)
    return frontier.root()


def _sign(size: int, root: bytes, now: datetime, key: SigningKey) -> Head:
    text = head_text(size, root, plain(now), key.key_id)
    return Head.objects.create(
        size=size, root=root, sealed_at=now, key_id=key.key_id, signature=key.sign(text)
    )


def _size() -> int:
    newest = Head.objects.order_by("-size").first()
    return newest.size if newest is not None else 0


def _lock() -> None:
    # SQLite has one writer at a time in any case: the transaction itself is the lock.
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        row = cursor.fetchone()
    if not row[0]:
        raise SealerBusy
