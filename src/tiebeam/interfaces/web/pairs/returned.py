"""What one organisation returned for each round, as a table of its dossier."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from tiebeam.apps.pairings.queries.coverage import Coverage
from tiebeam.apps.programmes.models import Return
from tiebeam.apps.programmes.queries import ReturnedLines
from tiebeam.interfaces.web.amounts import amounts_text, name_resources
from tiebeam.interfaces.web.page import name_of, say_to
from tiebeam.interfaces.web.tables import Cell, Column, Row, Status, Table, day, figure

STATUS: dict[str, Status] = {
    "draft": "none",
    "submitted": "risk",
    "returned": "bad",
    "accepted": "good",
}


def returns_table(request: HttpRequest, returns: Iterable[ReturnedLines]) -> Table:
    """Return the returns of one organisation: round, state, figures."""

    def head(key: str) -> Column:
        return Column(key, say_to(request, f"pairs.column.{key}"))

    rows = []
    for row in returns:
        of_return = row.of_return
        resources = name_resources(request, [of_return.round])
        handed_in = of_return.submitted_at
        rows.append(
            Row(
                (
                    Cell(name_of(request, of_return.round)),
                    Cell(name_of(request, of_return.round.programme)),
                    Cell(
                        say_to(request, f"pairs.return_state.{row.state}"), status=STATUS[row.state]
                    ),
                    day(timezone.localdate(handed_in) if handed_in else None),
                    Cell(amounts_text(request, row.amounts, resources)),
                ),
                address=_find_address(of_return),
            )
        )
    return Table(
        name="returns",
        columns=(
            head("round"),
            head("programme"),
            head("state"),
            head("handed_in"),
            head("figures"),
        ),
        rows=tuple(rows),
        empty=say_to(request, "pairs.no_returns"),
    )


def _find_address(of_return: Return) -> str:
    # The page of a return belongs to another room, which is not there in every workspace.
    try:
        return reverse("return", args=[of_return.pk])
    except NoReverseMatch:
        return ""


def coverage_table(request: HttpRequest, rows: Iterable[Coverage]) -> Table:
    """Return what is needed, what the pairs in force bring, and the share of it."""

    def head(key: str, **options: Any) -> Column:
        return Column(key, say_to(request, f"pairs.column.{key}"), **options)

    return Table(
        name="coverage",
        columns=(
            head("round"),
            head("resource"),
            head("need", is_number=True),
            head("planned", is_number=True),
            head("share", is_number=True),
        ),
        rows=tuple(
            Row(
                (
                    Cell(name_of(request, row.of_round)),
                    Cell(name_resources(request, [row.of_round]).get(row.resource, row.resource)),
                    figure(row.need),
                    figure(row.planned),
                    Cell("")
                    if row.share is None
                    else Cell(say_to(request, "pairs.share", share=row.share), exact=row.share),
                )
            )
            for row in rows
        ),
        empty=say_to(request, "pairs.no_coverage"),
        source=say_to(request, "pairs.coverage_source"),
    )
