"""The dispatch board: who is free, what lacks, what a planner proposes; each order is decided by a person."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from tiebeam.apps.emergencies.models import Incident, Need
from tiebeam.apps.emergencies.operations.proposals import accept_order, change_order, refuse_order
from tiebeam.apps.emergencies.proposal_models import OrderProposal
from tiebeam.apps.emergencies.queries.dispatch import DispatchBoard, dispatch_figures, get_proposal
from tiebeam.apps.emergencies.queries.incidents import get_incident
from tiebeam.apps.emergencies.queries.situation import NeedFigures, lacking_on
from tiebeam.apps.emergencies.queries.skills import SkillGaps
from tiebeam.apps.people.models import Package
from tiebeam.interfaces.messages.figures import exact_money
from tiebeam.interfaces.web.emergencies.forms import OrderForm, ReasonForm
from tiebeam.interfaces.web.emergencies.planning import PlanForm, describe_planning
from tiebeam.interfaces.web.emergencies.reasons import title_of_order
from tiebeam.interfaces.web.emergencies.skills import say_skill_gaps, say_skills
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
from tiebeam.interfaces.web.forming import FORM, answer_form, find_or_404
from tiebeam.interfaces.web.page import Link, language_of, name_of, say_to, show_page
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.interfaces.web.tables import Cell, Row, Table, day


@require_safe
@seated
@vary_on_headers("HX-Request")
def show_dispatch(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """Show what can be moved, and the orders to decide; a package is drawn onto a need, or sent by its menu."""
    incident, actor = find_or_404(get_incident, incident_id), actor_of(request)
    if actor.organisation_id != incident.tenant_id or not may(actor, "ask_home", incident):
        return show_forbidden(request)
    state = describe_planning(request, incident)
    if request.headers.get("HX-Request"):
        return render(request, "web/emergencies/planning.html", {"incident": incident, **state})
    board, gaps = dispatch_figures(incident, timezone.now())
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
        form=PlanForm(request, state["aim"]),
        needs=[_card_of_need(request, row, gaps.get(row.need.pk)) for row in needs],
        packages=_cards_of_packages(request, board, needs if is_open else [], gaps),
        table=_proposals_table(request, board) if board.proposals else None,
        **state,
    )  # fmt: skip


def _card_of_need(request: HttpRequest, row: NeedFigures, gaps: SkillGaps | None) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "title": title_of_need(request, row.need),
        "lacking": max((gap.lacking for gap in row.gaps), default=lacking_on([row], today) or 0),
        "kind": row.need.kind,
        "skills": say_skill_gaps(request, gaps) if gaps else "",
        "address": reverse("need", args=[row.need.pk]),
        "ask": reverse("ask_home", args=[row.need.pk]),
    }


def _cards_of_packages(
    request: HttpRequest,
    board: DispatchBoard[NeedFigures],
    needs: Sequence[NeedFigures],
    gaps: Mapping[UUID, SkillGaps],
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
                    _title_of_goal(request, need.need, gaps.get(need.need.pk), row.package),
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


def _title_of_goal(
    request: HttpRequest, need: Need, gaps: SkillGaps | None, package: Package
) -> str:
    """Return what a need is called, with the skills that it lacks still once *package* comes."""
    title, left = title_of_need(request, need), gaps.after(package).lacking if gaps else {}
    if not left:
        return title
    return say_to(request, "emergencies.goal_lacks", need=title, skills=say_skills(request, left))


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
