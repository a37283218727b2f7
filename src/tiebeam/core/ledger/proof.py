"""The hash of a batch's rows: with it, what the log keeps of a batch proves its rows too (§L2)."""

import hashlib
import json
from collections.abc import Iterable

from tiebeam.core.ledger.posting import Row


def digest_of_rows(rows: Iterable[Row]) -> str:
    """Return the SHA-256 of the canonical text of *rows*, in their order."""
    said = [
        [row.side, row.debit, row.credit, row.amount, row.unit, row.year, row.relates_to]
        for row in rows
    ]
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
