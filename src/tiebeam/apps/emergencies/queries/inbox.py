"""What waits for an organisation, or for a front team, in its emergencies (§E5)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from tiebeam.apps.emergencies.models import Deployment, Incident, Need, Step
from tiebeam.apps.emergencies.proposal_models import OrderProposal
from tiebeam.apps.emergencies.queries.needs import state_of_need
from tiebeam.apps.emergencies.queries.standing import Standing, in_states, list_standings
from tiebeam.apps.emergencies.states import ANSWERS, EXPECTED, Row, list_possible
from tiebeam.apps.people.models import Member

QUESTIONS = frozenset(question for asked in ANSWERS.values() for question in asked)
COLUMNS = {"coordinator": "incident__tenant_id", "host": "host_id", "home": "home_id"}
WAITING_FOR = {
    side: [
        state
        for state, events in EXPECTED.items()
        if {row.event for row in list_possible(state, [side])} & {*events}
    ]
    for side in COLUMNS
}
"""The states in which a deployment waits for a side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """
    One thing that waits for an answer.

    Attributes:
        kind: ``step`` (the deployment waits), ``question`` (a message waits for its answer),
            ``verify`` (a need waits for the coordinator), ``decide`` (a proposed order does).
        events: By which events it can be answered.
        since: Since when it waits.
        answer_by: Until when, where there is a limit.
    """

    kind: Literal["step", "question", "verify", "decide"]
    events: tuple[str, ...]
    since: datetime
    answer_by: datetime | None = None
    standing: Standing | None = None
    question: Step | None = None
    need: Need | None = None
    proposal: OrderProposal | None = None


def inbox(organisation_id: UUID, now: datetime) -> list[Waiting]:
    """List what waits for *organisation_id*, which acts: the nearest limit first, then the oldest."""
    standings = list_standings(_find_waiting(organisation_id), now)
    questions = list_open_questions([each.deployment.pk for each in standings])
    waiting: list[Waiting] = []
    for each in standings:
        sides = sides_of(each.deployment, organisation_id)
        waiting += _of_standing(each, sides)
        for question in questions.get(each.deployment.pk, []):
            if question.tenant_id != organisation_id:
                waiting += _of_question(each, question, sides)
    waiting += _of_coordinator(organisation_id, now)
    return sorted(
        waiting, key=lambda item: (item.answer_by is None, item.answer_by or item.since, item.since)
    )


def _find_waiting(organisation_id: UUID) -> "QuerySet[Deployment]":
    """Return the question after the deployments of which the last step, or a question of others, waits for a side."""
    own = Q(deployment__home_id=organisation_id) | Q(deployment__host_id=organisation_id)
    own |= Q(deployment__incident__tenant_id=organisation_id)
    asked = _list_open(Step.objects.filter(own).exclude(tenant_id=organisation_id))
    found = Q(pk__in=asked.values("deployment_id"))
    for side, column in COLUMNS.items():
        rows = Deployment.objects.filter(**{column: organisation_id})
        found |= Q(pk__in=in_states(rows, WAITING_FOR[side]).values("pk"))
    waiting: QuerySet[Deployment] = Deployment.objects.filter(found)
    return waiting


def sides_of(deployment: Deployment, organisation_id: UUID) -> list[str]:
    """List as which sides an organisation acts in *deployment*; a front team is of its home."""
    parties = {
        "coordinator": deployment.incident.tenant_id,
        "host": deployment.host_id,
        "home": deployment.home_id,
    }
    return [side for side, party in parties.items() if party == organisation_id]


def list_steps_open_to(standing: Standing, organisation_id: UUID) -> list[Row]:
    """List what an organisation could do with a deployment now, by the table alone."""
    return list_possible(standing.state, sides_of(standing.deployment, organisation_id))


def list_own_teams(person_id: UUID, now: datetime) -> list[Standing]:
    """List the deployments of the teams whose phone *person_id* works, the latest first; for a front team."""
    teams = Member.objects.filter(person_id=person_id, left_on=None).values("team_id")
    deployments = Step.objects.filter(team_id__in=teams).values("deployment_id")
    found = list_standings(Deployment.objects.filter(pk__in=deployments), now)
    return found[::-1]


def list_open_questions(deployment_ids: list[UUID]) -> dict[UUID, list[Step]]:
    """Return the questions that nobody has answered, by deployment, the oldest first."""
    found: dict[UUID, list[Step]] = {}
    rows = _list_open(Step.objects.filter(deployment_id__in=deployment_ids))
    for step in rows.order_by("number"):
        found.setdefault(step.deployment_id, []).append(step)
    return found


def _list_open(steps: "QuerySet[Step]") -> "QuerySet[Step]":
    answered = Step.objects.filter(answers_id=OuterRef("pk"), event__in=list(ANSWERS))
    return steps.filter(~Exists(answered), event__in=QUESTIONS)


def _of_standing(standing: Standing, sides: list[str]) -> list[Waiting]:
    possible = {row.event for row in list_possible(standing.state, sides)}
    events = tuple(event for event in standing.expects if event in possible)
    if not events:
        return []
    limit = standing.last.answer_by
    return [
        Waiting(
            kind="step",
            events=events,
            since=standing.last.recorded_at,
            answer_by=limit,
            standing=standing,
        )
    ]


def _of_question(standing: Standing, question: Step, sides: list[str]) -> list[Waiting]:
    possible = {row.event for row in list_possible(standing.state, sides)}
    events = tuple(
        event for event, asked in ANSWERS.items() if question.event in asked and event in possible
    )
    if not events:
        return []
    return [
        Waiting(
            kind="question",
            events=events,
            since=question.recorded_at,
            standing=standing,
            question=question,
        )
    ]


def _of_coordinator(organisation_id: UUID, now: datetime) -> list[Waiting]:
    """List what waits for who coordinates: needs to verify, proposed orders to decide."""
    open_ones = Incident.objects.filter(tenant_id=organisation_id, stood_down_at=None)
    needs = Need.objects.filter(incident__in=open_ones, verification=None, withdrawn_at=None)
    proposals = OrderProposal.objects.filter(incident__in=open_ones, state="proposed")
    return [
        Waiting(kind="verify", events=("verify_need",), since=need.entered_at, need=need)
        for need in needs.select_related("incident", "place")
        if state_of_need(need, now) == "open"
    ] + [
        Waiting(
            kind="decide",
            events=("accept_order", "change_order", "refuse_order"),
            since=proposal.proposed_at,
            proposal=proposal,
        )
        for proposal in proposals.select_related("incident", "need__place", "home", "deployment")
    ]
