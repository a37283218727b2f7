"""The coordinator's answer to a return: accept it, or send it back with a reason."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from tiebeam.apps.programmes.operations import decide_return
from tiebeam.apps.programmes.queries import get_return
from tiebeam.interfaces.web.forming import FORM, answer_form, find_or_404, find_refusal
from tiebeam.interfaces.web.page import name_of, say_to
from tiebeam.interfaces.web.returns.forms import SendBackForm
from tiebeam.interfaces.web.returns.views import page_of_return
from tiebeam.interfaces.web.returns.words import trail_to_return
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.platform.permissions.operations import require

DECIDE = "programmes.decide_return"


@require_POST
@seated
def accept(request: HttpRequest, return_id: UUID) -> HttpResponse:
    """Accept a return."""
    of_return = find_or_404(get_return, return_id)
    refusal = find_refusal(
        request,
        lambda: decide_return(
            of_return=of_return, is_accepted=True, actor=actor_of(request), now=timezone.now()
        ),
    )
    if refusal:
        return page_of_return(request, of_return, refusal)
    name = name_of(request, of_return.tenant)
    messages.success(request, say_to(request, "returns.accepted", organisation=name))
    return redirect("returns_of_round", of_return.round_id)


@FORM
@seated
def send_back(request: HttpRequest, return_id: UUID) -> HttpResponse:
    """Send a return back with the reason, so that it is changed and handed in again."""
    of_return = find_or_404(get_return, return_id)
    require(actor_of(request), DECIDE, of_return.round.programme_id)
    name = name_of(request, of_return.tenant)
    return answer_form(
        request,
        SendBackForm(request),
        lambda given: decide_return(
            of_return=of_return,
            is_accepted=False,
            reason=given["reason"],
            actor=actor_of(request),
            now=timezone.now(),
        ),
        done=say_to(request, "returns.sent_back", organisation=name),
        onto=lambda _: reverse("returns_of_round", args=[of_return.round_id]),
        title=say_to(request, "returns.send_back_title", organisation=name),
        trail=trail_to_return(request, of_return),
        text=say_to(request, "returns.send_back_text"),
        verb=say_to(request, "returns.send_back"),
        back=reverse("return", args=[of_return.pk]),
        is_dangerous=True,
    )
