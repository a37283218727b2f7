"""What can be needed and given in a round: its list of resources, checked whole."""

import re
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from tiebeam.errors import Fault, InvalidInput

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
LARGEST = Decimal(10) ** 12
FINEST = Decimal(1).scaleb(-6)
_TEXTS = ("id", "name_en", "name_zh", "unit")
_DEFAULTS = {"lot": Decimal(0), "weight": Decimal(1)}


def read_resources(resources: Sequence[Any]) -> list[dict[str, str]]:
    """
    Return the resources as a round keeps them, numbers as text so that no reader rounds them.

    Raises:
        InvalidInput: Every fault found: an id missing, unfit or given twice, no
            name, no unit, a lot below 0, a weight that is not above 0.
    """
    faults: list[Fault] = []
    read: list[dict[str, str]] = []
    earlier: set[str] = set()
    for row, given in enumerate(resources, start=1):
        if not isinstance(given, Mapping):
            faults.append(_fault("programmes.no_resource", row, "", str(given)[:80]))
            continue
        resource = {name: str(given.get(name) or "").strip() for name in _TEXTS}
        faults += _list_text_faults(row, resource, earlier)
        earlier.add(resource["id"])
        for name, default in _DEFAULTS.items():
            number = read_number(given.get(name, default))
            if number is None:
                faults.append(_fault("programmes.not_a_number", row, name, str(given[name])))
            elif abs(number) >= LARGEST or number % FINEST:
                faults.append(_fault("programmes.too_large_or_fine", row, name, str(given[name])))
            elif number < 0:
                faults.append(_fault("programmes.negative", row, name, str(number)))
            elif name == "weight" and number == 0:
                faults.append(_fault("programmes.weight_not_positive", row, name, str(number)))
            else:
                resource[name] = format(number.normalize(), "f")
        read.append(resource)
    if faults:
        raise InvalidInput(faults)
    return read


def read_number(value: object) -> Decimal | None:
    """Return *value* as a finite decimal, or None where it is none."""
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _list_text_faults(
    row: int, resource: Mapping[str, str], earlier: Collection[str]
) -> list[Fault]:
    own = resource["id"]
    faults = []
    if not _ID.fullmatch(own):
        faults.append(_fault("programmes.resource_id_not_valid", row, "id", own))
    elif own in earlier:
        faults.append(_fault("programmes.given_twice", row, "id", own))
    if not resource["name_en"] and not resource["name_zh"]:
        faults.append(_fault("programmes.name_missing", row, "name_zh", ""))
    if not resource["unit"]:
        faults.append(_fault("programmes.unit_missing", row, "unit", ""))
    return faults


def _fault(code: str, row: int, column: str, value: str) -> Fault:
    return Fault(code=code, place="resources", row=row, column=column, value=value)
