"""Open, change and close the rounds of a programme."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from tiebeam.apps.programmes import operations
from tiebeam.apps.programmes.models import Round
from tiebeam.apps.programmes.queries import get_round
from tiebeam.interfaces.web import forming
from tiebeam.interfaces.web.errors import show_forbidden
from tiebeam.interfaces.web.forming import FORM, answer_form
from tiebeam.interfaces.web.page import Link, name_of, say_to
from tiebeam.interfaces.web.programmes import forms
from tiebeam.interfaces.web.programmes.rights import may
from tiebeam.interfaces.web.programmes.views import find_or_404, trail_of
from tiebeam.interfaces.web.seated import actor_of, seated


def find_round_or_404(round_id: UUID) -> Round:
    """Return a round that may be read, with its programme; another's is not there."""
    return forming.find_or_404(get_round, round_id)


def trail_of_round(request: HttpRequest, of_round: Round) -> list[Link]:
    """Return the places above a page that lies below *of_round*."""
    above = trail_of(request, of_round.programme)
    return [*above, Link(name_of(request, of_round), reverse("round", args=[of_round.pk]))]


@FORM
@seated
def open_round(request: HttpRequest, programme_id: UUID) -> HttpResponse:
    """Open a round."""
    programme = find_or_404(programme_id)
    if not may(request, "programmes.open_round", programme):
        return show_forbidden(request)
    form = forms.RoundForm(request)
    return answer_form(
        request,
        form,
        lambda _: operations.open_round(
            programme=programme, **form.values(), actor=actor_of(request), now=timezone.now()
        ),
        done=say_to(request, "programmes.done.round"),
        onto=lambda opened: reverse("round", args=[opened.pk]),
        title=say_to(request, "programmes.round_title", name=name_of(request, programme)),
        verb=say_to(request, "programmes.open_round_verb"),
        back=reverse("programme", args=[programme.pk]),
        trail=trail_of(request, programme),
    )


@FORM
@seated
def change_round(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """Change the names, dates or resources of a round."""
    of_round = find_round_or_404(round_id)
    if not may(request, "programmes.change_round", of_round.programme):
        return show_forbidden(request)
    form = forms.ChangeRoundForm(request, initial=forms.initial_of_round(of_round))
    return answer_form(
        request,
        form,
        lambda given: operations.change_round(
            of_round=of_round,
            values=form.values(),
            reason=given["reason"],
            actor=actor_of(request),
            now=timezone.now(),
        ),
        done=say_to(request, "programmes.done.round_changed"),
        title=say_to(request, "programmes.change_title", name=name_of(request, of_round)),
        verb=say_to(request, "programmes.change_round_verb"),
        back=reverse("round", args=[of_round.pk]),
        trail=trail_of_round(request, of_round),
    )


@FORM
@seated
def close_round(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """Close a round on a day."""
    of_round = find_round_or_404(round_id)
    if not may(request, "programmes.close_round", of_round.programme):
        return show_forbidden(request)
    form = forms.LastDayForm(request)
    return answer_form(
        request,
        form,
        lambda given: operations.close_round(
            of_round=of_round,
            ends_on=form.until(),
            reason=given["reason"],
            actor=actor_of(request),
            now=timezone.now(),
        ),
        done=say_to(request, "programmes.done.round_closed"),
        title=say_to(request, "programmes.close_title", name=name_of(request, of_round)),
        verb=say_to(request, "programmes.close_round_verb"),
        text=say_to(request, "programmes.close_text"),
        back=reverse("round", args=[of_round.pk]),
        trail=trail_of_round(request, of_round),
        is_dangerous=True,
    )
