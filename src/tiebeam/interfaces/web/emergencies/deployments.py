"""Deployments: where each stands, what was said, and every step that the reader may take."""

from collections.abc import Callable, Collection, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tiebeam.apps.emergencies.models import Deployment, Step
from tiebeam.apps.emergencies.operations.claims import enter_claim
from tiebeam.apps.emergencies.operations.messages import Message
from tiebeam.apps.emergencies.operations.rights import is_own_question
from tiebeam.apps.emergencies.queries.inbox import list_open_questions, list_steps_open_to
from tiebeam.apps.emergencies.queries.incidents import (
    find_team,
    list_own_packages,
    list_own_teams_of,
)
from tiebeam.apps.emergencies.queries.needs import state_of_need
from tiebeam.apps.emergencies.queries.standing import Standing, get_standing, list_steps
from tiebeam.apps.emergencies.states import ANSWERS, Row
from tiebeam.apps.pairings.queries.pairings import get_pairing
from tiebeam.interfaces.messages.figures import exact_money, number
from tiebeam.interfaces.web.claims.words import list_purposes
from tiebeam.interfaces.web.emergencies.forms import ClaimForm, StepForm
from tiebeam.interfaces.web.emergencies.tables import tour_of
from tiebeam.interfaces.web.emergencies.words import (
    mark_of,
    may,
    may_ask,
    say_event,
    say_state,
    title_of_deployment,
    trail_to_need,
)
from tiebeam.interfaces.web.errors import show_forbidden
from tiebeam.interfaces.web.forming import FORM, answer_form, find_or_404
from tiebeam.interfaces.web.page import Fact, Link, language_of, name_of, say_to, show_page
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.interfaces.web.timeline import Line
from tiebeam.platform.identity.people import list_names
from tiebeam.platform.permissions.operations import list_rights
from tiebeam.platform.tenancy.acting import Actor

EXTRA: dict[str, tuple[str, ...]] = {
    "assign": ("answer_by", "reason", "text"),
    "request": ("answer_by", "reason", "text"),
    "consult": ("package", "cost"),
    "offer": ("package", "cost"),
    "order": ("heads",),
    "ask_swap": ("heads",),
    "begin_duty": ("starts_on",),
    "release": ("ends_on",),
    "allow_return": ("ends_on",),
}
"""What a step may say besides what it has to; any may add words."""


@require_safe
@seated
def show(request: HttpRequest, deployment_id: UUID) -> HttpResponse:
    """Show where a deployment stands, what is asked of whom, and its whole thread."""
    standing = find_or_404(get_standing, deployment_id, timezone.now())
    deployment = standing.deployment
    steps = list_steps(deployment)
    asked = _asked(deployment, actor_of(request))
    expected = {*standing.expects, *asked}
    rows = sorted(_list_own(request, standing, asked), key=lambda row: row.event not in expected)
    links = [
        Link(say_event(request, row.event), reverse("step", args=[deployment.pk, row.event]))
        for row in rows
    ]
    if _may_be_relieved(request, standing):
        address = f"{reverse('ask_home', args=[deployment.need_id])}?relieves={deployment.pk}"
        links.append(Link(say_to(request, "emergencies.verb.relieve"), address))
    links.append(
        Link(
            say_to(request, "emergencies.thread"),
            reverse("deployment_thread", args=[deployment.pk]),
        )
    )
    is_expected = bool(rows) and rows[0].event in expected
    state = say_state(request, standing.state)
    return show_page(
        request,
        "web/emergencies/record.html",
        title=say_to(
            request, "emergencies.deployment_title",
            deployment=title_of_deployment(request, deployment), state=state,
        ),
        trail=trail_to_need(request, deployment.need),
        action=links[0] if is_expected else None,
        facts=_facts(request, standing),
        links=links[1:] if is_expected else links,
        tables=[],
        timeline=thread_of(request, steps),
    )  # fmt: skip


