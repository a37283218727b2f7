"""What an event says of itself, and its rows, as the pages of a proposal and of an event show them."""

from collections.abc import Iterable
from typing import Protocol

from django.http import HttpRequest
from django.urls import reverse

from tiebeam.apps.ledger.models import Batch
from tiebeam.apps.ledger.operations.terms import Terms
from tiebeam.apps.ledger.queries.obligations import ILLUSTRATIVE
from tiebeam.apps.pairings.models import Agreement
from tiebeam.apps.pairings.queries.agreements import get_agreement
from tiebeam.interfaces.messages.figures import exact_money
from tiebeam.interfaces.web.forming import find_or_404
from tiebeam.interfaces.web.money.words import (
    say_account,
    say_held,
    say_kind,
    say_purpose,
    say_quantity,
)
from tiebeam.interfaces.web.page import Fact, language_of, say_to
from tiebeam.interfaces.web.tables import Cell, Column, Row, Table


class RowLike(Protocol):
    """A row to be posted."""

    @property
    def debit(self) -> str: ...  # noqa: D102
    @property
    def credit(self) -> str: ...  # noqa: D102
    @property
    def amount(self) -> int: ...  # noqa: D102
    @property
    def unit(self) -> str: ...  # noqa: D102
    @property
    def year(self) -> int: ...  # noqa: D102
    @property
    def relates_to(self) -> int: ...  # noqa: D102


def facts_of_terms(
    request: HttpRequest,
    terms: Terms,
    followed: Batch | None = None,
    agreement: Agreement | None = None,
) -> list[Fact]:
    """
    Return what is said of an event; what it leaves open is left out.

    Args:
        request: Whose language is spoken.
        terms: What was said.
        followed: What it follows or undoes, where that is to be named.
        agreement: That of the terms, where it was read before.
    """
    language = language_of(request)

    def term(key: str) -> str:
        return say_to(request, f"money.column.{key}")

    facts = [Fact(term("day"), terms.valid_on.isoformat())]
    if terms.amount:
        facts.append(Fact(term("amount"), exact_money(terms.amount, language)))
    if terms.quantity:
        quantity = say_quantity(language, terms.quantity, terms.quantity_unit)
        facts.append(Fact(term("quantity"), quantity))
    if followed is not None:
        key = "undoes" if terms.reverses_id else "follows"
        text = say_to(
            request,
            "money.event_of_day",
            kind=say_kind(request, followed.kind),
            day=followed.valid_on.isoformat(),
        )
        facts.append(Fact(term(key), text, reverse("event", args=[followed.pk])))
    if terms.agreement_id:
        agreement = agreement or find_or_404(get_agreement, terms.agreement_id).agreement
        address = reverse("agreement", args=[agreement.pk])
        facts.append(Fact(term("agreement"), agreement.title, address))
    words = {
        "purpose": say_purpose(request, terms.purpose),
        "nature": say_to(request, f"money.nature.{terms.nature}") if terms.nature else "",
        "stage": say_to(request, f"money.stage.{terms.stage}") if terms.stage else "",
        "beyond_due": say_to(request, "web.yes") if terms.is_beyond_due else "",
        "document": terms.document,
        "reason": say_to(request, "money.illustrative")
        if terms.reason_code == ILLUSTRATIVE
        else terms.reason_code,
        "note": terms.note,
    }
    facts += [Fact(term(key), text) for key, text in words.items() if text]
    if terms.kind == "year_end":
        for key, is_carried in (
            ("due", terms.carries_due),
            ("appropriated", terms.carries_appropriated),
        ):
            word = say_to(request, f"money.left.{'carry' if is_carried else 'lapse'}")
            facts.append(Fact(say_to(request, f"money.field.{key}"), word))
    return facts


def rows_table(request: HttpRequest, rows: Iterable[RowLike]) -> Table:
    """Return the rows of the own book, in words."""

    def head(key: str) -> str:
        return say_to(request, f"money.column.{key}")

    return Table(
        name="rows",
        columns=(
            Column("debit", head("debit")),
            Column("credit", head("credit")),
            Column("amount", head("amount"), is_number=True),
            Column("year", head("year")),
        ),
        rows=tuple(
            Row(
                (
                    Cell(say_account(request, row.debit)),
                    Cell(say_account(request, row.credit)),
                    Cell(say_held(request, row.amount, row.unit)),
                    Cell(
                        str(row.year),
                        note=say_to(request, "money.relates_to", year=str(row.relates_to))
                        if row.relates_to
                        else "",
                    ),
                )
            )
            for row in rows
        ),
    )
