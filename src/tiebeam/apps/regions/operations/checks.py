"""What makes an entry of the directory faulty, by itself or by its place in the tree."""

from datetime import date
from decimal import Decimal
from typing import TypeVar

from django.db.models import Model

from tiebeam.apps.regions.models import ORGANISATION_KINDS, REGION_KINDS, Organisation, Region
from tiebeam.errors import Fault, InvalidInput, Refused
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.time.periods import fits_within

T = TypeVar("T", Region, Organisation)

KEEPERS = frozenset({Role.COORDINATOR, Role.MINISTRY, Role.ADMINISTRATOR})


class ReasonMissing(Refused):
    """A correction or an end needs a reason."""

    code = "regions.reason_missing"


class TreeCycle(Refused):
    """An entry would lie below itself."""

    code = "regions.tree_cycle"


class SuccessionCycle(Refused):
    """An entry would succeed itself."""

    code = "regions.succession_cycle"


class OutsideParent(Refused):
    """An entry would stand at a time when what it belongs to does not."""

    code = "regions.outside_parent"


def name_of(record: Region | Organisation) -> str:
    """Return the name of an entry in the fact of a message: Chinese and English."""
    return " ".join(name for name in (record.name_zh, record.name_en) if name)


def refuse_faults(faults: list[Fault]) -> None:
    """Raise InvalidInput where there are *faults*."""
    if faults:
        raise InvalidInput(faults)


def refuse_without_reason(reason: str) -> None:
    """Raise ReasonMissing where *reason* says nothing."""
    if not reason.strip():
        raise ReasonMissing


def list_entry_faults(record: Region | Organisation) -> list[Fault]:
    """Return what is wrong in an entry by itself: names, kind, period, point."""
    place = record._meta.model_name or ""
    kinds = REGION_KINDS if isinstance(record, Region) else ORGANISATION_KINDS
    faults = list_period_faults(place, record.valid_from, record.valid_until)
    if not record.name_en.strip() and not record.name_zh.strip():
        faults.append(Fault(code="regions.name_missing", place=place, column="name_zh"))
    faults += list_length_faults(place, record, "name_en", "name_zh")
    if record.kind not in kinds:
        facts: dict[str, object] = {"known": tuple(kinds)}
        faults.append(
            Fault(
                code="regions.kind_unknown",
                place=place,
                column="kind",
                value=record.kind,
                facts=facts,
            )
        )
    if isinstance(record, Region):
        faults += _list_point_faults(record)
    return faults


def list_period_faults(
    place: str, valid_from: date | None, valid_until: date | None
) -> list[Fault]:
    """Return a fault where a period ends on the day it begins, or before."""
    if valid_from is None or valid_until is None or valid_from < valid_until:
        return []
    value = valid_until.isoformat()
    return [
        Fault(code="regions.ends_before_it_begins", place=place, column="valid_until", value=value)
    ]


def list_length_faults(place: str, record: Model, *columns: str) -> list[Fault]:
    """Return a fault for each text that is longer than its column."""
    faults = []
    for column in columns:
        most = getattr(record._meta.get_field(column), "max_length", None)
        length = len(getattr(record, column))
        if most is not None and length > most:
            facts: dict[str, object] = {"most": most, "length": length}
            faults.append(
                Fault(code="regions.text_too_long", place=place, column=column, facts=facts)
            )
    return faults


def refuse_misplaced(record: T) -> None:
    """
    Refuse an entry that would lie below or after itself, or outside the time of what it belongs to.

    Raises:
        TreeCycle, SuccessionCycle, OutsideParent: As their names say.
    """
    _refuse_cycle(record, "parent", TreeCycle)
    _refuse_cycle(record, "successor", SuccessionCycle)
    if record.parent is not None:
        _refuse_outside(record, record.parent)
    for child in type(record).objects.filter(parent=record):
        _refuse_outside(child, record)


def _refuse_outside(child: T, parent: T) -> None:
    # What belongs to an entry that ended belongs to its successor from then on.
    until = parent.valid_until if parent.successor_id is None else None
    if not fits_within((child.valid_from, child.valid_until), (parent.valid_from, until)):
        raise OutsideParent(name=name_of(child), parent=name_of(parent))


def _refuse_cycle(record: T, link: str, refusal: type[Refused]) -> None:
    seen = {record.pk}
    above: T | None = getattr(record, link)
    while above is not None:
        if above.pk in seen:
            raise refusal(name=name_of(record))
        seen.add(above.pk)
        above = getattr(above, link)


def _list_point_faults(region: Region) -> list[Fault]:
    latitude, longitude = region.latitude, region.longitude
    if (latitude is None) != (longitude is None):
        column = "latitude" if latitude is None else "longitude"
        return [Fault(code="regions.half_a_point", place="region", column=column)]
    faults = []
    for column, value, most in (("latitude", latitude, 90), ("longitude", longitude, 180)):
        if value is not None and not (value.is_finite() and abs(value) <= Decimal(most)):
            facts: dict[str, object] = {"low": -most, "high": most}
            faults.append(
                Fault(
                    code="regions.out_of_range",
                    place="region",
                    column=column,
                    value=str(value),
                    facts=facts,
                )
            )
    return faults
