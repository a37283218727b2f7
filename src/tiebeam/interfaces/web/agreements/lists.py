"""Tables of agreements."""

from collections.abc import Iterable
from datetime import date

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from tiebeam.apps.pairings.models import AGREEMENT_KINDS
from tiebeam.apps.pairings.queries.agreement_lists import AGREEMENT_ORDERS, list_all_agreements
from tiebeam.apps.pairings.queries.agreements import AgreementStanding
from tiebeam.interfaces.web.agreements.words import (
    STATE_MARKS,
    force_of,
    say_kind,
    say_state,
    say_term,
)
from tiebeam.interfaces.web.documents.places import name_of_pairing
from tiebeam.interfaces.web.listing import read_asked
from tiebeam.interfaces.web.page import Link, say_to
from tiebeam.interfaces.web.tables import Cell, Choice, Column, Row, Table


def agreements_table(request: HttpRequest) -> Table:
    """Return the table of all agreements that may be read, as the reader asks for it."""
    asked = read_asked(request, sorts=AGREEMENT_ORDERS, filters=("kind",), name="agreements")
    kind = asked.filters.get("kind", "")
    standings, count = list_all_agreements(
        words=asked.words,
        kind=kind if kind in AGREEMENT_KINDS else "",
        order=asked.sort or "starts_on",
        is_descending=asked.is_descending if asked.sort else True,
        start=asked.start,
        stop=asked.stop,
    )
    today = timezone.localdate()
    kinds = tuple(
        (word, say_to(request, f"pairings.agreement_kind.{word}")) for word in AGREEMENT_KINDS
    )
    return Table(
        name="agreements",
        columns=(
            Column("title", _head(request, "title"), is_sortable=True),
            Column("pair", _head(request, "pair")),
            *_columns(request, is_sortable=True),
        ),
        rows=tuple(
            Row(
                (
                    Cell(standing.agreement.title),
                    Cell(name_of_pairing(request, standing.agreement.pairing)),
                    *_cells(request, standing, today),
                ),
                address=reverse("agreement", args=[standing.agreement.pk]),
            )
            for standing in standings
        ),
        count=count,
        asked=asked,
        choices=(Choice("kind", _head(request, "kind"), kinds),),
        is_searchable=True,
        empty=say_to(request, "agreements.empty"),
    )


def standings_table(
    request: HttpRequest,
    standings: Iterable[AgreementStanding],
    day: date,
    *,
    name: str = "agreements",
    step: Link | None = None,
    is_nested: bool = True,
) -> Table:
    """Return the table of the agreements of one pairing: annual ones below their five-year one."""
    return Table(
        name=name,
        columns=(Column("title", _head(request, "title")), *_columns(request)),
        rows=tuple(
            Row(
                (
                    Cell(
                        standing.agreement.title, note=_note(request, standing) if is_nested else ""
                    ),
                    *_cells(request, standing, day),
                ),
                address=reverse("agreement", args=[standing.agreement.pk]),
            )
            for standing in _in_order(standings)
        ),
        empty=say_to(request, "agreements.empty_pair"),
        step=step,
    )


def _in_order(standings: Iterable[AgreementStanding]) -> list[AgreementStanding]:
    listed = list(standings)
    ids = {row.agreement.pk for row in listed}
    ordered: list[AgreementStanding] = []
    for standing in listed:
        if standing.agreement.parent_id in ids:
            continue
        ordered.append(standing)
        ordered += [row for row in listed if row.agreement.parent_id == standing.agreement.pk]
    return ordered


def _columns(request: HttpRequest, *, is_sortable: bool = False) -> tuple[Column, ...]:
    return (
        Column("kind", _head(request, "kind")),
        Column("number", _head(request, "number"), is_sortable=is_sortable),
        Column("starts_on", _head(request, "term"), is_sortable=is_sortable),
        Column("state", _head(request, "state")),
        Column("force", _head(request, "force")),
    )


def _cells(request: HttpRequest, standing: AgreementStanding, day: date) -> tuple[Cell, ...]:
    agreement, state = standing.agreement, standing.state_on(day)
    terms = standing.effective_terms(day)
    force, mark = force_of(request, standing, day)
    count = len(standing.amendments)
    return (
        Cell(say_kind(request, agreement)),
        Cell(agreement.number or say_to(request, "agreements.no_number")),
        Cell(
            say_term(request, terms.starts_on, terms.ends_on),
            note=say_to(request, "agreements.amendments_count", count=count) if count else "",
        ),
        Cell(say_state(request, state), status=STATE_MARKS[state]),
        Cell(force, status=mark),
    )


def _note(request: HttpRequest, standing: AgreementStanding) -> str:
    return say_to(request, "agreements.below") if standing.agreement.parent_id else ""


def _head(request: HttpRequest, key: str) -> str:
    return say_to(request, f"agreements.column.{key}")
