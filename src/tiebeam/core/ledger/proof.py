"""The hash of a batch's rows: with it, what the log keeps of a batch proves its rows too (§L2)."""

import hashlib
from collections.abc import Iterable
from json.encoder import encode_basestring as _quote

from tiebeam.core.ledger.posting import Row


def digest_of_rows(rows: Iterable[Row]) -> str:
    """Return the SHA-256 of the canonical text of *rows*, in their order: JSON without spaces."""
    said = ",".join(
        f'["{row.side}","{row.debit}","{row.credit}",{row.amount},{_quote(row.unit)},{row.year},{row.relates_to}]'
        for row in rows
    )
    return hashlib.sha256(f"[{said}]".encode()).hexdigest()
