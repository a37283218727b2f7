"""What pages of the overview say: measures by name, and amounts in the one unit of a table."""

from decimal import Decimal
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from tiebeam.interfaces.messages.figures import THIN, money, number
from tiebeam.interfaces.web.money.words import say_purpose as say_purpose_given
from tiebeam.interfaces.web.page import language_of, say_to
from tiebeam.interfaces.web.tables import Cell, Column
from tiebeam.units import yuan


def say_measure(request: HttpRequest, measure: str) -> str:
    """Return the word for a measure."""
    return say_to(request, f"overview.measure.{measure}")


def say_money(request: HttpRequest, fen: int) -> str:
    """Return an amount as people read it."""
    return money(fen, language_of(request))


def say_purpose(request: HttpRequest, purpose: str) -> str:
    """Return what an event is for; that none was given is said."""
    return say_purpose_given(request, purpose) or say_to(request, "overview.no_purpose")


def event_address(batch_id: UUID) -> str:
    """Return the page of an event."""
    return reverse("event", args=[batch_id])


def money_column(request: HttpRequest, key: str, head: str, *, is_sortable: bool = False) -> Column:
    """Return a column of amounts, all in one unit that stands in the head."""
    unit = say_to(request, "overview.unit")
    return Column(key, head, unit=unit, is_number=True, is_sortable=is_sortable)


def in_unit(request: HttpRequest, fen: int) -> Decimal:
    """Return an amount exactly in the unit of the tables: 万元, in English millions."""
    exact = Decimal(fen).scaleb(-6 if language_of(request) == "zh" else -8)
    return Decimal(f"{exact.normalize():f}")


def money_cell(request: HttpRequest, fen: int | None, address: str = "") -> Cell:
    """Return an amount in the unit of its column, to two places; exact on hovering and in files."""
    if fen is None:
        return Cell("")
    exact = in_unit(request, fen)
    text = number(float(round(exact, 2)))
    if exact and not round(exact, 2):
        text = f"{'−' if exact < 0 else ''}< 0.01"
    return Cell(text, exact=exact, address=address if fen else "")


def exact_column(request: HttpRequest, key: str, head: str, *, is_sortable: bool = False) -> Column:
    """Return a column of amounts in 元, to the fen."""
    unit = say_to(request, "overview.exact_unit")
    return Column(key, head, unit=unit, is_number=True, is_sortable=is_sortable)


def exact_cell(fen: int | None) -> Cell:
    """Return an amount to the fen."""
    if fen is None:
        return Cell("")
    return Cell(f"{yuan(fen):,.2f}".replace(",", THIN).replace("-", "−"), exact=yuan(fen))
