"""One cell of the matrix: why the pair, or why not; lock it; ask what if."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from tiebeam.apps.pairings.models import Variant
from tiebeam.apps.pairings.operations.variants import remove_lock, set_lock
from tiebeam.apps.pairings.queries.desk import find_lock
from tiebeam.core.pairing.changes import Change, Forbid, Require
from tiebeam.interfaces.jobs.asking import ask_what_if, explain_pair
from tiebeam.interfaces.web.desk.finding import address_of, find_variant, seat_of
from tiebeam.interfaces.web.desk.forms import LockForm, PairForm, UnlockForm
from tiebeam.interfaces.web.desk.panel import (
    again_address,
    cell_panel,
    list_answers,
    read_pair,
)
from tiebeam.interfaces.web.desk.plan_pages import show_variant_page
from tiebeam.interfaces.web.desk.plan_view import read_ground
from tiebeam.interfaces.web.desk.tables import pair_query
from tiebeam.interfaces.web.forming import find_refusal
from tiebeam.interfaces.web.page import language_of, say_to
from tiebeam.interfaces.web.seated import seated


@require_safe
@seated
def show_cell(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """Show the panel of one couple."""
    variant = find_variant(variant_id)
    ground = read_ground(variant, language_of(request))
    return render(request, "web/desk/cell.html", {"cell": cell_panel(request, variant, ground)})


@require_safe
@seated
def show_answers(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """Show what was asked about one couple, and how far each answer is; the panel asks for it again and again."""
    variant = find_variant(variant_id)
    ground = read_ground(variant, language_of(request))
    donor, recipient = read_pair(request, ground)
    values = {
        "cell": {
            "answers": list_answers(request, variant, ground, donor, recipient),
            "again": again_address(variant, donor, recipient),
        }
    }
    return render(request, "web/desk/answers.html", values)


@require_POST
@seated
def lock(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """Lock a pair into every plan of the variant, or out of it."""
    variant = find_variant(variant_id)
    form = LockForm(request)
    must_be = request.POST.get("lock") == "in"
    if not form.is_valid():
        return _say_refusal(request, variant, [say_to(request, "desk.fault.reason")])
    given = form.cleaned_data
    refusal = find_refusal(
        request,
        lambda: set_lock(
            variant=variant,
            donor=given["donor"],
            recipient=given["recipient"],
            must_be=must_be,
            reason=given["reason"],
            **seat_of(request),
        ),
    )
    if refusal:
        return _say_refusal(request, variant, refusal)
    messages.success(request, say_to(request, f"desk.locked_{'in' if must_be else 'out'}"))
    return _back(variant, given["donor"], given["recipient"])


@require_POST
@seated
def unlock(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """Take a lock away."""
    variant = find_variant(variant_id)
    form = UnlockForm(request)
    donor, recipient = request.POST.get("donor", ""), request.POST.get("recipient", "")
    found = find_lock(variant, donor, recipient)
    if found is None:
        raise Http404
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    refusal = find_refusal(
        request, lambda: remove_lock(lock=found, reason=reason, **seat_of(request))
    )
    if refusal:
        return _say_refusal(request, variant, refusal)
    messages.success(request, say_to(request, "desk.unlocked"))
    return _back(variant, donor, recipient)


@require_POST
@seated
def ask(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """Ask about one couple in the background: the exact answer, or what if it were forbidden or required."""
    variant = find_variant(variant_id)
    form = PairForm(request)
    if not form.is_valid():
        raise Http404
    donor, recipient = form.cleaned_data["donor"], form.cleaned_data["recipient"]
    question = request.POST.get("question", "")
    given = seat_of(request)

    def begin() -> None:
        if question in {"forbid", "require"}:
            kind = Forbid if question == "forbid" else Require
            change: Change = kind(donor=donor, recipient=recipient)
            ask_what_if(variant=variant, changes=[change], **given)
        else:
            explain_pair(variant=variant, donor=donor, recipient=recipient, **given)

    refusal = find_refusal(request, begin)
    if refusal:
        return _say_refusal(request, variant, refusal)
    return _back(variant, donor, recipient)


def _back(variant: Variant, donor: str, recipient: str) -> HttpResponse:
    return redirect(f"{address_of(variant)}?{pair_query(donor, recipient)}#cell")


def _say_refusal(request: HttpRequest, variant: Variant, sentences: list[str]) -> HttpResponse:
    return show_variant_page(request, variant, faults=sentences, status=409)
