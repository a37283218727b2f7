"""What no database keeps: texts with NUL or half of a surrogate pair, days at the ends of the calendar."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any, get_args, get_type_hints

from pydantic import BaseModel
from pydantic_core import PydanticCustomError

from tiebeam.platform.time.periods import FIRST_DAY, LAST_DAY, is_known_day

WHOLE_MOST = 2**63 - 1
"""Largest whole number that a database holds."""
DEPTH_MOST = 40


def demand_known_days(value: Any) -> None:
    """
    Refuse a day at the ends of the calendar, wherever it stands in what was read from a body.

    Raises:
        PydanticCustomError: One lies outside the days that are kept.
    """
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        if not is_known_day(day):
            raise PydanticCustomError(
                "far_day",
                "{day} lies outside {first} to {last}",
                {"day": str(day), "first": str(FIRST_DAY), "last": str(LAST_DAY)},
            )
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            demand_known_days(getattr(value, name))
    elif is_dataclass(value):
        for part in fields(value):
            demand_known_days(getattr(value, part.name))
    elif isinstance(value, Mapping):
        for item in value.values():
            demand_known_days(item)
    elif isinstance(value, list | tuple):
        for item in value:
            demand_known_days(item)


def demand_no_truths(kind: Any, given: Any) -> None:
    """
    Refuse true and false where *kind* asks for a whole number: they are read as 1 and 0 otherwise.

    Raises:
        PydanticCustomError: There is one.
    """
    if isinstance(given, bool) and (kind is int or {int, bool} & {*get_args(kind)} == {int}):
        raise PydanticCustomError("no_number", "a whole number is asked for")
    if is_dataclass(kind) and isinstance(given, Mapping):
        for name, inner in get_type_hints(kind).items():
            demand_no_truths(inner, given.get(name))
    elif isinstance(given, list | tuple | Mapping):
        for each in given.values() if isinstance(given, Mapping) else given:
            for inner in get_args(kind):
                demand_no_truths(inner, each)


def demand_kept(value: Any, depth: int = 0) -> None:
    """
    Refuse a value of JSON that cannot be kept.

    Raises:
        PydanticCustomError: A text, a key or a number in it cannot, or it is nested too deep.
    """
    if depth > DEPTH_MOST:
        raise PydanticCustomError("too_deep", "nested too deep")
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
            raise PydanticCustomError("unkept_text", "a text that cannot be kept")
    elif isinstance(value, int):
        if abs(value) > WHOLE_MOST:
            raise PydanticCustomError("unkept_number", "a number that cannot be kept")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            demand_kept(key, depth + 1)
            demand_kept(item, depth + 1)
    elif isinstance(value, list | tuple):
        for item in value:
            demand_kept(item, depth + 1)
