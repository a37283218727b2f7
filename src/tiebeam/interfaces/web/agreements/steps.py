"""The steps of an agreement: draft, revise, lay before the other side, return, sign, terminate."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from tiebeam.apps.pairings.models import Agreement, Pairing
from tiebeam.apps.pairings.operations.agreements import (
    ask_for_review,
    draft_agreement,
    return_agreement,
    revise_agreement,
)
from tiebeam.apps.pairings.operations.sides import demand_side
from tiebeam.apps.pairings.operations.signatures import sign_agreement, terminate_agreement
from tiebeam.apps.pairings.queries.agreements import (
    AgreementStanding,
    get_agreement,
    hash_of_agreement,
    list_agreements,
)
from tiebeam.apps.pairings.queries.pairings import get_pairing
from tiebeam.interfaces.web.agreements.forms import (
    DraftForm,
    ReasonForm,
    SignForm,
    TerminateForm,
    TextForm,
)
from tiebeam.interfaces.web.agreements.views import page_of_agreement
from tiebeam.interfaces.web.agreements.words import (
    may_do,
    say_kind,
    say_term,
    trail_to_agreement,
    trail_to_pairing,
)
from tiebeam.interfaces.web.documents.places import name_of_pairing
from tiebeam.interfaces.web.doing import FORM, find_or_404, find_refusal, show_form, succeeds
from tiebeam.interfaces.web.page import name_of, say_to, show_page
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
    made: list[Agreement] = []

    def call(given: dict[str, Any]) -> None:
        parent_id = form.parent_id() if isinstance(form, DraftForm) else None
        kept = draft_agreement(
            pairing=pairing,
            kind=amended.kind if amended else given["kind"],
            amends=amended,
            parent=get_agreement(parent_id).agreement if parent_id else None,
            actor=actor_of(request),
            now=timezone.now(),
            **form.values(),
        )
        made.append(kept)

    if succeeds(form, call):
        messages.success(request, say_to(request, "agreements.drafted"))
        return redirect("agreement", made[0].pk)
    pair = name_of_pairing(request, pairing)
    return show_form(
        request,
        form,
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
    standing, pairing = _find(agreement_id)
    agreement = standing.agreement
    if not may_do(actor_of(request), standing, pairing, timezone.localdate()).revise:
        return _refuse_late(request, agreement, "pairings.agreement_not_open")
    initial = {name: getattr(agreement, name) for name in ("number", "title", "text", "starts_on")}
    form = TextForm(request, initial=initial | {"last_day": last_day_of(agreement.ends_on)})

    def call(_: dict[str, Any]) -> None:
        revise_agreement(
            agreement=agreement, actor=actor_of(request), now=timezone.now(), **form.values()
        )

    if succeeds(form, call):
        messages.success(request, say_to(request, "agreements.revised"))
        return redirect("agreement", agreement.pk)
    return show_form(
        request,
        form,
        title=say_to(request, "agreements.revise_title", title=agreement.title),
        trail=trail_to_agreement(request, agreement, pairing),
        verb=say_to(request, "agreements.save"),
        back=reverse("agreement", args=[agreement.pk]),
    )


@require_POST
@seated
def ask(request: HttpRequest, agreement_id: UUID) -> HttpResponse:
    """Lay an agreement before the other side."""
    standing, _ = _find(agreement_id)
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
    standing, pairing = _find(agreement_id)
    agreement = standing.agreement
    demand_side(actor_of(request), "pairings.return_agreement", pairing)
    form = ReasonForm(request)

    def call(given: dict[str, Any]) -> None:
        return_agreement(
            agreement=agreement,
            reason=given["reason"],
            actor=actor_of(request),
            now=timezone.now(),
        )

    if succeeds(form, call):
        messages.success(request, say_to(request, "agreements.returned"))
        return redirect("agreement", agreement.pk)
    return show_form(
        request,
        form,
        title=say_to(request, "agreements.return_title", title=agreement.title),
        trail=trail_to_agreement(request, agreement, pairing),
        text=say_to(request, "agreements.return_text"),
        verb=say_to(request, "agreements.return"),
        back=reverse("agreement", args=[agreement.pk]),
        is_dangerous=True,
    )


@FORM
@never_cache
@seated
def sign(request: HttpRequest, agreement_id: UUID) -> HttpResponse:
    """Show exactly what is signed and its hash, and sign for the own side."""
    standing, pairing = _find(agreement_id)
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
    standing, pairing = _find(agreement_id)
    agreement = standing.agreement
    demand_side(actor_of(request), "pairings.terminate_agreement", pairing)
    if not may_do(actor_of(request), standing, pairing, timezone.localdate()).terminate:
        return _refuse_late(request, agreement, "agreements.not_to_terminate")
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


def _find(agreement_id: UUID) -> tuple[AgreementStanding, Pairing]:
    standing = find_or_404(get_agreement, agreement_id)
    return standing, find_or_404(get_pairing, standing.agreement.pairing_id)


def _refuse_late(request: HttpRequest, agreement: Agreement, code: str) -> HttpResponse:
    sentence = say_to(request, code, title=agreement.title)
    return page_of_agreement(request, agreement.pk, [sentence])


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
