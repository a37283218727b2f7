"""Texts that no database keeps: those with NUL, or with half of a surrogate pair."""

from collections.abc import Mapping
from typing import Any

WHOLE_MOST = 2**63 - 1
"""Largest whole number that a database holds."""
DEPTH_MOST = 40


def demand_kept(value: Any, depth: int = 0) -> None:
    """
    Refuse a value of JSON that cannot be kept.

    Raises:
        ValueError: A text, a key or a number in it cannot, or it is nested too deep.
    """
    if depth > DEPTH_MOST:
        raise ValueError("nested too deep")
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
            raise ValueError("a text that cannot be kept")
    elif isinstance(value, int):
        if abs(value) > WHOLE_MOST:
            raise ValueError("a number that cannot be kept")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            demand_kept(key, depth + 1)
            demand_kept(item, depth + 1)
    elif isinstance(value, list | tuple):
        for item in value:
            demand_kept(item, depth + 1)
