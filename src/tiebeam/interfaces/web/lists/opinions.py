"""Say what one thinks of a draft list, and answer what was said."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from tiebeam.apps.pairings.operations.opinions import (
    answer_opinion,
    give_opinion,
    note_agreeing_opinions,
)
from tiebeam.apps.pairings.queries.lists import list_lines
from tiebeam.apps.pairings.queries.waiting import find_own_opinion, get_opinion
from tiebeam.interfaces.web.amounts import name_resources
from tiebeam.interfaces.web.errors import show_forbidden
from tiebeam.interfaces.web.forming import FORM, answer_form, find_or_404
from tiebeam.interfaces.web.lists import forms
from tiebeam.interfaces.web.lists.tables import REPLY_STATUS, lines_table
from tiebeam.interfaces.web.lists.views import find_list_or_404, name_of_list
from tiebeam.interfaces.web.page import Fact, Link, name_of, say_to
from tiebeam.interfaces.web.programmes.rights import may
from tiebeam.interfaces.web.programmes.rounds import trail_of_round
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.platform.permissions.operations import is_allowed


@FORM
@seated
def give(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Agree to a draft, object with a reason, or propose; the own pairs are shown beside."""
    pair_list = find_list_or_404(list_id)
    actor = actor_of(request)
    if not is_allowed(actor, "pairings.give_opinion", pair_list.round.programme_id):
        return show_forbidden(request)
    own = find_own_opinion(pair_list)
    initial = {} if own is None else {"reply": own.reply, "text": own.text}
    form = forms.OpinionForm(request, initial=initial)
    lines = [
        row
        for row in list_lines(pair_list)
        if actor.organisation_id in {row.donor_id, row.recipient_id}
    ]
    name = name_of_list(request, pair_list)
    address = reverse("list_version", args=[pair_list.pk])
    return answer_form(
        request,
        form,
        lambda given: give_opinion(
            pair_list=pair_list,
            reply=given["reply"],
            text=given["text"],
            actor=actor,
            now=timezone.now(),
        ),
        done=say_to(request, "lists.done.give_opinion"),
        template="web/lists/opinion.html",
        title=say_to(request, "lists.give_opinion_title", name=name),
        trail=[*trail_of_round(request, pair_list.round), Link(name, address)],
        verb=say_to(request, "lists.verb.give_opinion"),
        back=address,
        text=say_to(request, "lists.give_opinion_text", due=str(pair_list.opinions_due_on)),
        table=lines_table(request, pair_list, lines, name_resources(request, [pair_list.round])),
    )


@FORM
@seated
def answer(request: HttpRequest, opinion_id: UUID) -> HttpResponse:
    """Answer one opinion in words, and say whether it is followed."""
    opinion = find_or_404(get_opinion, opinion_id)
    pair_list = opinion.of_list
    if not may(request, "pairings.answer_opinion", pair_list.round.programme):
        return show_forbidden(request)
    name, who = name_of_list(request, pair_list), name_of(request, opinion.tenant)
    address = reverse("list_version", args=[pair_list.pk])
    reply = say_to(request, f"lists.reply.{opinion.reply}")
    return answer_form(
        request,
        forms.AnswerForm(request),
        lambda given: answer_opinion(
            opinion=opinion,
            is_followed=given["is_followed"] == "followed",
            text=given["text"],
            actor=actor_of(request),
            now=timezone.now(),
        ),
        done=say_to(request, "lists.done.answer_opinion"),
        template="web/lists/opinion.html",
        title=say_to(request, "lists.answer_opinion_title", organisation=who, name=name),
        trail=[*trail_of_round(request, pair_list.round), Link(name, address)],
        verb=say_to(request, "lists.answer_verb"),
        back=address,
        facts=[
            Fact(who, reply, status=REPLY_STATUS[opinion.reply]),
            Fact(say_to(request, "lists.column.text"), opinion.text),
        ],
    )


@FORM
@seated
def note_agreeing(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Take note of all opinions on a version that agree, in the same words."""
    pair_list = find_list_or_404(list_id)
    if not may(request, "pairings.note_agreeing_opinions", pair_list.round.programme):
        return show_forbidden(request)
    name = name_of_list(request, pair_list)
    address = reverse("list_version", args=[pair_list.pk])
    return answer_form(
        request,
        forms.NotedForm(request),
        lambda given: note_agreeing_opinions(
            pair_list=pair_list, text=given["noted"], actor=actor_of(request), now=timezone.now()
        ),
        done=lambda made: say_to(request, "lists.done.note_agreeing", count=len(made)),
        title=say_to(request, "lists.note_agreeing_title", name=name),
        trail=[*trail_of_round(request, pair_list.round), Link(name, address)],
        verb=say_to(request, "lists.note_agreeing_verb"),
        back=f"{address}#opinions",
    )
