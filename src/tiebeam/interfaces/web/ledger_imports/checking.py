"""The second person: what an import holds; post it in the background, or send it back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from tiebeam.apps.ledger.operations.given_events import question_amounts
from tiebeam.apps.ledger.operations.imports import (
    LookedImport,
    know_import,
    return_import,
    withdraw_import,
)
from tiebeam.apps.ledger.queries.imports import StandingImport, get_import
from tiebeam.interfaces.jobs.asking import post_import
from tiebeam.interfaces.jobs.ledger_importing import POST_IMPORT
from tiebeam.interfaces.web.forming import FORM, answer_form, find_or_404, find_refusal
from tiebeam.interfaces.web.ledger_imports.tables import rows_table, state_cell, sums_table
from tiebeam.interfaces.web.ledger_imports.views import trail
from tiebeam.interfaces.web.money.forms import ReasonForm
from tiebeam.interfaces.web.money.words import is_same_person
from tiebeam.interfaces.web.page import Fact, name_of, say_to, show_page
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.interfaces.web.workbooks.preview import state_of_run
from tiebeam.platform.identity.people import list_names
from tiebeam.platform.permissions.operations import is_allowed
from tiebeam.platform.tasks.models import Run
from tiebeam.platform.tasks.operations import ENDED, stop_run
from tiebeam.platform.tasks.queries import find_latest_run


@require_safe
@seated
def show(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Show what an import holds, and how far it is."""
    return _page(request, find_or_404(get_import, import_id))


@require_POST
@seated
def post(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Have the worker post an import that another person proposed."""
    standing = find_or_404(get_import, import_id)
    actor = actor_of(request)
    refusal = find_refusal(
        request,
        lambda: post_import(proposal=standing.proposal, actor=actor, now=timezone.now()),
    )
    if refusal:
        return _page(request, standing, refusal)
    return redirect("ledger_import", import_id=import_id)


@FORM
@seated
def send_back(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Send an import back to who proposed it, with a reason."""
    standing = find_or_404(get_import, import_id)
    actor = actor_of(request)
    return answer_form(
        request,
        ReasonForm(request),
        lambda given: return_import(
            proposal=standing.proposal, reason=given["reason"], actor=actor, now=timezone.now()
        ),
        done=say_to(request, "imports.sent_back"),
        title=say_to(request, "imports.send_back_title"),
        verb=say_to(request, "imports.send_back"),
        back=reverse("ledger_import", args=[import_id]),
        trail=trail(request),
    )


@require_POST
@seated
def withdraw(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Withdraw an own import."""
    standing = find_or_404(get_import, import_id)
    actor = actor_of(request)
    refusal = find_refusal(
        request,
        lambda: withdraw_import(proposal=standing.proposal, actor=actor, now=timezone.now()),
    )
    if refusal:
        return _page(request, standing, refusal)
    messages.success(request, say_to(request, "imports.withdrawn"))
    return redirect("ledger_imports")


@require_POST
@seated
def stop(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Stop posting after the part that is under way; the rest can follow."""
    standing = find_or_404(get_import, import_id)
    run = find_latest_run(import_id, POST_IMPORT)
    if run is None:
        raise Http404
    refusal = find_refusal(
        request, lambda: stop_run(run_id=run.pk, actor=actor_of(request), now=timezone.now())
    )
    if refusal:
        return _page(request, standing, refusal)
    return redirect("ledger_import", import_id=import_id)


def _page(
    request: HttpRequest, standing: StandingImport, refusal: list[str] | None = None
) -> HttpResponse:
    actor, proposal = actor_of(request), standing.proposal
    run = find_latest_run(proposal.pk, POST_IMPORT)
    is_live = run is not None and run.state not in ENDED
    if run is not None and request.headers.get("HX-Request") == "true":
        return show_page(
            request, "web/ledger_imports/progress.html", title="", proposal=proposal,
            is_live=is_live, is_part=True, **_progress(request, run),
        )  # fmt: skip
    is_own = is_same_person(actor, proposal.maker_id, proposal.maker_for_id)
    is_open = standing.state in {"proposed", "begun"}
    may = is_allowed(actor, "ledger.post_import", proposal.programme_id)
    with transaction.atomic():
        events = know_import(proposal)
        questions = question_amounts(events) if is_open else []
    looked = LookedImport(events, [], questions)
    state = state_cell(request, standing)
    people = list_names(
        {proposal.maker_id, *([proposal.decided_by_id] if proposal.decided_by_id else [])}
    )
    return show_page(
        request,
        "web/ledger_imports/show.html",
        title=say_to(request, f"imports.shown.{standing.state}", events=proposal.events_count, posted=standing.posted),
        trail=trail(request),
        proposal=proposal,
        facts=[
            Fact(say_to(request, "imports.head.source"), proposal.source),
            Fact(say_to(request, "imports.head.programme"), name_of(request, proposal.programme)),
            Fact(say_to(request, "imports.head.state"), state.text),
            Fact(say_to(request, "imports.head.maker"), people.get(proposal.maker_id, "")),
        ],
        sums=sums_table(request, events),
        table=rows_table(request, looked),
        run=run,
        is_live=is_live,
        **(_progress(request, run) if run is not None else {}),
        may_post=is_open and may and not is_own and not is_live,
        may_send_back=standing.state == "proposed" and may and not is_own and not is_live,
        may_withdraw=standing.state == "proposed" and is_own,
        is_own=is_own and is_open,
        refusal=refusal,
        status=409 if refusal else 200,
    )  # fmt: skip


def _progress(request: HttpRequest, run: Run) -> dict[str, Any]:
    state = state_of_run(request, run)
    return {key: value for key, value in state.items() if key not in {"title", "is_live"}}
