"""What goes through a pair, in words: each resource with its amount and unit."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from tiebeam.apps.pairings.queries.resources import AmountOfResource, list_resources
from tiebeam.apps.programmes.models import Round
from tiebeam.interfaces.messages import has_message
from tiebeam.interfaces.messages.figures import number
from tiebeam.interfaces.web.page import language_of, say_to


def name_resources(request: HttpRequest, rounds: Iterable[Round]) -> dict[str, str]:
    """Return the names of the resources of *rounds* with their units, by id."""
    return {row["id"]: _name(request, row) for of_round in rounds for row in of_round.resources}


def name_resources_of(
    request: HttpRequest, programme_ids: Iterable[UUID], on: date
) -> dict[UUID, dict[str, str]]:
    """Return the names of the resources of programmes on a day, by programme and id."""
    return {
        programme_id: {key: _name(request, row) for key, row in rows.items()}
        for programme_id, rows in list_resources(programme_ids, on).items()
    }


def _name(request: HttpRequest, row: Mapping[str, Any]) -> str:
    first, second = (
        ("name_zh", "name_en") if language_of(request) == "zh" else ("name_en", "name_zh")
    )
    name = row.get(first) or row.get(second) or row["id"]
    unit = row.get("unit", "")
    if not unit:
        return str(name)
    return say_to(request, "pairs.resource", name=name, unit=unit_word(request, unit))


def unit_word(request: HttpRequest, unit: str) -> str:
    """Return the word for *unit* where it is a common one, else *unit* as it was entered."""
    code = f"report.unit.{unit.strip().lower()}"
    return say_to(request, code) if has_message(code) else unit


def amounts_text(
    request: HttpRequest, amounts: Mapping[str, float], resources: Mapping[str, str]
) -> str:
    """Return *amounts* as one line, in the order of *resources*; empty where nothing is stated."""
    # A database keeps the keys of an object in an order of its own.
    known = [key for key in resources if key in amounts]
    order = [*known, *sorted(set(amounts) - set(known))]
    return _join(request, ((resources.get(key, key), amounts[key]) for key in order))


def sums_text(request: HttpRequest, sums: Iterable[AmountOfResource]) -> str:
    """Return sums as one line; one whose unit no round says tells so."""
    unknown = say_to(request, "pairs.unit_unknown")
    return _join(
        request,
        (
            (
                _name(request, {"id": each.resource, **asdict(each), "unit": each.unit or unknown}),
                each.amount,
            )
            for each in sums
        ),
    )


def _join(request: HttpRequest, named: Iterable[tuple[str, float]]) -> str:
    return say_to(request, "pairs.between").join(
        say_to(request, "pairs.amount", resource=name, amount=number(float(amount)))
        for name, amount in named
    )
