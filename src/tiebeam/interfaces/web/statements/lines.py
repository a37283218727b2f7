"""One line of a statement: what it could be, and a person who says what it is."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from tiebeam.apps.ledger.models import Batch, Proposal
from tiebeam.apps.ledger.operations.bank_statements import (
    confirm_line,
    match_line,
    reopen_line,
    set_line_aside,
)
from tiebeam.apps.ledger.queries.bank_statements import (
    FLOWS,
    LineStanding,
    LineSuggestion,
    find_line,
    suggest_events,
)
from tiebeam.apps.ledger.queries.events import find_event
from tiebeam.apps.ledger.queries.flows import list_pairs_at_work
from tiebeam.apps.pairings.models import Pairing
from tiebeam.core.ledger.events import KINDS
from tiebeam.interfaces.messages.figures import exact_money
from tiebeam.interfaces.web.documents.places import name_of_pairing
from tiebeam.interfaces.web.errors import show_forbidden
from tiebeam.interfaces.web.forming import FORM, answer_form, find_or_404, find_refusal
from tiebeam.interfaces.web.forms import PageForm, choices_of
from tiebeam.interfaces.web.money.forms import ReasonForm
from tiebeam.interfaces.web.money.words import may_make, say_kind
from tiebeam.interfaces.web.page import Fact, Link, language_of, say_to, show_page
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.interfaces.web.statements.tables import (
    STATE_MARKS,
    say_reasons,
    say_suggestion,
    say_what,
)
from tiebeam.interfaces.web.statements.views import trail_to_statements

NATURES = ("current", "capital")


class ConfirmForm(PageForm):
    """What an event needs besides the day and the amount that the bank tells."""

    words: ClassVar[str] = "statements.field"

    document = forms.CharField(max_length=200)
    nature = forms.ChoiceField(required=False)
    note = forms.CharField(
        max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, request: HttpRequest, kind: str, document: str) -> None:
        """Offer what the kind of event asks for."""
        super().__init__(request)
        self.fields["document"].initial = document[:200]
        if kind == "expenditure":
            nature = self.fields["nature"]
            assert isinstance(nature, forms.ChoiceField)
            nature.required = True
            nature.choices = choices_of(request, "claims.nature", NATURES)
        else:
            del self.fields["nature"]


@require_safe
@seated
def show(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Show a line, what it is or could be, and what may be said of it."""
    return _page(request, find_or_404(find_line, line_id))


