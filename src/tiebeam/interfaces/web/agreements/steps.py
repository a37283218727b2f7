"""The steps of an agreement: draft, revise, lay before the other side, return."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from tiebeam.apps.pairings.models import Agreement, Pairing
from tiebeam.apps.pairings.operations.agreements import (
    ask_for_review,
    draft_agreement,
    return_agreement,
    revise_agreement,
)
from tiebeam.apps.pairings.operations.sides import demand_side
from tiebeam.apps.pairings.queries.agreements import (
    get_agreement,
    list_agreements,
)
from tiebeam.apps.pairings.queries.pairings import get_pairing
from tiebeam.interfaces.web.agreements.forms import (
    DraftForm,
    ReasonForm,
    TextForm,
)
from tiebeam.interfaces.web.agreements.views import find_both, page_of_agreement, refuse_late
from tiebeam.interfaces.web.agreements.words import (
    may_do,
    trail_to_agreement,
    trail_to_pairing,
)
from tiebeam.interfaces.web.documents.places import name_of_pairing
from tiebeam.interfaces.web.forming import FORM, answer_form, find_or_404, find_refusal
from tiebeam.interfaces.web.page import say_to
from tiebeam.interfaces.web.periods import last_day_of
from tiebeam.interfaces.web.seated import actor_of, seated


@FORM
@seated
def draft(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """Draft an agreement of a pairing; with ``amends`` in the address, an amendment."""
    pairing = find_or_404(get_pairing, pairing_id)
    demand_side(actor_of(request), "pairings.draft_agreement", pairing)
    amended = _amended(request, pairing)
    form = _draft_form(request, pairing, amended)

    def call(given: Mapping[str, Any]) -> Agreement:
        parent_id = form.parent_id() if isinstance(form, DraftForm) else None
        return draft_agreement(
            pairing=pairing,
            kind=amended.kind if amended else given["kind"],
            amends=amended,
            parent=get_agreement(parent_id).agreement if parent_id else None,
            actor=actor_of(request),
            now=timezone.now(),
            **form.values(),
        )

    pair = name_of_pairing(request, pairing)
    return answer_form(
        request,
        form,
        call,
        done=say_to(request, "agreements.drafted"),
        onto=lambda made: reverse("agreement", args=[made.pk]),
        title=say_to(request, "agreements.amend_title", title=amended.title)
        if amended
        else say_to(request, "agreements.draft_title", pair=pair),
        trail=trail_to_pairing(request, pairing),
        text=say_to(request, "agreements.amend_text") if amended else "",
        verb=say_to(request, "agreements.save"),
        back=reverse("agreement", args=[amended.pk])
        if amended
        else reverse("agreements_of_pairing", args=[pairing.pk]),
    )


@FORM
@seated
def revise(request: HttpRequest, agreement_id: UUID) -> HttpResponse:
    """Change the text and terms of a draft, or of what was returned."""
    standing, pairing = find_both(agreement_id)
    agreement = standing.agreement
    if not may_do(actor_of(request), standing, pairing, timezone.localdate()).revise:
        return refuse_late(request, agreement, "pairings.agreement_not_open")
    initial = {name: getattr(agreement, name) for name in ("number", "title", "text", "starts_on")}
    form = TextForm(request, initial=initial | {"last_day": last_day_of(agreement.ends_on)})
    return answer_form(
        request,
        form,
        lambda _: revise_agreement(
            agreement=agreement, actor=actor_of(request), now=timezone.now(), **form.values()
        ),
        done=say_to(request, "agreements.revised"),
        title=say_to(request, "agreements.revise_title", title=agreement.title),
        trail=trail_to_agreement(request, agreement, pairing),
        verb=say_to(request, "agreements.save"),
        back=reverse("agreement", args=[agreement.pk]),
    )


@require_POST
@seated
def ask(request: HttpRequest, agreement_id: UUID) -> HttpResponse:
    """Lay an agreement before the other side."""
    standing, _ = find_both(agreement_id)
    refusal = find_refusal(
        request,
        lambda: ask_for_review(
            agreement=standing.agreement, actor=actor_of(request), now=timezone.now()
        ),
    )
    if refusal:
        return page_of_agreement(request, agreement_id, refusal)
    messages.success(request, say_to(request, "agreements.asked"))
    return redirect("agreement", agreement_id)


@FORM
@seated
def send_back(request: HttpRequest, agreement_id: UUID) -> HttpResponse:
    """Return an agreement under review to whoever drafted it, with the reason."""
    standing, pairing = find_both(agreement_id)
    agreement = standing.agreement
    demand_side(actor_of(request), "pairings.return_agreement", pairing)
    return answer_form(
        request,
        ReasonForm(request),
        lambda given: return_agreement(
            agreement=agreement,
            reason=given["reason"],
            actor=actor_of(request),
            now=timezone.now(),
        ),
        done=say_to(request, "agreements.returned"),
        title=say_to(request, "agreements.return_title", title=agreement.title),
        trail=trail_to_agreement(request, agreement, pairing),
        text=say_to(request, "agreements.return_text"),
        verb=say_to(request, "agreements.return"),
        back=reverse("agreement", args=[agreement.pk]),
        is_dangerous=True,
    )


def _amended(request: HttpRequest, pairing: Pairing) -> Agreement | None:
    """Return the agreement that the address says is amended."""
    text = request.GET.get("amends", "")
    if not text:
        return None
    try:
        amended = find_or_404(get_agreement, UUID(text)).agreement
    except ValueError:
        raise Http404 from None
    if amended.pairing_id != pairing.pk:
        raise Http404
    return amended


def _draft_form(
    request: HttpRequest, pairing: Pairing, amended: Agreement | None
) -> TextForm | DraftForm:
    if amended is not None:
        title = say_to(request, "agreements.amendment_of", title=amended.title)
        last_day = last_day_of(amended.ends_on)
        return TextForm(request, initial={"title": title[:300], "last_day": last_day})
    today = timezone.localdate()
    parents = [
        row.agreement
        for row in list_agreements(pairing)
        if row.agreement.kind == "five_year" and row.state_on(today) == "signed_by_both"
    ]
    parent = request.GET.get("parent", "")
    kind = "annual" if parent else ""
    return DraftForm(request, parents, {"parent": parent, "kind": kind})
