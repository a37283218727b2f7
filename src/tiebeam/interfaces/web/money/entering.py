"""Report an event: one page for each kind, with what it follows chosen first."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from tiebeam.apps.ledger.models import Batch, Proposal
from tiebeam.apps.ledger.operations.composing import days_of
from tiebeam.apps.ledger.operations.disputes import dispute_payment
from tiebeam.apps.ledger.operations.proposals import propose
from tiebeam.apps.ledger.operations.terms import Terms
from tiebeam.apps.ledger.queries.waiting import OpenBatch, list_amounts, list_open
from tiebeam.apps.pairings.models import Agreement, Pairing
from tiebeam.apps.pairings.queries.agreements import list_agreements
from tiebeam.apps.pairings.queries.pairings import get_pairing
from tiebeam.core.ledger.days import Days
from tiebeam.core.ledger.events import KINDS
from tiebeam.interfaces.web.errors import show_forbidden
from tiebeam.interfaces.web.forming import FORM, answer_form, find_or_404
from tiebeam.interfaces.web.money.forms import AnswerForm, DisputeForm, EventForm
from tiebeam.interfaces.web.money.tables import open_table
from tiebeam.interfaces.web.money.words import (
    may_make,
    say_amount,
    say_kind,
    say_moved,
    trail_to_pair,
)
from tiebeam.interfaces.web.page import Fact, Link, language_of, say_to, show_page
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.platform.tenancy.acting import Actor

_DIGITS = 16
"""Of the largest amount that a row may move, in fen."""


@FORM
@seated
def propose_event(request: HttpRequest, pairing_id: UUID, kind: str) -> HttpResponse:
    """Report one event of a pair; another person of the same side posts it."""
    pairing = find_or_404(get_pairing, pairing_id)
    if kind not in KINDS:
        raise Http404
    actor, known = actor_of(request), KINDS[kind]
    if not may_make(actor, pairing, known.by):
        return show_forbidden(request)
    followed = None
    if known.follows:
        open_rows = list_open(known.follows, pairing.pk)
        followed = _chosen(request, open_rows)
        if followed is None:
            return _ask_what_it_follows(request, pairing, kind, open_rows)
        if kind == "receipt":
            return redirect("answer_payment", followed.batch.pk)
    agreements = _in_force(pairing, timezone.localdate()) if known.names_agreement else []
    if known.names_agreement and not agreements:
        return _tell_no_agreement(request, pairing, kind)
    form = EventForm(
        request,
        kind,
        _days(pairing, followed.batch if followed else None),
        agreements=agreements,
        purposes=pairing.programme.forms,
        followed=followed,
        peers=list_amounts(kind, pairing.programme_id),
        amount=_asked_amount(request),
    )
    return answer_form(
        request,
        form,
        lambda given: propose(
            pairing=pairing,
            terms=form.terms(),
            key=given["key"],
            actor=actor,
            now=timezone.now(),
        ),
        done=say_to(request, "money.proposed"),
        title=say_to(request, f"money.verb.{kind}"),
        verb=say_to(request, "money.propose"),
        text=say_to(request, "money.propose_text"),
        back=reverse("money_of_pair", args=[pairing.pk]),
        onto=_address_of,
        trail=trail_to_pair(request, pairing),
        template="web/money/form.html",
        facts=_facts(request, followed),
    )


def _asked_amount(request: HttpRequest) -> int | None:
    """Return the fen that the address proposes, or None."""
    text = request.GET.get("amount", "")
    return int(text) if len(text) <= _DIGITS and text.isascii() and text.isdigit() else None


@FORM
@seated
def answer_payment(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Say what came of a payment: all, a part, or nothing, with the reason."""
    found = list_open(("payment",), batch_id=batch_id)
    if not found:
        raise Http404
    [row] = found
    pairing, actor = row.batch.pairing, actor_of(request)
    if not may_make(actor, pairing, "recipient"):
        return show_forbidden(request)
    form = AnswerForm(request, row.amount, _days(pairing, row.batch))

    return answer_form(
        request,
        form,
        lambda given: _answer(row, form, given, actor),
        done=lambda made: say_to(request, "money.proposed" if made else "money.disputed"),
        title=say_to(
            request,
            "money.answer_title",
            amount=say_amount(request, row.amount),
            days=row.age(timezone.localdate()),
        ),
        verb=say_to(request, "money.answer_send"),
        text=say_to(request, "money.answer_text"),
        back=reverse("money_of_pair", args=[pairing.pk]),
        onto=lambda made: _address_of(made) if made else reverse("event", args=[batch_id]),
        trail=trail_to_pair(request, pairing),
        template="web/money/form.html",
        facts=_facts(request, row),
    )


