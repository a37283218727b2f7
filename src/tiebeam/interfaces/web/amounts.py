"""What goes through a pair, in words: each resource with its amount and unit."""

from collections.abc import Iterable, Mapping

from django.http import HttpRequest

from tiebeam.apps.programmes.models import Round
from tiebeam.interfaces.messages import has_message
from tiebeam.interfaces.messages.figures import number
from tiebeam.interfaces.web.page import language_of, say_to


def name_resources(request: HttpRequest, rounds: Iterable[Round]) -> dict[str, str]:
    """Return the names of the resources of *rounds* with their units, by id."""
    first, second = (
        ("name_zh", "name_en") if language_of(request) == "zh" else ("name_en", "name_zh")
    )
    return {
        row["id"]: say_to(
            request,
            "pairs.resource",
            name=row.get(first) or row.get(second) or row["id"],
            unit=unit_word(request, row.get("unit", "")),
        )
        for of_round in rounds
        for row in of_round.resources
    }


def unit_word(request: HttpRequest, unit: str) -> str:
    """Return the word for *unit* where it is a common one, else *unit* as it was entered."""
    code = f"report.unit.{unit.strip().lower()}"
    return say_to(request, code) if has_message(code) else unit


def amounts_text(
    request: HttpRequest, amounts: Mapping[str, float], resources: Mapping[str, str]
) -> str:
    """Return *amounts* as one line; empty where nothing is stated."""
    return say_to(request, "pairs.between").join(
        say_to(
            request,
            "pairs.amount",
            resource=resources.get(name, name),
            amount=number(float(amount)),
        )
        for name, amount in amounts.items()
    )
