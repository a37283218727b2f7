"""Does an entry say what its leaf sealed, and do its columns say what its text says?"""

import json
from collections.abc import Iterator
from typing import Any

from tiebeam.platform.audit.canonical import plain
from tiebeam.platform.audit.findings import Finding
from tiebeam.platform.audit.reading import EntryRow, LeafRow
from tiebeam.platform.audit.verifier import leaf_hash
from tiebeam.platform.audit.writing import ALGORITHM

_REPEATED = {
    "id": "id",
    "tenant_id": "organisation",
    "scope_id": "scope",
    "transaction_id": "transaction",
    "person_id": "person",
    "action": "action",
    "record_type": "record_type",
    "record_id": "record_id",
    "at": "at",
    "is_for_all": "for_all",
}
"""Column of an entry -> key of its text that it repeats."""


def hash_of_entry(row: LeafRow) -> bytes:
    """Return the leaf that the entry as it stands would have; the stored one where it is gone."""
    return row.leaf_hash if row.entry is None else leaf_hash(row.entry.body.encode())


def list_leaf_findings(row: LeafRow, family: str) -> Iterator[Finding]:
    """
    Yield what is wrong with a leaf and its entry.

    Args:
        row: Both, as they stand.
        family: Where the leaf is, "entry" in the tree or "waiting".
    """
    position = row.position if row.position >= 0 else None
    place: dict[str, Any] = {"position": position, "entry_id": row.entry_id}
    if row.entry is None:
        yield Finding(code=f"audit.finding.{family}_gone", **place)
        return
    place |= {"record_type": row.entry.record_type, "record_id": str(row.entry.record_id)}
    if hash_of_entry(row) != row.leaf_hash:
        yield Finding(code=f"audit.finding.{family}_altered", **place)
    if row.algorithm != ALGORITHM:
        yield Finding(code="audit.finding.hash_not_known", detail=row.algorithm, **place)
    columns = _list_other_columns(row.entry)
    if columns:
        yield Finding(code="audit.finding.column_altered", detail=", ".join(columns), **place)


def _list_other_columns(entry: EntryRow) -> list[str]:
    try:
        content = json.loads(entry.body)
        told = {column: content[key] for column, key in _REPEATED.items()}
    except (ValueError, KeyError, TypeError):
        return ["body"]
    return [column for column, value in told.items() if plain(getattr(entry, column)) != value]
