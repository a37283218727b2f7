"""The page of a variant: its plan, its search while one is under way, its locks."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from tiebeam.apps.pairings.models import Variant
from tiebeam.apps.pairings.queries.desk import list_lists_of_variant, list_replies_on_variant
from tiebeam.apps.pairings.queries.scenarios import load_scenario
from tiebeam.apps.pairings.queries.variants import (
    is_stale,
    list_locks,
    read_changes,
    read_plan_value,
)
from tiebeam.interfaces.jobs.asking import solve_variant
from tiebeam.interfaces.jobs.solving import SOLVE
from tiebeam.interfaces.web.desk.answers import (
    is_live,
    list_conflicts,
    say_change,
    say_failure,
    say_progress,
)
from tiebeam.interfaces.web.desk.finding import (
    find_variant,
    may_act,
    seat_of,
    trail_to_variant,
)
from tiebeam.interfaces.web.desk.forms import SolveForm
from tiebeam.interfaces.web.desk.matrix import draw_matrix
from tiebeam.interfaces.web.desk.panel import cell_panel
from tiebeam.interfaces.web.desk.plan_view import Ground, PlanView, read_ground, view_plan
from tiebeam.interfaces.web.desk.tables import lists_table, locks_table, replies_table
from tiebeam.interfaces.web.forming import find_refusal
from tiebeam.interfaces.web.page import language_of, say_to, show_page, tabs_with_history
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.platform.tasks.models import Run
from tiebeam.platform.tasks.operations import stop_run
from tiebeam.platform.tasks.queries import find_latest_run


@require_safe
@seated
def show_variant(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """Show a variant: its plan, the matrix, and the panel of one couple where one is named."""
    return show_variant_page(request, find_variant(variant_id))


@require_POST
@seated
def solve(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """Begin the search for the best plan of a variant."""
    variant = find_variant(variant_id)
    form = SolveForm(request)
    if not form.is_valid():
        return show_variant_page(request, variant, solve_form=form, status=400)
    limit = form.cleaned_data["time_limit_s"]
    refusal = find_refusal(
        request,
        lambda: solve_variant(variant=variant, time_limit_s=limit, **seat_of(request)),
    )
    if refusal:
        return show_variant_page(request, variant, faults=refusal, status=409)
    return redirect("desk_variant", variant.pk)


@require_safe
@seated
def show_progress(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """Show how far the search is; once it has ended, the whole page is asked for again."""
    variant = find_variant(variant_id)
    run = find_latest_run(variant.pk, SOLVE)
    if run is None or not is_live(run):
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    values = {"progress": say_progress(request, run), "again": _again(variant)}
    response = render(request, "web/desk/progress.html", values)
    # The browser asks each time, and is told where nothing has changed.
    response["Cache-Control"] = "private, no-cache"
    return response


@require_POST
@seated
def stop(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """Ask the search to stop; it keeps the best plan that it has."""
    variant = find_variant(variant_id)
    run = find_latest_run(variant.pk, SOLVE)
    if run is not None and may_act(actor_of(request), variant.scenario.round.programme):
        refusal = find_refusal(request, lambda: stop_run(run_id=run.pk, **seat_of(request)))
        if refusal:
            return show_variant_page(request, variant, faults=refusal, status=409)
    return redirect("desk_variant", variant.pk)


def show_variant_page(
    request: HttpRequest,
    variant: Variant,
    *,
    solve_form: SolveForm | None = None,
    faults: Sequence[str] = (),
    status: int = 200,
) -> HttpResponse:
    """Answer with the page of *variant*; *faults* say why something was refused."""
    ground = read_ground(variant, language_of(request))
    locks = list_locks(variant)
    view = view_plan(variant, ground) if ground.plan is not None else None
    lists, replies = list_lists_of_variant(variant), list_replies_on_variant(variant)
    names_a_pair = "donor" in request.GET and "recipient" in request.GET
    address = reverse("desk_variant", args=[variant.pk])
    return show_page(
        request,
        "web/desk/variant.html",
        title=_title(request, variant, view),
        trail=trail_to_variant(request, variant.scenario),
        tabs=tabs_with_history(request, "desk_variant", variant.pk),
        status=status,
        variant=variant,
        view=view,
        faults=faults,
        is_stale=is_stale(variant),
        may_act=may_act(actor_of(request), variant.scenario.round.programme),
        solve_form=solve_form or SolveForm(request, data=None),
        matrix=draw_matrix(ground, locks),
        locks=locks_table(locks, ground.voice, address) if locks else None,
        lists=lists_table(request, lists) if lists else None,
        replies=replies_table(request, replies) if replies else None,
        changes=_say_changes(variant, ground),
        cell=cell_panel(request, variant, ground) if names_a_pair else None,
        **_run_values(request, variant, ground),
    )


def _say_changes(variant: Variant, ground: Ground) -> list[str]:
    """Return the values of *variant* that stand in place of the scenario's."""
    changes = read_changes(variant.changes)
    if not changes:
        return []
    before = load_scenario(variant.scenario)
    return [say_change(change, ground.voice, before) for change in changes]


def _title(request: HttpRequest, variant: Variant, view: PlanView | None) -> str:
    if view is None:
        return say_to(request, "desk.variant_title", name=variant.name)
    return say_to(request, "desk.plan.whole", title=view.title, clause=view.clause)


def _run_values(request: HttpRequest, variant: Variant, ground: Ground) -> dict[str, Any]:
    """Return what the page shows of the latest search: its progress, or why it gave no plan."""
    run = find_latest_run(variant.pk, SOLVE)
    if run is None:
        return {}
    if is_live(run):
        return {
            "progress": say_progress(request, run),
            "again": _again(variant),
            "is_stopping": run.is_stop_asked,
        }
    if run.state == "failed":
        return {"failure": say_failure(request, run)}
    return _fruitless_values(request, variant, ground, run)


def _fruitless_values(
    request: HttpRequest, variant: Variant, ground: Ground, run: Run
) -> dict[str, Any]:
    found = run.result or {}
    # What a later plan or lock has overtaken is not shown.
    is_overtaken = variant.solved_at is not None and variant.solved_at > run.asked_at
    if "plan" not in found or is_overtaken:
        return {}
    plan = read_plan_value(found["plan"])
    if plan.scenario_sha256 and plan.scenario_sha256 != variant.input_sha256:
        return {}
    return {
        "fruitless": say_to(request, f"desk.fruitless.{plan.status}"),
        "conflicts": list_conflicts(plan.conflict, ground.voice),
    }


def _again(variant: Variant) -> str:
    return reverse("desk_progress", args=[variant.pk])
