"""What binds and what ends: sign an agreement for the own side, terminate it."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
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
from tiebeam.interfaces.web.forming import FORM, answer_form
from tiebeam.interfaces.web.page import name_of, say_to
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
    own = pairing.donor if side == "donor" else pairing.recipient
    sha256 = hash_of_agreement(agreement)
    return answer_form(
        request,
        SignForm(request, initial={"sha256": sha256}),
        lambda given: sign_agreement(
            agreement=agreement,
            text_sha256=given["sha256"],
            actor=actor_of(request),
            now=timezone.now(),
        ),
        done=say_to(request, "agreements.signed"),
        template="web/agreements/sign.html",
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
        sha256=sha256,
        verb=say_to(request, "agreements.sign"),
        back=reverse("agreement", args=[agreement.pk]),
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
    return answer_form(
        request,
        TerminateForm(request),
        lambda given: terminate_agreement(
            agreement=agreement,
            terminated_on=given["terminated_on"],
            reason=given["reason"],
            actor=actor_of(request),
            now=timezone.now(),
        ),
        done=say_to(request, "agreements.terminated"),
        title=say_to(request, "agreements.terminate_title", title=agreement.title),
        trail=trail_to_agreement(request, agreement, pairing),
        text=say_to(request, "agreements.terminate_text"),
        verb=say_to(request, "agreements.terminate"),
        back=reverse("agreement", args=[agreement.pk]),
        is_dangerous=True,
    )
