"""
Head, policy and assumptions: ``scenario.toml`` of a folder, three sheets of a workbook.

Both forms are first brought to one, keys with a place and a value, and then read by
the same rules; an unknown key of the policy is a fault (a mistyped rule must not be
lost), one of the head is kept.
"""

import datetime as dt
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tiebeam.core.model.findings import list_near
from tiebeam.core.model.numbers import number_text
from tiebeam.core.model.scenario import Policy
from tiebeam.interchange.tables.findings import Findings
from tiebeam.interchange.tables.text import clean_text, keep_text

HEAD_KEYS = ("id", "title", "title_zh", "as_of")

Kind = Literal["count", "number", "names"]

POLICY_KINDS: Mapping[str, Kind] = {
    "levels": "names",
    "min_share": "number",
    "min_partners_per_recipient": "count",
    "max_partners_per_recipient": "count",
    "min_partners_per_donor": "count",
    "max_partners_per_donor": "count",
    "time_limit_s": "number",
    "gap": "number",
    "seed": "count",
}
"""Keys of the policy, beside slack, and what they hold."""

EXPECTED = {
    "count": "whole_number",
    "number": "number",
    "names": "list_of_names",
    "text": "text",
    "id": "text",
    "table": "table",
}
"""Names of what was expected, for messages."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One key as it was met: where, in which row, and its value (None for an empty cell)."""

    place: str
    row: int | None
    value: Any


ReadValue = Callable[[Setting, str, str], Any]
"""Takes a setting, its key and a kind; returns the value, or None with a fault noted."""


def read_head(
    settings: Mapping[str, Setting], read_text: ReadValue, findings: Findings
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the known keys of the head, and the unknown ones, which are kept and reported."""
    known: dict[str, str] = {}
    extra: dict[str, str] = {}
    for key, setting in settings.items():
        if key in HEAD_KEYS:
            known[key] = read_text(setting, key, "id" if key == "id" else "text") or ""
        else:
            extra[key] = read_text(setting, key, "anything") or ""
            near = list_near(key, HEAD_KEYS)
            findings.add_warning(
                "read.unknown_key", setting.place, row=setting.row, column=key, near=near
            )
    return known, extra


def read_policy(
    settings: Mapping[str, Setting], read_value: ReadValue, findings: Findings
) -> Policy:
    """Return the policy; what is absent or cannot be read is as by default."""
    values: dict[str, Any] = {}
    slack: dict[str, float] = {}
    for key, setting in settings.items():
        level = key.removeprefix("slack.")
        if key in POLICY_KINDS:
            values[key] = read_value(setting, key, POLICY_KINDS[key])
        elif level != key:
            share = read_value(setting, key, "number")
            if share is not None:
                slack[level] = share
        else:
            near = list_near(key, [*POLICY_KINDS, "slack"])
            findings.add_fault(
                "scenario.unknown_key",
                setting.place,
                row=setting.row,
                column=key,
                known=[*POLICY_KINDS, "slack.<level>"],
                near=near,
            )
    findings.unread.update(
        f"policy.{k}" for k, v in values.items() if v is None and settings[k].value is not None
    )
    given = {key: value for key, value in values.items() if value is not None}
    return Policy(**given, slack=slack)


def is_policy_key(key: str) -> bool:
    """Whether *key* names something that a policy can set."""
    return key in POLICY_KINDS or key.startswith("slack.")


def read_typed(findings: Findings) -> ReadValue:
    """Return the reader of values that have a type of their own, as in TOML."""

    def read(setting: Setting, key: str, kind: str) -> Any:
        value = _read_typed(setting.value, kind)
        if value is None:
            findings.add_fault(
                "read.wrong_type",
                setting.place,
                row=setting.row,
                column=key,
                value=str(setting.value),
                expected=EXPECTED[kind],
            )
        return value

    return read


def _read_typed(value: Any, kind: str) -> Any:
    """Return *value* as *kind*, or None where it is something else."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if kind == "number":
        return _to_float(value) if is_number else None
    if kind == "count":
        if isinstance(value, float) and math.isfinite(value) and value == int(value):
            return int(value)
        return value if is_number and not isinstance(value, float) else None
    if kind == "names":
        is_names = isinstance(value, list) and all(isinstance(name, str) for name in value)
        return tuple(value) if is_names else None
    if isinstance(value, dt.date | dt.time) and kind != "id":
        return value.isoformat()
    if kind == "anything" and not isinstance(value, str):
        return number_text(value) if is_number else json.dumps(value, default=str)
    if kind == "anything":
        return keep_text(value)
    return clean_text(value) if isinstance(value, str) else None


def _to_float(value: float) -> float:
    """Return *value* as a float; a whole number too large for one is infinite."""
    try:
        return float(value)
    except OverflowError:
        return math.inf
