"""Why a proposed order and not another (§S11)."""

from datetime import timedelta
from fractions import Fraction
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tiebeam.apps.emergencies.models import Incident
from tiebeam.apps.emergencies.operations.outlook import Aim
from tiebeam.apps.emergencies.operations.reasons import Explained, explain_proposal
from tiebeam.apps.emergencies.proposal_models import OrderProposal
from tiebeam.apps.emergencies.queries.dispatch import get_proposal
from tiebeam.core.explain.surge_reasons import Alternative
from tiebeam.interfaces.jobs.dispatching import aim_of
from tiebeam.interfaces.messages.figures import number, percent
from tiebeam.interfaces.web.emergencies.words import head, may, title_of_need, trail_to
from tiebeam.interfaces.web.errors import show_forbidden
from tiebeam.interfaces.web.forming import find_or_404
from tiebeam.interfaces.web.page import Link, language_of, name_of, say_to, show_page
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.interfaces.web.tables import Cell, Row, Table, day
from tiebeam.platform.tasks.queries import find_run


@require_safe
@seated
def show_why(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """Show what a proposed order is for, and what each other place or team would come to instead."""
    proposal = find_or_404(get_proposal, proposal_id)
    if not may(actor_of(request), "accept_order", proposal.incident):
        return show_forbidden(request)
    found = explain_proposal(proposal, timezone.now(), _aim_of(proposal))
    key = "package" if proposal.kind == "send" else "deployment"
    ask = f"{reverse('suppose', args=[proposal.incident_id])}?team={key}:{getattr(proposal, f'{key}_id')}"
    return show_page(
        request,
        "web/emergencies/why.html",
        title=say_to(request, "emergencies.why_title", order=title_of_order(request, proposal)),
        trail=trail_to_board(request, proposal.incident),
        sentences=_say_reason(request, proposal, found),
        table=_alternatives_table(request, found) if found and found.alternatives else None,
        ask=ask if found else "",
        back=reverse("decide_order", args=[proposal.pk]),
    )


def _aim_of(proposal: OrderProposal) -> Aim:
    """Return how the plan of *proposal* was asked for; a plan not made here is named by no run."""
    try:
        return aim_of(find_run(UUID(proposal.plan)))
    except ValueError:
        return Aim()


def title_of_order(request: HttpRequest, proposal: OrderProposal) -> str:
    """Return what a proposed order is called: how many of whom go where, or come home."""
    place = proposal.need.place if proposal.need else proposal.deployment.host  # type: ignore[union-attr]  # one of both
    return say_to(
        request, "emergencies.order_title",
        kind=say_to(request, f"emergencies.order_kind.{proposal.kind}"),
        home=name_of(request, proposal.home), place=name_of(request, place), heads=proposal.heads or 0,
    )  # fmt: skip


def _say_reason(
    request: HttpRequest, proposal: OrderProposal, found: Explained | None
) -> list[str]:
    if found is None:
        return [say_to(request, "emergencies.why_not_known")]
    reason, question = found.reason, found.question
    if found.order.to is not None:
        facts = {
            "before": reason.before, "after": reason.after, "worst": reason.worst,
            "place": name_of(request, question.needs[reason.place].need.place) if reason.place else "",
            "person_days": reason.person_days,
        }  # fmt: skip
        sentence = say_to(request, reason.code, **facts)
        lone = [] if found.alternatives else [say_to(request, "emergencies.no_alternatives")]
        return [sentence, *lone]
    last = question.at_work[found.order.team].last
    if last.ends_on is not None and last.ends_on <= question.today:
        return [say_to(request, "emergencies.why_tour_over", day=last.ends_on)]
    if found.remaining is None:
        return [say_to(request, "emergencies.why_not_needed", day=proposal.leaves_on)]
    rest = found.remaining
    on = question.today + timedelta(days=rest.day)
    facts = {"day": proposal.leaves_on, "on": on, "heads": rest.heads, "needed": rest.needed}
    return [say_to(request, "emergencies.why_spare", **facts)]


def _alternatives_table(request: HttpRequest, found: Explained) -> Table:
    keys = ("instead", "arrives_on", "first_difference", "as_proposed", "then")
    return Table(
        name="alternatives",
        columns=tuple(head(request, key) for key in keys),
        rows=tuple(_alternative_row(request, found, row) for row in found.alternatives),
        source=say_to(request, "emergencies.why_source"),
    )


def _alternative_row(request: HttpRequest, found: Explained, row: Alternative) -> Row:
    question, goal = found.question, row.order.to or ""
    package = question.packages[row.order.team]
    if row.order.team == found.order.team:
        cell = Cell(title_of_need(request, question.needs[goal].need))
    else:
        note = say_to(request, "emergencies.people", heads=package.heads)
        cell = Cell(name_of(request, package.tenant), note=f"{package.name} · {note}")
    arrives = day(question.today + timedelta(days=row.order.arrives_on))
    if row.level is None:
        same = Cell(say_to(request, "emergencies.no_difference"))
        return Row((cell, arrives, same, Cell(""), Cell("")))
    before, after = (say_figure(request, row.level, value) for value in (row.before, row.after))
    then = Cell(after, status="good" if row.after < row.before else "bad")
    return Row((cell, arrives, Cell(say_level(request, row.level, row.worst)), Cell(before), then))


def say_level(request: HttpRequest, level: str, worst: int) -> str:
    """Return the word for a level, or for the mean of its worst."""
    if level == "shortage" and worst > 1:
        return say_to(request, "emergencies.plan_level.mean_of_worst", worst=worst)
    return say_to(request, f"emergencies.plan_level.{level}")


def say_figure(request: HttpRequest, level: str, value: Fraction) -> str:
    """Return a figure of a level with its unit."""
    if level in ("shortage", "hub"):
        return percent(float(value), language_of(request))
    unit = say_to(request, f"emergencies.plan_unit.{level}")
    return f"{number(float(value))} {unit}"


def board_of(incident: Incident) -> str:
    """Return the address of the dispatch board."""
    return reverse("incident_dispatch", args=[incident.pk])


def trail_to_board(request: HttpRequest, incident: Incident) -> list[Link]:
    """Return the places above what belongs to the dispatch board."""
    board = Link(say_to(request, "emergencies.tab.incident_dispatch"), board_of(incident))
    return [*trail_to(request, incident), board]
