"""What binds and what ends: sign an agreement for the own side, terminate it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from tiebeam.apps.pairings.operations.sides import demand_side
from tiebeam.apps.pairings.operations.signatures import sign_agreement, terminate_agreement
from tiebeam.apps.pairings.queries.agreements import (
    hash_of_agreement,
)
from tiebeam.interfaces.web.agreements.forms import (
    SignForm,
    TerminateForm,
)
from tiebeam.interfaces.web.agreements.views import find_both, refuse_late
from tiebeam.interfaces.web.agreements.words import (
    may_do,
    say_kind,
    say_term,
    trail_to_agreement,
)
from tiebeam.interfaces.web.documents.places import name_of_pairing
from tiebeam.interfaces.web.forming import FORM, show_form, succeeds
from tiebeam.interfaces.web.page import name_of, say_to, show_page
from tiebeam.interfaces.web.seated import actor_of, seated


@FORM
@never_cache
@seated
def sign(request: HttpRequest, agreement_id: UUID) -> HttpResponse:
    """Show exactly what is signed and its hash, and sign for the own side."""
    standing, pairing = find_both(agreement_id)
    agreement = standing.agreement
    side = demand_side(actor_of(request), "pairings.sign_agreement", pairing)
    if side == "coordinator":
        raise Http404
    form = SignForm(request, initial={"sha256": hash_of_agreement(agreement)})

    def call(given: dict[str, Any]) -> None:
        sign_agreement(
            agreement=agreement,
            text_sha256=given["sha256"],
            actor=actor_of(request),
            now=timezone.now(),
        )

    if succeeds(form, call):
        messages.success(request, say_to(request, "agreements.signed"))
        return redirect("agreement", agreement.pk)
    own = pairing.donor if side == "donor" else pairing.recipient
    return show_page(
        request,
        "web/agreements/sign.html",
        title=say_to(
            request,
            "agreements.sign_title",
            organisation=name_of(request, own),
            title=agreement.title,
        ),
        trail=trail_to_agreement(request, agreement, pairing),
        agreement=agreement,
        kind=say_kind(request, agreement),
        pair=name_of_pairing(request, pairing),
        term=say_term(request, agreement.starts_on, agreement.ends_on),
        sha256=hash_of_agreement(agreement),
        form=form,
        status=form.status,
    )


@FORM
@seated
def terminate(request: HttpRequest, agreement_id: UUID) -> HttpResponse:
    """End an own agreement on a day, for a reason."""
    standing, pairing = find_both(agreement_id)
    agreement = standing.agreement
    demand_side(actor_of(request), "pairings.terminate_agreement", pairing)
    if not may_do(actor_of(request), standing, pairing, timezone.localdate()).terminate:
        return refuse_late(request, agreement, "agreements.not_to_terminate")
    form = TerminateForm(request)

    def call(given: dict[str, Any]) -> None:
        terminate_agreement(
            agreement=agreement,
            terminated_on=given["terminated_on"],
            reason=given["reason"],
            actor=actor_of(request),
            now=timezone.now(),
        )

    if succeeds(form, call):
        messages.success(request, say_to(request, "agreements.terminated"))
        return redirect("agreement", agreement.pk)
    return show_form(
        request,
        form,
        title=say_to(request, "agreements.terminate_title", title=agreement.title),
        trail=trail_to_agreement(request, agreement, pairing),
        text=say_to(request, "agreements.terminate_text"),
        verb=say_to(request, "agreements.terminate"),
        back=reverse("agreement", args=[agreement.pk]),
        is_dangerous=True,
    )
