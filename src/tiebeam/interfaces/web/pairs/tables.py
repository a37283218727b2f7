"""The tables of pairs: of all programmes, of one donor or recipient, and who answers for a place."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.pairings.queries.answerable import Answerable
from tiebeam.apps.pairings.queries.pairings import PAIRING_ORDERS, find_pairings
from tiebeam.apps.programmes.models import Programme
from tiebeam.apps.programmes.queries import list_programme_names
from tiebeam.interfaces.web.amounts import amounts_text
from tiebeam.interfaces.web.listing import Asked, read_asked
from tiebeam.interfaces.web.lists.tables import document_text
from tiebeam.interfaces.web.page import Fact, name_of, say_to
from tiebeam.interfaces.web.periods import period_text
from tiebeam.interfaces.web.tables import Cell, Choice, Column, Row, Table, day, without_empty
from tiebeam.platform.time.periods import AsOf


def pairs_table(request: HttpRequest, as_of: AsOf) -> Table:
    """Return the pairs of the day in all programmes, as the reader asks for them."""
    asked = read_asked(request, sorts=PAIRING_ORDERS, filters=("programme",), name="pairs")
    programmes = list_programme_names()
    rows, count = find_pairings(
        as_of,
        search=asked.words,
        programme_id=_chosen(asked, programmes),
        order=asked.sort or "recipient",
        is_descending=asked.is_descending,
        start=asked.start,
        stop=asked.stop,
    )

    def head(key: str, **options: Any) -> Column:
        return Column(key, say_to(request, f"pairs.column.{key}"), **options)

    return Table(
        name="pairs",
        columns=(
            head("recipient", is_sortable=True),
            head("donor", is_sortable=True),
            head("programme", is_sortable=True),
            head("lead"),
            head("since", is_sortable=True),
        ),
        rows=tuple(
            Row(
                (
                    Cell(name_of(request, row.recipient)),
                    _donor_cell(request, row),
                    Cell(name_of(request, row.programme)),
                    Cell(say_to(request, "pairs.lead") if row.is_lead else ""),
                    day(row.valid_from),
                ),
                address=reverse("pair", args=[row.pk]),
            )
            for row in rows
        ),
        count=count,
        asked=asked,
        choices=(
            Choice(
                "programme",
                say_to(request, "pairs.column.programme"),
                tuple((str(row.pk), name_of(request, row)) for row in programmes),
            ),
        ),
        is_searchable=True,
        empty=say_to(request, "pairs.empty"),
    )


def _chosen(asked: Asked, programmes: Iterable[Programme]) -> UUID | None:
    wanted = asked.filters.get("programme", "")
    return next((row.pk for row in programmes if str(row.pk) == wanted), None)


def _donor_cell(request: HttpRequest, pairing: Pairing) -> Cell:
    note = say_to(request, "pairs.doubtful") if pairing.is_doubtful else ""
    return Cell(name_of(request, pairing.donor), note=note)


def side_table(
    request: HttpRequest,
    pairings: Sequence[Pairing],
    other: str,
    resources: Mapping[UUID, Mapping[str, str]],
    asked: Asked | None = None,
) -> Table:
    """
    Return the pairs of one donor or recipient: the *other* side, programme, period, amounts.

    Args:
        resources: The names of the resources of each programme.
    """
    # Where some amounts are stated, a blank would read as none of it.
    unknown = say_to(request, "web.unknown") if any(row.amounts for row in pairings) else ""

    def head(key: str) -> Column:
        return Column(key, say_to(request, f"pairs.column.{key}"))

    table = Table(
        name=f"pairs-by-{other}",
        columns=(head(other), head("programme"), head("period"), head("lead"), head("amounts")),
        rows=tuple(
            Row(
                (
                    Cell(
                        name_of(request, getattr(row, other)),
                        note=say_to(request, "pairs.doubtful") if row.is_doubtful else "",
                    ),
                    Cell(name_of(request, row.programme)),
                    Cell(period_text(request, row.valid_from, row.valid_until)),
                    Cell(say_to(request, "pairs.lead") if row.is_lead else ""),
                    Cell(
                        amounts_text(request, row.amounts, resources.get(row.programme_id, {}))
                        or unknown
                    ),
                ),
                address=reverse("pair", args=[row.pk]),
            )
            for row in pairings
        ),
        asked=asked,
        empty=say_to(request, "pairs.none_of_side"),
    )
    return without_empty(table, "lead", "amounts")


def second_tier_table(request: HttpRequest, pairings: Iterable[Pairing]) -> Table:
    """Return the pairs below a pair: city and town, hospital and hospital."""

    def head(key: str) -> Column:
        return Column(key, say_to(request, f"pairs.column.{key}"))

    return Table(
        name="second-tier",
        columns=(head("recipient"), head("donor"), head("period"), head("note")),
        rows=tuple(
            Row(
                (
                    Cell(name_of(request, row.recipient)),
                    Cell(name_of(request, row.donor)),
                    Cell(period_text(request, row.valid_from, row.valid_until)),
                    Cell(row.note),
                ),
                address=reverse("pair", args=[row.pk]),
            )
            for row in pairings
        ),
        empty=say_to(request, "pairs.no_second_tier"),
    )


def answers_table(
    request: HttpRequest, found: Iterable[Answerable], asked: Asked | None = None
) -> Table:
    """Return who answers for a place, since when, by which list and document, and who did before."""
    unknown = say_to(request, "web.unknown")

    def head(key: str) -> Column:
        return Column(key, say_to(request, f"pairs.column.{key}"))

    rows = []
    for row in found:
        by_list = row.by_list
        before = [name_of(request, each.donor) for each in row.before]
        rows.append(
            Row(
                (
                    Cell(
                        name_of(request, row.pairing.donor),
                        address=reverse("pair", args=[row.pairing.pk]),
                        note=say_to(request, "pairs.doubtful") if row.is_doubtful else "",
                    ),
                    Cell(name_of(request, row.pairing.programme)),
                    Cell(say_to(request, "pairs.lead") if row.is_lead else ""),
                    day(row.since),
                    Cell(unknown)
                    if by_list is None
                    else Cell(
                        say_to(request, "lists.version", version=by_list.version),
                        address=reverse("list_version", args=[by_list.pk]),
                    ),
                    Cell(unknown if by_list is None else document_text(request, by_list)),
                    Cell(
                        say_to(request, "lists.names", names=before)
                        if before
                        else say_to(request, "pairs.nobody_before")
                    ),
                )
            )
        )
    return Table(
        name="answers",
        columns=(
            head("donor"),
            head("programme"),
            head("lead"),
            head("since"),
            head("list"),
            head("document"),
            head("before"),
        ),
        rows=tuple(rows),
        asked=asked,
        empty=say_to(request, "pairs.nobody_answers"),
    )


def export_table(
    request: HttpRequest, facts: Sequence[Fact], second_tier: Table, asked: Asked
) -> Table:
    """Return the dossier of a pair as lines of a file: what is known of it, and the pairs below it."""
    below = say_to(request, "pairs.second_tier")
    names = [
        Row(
            (
                Cell(below),
                Cell(
                    say_to(
                        request, "pairs.name", donor=row.cells[1].text, recipient=row.cells[0].text
                    ),
                    note=row.cells[2].text,
                ),
            )
        )
        for row in second_tier.rows
    ]
    return Table(
        name="dossier",
        columns=(
            Column("what", say_to(request, "lists.sheet.what")),
            Column("value", say_to(request, "lists.sheet.value")),
        ),
        rows=(*(Row((Cell(fact.term), Cell(fact.text))) for fact in facts), *names),
        asked=asked,
    )
