"""
One text for one content: the canonical form in which an entry is hashed.

JSON with sorted keys, no spaces, UTF-8 as it is; dates in ISO 8601, times in
UTC with microseconds, decimals, fractions and floats as text, so that no reader
rounds them.
"""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID


class Plain(dict[str, Any]):
    """What is in the terms of JSON already."""


_PLAIN = frozenset({type(None), bool, int, str, Plain})
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def canonical_text(content: Mapping[str, Any]) -> str:
    """Return the canonical text of *content*."""
    return _encode(plain(content))


def plain(value: Any) -> Any:
    """
    Return *value* in the terms of JSON.

    Raises:
        TypeError: A value of a type that has no one text.
    """
    if type(value) in _PLAIN:
        # Nearly all that an entry holds.
        return value
    match value:
        case int() | str():
            return value
        case float():
            return repr(value)
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case date():
            return value.isoformat()
        case UUID() | Decimal() | Fraction():
            return str(value)
        case bytes() | bytearray() | memoryview():
            return bytes(value).hex()
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case set() | frozenset():
            return sorted(plain(item) for item in value)
        case _:
            raise TypeError(type(value).__name__)
