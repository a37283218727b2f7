"""The tables of programmes: all of them, the pairs of one, its rounds, documents and participants."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from tiebeam.apps.pairings.models import Pairing, PairList
from tiebeam.apps.pairings.queries.lists import find_in_force, tell_standing
from tiebeam.apps.pairings.queries.pairings import PairCount, count_pairs
from tiebeam.apps.programmes.models import LegalDocument, Participant, Programme, Round
from tiebeam.apps.programmes.queries import list_programmes
from tiebeam.interfaces.web.amounts import amounts_text
from tiebeam.interfaces.web.listing import arrange, read_asked
from tiebeam.interfaces.web.page import Link, name_of, say_to
from tiebeam.interfaces.web.periods import period_text
from tiebeam.interfaces.web.tables import Cell, Column, Row, Table, day, figure, without_empty
from tiebeam.platform.time.periods import AsOf


def programmes_table(request: HttpRequest, as_of: AsOf, step: Link | None) -> Table:
    """Return the programmes whose names hold the words asked for, with their pairs of the day."""
    sorts = {"name": _name_key, "starts": _start_key}
    asked = read_asked(request, sorts=sorts, name="programmes")
    found, count = arrange(list_programmes(asked.words, as_of=as_of), asked, sorts)
    counts = count_pairs(as_of, [row.pk for row in found])

    def head(key: str, **options: Any) -> Column:
        return Column(key, say_to(request, f"programmes.column.{key}"), **options)

    return Table(
        name="programmes",
        columns=(
            head("name", is_sortable=True),
            head("starts", is_sortable=True),
            head("pairs", is_number=True),
            head("donors", is_number=True),
            head("recipients", is_number=True),
        ),
        rows=tuple(_programme_row(request, row, counts.get(row.pk, PairCount())) for row in found),
        count=count,
        asked=asked,
        is_searchable=True,
        empty=say_to(request, "programmes.empty"),
        step=step,
    )


def _name_key(programme: Programme) -> str:
    return str(programme.name_en or programme.name_zh)


def _start_key(programme: Programme) -> object:
    return programme.starts_on


def _programme_row(request: HttpRequest, programme: Programme, count: PairCount) -> Row:
    return Row(
        (
            Cell(
                name_of(request, programme),
                note=say_to(request, "web.demo") if programme.is_demo else "",
            ),
            Cell(period_text(request, programme.starts_on, programme.ends_on)),
            figure(count.pairs),
            figure(count.donors),
            figure(count.recipients),
        ),
        address=reverse("programme", args=[programme.pk]),
    )


def pairs_of_programme_table(
    request: HttpRequest,
    programme: Programme,
    pairings: Sequence[Pairing],
    resources: Mapping[str, str],
) -> Table:
    """Return the pairs of one programme on a day, with lead, amounts and since when."""
    sorts = {
        "recipient": lambda row: row.recipient.name_en,
        "donor": lambda row: row.donor.name_en,
        "since": lambda row: row.valid_from,
    }
    asked = read_asked(request, sorts=sorts, name="pairs-of-programme")
    rows, count = arrange(pairings, asked, sorts)

    def head(key: str, **options: Any) -> Column:
        return Column(key, say_to(request, f"pairs.column.{key}"), **options)

    # Where some amounts are stated, a blank would read as none of it.
    unknown = say_to(request, "web.unknown") if any(row.amounts for row in rows) else ""
    table = Table(
        name="pairs",
        caption=say_to(request, "programmes.pairs_caption"),
        columns=(
            head("recipient", is_sortable=True),
            head("donor", is_sortable=True),
            head("lead"),
            head("amounts"),
            head("since", is_sortable=True),
        ),
        rows=tuple(_pair_row(request, row, resources, unknown) for row in rows),
        count=count,
        asked=asked,
        empty=say_to(request, "programmes.no_pairs", programme=name_of(request, programme)),
    )
    return without_empty(table, "lead", "amounts")


def _pair_row(
    request: HttpRequest, pairing: Pairing, resources: Mapping[str, str], unknown: str
) -> Row:
    return Row(
        (
            Cell(name_of(request, pairing.recipient)),
            Cell(
                name_of(request, pairing.donor),
                note=say_to(request, "pairs.doubtful") if pairing.is_doubtful else "",
            ),
            Cell(say_to(request, "pairs.lead") if pairing.is_lead else ""),
            Cell(amounts_text(request, pairing.amounts, resources) or unknown),
            day(pairing.valid_from),
        ),
        address=reverse("pair", args=[pairing.pk]),
    )


def rounds_table(
    request: HttpRequest,
    rounds: Iterable[Round],
    lists: Sequence[PairList],
    as_of: AsOf,
    step: Link | None,
) -> Table:
    """Return the rounds of a programme, each with its newest version and the one in force."""
    by_round: dict[UUID, list[PairList]] = {}
    for pair_list in lists:
        by_round.setdefault(pair_list.round_id, []).append(pair_list)

    def head(key: str) -> Column:
        return Column(key, say_to(request, f"programmes.column.{key}"))

    return Table(
        name="rounds",
        columns=(head("round"), head("period"), head("due"), head("newest"), head("in_force")),
        rows=tuple(_round_row(request, row, by_round.get(row.pk, []), as_of) for row in rounds),
        empty=say_to(request, "programmes.no_rounds"),
        step=step,
    )


def _round_row(
    request: HttpRequest, of_round: Round, versions: Sequence[PairList], as_of: AsOf
) -> Row:
    none = say_to(request, "web.none")
    newest = max(versions, key=lambda row: row.version, default=None)
    standing = find_in_force(versions, as_of)
    return Row(
        (
            Cell(name_of(request, of_round)),
            Cell(period_text(request, of_round.starts_on, of_round.ends_on)),
            day(of_round.returns_due_on, none),
            Cell(none) if newest is None else _version_cell(request, newest, as_of),
            Cell(none)
            if standing is None
            else Cell(
                say_to(request, "lists.version", version=standing.version),
                address=reverse("list_version", args=[standing.pk]),
            ),
        ),
        address=reverse("round", args=[of_round.pk]),
    )


def _version_cell(request: HttpRequest, pair_list: PairList, as_of: AsOf) -> Cell:
    return Cell(
        say_to(request, "lists.version", version=pair_list.version),
        address=reverse("list_version", args=[pair_list.pk]),
        note=say_to(request, f"lists.state.{tell_standing(pair_list, as_of.true_on)}"),
    )


def documents_table(
    request: HttpRequest,
    documents: Iterable[LegalDocument],
    *,
    may_correct: bool,
    step: Link | None,
) -> Table:
    """Return the documents on which a programme rests; what is not known of them is said so."""
    unknown = say_to(request, "web.unknown")

    def head(key: str) -> Column:
        return Column(key, say_to(request, f"programmes.column.{key}"))

    return Table(
        name="documents",
        columns=(
            head("title"),
            head("number"),
            head("issuer"),
            head("dated"),
            head("article"),
            head("source"),
        ),
        rows=tuple(
            Row(
                (
                    Cell(title_of(request, row)),
                    Cell(row.number or unknown),
                    Cell(row.issuer or unknown),
                    day(row.dated_on, unknown),
                    Cell(row.article or unknown),
                    Cell(row.source or unknown),
                ),
                address=reverse("correct_document", args=[row.pk]) if may_correct else "",
            )
            for row in documents
        ),
        empty=say_to(request, "programmes.no_documents"),
        step=step,
    )


def participants_table(
    request: HttpRequest, participants: Iterable[Participant], *, may_end: bool, step: Link | None
) -> Table:
    """Return who takes part on which side, and for how long."""
    addresses = {"donor": "donor", "recipient": "recipient"}

    def head(key: str) -> Column:
        return Column(key, say_to(request, f"programmes.column.{key}"))

    end = (Column("end", say_to(request, "programmes.column.end")),) if may_end else ()
    rows = []
    for row in participants:
        address = addresses.get(row.side, "organisation")
        cells = [
            Cell(
                name_of(request, row.organisation),
                address=reverse(address, args=[row.organisation_id]),
            ),
            Cell(say_to(request, f"programmes.side.{row.side}")),
            Cell(
                period_text(request, row.valid_from, row.valid_until)
                if row.valid_from or row.valid_until
                else say_to(request, "programmes.period.whole")
            ),
        ]
        if may_end:
            is_open = row.valid_until is None
            address = reverse("end_participation", args=[row.pk]) if is_open else ""
            cells.append(
                Cell(say_to(request, "programmes.end") if is_open else "", address=address)
            )
        rows.append(Row(tuple(cells)))
    return Table(
        name="participants",
        columns=(head("organisation"), head("side"), head("period"), *end),
        rows=tuple(rows),
        empty=say_to(request, "programmes.no_participants"),
        step=step,
    )


def title_of(request: HttpRequest, document: LegalDocument) -> str:
    """Return the title of a document in the language of the page; the other where that is empty."""
    chinese, english = str(document.title_zh), str(document.title_en)
    is_chinese = getattr(request, "language", "zh") == "zh"
    return (chinese or english) if is_chinese else (english or chinese)
