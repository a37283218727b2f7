"""The dispatch board: who is free, what lacks, what a planner proposes; each order is decided by a person."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from tiebeam.apps.emergencies.models import Incident
from tiebeam.apps.emergencies.operations.planning import KM_PER_DAY, MAX_TOUR, MIN_TOUR, WINDOW
from tiebeam.apps.emergencies.operations.proposals import accept_order, change_order, refuse_order
from tiebeam.apps.emergencies.proposal_models import OrderProposal
from tiebeam.apps.emergencies.queries.dispatch import DispatchBoard, dispatch_figures, get_proposal
from tiebeam.apps.emergencies.queries.incidents import get_incident
from tiebeam.apps.emergencies.queries.situation import NeedFigures, lacking_on
from tiebeam.apps.people.models import Package
from tiebeam.interfaces.jobs.asking import plan_orders
from tiebeam.interfaces.jobs.dispatching import PLAN_ORDERS
from tiebeam.interfaces.messages.figures import exact_money, percent
from tiebeam.interfaces.web.emergencies.forms import OrderForm, ReasonForm
from tiebeam.interfaces.web.emergencies.reasons import title_of_order
from tiebeam.interfaces.web.emergencies.skills import say_skills
from tiebeam.interfaces.web.emergencies.units import PARTS
from tiebeam.interfaces.web.emergencies.words import (
    head,
    heads_cell,
    may,
    say_kind,
    tabs_of_incident,
    title_of_need,
    trail_to,
)
from tiebeam.interfaces.web.errors import show_forbidden
from tiebeam.interfaces.web.forming import FORM, answer_form, find_or_404, find_refusal
from tiebeam.interfaces.web.page import Link, language_of, name_of, say_to, show_page
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.interfaces.web.tables import Cell, Row, Table, day
from tiebeam.platform.tasks.models import Run
from tiebeam.platform.tasks.operations import ENDED, stop_run
from tiebeam.platform.tasks.queries import find_latest_run


@require_safe
@seated
@vary_on_headers("HX-Request")
def show_dispatch(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """Show what can be moved, and the orders to decide; a package is drawn onto a need, or sent by its menu."""
    incident, actor = find_or_404(get_incident, incident_id), actor_of(request)
    if actor.organisation_id != incident.tenant_id or not may(actor, "ask_home", incident):
        return show_forbidden(request)
    run = find_latest_run(incident.pk, PLAN_ORDERS)
    state = _say_run(request, run)
    if request.headers.get("HX-Request"):
        return render(request, "web/emergencies/planning.html", {"incident": incident, **state})
    board = dispatch_figures(incident, timezone.now())
    needs = [row for row in board.needs if row.state == "verified" and row.is_live and row.gaps]
    is_open = incident.stood_down_at is None
    return show_page(
        request,
        "web/emergencies/dispatch.html",
        title=say_to(
            request, "emergencies.dispatch_title", needs=len(needs),
            free=sum(row.standing is None for row in board.packages),
            orders=len(board.proposals),
        ),
        trail=trail_to(request, incident),
        tabs=tabs_of_incident(request, incident, "incident_dispatch"),
        incident=incident,
        is_open=is_open,
        needs=[_card_of_need(request, row) for row in needs],
        packages=_cards_of_packages(request, board, needs if is_open else []),
        table=_proposals_table(request, board) if board.proposals else None,
        assumptions=say_to(
            request, "emergencies.plan_assumptions", window=WINDOW, least=MIN_TOUR, most=MAX_TOUR,
            km=KM_PER_DAY,
        ),
        **state,
    )  # fmt: skip


def _card_of_need(request: HttpRequest, row: NeedFigures) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "title": title_of_need(request, row.need),
        "lacking": max((gap.lacking for gap in row.gaps), default=lacking_on([row], today) or 0),
        "kind": row.need.kind,
        "address": reverse("need", args=[row.need.pk]),
        "ask": reverse("ask_home", args=[row.need.pk]),
    }


def _cards_of_packages(
    request: HttpRequest, board: DispatchBoard[NeedFigures], needs: Sequence[NeedFigures]
) -> list[dict[str, Any]]:
    """Return the packages, those that are free first, each with the needs that it could be sent to."""
    rows = sorted(board.packages, key=lambda row: row.standing is not None)
    return [
        {
            "name": row.package.name,
            "home": name_of(request, row.package.tenant),
            "heads": row.package.heads,
            "kind": say_kind(request, row.package.kind),
            "skills": say_skills(request, row.package.skills),
            "ready": _say_readiness(request, row.package),
            "query": f"home={row.package.tenant_id}&package={row.package.pk}&heads={row.package.heads}",
            "bound_to": name_of(request, row.standing.deployment.host) if row.standing else "",
            "goals": [
                Link(
                    title_of_need(request, need.need),
                    f"{reverse('ask_home', args=[need.need.pk])}?home={row.package.tenant_id}"
                    f"&package={row.package.pk}&heads={row.package.heads}",
                )
                for need in needs
            ]
            if row.standing is None
            else [],
        }
        for row in rows
    ]


def _say_readiness(request: HttpRequest, package: Package) -> str:
    """Return how ready the parts of a package are, how soon it can go, and what a day of it costs."""
    said = {
        part: say_to(request, f"emergencies.readiness.{getattr(package, f'{part}_readiness')}")
        for part in PARTS
    }
    parts = [say_to(request, "emergencies.ready_parts", **said)]
    if package.ready_within_days is not None:
        parts.append(say_to(request, "emergencies.ready_in", days=package.ready_within_days))
    if package.cost_per_day is not None:
        cost = exact_money(package.cost_per_day, language_of(request))
        parts.append(say_to(request, "emergencies.costs_a_day", cost=cost))
    return ("" if language_of(request) == "zh" else " ").join(parts)


def _proposals_table(request: HttpRequest, board: DispatchBoard[NeedFigures]) -> Table:
    return Table(
        name="orders",
        columns=(
            head(request, "order"), head(request, "home"), head(request, "place"),
            head(request, "people", is_number=True), head(request, "leaves_on"),
            head(request, "arrives_on"), head(request, "why"), head(request, "decide"),
        ),
        rows=tuple(_proposal_row(request, row) for row in board.proposals),
    )  # fmt: skip


def _proposal_row(request: HttpRequest, row: OrderProposal) -> Row:
    place = row.need.place if row.need else row.deployment.host if row.deployment else None
    return Row(
        (
            Cell(say_to(request, f"emergencies.order_kind.{row.kind}")),
            Cell(name_of(request, row.home), note=row.package.name if row.package else ""),
            Cell(name_of(request, place) if place else ""),
            heads_cell(request, row.heads),
            day(row.leaves_on),
            day(row.arrives_on),
            Cell(say_to(request, "emergencies.why"), address=reverse("why_order", args=[row.pk])),
            Cell(
                say_to(request, "emergencies.decide"),
                address=reverse("decide_order", args=[row.pk]),
            ),
        ),
        address=reverse("decide_order", args=[row.pk]),
    )


def _say_run(request: HttpRequest, run: Run | None) -> dict[str, Any]:
    """Return how the last planning stands or ended, in words."""
    if run is None:
        return {"is_live": False, "said": ""}
    if run.state not in ENDED:
        return {"is_live": True, "said": say_to(request, "emergencies.planning")}
    found = run.result or {}
    if run.state == "failed":
        return {"is_live": False, "said": say_to(request, "emergencies.plan_failed")}
    said = [say_to(request, "emergencies.planned", orders=found.get("orders", 0))]
    for row in found.get("levels", []):
        code = "proven" if row["is_proven"] else "within"
        level = say_to(request, f"emergencies.plan_level.{row['level']}")
        gap = percent(row["gap"], language_of(request))
        said.append(say_to(request, f"emergencies.plan_{code}", level=level, gap=gap))
    if found.get("nowhere"):
        names = tuple(found["nowhere"])
        said.append(say_to(request, "emergencies.plan_nowhere", names=names))
    return {"is_live": False, "said": " ".join(said)}


@require_POST
@seated
def plan(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """Have the next orders planned."""
    incident, actor = find_or_404(get_incident, incident_id), actor_of(request)
    refusal = find_refusal(
        request, lambda: plan_orders(incident=incident, actor=actor, now=timezone.now())
    )
    for sentence in refusal:
        messages.warning(request, sentence)
    return redirect("incident_dispatch", incident_id=incident.pk)


@require_POST
@seated
def stop(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """Stop planning; the best orders found so far are kept."""
    incident = find_or_404(get_incident, incident_id)
    run = find_latest_run(incident.pk, PLAN_ORDERS)
    if run is None:
        raise Http404
    find_refusal(
        request, lambda: stop_run(run_id=run.pk, actor=actor_of(request), now=timezone.now())
    )
    return redirect("incident_dispatch", incident_id=incident.pk)


@FORM
@seated
def decide(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """Take a proposed order over, as it is or in another form."""
    proposal, actor = find_or_404(get_proposal, proposal_id), actor_of(request)
    if not may(actor, "accept_order", proposal.incident):
        return show_forbidden(request)
    form = OrderForm(request, proposal)

    def act(given: dict[str, Any]) -> OrderProposal:
        said = form.changes(given)
        if said:
            return change_order(
                proposal=proposal, reason=given["reason"], document=given["document"],
                actor=actor, now=timezone.now(), **said,
            )  # fmt: skip
        return accept_order(
            proposal=proposal, reason=given["reason"], document=given["document"],
            actor=actor, now=timezone.now(),
        )  # fmt: skip

    return answer_form(
        request, form, lambda given: act(dict(given)),
        done=say_to(request, "emergencies.order_taken"),
        verb=say_to(request, "emergencies.order_take"),
        title=title_of_order(request, proposal),
        text=say_to(request, "emergencies.order_text"),
        back=_back(proposal.incident), trail=trail_to(request, proposal.incident),
        template="web/emergencies/order.html", proposal=proposal,
    )  # fmt: skip


@FORM
@seated
def refuse(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """Refuse a proposed order; the next plan does not contain it."""
    proposal, actor = find_or_404(get_proposal, proposal_id), actor_of(request)
    if not may(actor, "refuse_order", proposal.incident):
        return show_forbidden(request)
    return answer_form(
        request, ReasonForm(request),
        lambda given: refuse_order(
            proposal=proposal, reason=given["reason"], actor=actor, now=timezone.now()
        ),
        done=say_to(request, "emergencies.order_refused"),
        verb=say_to(request, "emergencies.order_refuse"),
        title=title_of_order(request, proposal),
        text=say_to(request, "emergencies.order_refuse_text"),
        back=_back(proposal.incident), trail=trail_to(request, proposal.incident),
    )  # fmt: skip


def _back(incident: Incident) -> str:
    return reverse("incident_dispatch", args=[incident.pk])
