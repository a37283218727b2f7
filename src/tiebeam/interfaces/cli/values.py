"""Values of ours as values of JSON."""

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from fractions import Fraction
from pathlib import PurePath


def plain_value(value: object) -> object:
    """
    Return *value* as JSON can hold it.

    Fractions become floats, paths and unknown kinds text, dataclasses mappings; a number
    that JSON has no word for becomes text too.
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else float(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {str(key): plain_value(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return [plain_value(item) for item in sorted(value, key=str)]
    if isinstance(value, list | tuple):
        return [plain_value(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain_value(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, PurePath):
        return str(value)
    return float(value) if hasattr(value, "__float__") else str(value)
