"""JSON from somebody else, taken apart key by key: each wrong value is a fault with its path."""

import json
import math
import re
from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from tiebeam.core.model.findings import list_near
from tiebeam.core.model.numbers import number_text
from tiebeam.interchange.tables.findings import Findings
from tiebeam.interchange.tables.text import decode_text

_MISSING = object()
_DEEPEST = 60
T = TypeVar("T")


def load_json(content: bytes, place: str, findings: Findings) -> Any:
    """
    Return the value of a JSON file; None, with a fault noted, where it is broken.

    NaN, Infinity, numbers too large and keys given twice, all of which the usual
    reader lets pass, are faults.
    """
    text = decode_text(content, place, findings)
    if text is None:
        return None
    if not text.strip():
        findings.add_fault("read.empty_file", place)
        return None

    def to_float(number: str) -> float:
        value = float(number)
        if not math.isfinite(value):
            findings.add_fault("plan.not_finite", place, value=number)
        return value if math.isfinite(value) else 0.0

    def to_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        for key in sorted({key for key in keys if keys.count(key) > 1} if len(keys) < 1000 else ()):
            findings.add_fault("plan.duplicate_key", place, column=key)
        return dict(pairs)

    try:
        value = json.loads(
            text, parse_float=to_float, parse_constant=to_float, object_pairs_hook=to_object
        )
    except (ValueError, RecursionError) as error:
        row = getattr(error, "lineno", None)
        detail = re.sub(r": line .*", "", str(error))[:200]
        findings.add_fault("read.broken_json", place, row=row, detail=detail)
        return None
    if _depth(value) > _DEEPEST:
        findings.add_fault("read.too_large", place, what="depth", limit=_DEEPEST)
        return None
    return value


def _depth(value: Any) -> int:
    """Return how deep lists and objects of *value* lie in each other, up to a little past the limit."""
    depth, layer = 0, [value]
    while layer and depth <= _DEEPEST:
        depth += 1
        inner: list[Any] = []
        for item in layer:
            if isinstance(item, dict):
                inner += item.values()
            elif isinstance(item, list):
                inner += item
        layer = inner
    return depth


class JsonObject:
    """
    One object of a JSON file, read key by key.

    A key of the wrong kind is noted as a fault and read as a harmless value of the
    right kind, so that every fault of a file is found in one go.
    """

    def __init__(self, value: Any, path: str, place: str, findings: Findings) -> None:
        self.path = path
        self.place = place
        self.findings = findings
        if not isinstance(value, dict):
            self.refuse(value, path, "object")
        self.content: Mapping[str, Any] = value if isinstance(value, dict) else {}
        self.was_object = isinstance(value, dict)

    def at(self, key: str) -> str:
        """Return the path of *key*, such as ``pairs[3].donor``."""
        return f"{self.path}.{key}" if self.path else key

    def refuse(self, value: Any, path: str, expected: str) -> None:
        """Note that *value* is not what was *expected*."""
        shown = json.dumps(value, ensure_ascii=False, default=str)
        self.findings.add_fault(
            "plan.wrong_type", self.place, column=path, value=shown, expected=expected
        )

    def allow(self, keys: Collection[str]) -> None:
        """Note every key that is none of *keys*: a mistyped one must not be lost."""
        for key in self.content.keys() - set(keys):
            near = list_near(key, keys)
            self.findings.add_fault(
                "plan.unknown_key", self.place, column=self.at(key), known=list(keys), near=near
            )

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; without *default* the key must be there and not be empty."""
        value = self._get(key, default)
        if value is _MISSING:
            return ""
        if not isinstance(value, str) or (default is None and not value):
            self.refuse(value, self.at(key), "text")
            return ""
        return value

    def word(self, key: str, known: Collection[str], default: str) -> str:
        """Return a text that is one of *known*."""
        value = self.text(key, default)
        if value not in known:
            self.findings.add_fault(
                "plan.unknown_word",
                self.place,
                column=self.at(key),
                value=value,
                known=list(known),
                near=list_near(value, known),
            )
            return default
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self._get(key, default)
        if not isinstance(value, bool):
            self.refuse(value, self.at(key), "true_or_false")
            return default
        return value

    def number(self, key: str, default: float | None = None) -> float:
        """Return a number."""
        return self.as_number(self._get(key, default), self.at(key))

    def amount(self, key: str, default: float | None = None) -> float:
        """Return a number that is not negative."""
        value = self.number(key, default)
        if value < 0:
            self.findings.add_fault(
                "plan.negative", self.place, column=self.at(key), value=number_text(value)
            )
            return 0.0
        return value

    def whole(self, key: str, default: int) -> int:
        """Return a whole number."""
        value = self._get(key, default)
        if not isinstance(value, int) or isinstance(value, bool):
            self.refuse(value, self.at(key), "whole_number")
            return default
        return value

    def items(self, key: str, default: list[Any] | None = None) -> list[Any]:
        """Return a list."""
        value = self._get(key, default)
        if value is _MISSING:
            return []
        if not isinstance(value, list):
            self.refuse(value, self.at(key), "list")
            return []
        return value

    def objects(self, key: str, default: list[Any] | None = None) -> list["JsonObject"]:
        """Return a list of objects; what is none is noted and left out."""
        found = [
            JsonObject(item, f"{self.at(key)}[{index}]", self.place, self.findings)
            for index, item in enumerate(self.items(key, default))
        ]
        return [item for item in found if item.was_object]

    def mapping(self, key: str) -> dict[str, Any]:
        """Return an object as it stands, empty where there is none."""
        value = self._get(key, {})
        if not isinstance(value, dict):
            self.refuse(value, self.at(key), "object")
            return {}
        return value

    def as_number(self, value: Any, path: str) -> float:
        """Return *value* as a number, 0 with a fault noted where it is none."""
        if value is _MISSING:
            return 0.0
        if not isinstance(value, int | float) or isinstance(value, bool):
            self.refuse(value, path, "number")
            return 0.0
        try:
            return float(value)
        except OverflowError:
            self.findings.add_fault("plan.not_finite", self.place, column=path)
            return 0.0

    def _get(self, key: str, default: T | None) -> Any:
        """Return the value of *key*, else *default*; a fault where there is neither."""
        if key in self.content:
            return self.content[key]
        if default is None:
            self.findings.add_fault("plan.missing_key", self.place, column=self.at(key))
            return _MISSING
        return default
