"""One posted event: what it says, who made and checked it, what it follows, and its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tiebeam.apps.ledger.models import Batch, Transfer
from tiebeam.apps.ledger.operations.composing import days_of
from tiebeam.apps.ledger.operations.proposals import propose_reversal
from tiebeam.apps.ledger.operations.terms import Terms
from tiebeam.apps.ledger.queries.events import Chain, find_chain, get_event, list_rows
from tiebeam.apps.ledger.queries.obligations import DUES, ILLUSTRATIVE
from tiebeam.apps.ledger.queries.waiting import OpenBatch, list_open, was_proposed
from tiebeam.core.ledger.events import KINDS
from tiebeam.interfaces.web.documents.part import documents_part
from tiebeam.interfaces.web.errors import show_forbidden
from tiebeam.interfaces.web.forming import FORM, answer_form, find_or_404
from tiebeam.interfaces.web.money.facts import facts_of_terms, rows_table
from tiebeam.interfaces.web.money.forms import ReversalForm
from tiebeam.interfaces.web.money.waiting import NEXT_STEPS, address_of_step
from tiebeam.interfaces.web.money.words import (
    STATE_MARKS,
    may_make,
    part_of,
    say_kind,
    say_moved,
    state_of,
    trail_to_pair,
)
from tiebeam.interfaces.web.page import Fact, Link, language_of, name_of, say_to, show_page
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.interfaces.web.tables import Cell, Column, Row, Table, day
from tiebeam.platform.identity.people import list_names
from tiebeam.platform.permissions.roles import Role


@dataclass(frozen=True, slots=True)
class PostedRow:
    """A row that stands in a book."""

    debit: str
    credit: str
    amount: int
    unit: str
    year: int
    relates_to: int


@require_safe
@seated
def show_event(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Show one posted event."""
    batch = find_or_404(get_event, batch_id)
    chain, rows = find_chain(batch), list_rows(batch)
    left = next(iter(list_open((batch.kind,), batch_id=batch.pk)), None)
    state = state_of(batch)
    books: dict[str, list[Transfer]] = {}
    for row in rows:
        books.setdefault(row.book.side, []).append(row)
    language = language_of(request)
    what = say_moved(language, batch.amount, batch.quantity, batch.quantity_unit)
    kind = say_kind(request, batch.kind, batch.reversed_kind)
    return show_page(
        request,
        "web/money/event.html",
        title=say_to(
            request,
            "money.event_title" if batch.amount or batch.quantity else "money.event_title_plain",
            kind=kind,
            what=what,
            day=batch.valid_on.isoformat(),
        ),
        trail=trail_to_pair(request, batch.pairing),
        tabs=tabs_of_event(request, batch),
        batch=batch,
        is_demo=batch.programme.is_demo,
        is_illustrative=batch.kind in DUES and batch.reason_code == ILLUSTRATIVE,
        state=say_to(request, f"money.state.{state}"),
        mark=STATE_MARKS[state],
        facts=[
            *facts_of_terms(request, _terms_of(batch), agreement=batch.agreement),
            *_facts_of_making(request, batch),
        ],
        left=_left(request, left) if state == "posted" else "",
        disputes=[
            (row, say_moved(language, row.amount, row.quantity, batch.quantity_unit, is_exact=True))
            for row in chain.disputes
        ],
        chain=_chain_table(request, batch, chain) if chain.before or chain.after else None,
        books=[
            (say_to(request, f"money.book.{side}"), rows_table(request, map(_row_of, listed)))
            for side, listed in books.items()
        ],
        documents=documents_part(request, batch),
        steps=_steps(request, batch, left, chain) if state == "posted" else (),
    )


