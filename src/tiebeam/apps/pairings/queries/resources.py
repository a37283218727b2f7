"""What the amounts of pairings count: the resources of their rounds, and sums that keep units apart."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.programmes.models import Round


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountOfResource:
    """
    How much of one resource.

    Attributes:
        resource: Its id in the round.
        name_en, name_zh: Empty where no round names it.
        unit: Empty where no round says it.
    """

    resource: str
    name_en: str
    name_zh: str
    unit: str
    amount: float


def list_resources(programme_ids: Iterable[UUID], on: date) -> dict[UUID, dict[str, Any]]:
    """
    Return the resources of programmes by id, as the last round begun by *on* that has them says.

    A resource that only later rounds have is as the first of these says.
    """
    ids = set(programme_ids)
    found: dict[UUID, dict[str, Any]] = {pk: {} for pk in ids}
    rounds = list(Round.objects.filter(programme_id__in=ids).order_by("starts_on", "pk"))
    begun = [row for row in rounds if row.starts_on <= on]
    later = [row for row in reversed(rounds) if row.starts_on > on]
    for of_round in [*later, *begun]:
        found[of_round.programme_id] |= {row["id"]: row for row in of_round.resources}
    return found


def sum_amounts(pairings: Iterable[Pairing], on: date) -> tuple[AmountOfResource, ...]:
    """
    Return what *pairings* carry together, each resource in its unit.

    Programmes name their resources themselves: only what has the same id, names and
    unit is added. What no round names is added within its programme alone.
    """
    rows = list(pairings)
    known = list_resources((row.programme_id for row in rows), on)
    sums: dict[tuple[str, ...], float] = {}
    for row in rows:
        for resource, amount in row.amounts.items():
            told = known[row.programme_id].get(resource)
            names = [] if told is None else [str(told.get(key, "")) for key in _TOLD]
            key = (resource, *(names or ("", "", "", str(row.programme_id))))
            sums[key] = sums.get(key, 0.0) + amount
    return tuple(
        AmountOfResource(resource=key[0], name_en=key[1], name_zh=key[2], unit=key[3], amount=total)
        for key, total in sums.items()
    )


_TOLD = ("name_en", "name_zh", "unit")
