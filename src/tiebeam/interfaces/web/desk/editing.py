"""Variants by hand: another name, a copy, values set in place of the scenario's, pairs chosen by people."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from tiebeam.apps.pairings.models import Variant
from tiebeam.apps.pairings.operations.plans import store_manual_plan
from tiebeam.apps.pairings.operations.variants import (
    change_variant,
    copy_variant,
    rename_variant,
)
from tiebeam.apps.pairings.queries.scenarios import load_scenario
from tiebeam.apps.pairings.queries.variants import list_locks, read_changes
from tiebeam.core.model.plan import Pair
from tiebeam.core.pairing.changes import Set
from tiebeam.errors import TiebeamError
from tiebeam.interfaces.jobs.asking import ask_what_if
from tiebeam.interfaces.report.words import Voice
from tiebeam.interfaces.web.desk.answers import read_answer, say_change
from tiebeam.interfaces.web.desk.faults import list_reasons
from tiebeam.interfaces.web.desk.finding import (
    address_of,
    find_own_variant,
    find_variant,
    seat_of,
    trail_below_variant,
)
from tiebeam.interfaces.web.desk.forms import NameForm
from tiebeam.interfaces.web.desk.matrix import draw_matrix
from tiebeam.interfaces.web.desk.plan_view import read_ground
from tiebeam.interfaces.web.desk.settings_forms import ChangesForm, WhatIfForm
from tiebeam.interfaces.web.forming import FORM, answer_form
from tiebeam.interfaces.web.page import language_of, say_to, show_page
from tiebeam.interfaces.web.seated import seated
from tiebeam.platform.tasks.models import Run
from tiebeam.platform.tasks.queries import find_run


@FORM
@seated
def rename(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """Give a variant another name."""
    variant = find_own_variant(request, variant_id)
    return answer_form(
        request,
        NameForm(request, initial={"name": variant.name}),
        lambda given: rename_variant(variant=variant, name=given["name"], **seat_of(request)),
        done=say_to(request, "desk.renamed"),
        **_page(request, variant, "rename"),
    )


@FORM
@seated
def copy(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """Begin a variant as a copy of another."""
    variant = find_own_variant(request, variant_id)
    return answer_form(
        request,
        NameForm(request, initial={"name": say_to(request, "desk.copy_of", name=variant.name)}),
        lambda given: copy_variant(variant=variant, name=given["name"], **seat_of(request)),
        done=lambda made: say_to(request, "desk.variant_created", name=made.name),
        onto=address_of,
        **_page(request, variant, "copy"),
    )


@FORM
@seated
def change(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """Set values in place of those of the scenario; the next search goes by them."""
    variant = find_own_variant(request, variant_id)
    kept = read_changes(variant.changes)
    pairs = [row for row in kept if not isinstance(row, Set)]
    voice = Voice(load_scenario(variant.scenario), language_of(request))
    form = ChangesForm(request, voice, [row for row in kept if isinstance(row, Set)])
    return answer_form(
        request,
        form,
        lambda given: change_variant(
            variant=variant,
            changes=[*pairs, *form.settings()],
            reason=given["reason"],
            **seat_of(request),
        ),
        done=say_to(request, "desk.changed"),
        template="web/desk/settings.html",
        **_page(request, variant, "change"),
    )


@FORM
@seated
def what_if(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """Ask what changes would do, without keeping them."""
    variant = find_own_variant(request, variant_id)
    form = WhatIfForm(request, read_ground(variant, language_of(request)).voice)
    return answer_form(
        request,
        form,
        lambda given: ask_what_if(
            variant=variant,
            changes=form.settings(),
            time_limit_s=given["time_limit_s"],
            **seat_of(request),
        ),
        done=say_to(request, "desk.what_if_asked"),
        onto=lambda run: reverse("desk_answer", args=[variant.pk, run.pk]),
        template="web/desk/settings.html",
        **_page(request, variant, "what_if"),
    )


@require_safe
@seated
def show_answer(request: HttpRequest, variant_id: UUID, run_id: UUID) -> HttpResponse:
    """Show what changes would do, or how far the search for it is."""
    variant = find_variant(variant_id)
    run = find_run(run_id)
    ground = read_ground(variant, language_of(request))
    answer = read_answer(request, _demand_of(run, variant), variant, ground)
    changes = read_changes(answer.run.arguments.get("changes", []))
    return show_page(
        request,
        "web/desk/answer_page.html",
        title=say_to(request, "desk.what_if_title", count=len(changes)),
        trail=trail_below_variant(request, variant),
        answer=answer,
        changes=[say_change(row, ground.voice, ground.scenario) for row in changes],
        back=address_of(variant),
        cell={"answers": [answer], "again": request.path},
    )


@FORM
@seated
def pair_by_hand(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """Choose the pairs of a variant; what flows through them is completed and marked so."""
    variant = find_own_variant(request, variant_id)
    ground = read_ground(variant, language_of(request))
    matrix = draw_matrix(ground, list_locks(variant))
    sentences: list[str] = []
    chosen = (
        {cell.key for row in matrix.rows for cell in row.cells if cell.is_open} if matrix else set()
    )
    status = 200
    if request.method == "POST" and matrix is not None:
        chosen = set(request.POST.getlist("pair"))
        pairs = [
            Pair(donor=cell.donor, recipient=cell.recipient)
            for row in matrix.rows
            for cell in row.cells
            if cell.key in chosen
        ]
        try:
            store_manual_plan(variant=variant, pairs=pairs, **seat_of(request))
        except TiebeamError as error:
            sentences, status = list_reasons(request, error, ground.voice), 409
        else:
            messages.success(request, say_to(request, "desk.paired_by_hand"))
            return redirect("desk_variant", variant.pk)
    return show_page(
        request,
        "web/desk/by_hand.html",
        title=say_to(request, "desk.by_hand_title", name=variant.name),
        trail=trail_below_variant(request, variant),
        status=status,
        matrix=matrix,
        chosen=chosen,
        sentences=sentences,
        back=address_of(variant),
    )


def _demand_of(run: Run | None, variant: Variant) -> Run:
    if run is None or run.record_id != variant.pk:
        raise Http404
    return run


def _page(request: HttpRequest, variant: Variant, what: str) -> dict[str, Any]:
    """Return what the page of a form of *variant* says around it."""
    return {
        "title": say_to(request, f"desk.{what}_form", name=variant.name),
        "text": say_to(request, f"desk.{what}_text"),
        "verb": say_to(request, f"desk.{what}"),
        "trail": trail_below_variant(request, variant),
        "back": address_of(variant),
    }
