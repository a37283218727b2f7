"""The tables of lists: versions, the pairs of one, what changed, and what both sides said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from tiebeam.apps.pairings.models import ListLine, Opinion, PairList
from tiebeam.apps.pairings.queries.lists import ListComparison, tell_standing
from tiebeam.apps.regions.models import Organisation
from tiebeam.interfaces.web.amounts import amounts_text
from tiebeam.interfaces.web.listing import arrange, read_asked
from tiebeam.interfaces.web.page import Link, name_of, say_to
from tiebeam.interfaces.web.periods import period_text
from tiebeam.interfaces.web.programmes.tables import title_of
from tiebeam.interfaces.web.tables import Cell, Column, Row, Status, Table, day, without_empty

STATUS: dict[str, Status] = {
    "draft": "none",
    "consulted": "risk",
    "signed_by_one": "risk",
    "signed_by_both": "risk",
    "to_come": "risk",
    "in_force": "good",
    "ending": "risk",
    "ended": "none",
    "superseded": "none",
    "withdrawn": "none",
}
REPLY_STATUS: dict[str, Status] = {"agree": "good", "object": "bad", "propose": "risk"}


def state_text(request: HttpRequest, pair_list: PairList, on: date) -> str:
    """Return where a version stands on a day, in a word."""
    return say_to(request, f"lists.state.{tell_standing(pair_list, on)}")


def versions_table(
    request: HttpRequest, lists: Sequence[PairList], step: Link | None, on: date
) -> Table:
    """Return the versions of a round, the latest first, with what each was issued by and where it stands on a day."""

    def head(key: str) -> Column:
        return Column(key, say_to(request, f"lists.column.{key}"))

    return Table(
        name="versions",
        columns=(head("version"), head("state"), head("force"), head("issued"), head("document")),
        rows=tuple(
            Row(
                (
                    Cell(say_to(request, "lists.version", version=row.version)),
                    Cell(state_text(request, row, on), status=STATUS[tell_standing(row, on)]),
                    Cell(force_text(request, row)),
                    day(row.issued_on, _unknown_where_issued(request, row)),
                    Cell(document_text(request, row)),
                ),
                address=reverse("list_version", args=[row.pk]),
            )
            for row in lists
        ),
        empty=say_to(request, "lists.empty"),
        step=step,
    )


def force_text(request: HttpRequest, pair_list: PairList) -> str:
    """Return the days on which a version is in force."""
    if pair_list.in_force_from is None:
        return say_to(request, "lists.not_in_force")
    return period_text(request, pair_list.in_force_from, pair_list.in_force_until)


def document_text(request: HttpRequest, pair_list: PairList) -> str:
    """Return the document that a version was issued by; "not known" where it is issued and none is."""
    if pair_list.document is None:
        return _unknown_where_issued(request, pair_list)
    number = str(pair_list.document.number)
    title = title_of(request, pair_list.document)
    return say_to(request, "lists.document", title=title, number=number) if number else title


def _unknown_where_issued(request: HttpRequest, pair_list: PairList) -> str:
    return say_to(request, "web.unknown") if pair_list.in_force_from is not None else ""


def lines_table(
    request: HttpRequest,
    pair_list: PairList,
    lines: Sequence[ListLine],
    resources: Mapping[str, str],
) -> Table:
    """Return the pairs of one version, to be sorted and leafed through."""
    sorts = {"recipient": lambda row: row.recipient.name_en, "donor": lambda row: row.donor.name_en}
    asked = read_asked(request, sorts=sorts, name="lines")
    rows, count = arrange(lines, asked, sorts)
    whole = whole_table(request, rows, resources, name=f"list-v{pair_list.version}")
    return replace(whole, count=count, asked=asked)


def whole_table(
    request: HttpRequest, rows: Sequence[ListLine], resources: Mapping[str, str], *, name: str
) -> Table:
    """Return pairs all on one page: what is signed, issued or adopted lies before one whole."""

    def head(key: str, **options: Any) -> Column:
        return Column(key, say_to(request, f"pairs.column.{key}"), **options)

    # Where some amounts are stated, a blank would read as none of it.
    unknown = say_to(request, "web.unknown") if any(row.amounts for row in rows) else ""
    table = Table(
        name=name,
        columns=(
            head("recipient", is_sortable=True),
            head("donor", is_sortable=True),
            head("lead"),
            head("amounts"),
            head("doubt"),
            head("note"),
        ),
        rows=tuple(
            Row(
                (
                    Cell(
                        name_of(request, row.recipient),
                        address=reverse("recipient", args=[row.recipient_id]),
                    ),
                    Cell(
                        name_of(request, row.donor), address=reverse("donor", args=[row.donor_id])
                    ),
                    Cell(say_to(request, "pairs.lead") if row.is_lead else ""),
                    Cell(amounts_text(request, row.amounts, resources) or unknown),
                    Cell(say_to(request, "pairs.doubtful"), status="risk")
                    if row.is_doubtful
                    else Cell(""),
                    Cell(row.note),
                )
            )
            for row in rows
        ),
        empty=say_to(request, "lists.no_lines"),
    )
    return without_empty(table, "lead", "amounts", "doubt", "note")


def changes_table(
    request: HttpRequest, comparison: ListComparison, known: Mapping[UUID, Organisation]
) -> Table:
    """Return how a version differs from the one before: who moved, what is new, what ended."""

    def head(key: str) -> Column:
        return Column(key, say_to(request, f"lists.column.{key}"))

    def names(ids: Iterable[UUID]) -> str:
        return say_to(request, "lists.names", names=[name_of(request, known[pk]) for pk in ids])

    moved = [
        (say_to(request, "lists.change.moved"), move.donor, names(move.left), names(move.joined))
        for move in comparison.moved
    ]
    new = [
        (say_to(request, "lists.change.new"), donor, "", names([recipient]))
        for donor, recipient in comparison.new
    ]
    ended = [
        (say_to(request, "lists.change.ended"), donor, names([recipient]), "")
        for donor, recipient in comparison.ended
    ]
    return Table(
        name="changes",
        columns=(head("donor"), head("change"), head("before"), head("after")),
        rows=tuple(
            Row((Cell(name_of(request, known[donor])), Cell(what), Cell(before), Cell(after)))
            for what, donor, before, after in [*moved, *new, *ended]
        ),
        empty=say_to(request, "lists.nothing_changed"),
    )


def opinions_table(request: HttpRequest, opinions: Iterable[Opinion], *, may_answer: bool) -> Table:
    """Return what was said of a version, and what was answered."""

    def head(key: str) -> Column:
        return Column(key, say_to(request, f"lists.column.{key}"))

    return Table(
        name="opinions",
        columns=(head("organisation"), head("reply"), head("text"), head("answer")),
        rows=tuple(
            Row(
                (
                    Cell(name_of(request, row.tenant)),
                    Cell(
                        say_to(request, f"lists.reply.{row.reply}"), status=REPLY_STATUS[row.reply]
                    ),
                    Cell(row.text),
                    _answer_cell(request, row, may_answer=may_answer),
                )
            )
            for row in opinions
        ),
        empty=say_to(request, "lists.no_opinions"),
    )


def _answer_cell(request: HttpRequest, opinion: Opinion, *, may_answer: bool) -> Cell:
    answer = getattr(opinion, "answer", None)
    if answer is not None:
        followed = "followed" if answer.is_followed else "not_followed"
        return Cell(say_to(request, f"lists.{followed}"), note=answer.text)
    if may_answer:
        address = reverse("answer_opinion", args=[opinion.pk])
        return Cell(say_to(request, "lists.answer_verb"), address=address)
    return Cell(say_to(request, "lists.unanswered"), status="none")
