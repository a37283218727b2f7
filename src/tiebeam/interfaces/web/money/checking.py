"""The second person: everything that a proposal would post; post it, or send it back."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from tiebeam.apps.ledger.models import Proposal
from tiebeam.apps.ledger.operations.preview import Preview, preview
from tiebeam.apps.ledger.operations.proposals import (
    post_proposal,
    return_proposal,
    withdraw_proposal,
)
from tiebeam.apps.ledger.operations.terms import Terms
from tiebeam.apps.ledger.queries.events import find_event
from tiebeam.apps.ledger.queries.waiting import get_proposal
from tiebeam.interfaces.web.errors import show_forbidden
from tiebeam.interfaces.web.forming import FORM, answer_form, find_or_404, find_refusal
from tiebeam.interfaces.web.money.facts import facts_of_terms, rows_table
from tiebeam.interfaces.web.money.forms import ReasonForm
from tiebeam.interfaces.web.money.words import (
    is_same_person,
    may_check,
    say_account,
    say_held,
    say_kind,
    say_moved,
    side_of_proposal,
    trail_to_pair,
)
from tiebeam.interfaces.web.page import Fact, Link, language_of, say_error, say_to, show_page
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.interfaces.web.tables import Cell, Column, Row, Table
from tiebeam.platform.identity.people import list_names


@require_safe
@seated
def show_proposal(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """Show what somebody of the own organisation proposed, and what it would post."""
    return page_of_proposal(request, find_or_404(get_proposal, proposal_id))


@require_POST
@seated
def post(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """Post a proposal of another person."""
    proposal = find_or_404(get_proposal, proposal_id)
    actor = actor_of(request)
    if not may_check(actor, proposal.pairing, side_of_proposal(actor, proposal)):
        return show_forbidden(request)
    return _act(
        request,
        proposal,
        lambda: post_proposal(proposal=proposal, actor=actor, now=timezone.now()),
        "money.posted",
        reverse("event", args=[proposal.pk]),
    )


@require_POST
@seated
def withdraw(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """Withdraw an own proposal."""
    proposal = find_or_404(get_proposal, proposal_id)
    return _act(
        request,
        proposal,
        lambda: withdraw_proposal(proposal=proposal, actor=actor_of(request), now=timezone.now()),
        "money.withdrawn",
        reverse("money_of_pair", args=[proposal.pairing_id]),
    )


@FORM
@seated
def send_back(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """Send a proposal back to who made it, with a reason."""
    proposal = find_or_404(get_proposal, proposal_id)
    actor = actor_of(request)
    if not may_check(actor, proposal.pairing, side_of_proposal(actor, proposal)):
        return show_forbidden(request)
    return answer_form(
        request,
        ReasonForm(request),
        lambda given: return_proposal(
            proposal=proposal, reason=given["reason"], actor=actor, now=timezone.now()
        ),
        done=say_to(request, "money.sent_back"),
        title=say_to(request, "money.send_back_title", kind=say_kind(request, proposal.kind)),
        verb=say_to(request, "money.send_back"),
        back=reverse("proposal", args=[proposal.pk]),
        onto=lambda _: reverse("money"),
        trail=trail_to_pair(request, proposal.pairing),
    )


def page_of_proposal(
    request: HttpRequest, proposal: Proposal, refusal: list[str] | None = None
) -> HttpResponse:
    """Answer with the page of a proposal; with *refusal*, why what was asked for was not done."""
    actor, now = actor_of(request), timezone.now()
    terms = Terms.from_plain(proposal.terms)
    is_open = proposal.state == "proposed"
    is_own = is_same_person(actor, proposal.maker_id, proposal.maker_for_id)
    may = may_check(actor, proposal.pairing, side_of_proposal(actor, proposal))
    seen = preview(proposal=proposal, actor=actor, now=now) if is_open else Preview()
    followed_id = terms.follows_id or terms.reverses_id
    return show_page(
        request,
        "web/money/proposal.html",
        title=say_to(
            request,
            "money.proposal_title",
            kind=say_kind(request, proposal.kind),
            what=say_moved(language_of(request), terms.amount, terms.quantity, terms.quantity_unit),
            state=say_to(request, f"ledger.state.{proposal.state}"),
        )
        if terms.amount or terms.quantity
        else say_to(
            request,
            "money.proposal_title_plain",
            kind=say_kind(request, proposal.kind),
            state=say_to(request, f"ledger.state.{proposal.state}"),
        ),
        trail=trail_to_pair(request, proposal.pairing),
        tabs=tabs_of_proposal(request, proposal),
        proposal=proposal,
        facts=[
            *facts_of_terms(request, terms, find_event(followed_id) if followed_id else None),
            *_facts_of_people(request, proposal),
        ],
        rows=rows_table(request, seen.rows) if seen.rows else None,
        effects=_effects_table(request, seen) if seen.changes else None,
        other_rows=seen.other_rows,
        would_refuse=say_error(request, seen.refusal) if seen.refusal else None,
        may_post=is_open and may and not is_own and seen.refusal is None,
        may_send_back=is_open and may and not is_own,
        may_withdraw=is_open and is_own,
        is_own=is_own and is_open,
        again=_again(request, proposal) if is_own and proposal.state == "returned" else None,
        refusal=refusal,
        status=409 if refusal else 200,
    )


def tabs_of_proposal(request: HttpRequest, proposal: Proposal) -> list[Link]:
    """Return the sides of a proposal: itself, and the event where it was posted."""
    if proposal.state != "posted":
        return []
    return [
        Link(say_to(request, "money.tab.event"), reverse("event", args=[proposal.pk])),
        Link(say_to(request, "money.tab.proposal"), "", True),
        Link(say_to(request, "history.tab"), reverse("history", args=["event", proposal.pk])),
    ]


def _act(
    request: HttpRequest,
    proposal: Proposal,
    act: Callable[[], object],
    done: str,
    onto: str,
) -> HttpResponse:
    refusal = find_refusal(request, act)
    if refusal:
        return page_of_proposal(request, find_or_404(get_proposal, proposal.pk), refusal)
    messages.success(request, say_to(request, done))
    return redirect(onto)


def _facts_of_people(request: HttpRequest, proposal: Proposal) -> list[Fact]:
    def term(key: str) -> str:
        return say_to(request, f"money.column.{key}")

    ids = [
        each
        for each in (proposal.maker_id, proposal.maker_for_id, proposal.decided_by_id)
        if each is not None
    ]
    names, unknown = list_names(ids), say_to(request, "web.unknown")
    facts = [
        Fact(term("maker"), names.get(proposal.maker_id, unknown)),
        Fact(term("proposed_at"), f"{timezone.localtime(proposal.proposed_at):%Y-%m-%d %H:%M}"),
    ]
    if proposal.maker_for_id:
        facts.append(Fact(term("maker_for"), names.get(proposal.maker_for_id, unknown)))
    if proposal.decided_by_id and proposal.decided_at:
        facts.append(Fact(term("decided_by"), names.get(proposal.decided_by_id, unknown)))
        decided = f"{timezone.localtime(proposal.decided_at):%Y-%m-%d %H:%M}"
        facts.append(Fact(term("decided_at"), decided))
    return facts


def _effects_table(request: HttpRequest, seen: Preview) -> Table:
    """Return what each account holds before and after."""

    def head(key: str) -> str:
        return say_to(request, f"money.column.{key}")

    return Table(
        name="effects",
        columns=(
            Column("account", head("account")),
            Column("year", head("year")),
            Column("before", head("before"), is_number=True),
            Column("change", head("change"), is_number=True),
            Column("after", head("after"), is_number=True),
        ),
        rows=tuple(
            Row(
                (
                    Cell(say_account(request, key.code)),
                    Cell(str(key.year) if key.year else ""),
                    Cell(say_held(request, before, key.unit)),
                    Cell(("+" if change > 0 else "") + say_held(request, change, key.unit)),
                    Cell(say_held(request, before + change, key.unit)),
                )
            )
            for key, (before, change) in seen.changes.items()
        ),
    )


def _again(request: HttpRequest, proposal: Proposal) -> Link | None:
    if proposal.kind in {"reversal", "year_end"}:
        return None
    address = reverse("propose_event", args=[proposal.pairing_id, proposal.kind])
    follows = proposal.terms.get("follows_id", "")
    return Link(
        say_to(request, "money.propose_again"),
        f"{address}?follows={follows}" if follows else address,
    )
