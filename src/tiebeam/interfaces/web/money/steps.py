"""The steps of a year in their order: how far each came, what stands there, and the next one."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from tiebeam.apps.ledger.queries.flows import YearOfPair
from tiebeam.apps.ledger.queries.waiting import OpenBatch
from tiebeam.apps.pairings.models import Pairing
from tiebeam.core.ledger.events import KINDS
from tiebeam.interfaces.web.money.words import (
    may_make,
    money_cell,
    money_column,
    say_kind,
)
from tiebeam.interfaces.web.page import Link, say_to
from tiebeam.interfaces.web.seated import actor_of
from tiebeam.interfaces.web.tables import Cell, Column, Row, Table


@dataclass(frozen=True, slots=True)
class Step:
    """
    One step.

    Attributes:
        name: Of what passed in it.
        by: Whose step it is.
        held: The accounts of the year that hold what has come so far and no farther.
        following: The events that lead on from it.
        kind: The event that makes it, by which its entries are found.
    """

    name: str
    by: str
    kind: str
    held: tuple[str, ...] = ()
    following: tuple[str, ...] = ()


STEPS = (
    Step("due", "coordinator", "obligation", ("B110",), ("appropriation",)),
    Step("appropriated", "donor", "appropriation", ("B120",), ("commitment",)),
    Step("committed", "donor", "commitment", ("B130",), ("order", "shipment")),
    Step("ordered", "donor", "order", ("B140",), ("payment",)),
    Step("paid", "donor", "payment", (), ("receipt",)),
    Step("confirmed", "recipient", "receipt", (), ("expenditure",)),
    Step("spent", "recipient", "expenditure", (), ("handover",)),
    Step("in_kind", "recipient", "goods_receipt", (), ("supplies_used",)),
    Step("refunded", "donor", "refund_confirmed"),
)
"""From the due to what was spent; goods and refunds besides."""

_OPEN_AT = {"paid": "payment"}


def steps_table(
    request: HttpRequest, pairing: Pairing, year: YearOfPair, open_rows: Sequence[OpenBatch]
) -> Table:
    """Return the steps of a year of *pairing*, each with the events that lead on for who may report them."""
    actor = actor_of(request)
    rows = []
    for step in STEPS:
        standing = year.holds(*step.held) if step.held and year.has_memo else None
        if step.name in _OPEN_AT:
            standing = sum(
                row.amount
                for row in open_rows
                if row.batch.kind == _OPEN_AT[step.name] and row.batch.year == year.year
            )
        follow = next(
            (kind for kind in step.following if may_make(actor, pairing, KINDS[kind].by)), ""
        )
        entries = f"{reverse('money_of_pair', args=[pairing.pk])}?year={year.year}&kind={step.kind}"
        rows.append(
            Row(
                (
                    Cell(say_to(request, f"money.step.{step.name}")),
                    Cell(say_to(request, f"money.side.{step.by}")),
                    money_cell(
                        request,
                        year.flow(step.name),
                        address=f"{entries}#events" if year.flow(step.name) else "",
                        note=say_to(request, "money.illustrative")
                        if step.name == "due" and year.is_illustrative
                        else "",
                    ),
                    money_cell(request, standing),
                    Cell(
                        say_to(request, f"money.verb.{follow}") if follow else "",
                        address=address_of(pairing, follow) if follow else "",
                    ),
                )
            )
        )
    return Table(
        name="steps",
        columns=(
            Column("step", say_to(request, "money.column.step")),
            Column("by", say_to(request, "money.column.by")),
            money_column(
                request, "flow", say_to(request, "money.column.in_year", year=str(year.year))
            ),
            money_column(request, "standing", say_to(request, "money.column.stands_here")),
            Column("next", say_to(request, "money.column.next")),
        ),
        rows=tuple(rows),
    )


def address_of(pairing: Pairing, kind: str) -> str:
    """Return where an event of *kind* is reported."""
    return reverse("propose_event", args=[pairing.pk, kind])


def list_other_steps(request: HttpRequest, pairing: Pairing) -> list[Link]:
    """Return every event that the acting person may report, for those off the main way."""
    actor = actor_of(request)
    return [
        Link(say_kind(request, kind), address_of(pairing, kind))
        for kind, known in KINDS.items()
        if may_make(actor, pairing, known.by)
    ]