@require_POST
@seated
def match(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Say that a line is an event that was posted."""
    standing = find_or_404(find_line, line_id)
    batch = _find_batch(request.POST.get("batch", ""))
    actor = actor_of(request)
    refusal = find_refusal(
        request,
        lambda: match_line(line=standing.line, batch=batch, actor=actor, now=timezone.now()),
    )
    if refusal:
        return _page(request, find_or_404(find_line, line_id), refusal)
    messages.success(request, say_to(request, "statements.matched"))
    return redirect("bank_statement", standing.line.statement_id)


@FORM
@seated
def confirm(request: HttpRequest, line_id: UUID, kind: str) -> HttpResponse:
    """Propose the event that a line is, for a second person to post."""
    standing = find_or_404(find_line, line_id)
    if kind not in FLOWS:
        raise Http404
    followed = _find_batch(request.GET["follows"]) if request.GET.get("follows") else None
    pairing = followed.pairing if followed else _find_pairing(request)
    actor = actor_of(request)
    if not may_make(actor, pairing, KINDS[kind].by):
        return show_forbidden(request)

    def act(given: Mapping[str, Any]) -> Proposal:
        return confirm_line(
            line=standing.line,
            kind=kind,
            pairing=pairing,
            follows=followed,
            actor=actor,
            now=timezone.now(),
            **given,
        )

    line = standing.line
    return answer_form(
        request,
        ConfirmForm(request, kind, line.reference),
        act,
        done=say_to(request, "statements.proposed"),
        title=say_to(
            request,
            "statements.confirm_title",
            kind=say_kind(request, kind),
            amount=abs(line.amount),
        ),
        verb=say_to(request, "statements.confirm"),
        back=reverse("bank_line", args=[line.pk]),
        onto=lambda made: reverse("proposal", args=[made.pk]),
        trail=_trail(request, standing),
        text=say_to(
            request,
            "statements.confirm_text",
            pair=name_of_pairing(request, pairing),
            day=line.booked_on.isoformat(),
        ),
    )


@FORM
@seated
def set_aside(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Say why a line is no event of ours."""
    return _answer_reason(request, line_id, set_line_aside, "set_aside")


@FORM
@seated
def reopen(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Take back what was said of a line."""
    return _answer_reason(request, line_id, reopen_line, "reopen")


def _answer_reason(request: HttpRequest, line_id: UUID, act: Any, words: str) -> HttpResponse:
    standing = find_or_404(find_line, line_id)
    actor = actor_of(request)
    return answer_form(
        request,
        ReasonForm(request),
        lambda given: act(
            line=standing.line, reason=given["reason"], actor=actor, now=timezone.now()
        ),
        done=say_to(request, f"statements.done.{words}"),
        title=say_to(request, f"statements.{words}_title"),
        verb=say_to(request, f"statements.{words}"),
        back=reverse("bank_line", args=[line_id]),
        onto=lambda _: reverse("bank_statement", args=[standing.line.statement_id]),
        trail=_trail(request, standing),
    )


def _page(
    request: HttpRequest, standing: LineStanding, refusal: list[str] | None = None
) -> HttpResponse:
    actor, line = actor_of(request), standing.line
    found = suggest_events([standing], actor.organisation_id).get(line.pk, [])
    event_id = standing.batch.pk if standing.batch else None
    return show_page(
        request,
        "web/statements/line.html",
        title=say_to(
            request,
            f"statements.line_title.{'came' if line.amount > 0 else 'went'}",
            amount=abs(line.amount),
            counterparty=line.counterparty or say_to(request, "web.unknown"),
        ),
        trail=_trail(request, standing),
        facts=_facts(request, standing),
        mark=STATE_MARKS[standing.state],
        state=say_to(request, f"statements.state.{standing.state}"),
        is_open=standing.state == "open",
        suggestions=[_choice(request, standing, each) for each in found],
        others=_list_others(request, standing) if standing.state == "open" else [],
        line=line,
        event=reverse("event", args=[event_id]) if event_id else "",
        proposal=reverse("proposal", args=[standing.proposal.pk]) if standing.proposal else "",
        may_reopen=standing.state in {"posted", "set_aside"},
        refusal=refusal,
        status=409 if refusal else 200,
    )


def _choice(
    request: HttpRequest, standing: LineStanding, suggestion: LineSuggestion
) -> dict[str, Any]:
    """Return what the page shows of a suggestion: words, reasons, and the way to say yes."""
    address = ""
    batch = suggestion.batch
    if not suggestion.is_posted:
        address = reverse("confirm_line", args=[standing.line.pk, suggestion.kind])
        address += f"?follows={batch.pk}"
    return {
        "what": say_suggestion(request, suggestion),
        "pair": name_of_pairing(request, batch.pairing),
        "day": batch.valid_on,
        "why": say_reasons(request, suggestion),
        "event": reverse("event", args=[batch.pk]),
        "batch": batch.pk if suggestion.is_posted else "",
        "address": address,
        "is_only": suggestion.why.is_only,
    }


def _list_others(request: HttpRequest, standing: LineStanding) -> list[Link]:
    """Return the events that follow nothing, such as an expenditure, for each pair that may report them."""
    way = 1 if standing.line.amount > 0 else -1
    kinds = [kind for kind, flow in FLOWS.items() if flow == way and not KINDS[kind].follows]
    if not kinds:
        return []
    actor = actor_of(request)
    pairs: Sequence[Pairing] = list(
        list_pairs_at_work(actor.organisation_id, timezone.localdate()).values()
    )
    return [
        Link(
            say_to(
                request,
                "statements.enter_as",
                kind=say_kind(request, kind),
                pair=name_of_pairing(request, pairing),
            ),
            reverse("confirm_line", args=[standing.line.pk, kind]) + f"?pairing={pairing.pk}",
        )
        for kind in kinds
        for pairing in pairs
        if may_make(actor, pairing, KINDS[kind].by)
    ]


def _facts(request: HttpRequest, standing: LineStanding) -> list[Fact]:
    line, unknown = standing.line, say_to(request, "web.unknown")

    def term(key: str) -> str:
        return say_to(request, f"statements.column.{key}")

    facts = [
        Fact(term("booked_on"), line.booked_on.isoformat()),
        Fact(term("amount"), exact_money(line.amount, language_of(request))),
        Fact(term("counterparty"), line.counterparty or unknown),
        Fact(term("text"), line.text or unknown),
        Fact(term("reference"), line.reference or unknown),
        Fact(term("number"), str(line.number)),
    ]
    if what := say_what(request, standing):
        facts.append(Fact(term("is"), what))
    return facts


def _trail(request: HttpRequest, standing: LineStanding) -> list[Link]:
    statement = standing.line.statement
    address = reverse("bank_statement", args=[statement.pk])
    return [*trail_to_statements(request), Link(statement.name, address)]


def _find_batch(text: str) -> Batch:
    """
    Return the event whose id the address or the form names.

    Raises:
        Http404: There is none that may be read.
    """
    try:
        found = find_event(UUID(text))
    except ValueError as error:
        raise Http404 from error
    if found is None:
        raise Http404
    return found


def _find_pairing(request: HttpRequest) -> Pairing:
    """
    Return the own pair that the address names.

    Raises:
        Http404: It names none.
    """
    pairs = list_pairs_at_work(actor_of(request).organisation_id, timezone.localdate())
    for pairing_id, pairing in pairs.items():
        if str(pairing_id) == request.GET.get("pairing", ""):
            return pairing
    raise Http404