@FORM
@seated
def dispute_goods(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Say that goods did not arrive, or not all of them; nothing is posted."""
    found = list_open(("shipment",), batch_id=batch_id)
    if not found:
        raise Http404
    [row] = found
    pairing, actor = row.batch.pairing, actor_of(request)
    if not may_make(actor, pairing, "recipient"):
        return show_forbidden(request)
    return answer_form(
        request,
        DisputeForm(request, row),
        lambda given: dispute_payment(
            payment=row.batch,
            amount=given.get("amount") or 0,
            quantity=given.get("quantity") or 0,
            reason=given["reason"],
            actor=actor,
            now=timezone.now(),
        ),
        done=say_to(request, "money.disputed"),
        title=say_to(request, "money.dispute_title"),
        text=say_to(request, "money.dispute_text"),
        verb=say_to(request, "money.dispute"),
        back=reverse("event", args=[batch_id]),
        trail=trail_to_pair(request, pairing),
        template="web/money/form.html",
        facts=_facts(request, row),
    )


def _address_of(proposal: Proposal) -> str:
    return reverse("proposal", args=[proposal.pk])


def _days(pairing: Pairing, followed: Batch | None) -> Days:
    return days_of(pairing, timezone.localdate(), followed.valid_on if followed else None)


def _chosen(request: HttpRequest, open_rows: list[OpenBatch]) -> OpenBatch | None:
    """Return the batch that the address names, or the only one there is."""
    asked = request.GET.get("follows", "")
    if not asked:
        return open_rows[0] if len(open_rows) == 1 else None
    found = next((row for row in open_rows if str(row.batch.pk) == asked), None)
    if found is None:
        raise Http404
    return found


def _ask_what_it_follows(
    request: HttpRequest, pairing: Pairing, kind: str, open_rows: list[OpenBatch]
) -> HttpResponse:
    address = reverse("propose_event", args=[pairing.pk, kind])
    verb = say_to(request, f"money.verb.{kind}")
    return show_page(
        request,
        "web/money/choose.html",
        title=say_to(
            request, "money.choose" if open_rows else "money.nothing_to_follow", verb=verb
        ),
        trail=trail_to_pair(request, pairing),
        kinds=[say_kind(request, follows) for follows in KINDS[kind].follows],
        table=open_table(request, open_rows, address, verb, timezone.localdate())
        if open_rows
        else None,
        back=reverse("money_of_pair", args=[pairing.pk]),
    )


def _tell_no_agreement(request: HttpRequest, pairing: Pairing, kind: str) -> HttpResponse:
    step = reverse("agreements_of_pairing", args=[pairing.pk])
    return show_page(
        request,
        "web/money/no_agreement.html",
        title=say_to(request, f"money.verb.{kind}"),
        trail=trail_to_pair(request, pairing),
        step=Link(say_to(request, "web.rail.agreements"), step),
    )


def _in_force(pairing: Pairing, day: date) -> list[Agreement]:
    return [row.agreement for row in list_agreements(pairing) if row.is_in_force(day)]


def _facts(request: HttpRequest, followed: OpenBatch | None) -> list[Fact]:
    """Return what is said of the batch that an event follows."""
    if followed is None:
        return []
    batch, language = followed.batch, language_of(request)

    def term(key: str) -> str:
        return say_to(request, f"money.column.{key}")

    facts = [
        Fact(
            term("follows"),
            say_kind(request, batch.kind),
            address=reverse("event", args=[batch.pk]),
        ),
        Fact(term("day"), batch.valid_on.isoformat()),
        Fact(
            term("amount"),
            say_moved(language, batch.amount, batch.quantity, batch.quantity_unit),
        ),
        Fact(
            term("left"),
            say_moved(language, followed.amount, followed.quantity, batch.quantity_unit),
        ),
    ]
    if batch.document:
        facts.append(Fact(term("document"), batch.document))
    if followed.dispute is not None:
        facts.append(Fact(term("dispute"), followed.dispute.reason))
    return facts


def _answer(
    row: OpenBatch, form: AnswerForm, given: Mapping[str, Any], actor: Actor
) -> Proposal | None:
    """Propose what came, and say what did not; sent twice, it is said once."""
    now, received = timezone.now(), form.received()
    missing, reason = row.amount - received, given["reason"].strip()
    said = row.dispute
    with transaction.atomic():
        if missing and (said is None or (said.amount, said.reason) != (missing, reason)):
            dispute_payment(payment=row.batch, amount=missing, reason=reason, actor=actor, now=now)
        if not received:
            return None
        terms = Terms(
            kind="receipt",
            valid_on=given["valid_on"],
            amount=received,
            document=given["document"].strip(),
            note=reason,
            follows_id=row.batch.pk,
        )
        return propose(
            pairing=row.batch.pairing, terms=terms, key=given["key"], actor=actor, now=now
        )
