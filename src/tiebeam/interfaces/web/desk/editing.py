"""Variants by hand: another name, a copy, values set in place of the scenario's, pairs chosen by people."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from tiebeam.apps.pairings.models import Variant
from tiebeam.apps.pairings.operations.plans import PlanBreaksRules, store_manual_plan
from tiebeam.apps.pairings.operations.signing import adopt_plan
from tiebeam.apps.pairings.operations.variants import (
    change_variant,
    copy_variant,
    rename_variant,
)
from tiebeam.apps.pairings.queries.variants import list_locks, read_changes
from tiebeam.apps.programmes.queries import list_documents
from tiebeam.core.model.plan import Pair
from tiebeam.core.pairing.changes import Set
from tiebeam.errors import Fault, Infeasible, InvalidInput, TiebeamError
from tiebeam.interchange.change_texts import change_text
from tiebeam.interchange.change_texts import read_changes as read_change_texts
from tiebeam.interfaces.jobs.asking import ask_what_if
from tiebeam.interfaces.web.desk.answers import read_answer, say_change
from tiebeam.interfaces.web.desk.faults import fault_table
from tiebeam.interfaces.web.desk.finding import (
    demand_maker,
    find_variant,
    trail_below_variant,
)
from tiebeam.interfaces.web.desk.forms import AdoptForm, ChangesForm, NameForm, WhatIfForm
from tiebeam.interfaces.web.desk.matrix import draw_matrix
from tiebeam.interfaces.web.desk.plan_view import Ground, read_ground
from tiebeam.interfaces.web.page import language_of, say_error, say_to, show_page
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.platform.tasks.models import Run
from tiebeam.platform.tasks.queries import find_run

FORM = require_http_methods(["GET", "HEAD", "POST"])


@FORM
@seated
def rename(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """Give a variant another name."""
    variant = _find(request, variant_id)
    form = NameForm(request, initial={"name": variant.name})
    if request.method == "POST" and form.is_valid():
        try:
            rename_variant(variant=variant, name=form.cleaned_data["name"], **_given(request))
        except TiebeamError as error:
            form.refuse(error, "name")
            return _show_form(request, variant, form, "rename", 409)
        return redirect("desk_variant", variant.pk)
    return _show_form(request, variant, form, "rename", 400 if form.errors else 200)


@FORM
@seated
def copy(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """Begin a variant as a copy of another."""
    variant = _find(request, variant_id)
    form = NameForm(request, initial={"name": say_to(request, "desk.copy_of", name=variant.name)})
    if request.method == "POST" and form.is_valid():
        try:
            made = copy_variant(variant=variant, name=form.cleaned_data["name"], **_given(request))
        except TiebeamError as error:
            form.refuse(error, "name")
            return _show_form(request, variant, form, "copy", 409)
        messages.success(request, say_to(request, "desk.variant_created", name=made.name))
        return redirect("desk_variant", made.pk)
    return _show_form(request, variant, form, "copy", 400 if form.errors else 200)


@FORM
@seated
def change(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """Set values in place of those of the scenario; the next search goes by them."""
    variant = _find(request, variant_id)
    kept = read_changes(variant.changes)
    texts = "\n".join(change_text(row) for row in kept if isinstance(row, Set))
    form = ChangesForm(request, initial={"settings": texts})
    faults: tuple[Fault, ...] = ()
    status = 400 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            settings = read_change_texts((), (), form.lines())
            pairs = [row for row in kept if not isinstance(row, Set)]
            change_variant(
                variant=variant,
                changes=[*pairs, *settings],
                reason=form.cleaned_data["reason"],
                **_given(request),
            )
        except InvalidInput as error:
            faults, status = error.faults, 400
        else:
            messages.success(request, say_to(request, "desk.changed"))
            return redirect("desk_variant", variant.pk)
    return _show_form(request, variant, form, "change", status, faults)


@FORM
@seated
def what_if(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """Ask what changes would do, without keeping them."""
    variant = _find(request, variant_id)
    form = WhatIfForm(request)
    faults: tuple[Fault, ...] = ()
    status = 400 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        lines = [line.strip() for line in form.cleaned_data["settings"].splitlines()]
        try:
            run = ask_what_if(
                variant=variant,
                changes=read_change_texts((), (), [line for line in lines if line]),
                time_limit_s=form.cleaned_data["time_limit_s"],
                **_given(request),
            )
        except InvalidInput as error:
            faults, status = error.faults, 400
        except TiebeamError as error:
            form.refuse(error)
            status = 409
        else:
            return redirect("desk_answer", variant.pk, run.pk)
    return _show_form(request, variant, form, "what_if", status, faults)


@FORM
@seated
def adopt(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """Adopt the plan of a variant, by two people: the first signs, the second signs and issues."""
    variant = _find(request, variant_id)
    form = AdoptForm(request, list_documents(variant.scenario.round.programme))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = adopt_plan(
                variant=variant,
                in_force_from=given["in_force_from"],
                document=form.documents.get(given["document"]),
                **_given(request),
            )
        except TiebeamError as error:
            form.refuse(error)
            return _show_form(request, variant, form, "adopt", 409)
        messages.success(request, say_to(request, f"desk.adopted.{made.state}"))
        return redirect("list_version", made.pk)
    return _show_form(request, variant, form, "adopt", 400 if form.errors else 200)


@require_http_methods(["GET", "HEAD"])
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
        changes=[say_change(row, ground.voice) for row in changes],
        back=reverse("desk_variant", args=[variant.pk]),
        cell={"answers": [answer], "again": request.path},
    )


@FORM
@seated
def pair_by_hand(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """Choose the pairs of a variant; what flows through them is completed and marked so."""
    variant = _find(request, variant_id)
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
            store_manual_plan(variant=variant, pairs=pairs, **_given(request))
        except TiebeamError as error:
            sentences, status = _say_why_not(request, ground, error), 409
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
        back=reverse("desk_variant", args=[variant.pk]),
    )


def _say_why_not(request: HttpRequest, ground: Ground, error: TiebeamError) -> list[str]:
    """Return why pairs chosen by hand were refused, each fault in a sentence."""
    voice = ground.voice
    if isinstance(error, PlanBreaksRules):
        findings: Any = error.facts["findings"]
        return [
            say_to(request, "desk.breaks_rules", count=len(findings)),
            *(
                voice.say(
                    "report.finding",
                    rule=finding.rule,
                    words=voice.tell(finding.code, finding.facts),
                )
                for finding in findings
            ),
        ]
    if isinstance(error, Infeasible):
        return [say_to(request, "desk.nothing_flows")]
    return say_error(request, error)


def _find(request: HttpRequest, variant_id: UUID) -> Variant:
    variant = find_variant(variant_id)
    demand_maker(request, variant.scenario.round.programme)
    return variant


def _demand_of(run: Run | None, variant: Variant) -> Run:
    if run is None or run.record_id != variant.pk:
        raise Http404
    return run


def _given(request: HttpRequest) -> dict[str, Any]:
    return {"actor": actor_of(request), "now": timezone.now()}


def _show_form(
    request: HttpRequest,
    variant: Variant,
    form: NameForm | ChangesForm | WhatIfForm | AdoptForm,
    what: str,
    status: int,
    faults: tuple[Fault, ...] = (),
) -> HttpResponse:
    return show_page(
        request,
        "web/desk/form.html",
        title=say_to(request, f"desk.{what}_form", name=variant.name),
        trail=trail_below_variant(request, variant),
        status=status,
        form=form,
        text=say_to(request, f"desk.{what}_text"),
        verb=say_to(request, f"desk.{what}"),
        back=reverse("desk_variant", args=[variant.pk]),
        faults=fault_table(request, faults) if faults else None,
        is_dangerous=what == "adopt",
    )
