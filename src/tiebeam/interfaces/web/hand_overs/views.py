"""Hand-overs: the list of ended pairings, one hand-over with its lines, and its steps."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.pairings.operations.hand_overs import (
    answer_line,
    open_hand_over,
    recount_hand_over,
    sign_hand_over,
)
from tiebeam.apps.pairings.operations.sides import demand_side
from tiebeam.apps.pairings.queries.hand_overs import (
    answer_of,
    find_hand_over,
    get_hand_over,
    get_line,
    list_lines,
    list_successors,
)
from tiebeam.apps.pairings.queries.pairings import get_pairing
from tiebeam.interfaces.web.documents.part import documents_part
from tiebeam.interfaces.web.documents.places import name_of_pairing
from tiebeam.interfaces.web.errors import show_forbidden
from tiebeam.interfaces.web.forming import FORM, answer_form, find_or_404, find_refusal
from tiebeam.interfaces.web.hand_overs.forms import AnswerForm, OpenForm, SignForm
from tiebeam.interfaces.web.hand_overs.lists import ended_table, facts_of, rows_of
from tiebeam.interfaces.web.hand_overs.words import (
    demand_ending,
    may_keep,
    name_of_ending,
    say_kind,
    trail_to_hand_over,
    trail_to_hand_overs,
    trail_to_pairing,
)
from tiebeam.interfaces.web.page import say_to, show_page, tabs_with_history
from tiebeam.interfaces.web.periods import period_text
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.interfaces.web.tables import table_as_file
from tiebeam.interfaces.web.timeline import timeline_of


@require_safe
@seated
def list_all(request: HttpRequest) -> HttpResponse:
    """List the pairings that have ended, each with where its hand-over stands."""
    table = ended_table(request, timezone.localdate())
    return table_as_file(table) or show_page(
        request,
        "web/hand_overs/list.html",
        title=say_to(request, "hand_overs.title", count=table.row_count),
        table=table,
    )


@FORM
@seated
def open_one(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """Open the hand-over of an ended pairing: the system counts what it records of it."""
    pairing = find_or_404(get_pairing, pairing_id)
    demand_side(actor_of(request), "pairings.open_hand_over", pairing)
    standing = find_hand_over(pairing)
    if standing is not None and request.method != "POST":
        return redirect("hand_over", standing.pk)
    others = list_successors(pairing)
    form = OpenForm(
        request,
        [
            (
                str(row.pk),
                say_to(
                    request,
                    "hand_overs.successor",
                    pair=name_of_pairing(request, row),
                    term=period_text(request, row.valid_from, row.valid_until),
                ),
            )
            for row in others
        ],
    )
    chosen: dict[UUID | None, Pairing] = {row.pk: row for row in others}
    return answer_form(
        request,
        form,
        lambda _: open_hand_over(
            ending=pairing,
            successor=chosen.get(form.successor_id()),
            actor=actor_of(request),
            now=timezone.now(),
        ),
        done=say_to(request, "hand_overs.opened"),
        onto=lambda made: reverse("hand_over", args=[made.pk]),
        title=say_to(request, "hand_overs.open_title", pair=name_of_pairing(request, pairing)),
        trail=trail_to_pairing(request, pairing),
        text=say_to(request, "hand_overs.open_text"),
        verb=say_to(request, "hand_overs.open"),
        back=reverse("hand_overs"),
    )


@require_safe
@seated
def show_hand_over(request: HttpRequest, hand_over_id: UUID) -> HttpResponse:
    """Show a hand-over with its lines."""
    return page_of_hand_over(request, hand_over_id)


@FORM
@seated
def answer(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Enter by hand what this system does not record."""
    line = find_or_404(get_line, line_id)
    hand_over = find_or_404(get_hand_over, line.hand_over_id)
    demand_ending(actor_of(request), "pairings.answer_line", hand_over)
    if line.is_recorded_here:
        sentence = say_to(request, "pairings.hand_over_line_recorded_here")
        return page_of_hand_over(request, hand_over.pk, [sentence])
    form = AnswerForm(
        request, initial={"items_count": line.items_count, "statement": line.statement}
    )
    return answer_form(
        request,
        form,
        lambda given: answer_line(
            line=line,
            items_count=given["items_count"],
            statement=given["statement"],
            actor=actor_of(request),
            now=timezone.now(),
        ),
        done=say_to(request, "hand_overs.answered"),
        title=say_to(request, "hand_overs.answer_title", kind=say_kind(request, line.kind)),
        trail=trail_to_hand_over(request, hand_over),
        text=say_to(request, "hand_overs.answer_text"),
        verb=say_to(request, "hand_overs.save"),
        back=reverse("hand_over", args=[hand_over.pk]),
    )


@require_POST
@seated
def recount(request: HttpRequest, hand_over_id: UUID) -> HttpResponse:
    """Count again what this system records."""
    hand_over = find_or_404(get_hand_over, hand_over_id)
    refusal = find_refusal(
        request,
        lambda: recount_hand_over(hand_over=hand_over, actor=actor_of(request), now=timezone.now()),
    )
    if refusal:
        return page_of_hand_over(request, hand_over_id, refusal)
    messages.success(request, say_to(request, "hand_overs.recounted"))
    return redirect("hand_over", hand_over_id)


@FORM
@seated
def sign(request: HttpRequest, hand_over_id: UUID) -> HttpResponse:
    """Sign that the list is whole; refused in words while a line is unanswered."""
    hand_over = find_or_404(get_hand_over, hand_over_id)
    demand_ending(actor_of(request), "pairings.sign_hand_over", hand_over)
    if not may_keep(actor_of(request), hand_over):
        if hand_over.state != "signed":
            return show_forbidden(request)
        return page_of_hand_over(
            request, hand_over.pk, [say_to(request, "pairings.hand_over_signed")]
        )
    return answer_form(
        request,
        SignForm(request),
        lambda _: sign_hand_over(hand_over=hand_over, actor=actor_of(request), now=timezone.now()),
        done=say_to(request, "hand_overs.signed"),
        template="web/hand_overs/sign.html",
        title=say_to(request, "hand_overs.sign_title", pair=name_of_ending(request, hand_over)),
        trail=trail_to_hand_over(request, hand_over),
        rows=rows_of(request, list_lines(hand_over), may_answer=False),
        verb=say_to(request, "hand_overs.sign"),
        back=reverse("hand_over", args=[hand_over.pk]),
    )


def page_of_hand_over(
    request: HttpRequest, hand_over_id: UUID, refusal: list[str] | None = None
) -> HttpResponse:
    """Answer with the page of a hand-over; with *refusal*, why what was asked for was not done."""
    hand_over = find_or_404(get_hand_over, hand_over_id)
    lines = list_lines(hand_over)
    unanswered = sum(answer_of(line) == "not_recorded" for line in lines)
    may = may_keep(actor_of(request), hand_over)
    code = "hand_overs.title_signed" if hand_over.state == "signed" else "hand_overs.title_open"
    return show_page(
        request,
        "web/hand_overs/hand_over.html",
        title=say_to(
            request,
            code,
            pair=name_of_ending(request, hand_over),
            unanswered=unanswered,
            count=len(lines),
        ),
        trail=trail_to_hand_overs(request),
        hand_over=hand_over,
        tabs=tabs_with_history(request, "hand_over", hand_over.pk),
        facts=facts_of(request, hand_over),
        rows=rows_of(request, lines, may_answer=may),
        may=may,
        documents=documents_part(request, hand_over),
        timeline=timeline_of(request, [hand_over.pk, *(line.pk for line in lines)]),
        refusal=refusal,
        status=409 if refusal else 200,
    )