@FORM
@seated
def reverse_event(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Propose to undo an event."""
    batch = find_or_404(get_event, batch_id)
    actor = actor_of(request)
    if not _may_reverse(request, batch):
        return show_forbidden(request)
    return answer_form(
        request,
        ReversalForm(request, days_of(batch.pairing, timezone.localdate(), batch.valid_on)),
        lambda given: propose_reversal(
            batch=batch,
            reason_code=given["reason"],
            document=given["document"],
            valid_on=given["valid_on"],
            key=given["key"],
            actor=actor,
            now=timezone.now(),
        ),
        done=say_to(request, "money.proposed"),
        title=say_to(request, "money.reverse_title", kind=say_kind(request, batch.kind)),
        text=say_to(request, "money.reverse_text"),
        verb=say_to(request, "money.reverse"),
        is_dangerous=True,
        back=reverse("event", args=[batch.pk]),
        onto=lambda made: reverse("proposal", args=[made.pk]),
        trail=trail_to_pair(request, batch.pairing),
    )


def tabs_of_event(request: HttpRequest, batch: Batch) -> list[Link]:
    """Return the sides of an event: itself, its proposal for the own organisation, its history."""
    links = [Link(say_to(request, "money.tab.event"), "", True)]
    if was_proposed(batch.pk):
        proposal = reverse("proposal", args=[batch.pk])
        links.append(Link(say_to(request, "money.tab.proposal"), proposal))
    history = reverse("history", args=["event", batch.pk])
    return [*links, Link(say_to(request, "history.tab"), history)]


def _terms_of(batch: Batch) -> Terms:
    return Terms(
        kind=batch.kind,
        valid_on=batch.valid_on,
        amount=batch.amount,
        quantity=batch.quantity,
        quantity_unit=batch.quantity_unit,
        nature=batch.nature,
        stage=batch.stage,
        is_beyond_due=batch.is_beyond_due,
        purpose=batch.purpose,
        reason_code=batch.reason_code,
        document=batch.document,
        note=batch.note,
        agreement_id=batch.agreement_id,
    )


def _row_of(row: Transfer) -> PostedRow:
    return PostedRow(
        row.debit.code, row.credit.code, row.amount, row.unit, row.year, row.relates_to_year
    )


def _left(request: HttpRequest, left: OpenBatch | None) -> str:
    """Return what is left for a next step, for those events that have one."""
    if left is None or left.batch.kind not in {row for of in KINDS.values() for row in of.follows}:
        return ""
    return say_to(
        request,
        "money.left_open",
        what=say_moved(language_of(request), left.amount, left.quantity, left.batch.quantity_unit),
        days=left.age(timezone.localdate()),
    )


def _facts_of_making(request: HttpRequest, batch: Batch) -> list[Fact]:
    def term(key: str) -> str:
        return say_to(request, f"money.column.{key}")

    people = {
        "maker": batch.maker_id,
        "maker_for": batch.maker_for_id,
        "checker": batch.checker_id,
        "checker_for": batch.checker_for_id,
    }
    names, unknown = list_names(filter(None, people.values())), say_to(request, "web.unknown")
    facts = [Fact(term("by"), name_of(request, batch.tenant))]
    facts += [Fact(term(key), names.get(pk, unknown)) for key, pk in people.items() if pk]
    recorded = f"{timezone.localtime(batch.recorded_at):%Y-%m-%d %H:%M}"
    if batch.rows_sha256 and actor_of(request).has_role(Role.AUDITOR, batch.programme_id):
        facts.append(Fact(term("rows_sha256"), batch.rows_sha256))
    return [
        *facts,
        Fact(term("recorded_at"), recorded),
        Fact(term("year"), str(batch.year)),
        Fact(term("key"), str(batch.pk)),
    ]


def _chain_table(request: HttpRequest, batch: Batch, chain: Chain) -> Table:
    """Return what the event follows and what follows it, with itself between."""

    def head(key: str) -> str:
        return say_to(request, f"money.column.{key}")

    def line(row: Batch, place: str) -> Row:
        state = state_of(row)
        return Row(
            (
                Cell(say_kind(request, row.kind, row.reversed_kind)),
                Cell(say_to(request, f"money.place.{place}")),
                day(row.valid_on),
                Cell(say_moved(language_of(request), row.amount, row.quantity, row.quantity_unit)),
                Cell(say_to(request, f"money.state.{state}"), status=STATE_MARKS[state]),
            ),
            address="" if row.pk == batch.pk else reverse("event", args=[row.pk]),
        )

    rows: Sequence[Any] = [
        *(line(row, "before") for row in chain.before),
        line(batch, "here"),
        *(line(row, "after") for row in chain.after),
    ]
    return Table(
        name="chain",
        columns=(
            Column("event", head("event")),
            Column("place", head("place")),
            Column("day", head("day")),
            Column("amount", head("amount"), is_number=True),
            Column("state", head("state")),
        ),
        rows=tuple(rows),
    )


def _steps(
    request: HttpRequest, batch: Batch, left: OpenBatch | None, chain: Chain
) -> tuple[dict[str, object], ...]:
    """Return what the acting person may do next with the event, the main step first."""
    actor = actor_of(request)
    steps: list[dict[str, object]] = []
    for kind, known in KINDS.items() if left is not None else ():
        if batch.kind not in known.follows or not may_make(actor, batch.pairing, known.by):
            continue
        assert left is not None
        is_main = NEXT_STEPS.get(batch.kind) == kind
        address = (
            address_of_step(left)
            if is_main
            else f"{reverse('propose_event', args=[batch.pairing_id, kind])}?follows={batch.pk}"
        )
        steps.append({"text": say_to(request, f"money.verb.{kind}"), "address": address})
    is_on_its_way = left is not None and batch.kind == "shipment"
    if is_on_its_way and may_make(actor, batch.pairing, "recipient"):
        text, address = say_to(request, "money.dispute"), reverse("dispute_goods", args=[batch.pk])
        steps.append({"text": text, "address": address})
    standing = [row for row in chain.after if state_of(row) == "posted"]
    if _may_reverse(request, batch) and not standing:
        steps.append(
            {
                "text": say_to(request, "money.reverse"),
                "address": reverse("reverse_event", args=[batch.pk]),
                "is_dangerous": True,
            }
        )
    return tuple(steps)


def _may_reverse(request: HttpRequest, batch: Batch) -> bool:
    """Return whether the acting person may propose to undo *batch*: the side that told it, and no notice."""
    if batch.kind in {"reversal", "year_end"} or state_of(batch) == "reversed":
        return False
    if batch.kind in DUES and not was_proposed(batch.pk):
        return False
    actor = actor_of(request)
    by = KINDS[batch.kind].by
    return part_of(actor, batch.pairing) == by and may_make(actor, batch.pairing, by)