def _may_be_relieved(request: HttpRequest, standing: Standing) -> bool:
    """Return whether the reader may ask for a successor of a deployment."""
    need, incident = standing.deployment.need, standing.deployment.incident
    if not standing.is_bound or incident.stood_down_at is not None:
        return False
    is_wanted = state_of_need(need, timezone.now()) == "verified"
    return is_wanted and may_ask(actor_of(request), need)


@FORM
@seated
def take(request: HttpRequest, deployment_id: UUID, event: str) -> HttpResponse:
    """Take one step of a deployment."""
    standing = find_or_404(get_standing, deployment_id, timezone.now())
    deployment, actor = standing.deployment, actor_of(request)
    row = next(
        (row for row in list_steps_open_to(standing, actor.organisation_id) if row.event == event),
        None,
    )
    do = _operation_of(event)
    if do is None:
        raise Http404
    if not may(actor, event, deployment.incident):
        return show_forbidden(request)
    if event == "enter_claim":
        return _enter_claim(request, deployment)
    question = _question_of(deployment, event, actor)
    form = StepForm(
        request,
        terms=row.terms if row else (),
        extra=(*EXTRA.get(event, ()), "text"),
        last=standing.last,
        offered=_offered(actor.organisation_id),
        initial=_of_today(event, standing),
    )
    answered = {"answers_id": question.pk} if question else {}
    return answer_form(
        request,
        form,
        lambda given: do(
            deployment=deployment, message=form.message(given, **answered), actor=actor,
            now=timezone.now(),
        ),
        done=say_to(request, "emergencies.step_done", step=say_event(request, event)),
        verb=say_event(request, event),
        title=say_to(
            request, "emergencies.step_title", step=say_event(request, event),
            deployment=title_of_deployment(request, deployment),
        ),
        text=_say_question(request, question),
        back=reverse("deployment", args=[deployment.pk]),
        trail=trail_to_need(request, deployment.need),
    )  # fmt: skip


def _enter_claim(request: HttpRequest, deployment: Deployment) -> HttpResponse:
    """Enter a claim in the books of the pair behind a deployment."""
    actor = actor_of(request)
    pairing = find_or_404(get_pairing, deployment.pairing_id)
    claimed = next((row for row in reversed(list_steps(deployment)) if row.event == "claim"), None)
    form = ClaimForm(
        request,
        purposes=list_purposes(request, pairing),
        initial={
            "issuer": name_of(request, deployment.home),
            "amount": Decimal(claimed.cost or 0) / 100 if claimed else None,
            "number": claimed.document[:80] if claimed else "",
            "issued_on": timezone.localdate(claimed.recorded_at) if claimed else None,
        },
    )
    return answer_form(
        request,
        form,
        lambda given: enter_claim(
            deployment=deployment, vouchers=[form.voucher(given)], purpose=given["purpose"],
            message=Message(), actor=actor, now=timezone.now(),
        ),
        done=say_to(request, "emergencies.claim_entered"),
        verb=say_event(request, "enter_claim"),
        title=say_to(
            request, "emergencies.step_title", step=say_event(request, "enter_claim"),
            deployment=title_of_deployment(request, deployment),
        ),
        text=say_to(request, "emergencies.claim_text"),
        back=reverse("deployment", args=[deployment.pk]),
        trail=trail_to_need(request, deployment.need),
    )  # fmt: skip


def _list_own(request: HttpRequest, standing: Standing, asked: Collection[str]) -> list[Row]:
    """List the steps that the reader may take now; an answer only where something was *asked*."""
    actor = actor_of(request)
    rows = {
        row.event: row
        for row in list_steps_open_to(standing, actor.organisation_id)
        if (row.event not in ANSWERS or row.event in asked)
        and (row.event != "enter_claim" or standing.deployment.pairing_id is not None)
        and may(actor, row.event, standing.deployment.incident)
    }
    return list(rows.values())


def _asked(deployment: Deployment, actor: Actor) -> set[str]:
    """Return the events by which *actor* would answer what is open."""
    kinds = {question.event for question in _questions_to(deployment, actor)}
    return {event for event, asked in ANSWERS.items() if kinds & set(asked)}


