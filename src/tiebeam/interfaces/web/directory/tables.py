"""The tables of the directory."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from tiebeam.apps.regions.models import Organisation, Region, Statistic
from tiebeam.interfaces.messages import has_message
from tiebeam.interfaces.web.listing import Asked
from tiebeam.interfaces.web.page import name_of, say_to
from tiebeam.interfaces.web.periods import period_text
from tiebeam.interfaces.web.tables import Cell, Column, Row, Table, day, figure, without_empty


def entries_table(
    request: HttpRequest,
    rows: Sequence[Region] | Sequence[Organisation],
    count: int,
    asked: Asked | None,
    kind: str,
) -> Table:
    """Return regions or organisations; *kind* is the name of the page of each."""

    def head(key: str, **options: Any) -> Column:
        return Column(key, say_to(request, f"directory.column.{key}"), **options)

    table = Table(
        name=f"{kind}s",
        columns=(head("name", is_sortable=True), head("other_name"), head("kind"), head("period")),
        rows=tuple(
            Row(
                (
                    Cell(name_of(request, row)),
                    Cell(_other_name(request, row)),
                    Cell(say_to(request, f"directory.kind.{row.kind}")),
                    Cell(
                        period_text(request, row.valid_from, row.valid_until)
                        if row.valid_from or row.valid_until
                        else ""
                    ),
                ),
                address=reverse(kind, args=[row.pk]),
            )
            for row in rows
        ),
        count=count,
        asked=asked,
        is_searchable=asked is not None,
        empty=say_to(request, f"directory.no_{kind}"),
    )
    return without_empty(table, "period")


def _other_name(request: HttpRequest, row: Region | Organisation) -> str:
    shown = name_of(request, row)
    return next((name for name in (row.name_zh, row.name_en) if name != shown), "")


def statistics_table(
    request: HttpRequest, rows: Iterable[Statistic], asked: Asked | None = None
) -> Table:
    """Return figures of a region with year, vintage, source and reliability, linked to all that was said of each.

    With *asked* they are the page itself: all that was said of one.
    """

    def head(key: str, **options: Any) -> Column:
        return Column(key, say_to(request, f"directory.column.{key}"), **options)

    return Table(
        name="statistics",
        columns=(
            head("indicator"),
            head("year"),
            head("quantity", is_number=True),
            head("unit"),
            head("vintage"),
            head("source"),
            head("reliability"),
        ),
        rows=tuple(
            Row(
                (
                    Cell(word_of(request, "indicator", row.indicator)),
                    Cell(str(row.year)),
                    figure(row.quantity),
                    Cell(word_of(request, "unit", row.unit)),
                    day(row.vintage),
                    Cell(row.source),
                    Cell(say_to(request, f"directory.reliability.{row.reliability}")),
                ),
                address=reverse("figure", args=[row.pk]) if asked is None else "",
            )
            for row in rows
        ),
        asked=asked,
        can_be_saved=False,
        empty=say_to(request, "directory.no_statistics"),
    )


def word_of(request: HttpRequest, what: str, name: str) -> str:
    """Return the word for an indicator or a unit; its own name where the catalogue has none."""
    code = f"directory.{what}.{name}"
    return say_to(request, code) if has_message(code) else name.replace("_", " ")
