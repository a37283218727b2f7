"""What pages of the overview say: measures by name, and amounts in the one unit of a table."""

from decimal import Decimal

from django.http import HttpRequest

from tiebeam.interfaces.messages import has_message
from tiebeam.interfaces.messages.figures import money, number
from tiebeam.interfaces.web.page import language_of, say_to
from tiebeam.interfaces.web.tables import Cell, Column


def say_measure(request: HttpRequest, measure: str) -> str:
    """Return the word for a measure."""
    return say_to(request, f"overview.measure.{measure}")


def say_money(request: HttpRequest, fen: int) -> str:
    """Return an amount as people read it."""
    return money(fen, language_of(request))


def say_purpose(request: HttpRequest, purpose: str) -> str:
    """Return what an event is for: the word of an area of work, else as it was entered."""
    if not purpose:
        return say_to(request, "overview.no_purpose")
    code = f"pairings.area.{purpose}"
    return say_to(request, code) if has_message(code) else purpose


def money_column(request: HttpRequest, key: str, head: str, *, is_sortable: bool = False) -> Column:
    """Return a column of amounts, all in one unit that stands in the head."""
    unit = say_to(request, "overview.unit")
    return Column(key, head, unit=unit, is_number=True, is_sortable=is_sortable)


def in_unit(request: HttpRequest, fen: int) -> Decimal:
    """Return an amount exactly in the unit of the tables: 万元, in English millions."""
    exact = Decimal(fen).scaleb(-6 if language_of(request) == "zh" else -8)
    return Decimal(f"{exact.normalize():f}")


def money_cell(
    request: HttpRequest, fen: int | None, address: str = "", *, hides_zero: bool = False
) -> Cell:
    """Return an amount in the unit of its column; exact on hovering and in files."""
    if fen is None or (hides_zero and not fen):
        return Cell("")
    exact = in_unit(request, fen)
    return Cell(number(float(exact)), exact=exact, address=address if fen else "")