def _questions_to(deployment: Deployment, actor: Actor) -> list[Step]:
    """List the open questions but those that the own side put in words."""
    rows = list_open_questions([deployment.pk]).get(deployment.pk, [])
    return [row for row in rows if not is_own_question(row, deployment, actor)]


def _question_of(deployment: Deployment, event: str, actor: Actor) -> Step | None:
    asked = ANSWERS.get(event, ())
    return next((row for row in _questions_to(deployment, actor) if row.event in asked), None)


def _say_question(request: HttpRequest, question: Step | None) -> str:
    if question is None:
        return ""
    said = question.text or question.reason or question.said.get("ends_on", "")
    return say_to(
        request, "emergencies.asked_text", step=say_event(request, question.event), text=said
    )


def _operation_of(event: str) -> Callable[..., Step] | None:
    name = f"emergencies.{event}"
    return next((row.function for row in list_rights() if row.name == name), None)


def _of_today(event: str, standing: Standing) -> dict[str, date]:
    """Return the days that stand in the fields of a step that tells of today, and not of what was planned."""
    if event not in {"begin_duty", "release", "allow_return"}:
        return {}
    today = timezone.localdate()
    return {"starts_on": today, "ends_on": max(today, standing.last.starts_on or today)}


def _offered(organisation_id: UUID) -> dict[str, list[tuple[str, str]]]:
    """Return the own teams and packages that can be sent."""
    return {
        "team": [(str(row.pk), row.name) for row in list_own_teams_of(organisation_id)],
        "package": [(str(r.pk), r.name) for r in list_own_packages() if r.ended_on is None],
    }


def _facts(request: HttpRequest, standing: Standing) -> list[Fact]:
    deployment, last = standing.deployment, standing.last
    unknown = say_to(request, "web.unknown")

    def word(key: str, text: str, address: str = "") -> Fact:
        return Fact(say_to(request, f"emergencies.column.{key}"), text, address)

    facts = [
        Fact(
            say_to(request, "emergencies.column.state"),
            say_state(request, standing.state),
            status=mark_of(standing.state),
        ),
        word("people", number(last.heads) if last.heads is not None else unknown),
        word("tour", tour_of(request, standing)),
        word("mode", say_to(request, f"emergencies.mode.{deployment.mode}")),
    ]
    if last.team_id is not None:
        # Who oversees the programme reads the deployment, and not the team.
        team = find_team(last.team_id)
        address = reverse("team", args=[team.pk]) if team else ""
        facts.append(word("team", team.name if team else unknown, address))
    if last.answer_by is not None:
        moment = timezone.localtime(last.answer_by)
        facts.append(word("answer_by", f"{moment:%Y-%m-%d %H:%M}"))
    if deployment.pairing_id is not None:
        text = say_to(request, "emergencies.of_a_pair")
        facts.append(word("pairing", text, reverse("pair", args=[deployment.pairing_id])))
    return facts


def thread_of(request: HttpRequest, steps: Sequence[Step]) -> list[Line]:
    """Return steps as lines, the last one first: when, what, who, and what was said."""
    people = list_names(step.person_id for step in steps)
    unknown = say_to(request, "web.unknown")
    return [
        Line(
            at=step.recorded_at,
            action=say_event(request, step.event),
            person=people.get(step.person_id, unknown),
            organisation=name_of(request, step.tenant),
            reason=_said(request, step),
        )
        for step in reversed(steps)
    ]


def _said(request: HttpRequest, step: Step) -> str:
    parts = [step.document, step.reason, step.text]
    if step.cost is not None:
        parts.append(exact_money(step.cost, language_of(request)))
    for name, code in (("present", "present"), ("ends_on", "asked_until")):
        if name in step.said:
            parts.append(say_to(request, f"emergencies.said.{code}", value=step.said[name]))
    if abs((step.recorded_at - step.sent_at).total_seconds()) > 60:
        sent = timezone.localtime(step.sent_at)
        parts.append(say_to(request, "emergencies.said.sent_at", at=f"{sent:%Y-%m-%d %H:%M}"))
    return " · ".join(part for part in parts if part)
