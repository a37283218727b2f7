"""
Take one step of a deployment: one message of one side, once (§E6).

The table of states says who may, and where it leads; what holds is carried from step to step.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from tiebeam.apps.emergencies.models import Deployment, Step
from tiebeam.apps.emergencies.operations.messages import Message, hash_of, refuse_unfit
from tiebeam.apps.emergencies.operations.rights import demand_open, is_own_question, list_sides
from tiebeam.apps.emergencies.operations.sent_teams import refuse_unfit_team
from tiebeam.apps.emergencies.queries.standing import find_last_step, is_lapsed
from tiebeam.apps.emergencies.states import ANSWERS, OVER, WAITING, Row, find_row
from tiebeam.apps.people.models import Package, Team
from tiebeam.errors import Refused
from tiebeam.platform.audit.writing import record_creation
from tiebeam.platform.permissions.operations import require
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.holding import hold

ENDING = frozenset({"decline", "withdraw", "expire", "stand_down"})
AMENDING = frozenset({"ask_extension", "extend", "ask_swap", "swap"})
BEGINNING = frozenset(
    {
        "draft", "need", "volunteer", "assign", "request", "consult", "offer", "agree", "accept",
        "order",
    }
)  # fmt: skip
"""What fixes heads, days, team and package; like :data:`AMENDING`, no longer done in an incident that was stood down."""


class Lapsed(Refused):
    """The answer was awaited until then; facts: ``until``."""

    code = "emergencies.lapsed"


class NotLapsedYet(Refused):
    """An answer is still awaited; or there is no time limit."""

    code = "emergencies.not_lapsed_yet"


class KeyReused(Refused):
    """The id was used for another message; facts: ``key``."""

    code = "emergencies.key_reused"


class NothingToAnswer(Refused):
    """No question of this kind is open; facts: ``event``."""

    code = "emergencies.nothing_to_answer"


class OwnQuestion(Refused):
    """Another side answers what one's own has asked; facts: ``side``."""

    code = "emergencies.own_question"


class NotTheAuthor(Refused):
    """A request or offer is withdrawn by whoever made it."""

    code = "emergencies.not_the_author"


class NotTheirTeam(Refused):
    """The team or package that is sent is of the home organisation."""

    code = "emergencies.not_their_team"


def take_step(
    deployment: Deployment,
    event: str,
    message: Message,
    roles: Collection[Role],
    actor: Actor,
    now: datetime,
    **more: Any,
) -> Step:
    """
    Take the step *event*; the same message sent again gives the step that was taken.

    Raises:
        NotAllowed, NotAParty, NotOwnTeam: Who acts has no right, no part, or another team.
        NotNow, NotTheirStep, Lapsed, StoodDown: It cannot be done now, or by another side.
        KeyReused: The id is that of another message.
        InvalidInput: The message lacks what it has to say.
    """
    name = f"emergencies.{event}"
    hold(deployment.pk)
    kept = Deployment.objects.select_related("incident").get(pk=deployment.pk)
    require(actor, name, kept.incident.programme_id)
    sent_before = find_sent(event, kept.pk, message)
    if sent_before is not None:
        return sent_before
    said = message.completed(now)
    last = find_last_step(kept.pk)
    assert last is not None, "a deployment begins with a step"
    sides = list_sides(actor, kept, roles, last.team_id)
    row = find_row(last.state, event, sides)
    _refuse_untimely(kept, last, row, now)
    _refuse_other_author(kept, row, actor)
    refuse_unfit(said, row, last, now)
    question = _find_question(kept, said, row, actor)
    step = compose(kept, said, row, last, actor, now)
    step.body_sha256 = hash_of(event, kept.pk, message)
    step.side = next(side for side in row.sides if side in sides)
    step.answers_id = question.pk if question else said.answers_id or last.pk
    if question is not None and event in {"extend", "swap"}:
        _take_over(step, question)
    if event in {"order", "ask_swap", "swap"}:
        refuse_unfit_team(step, now)
    for column, value in more.items():
        setattr(step, column, value)
    return write(step, name, actor, now)


def find_sent(event: str, about: object, message: Message) -> Step | None:
    """
    Return the step that this message took before; *about* names the deployment, or what it begins one of.

    Raises:
        KeyReused: Its id is that of another message.
    """
    if message.id is None:
        return None
    # Two who send it at once: the second finds what the first did.
    hold(message.id)
    found: Step | None = Step.objects.owned().filter(pk=message.id).first()
    if found is not None and found.body_sha256 != hash_of(event, about, message):
        raise KeyReused(key=str(message.id))
    return found


def compose(
    deployment: Deployment,
    said: Message,
    row: Row,
    last: Step | None,
    actor: Actor,
    now: datetime,
) -> Step:
    """Return the step of a completed message, not saved: what held before, changed by what is said."""
    assert said.sent_at is not None  # it is completed
    step = Step(
        id=said.id,
        tenant_id=actor.organisation_id,
        scope_id=deployment.scope_id,
        deployment=deployment,
        number=last.number + 1 if last else 1,
        event=row.event,
        message=row.message,
        answer=row.answer,
        before=last.state if last else "",
        state=row.after or (last.state if last else ""),
        cost=said.cost,
        document=said.document,
        reason=said.reason,
        text=said.text,
        person_id=actor.person_id,
        person_for_id=actor.deputy_of,
        sent_at=said.sent_at,
        recorded_at=now,
    )
    for column in ("heads", "starts_on", "ends_on", "team_id", "package_id", "answer_by"):
        setattr(step, column, getattr(last, column, None))
    _change(step, said, row, now)
    return step


def write(step: Step, action: str, actor: Actor, now: datetime) -> Step:
    """
    Keep *step*.

    Raises:
        KeyReused: Its id is another's.
    """
    try:
        with transaction.atomic():
            step.save(force_insert=True)
    except IntegrityError as error:
        if Step.objects.filter(deployment_id=step.deployment_id, number=step.number).exists():
            raise
        raise KeyReused(key=str(step.pk)) from error
    record_creation(actor=actor, now=now, action=action, record=step, reason=step.reason)
    return step


def _change(step: Step, said: Message, row: Row, now: datetime) -> None:
    """Fix what the step changes; what it merely asks for or tells stands in ``said``."""
    if row.event in BEGINNING:
        for column in ("heads", "starts_on", "ends_on", "team_id", "package_id"):
            given = getattr(said, column)
            if given is not None:
                setattr(step, column, given)
        step.answer_by = said.answer_by if step.state in WAITING else None
    elif row.event in {"release", "allow_return"}:
        day = said.ends_on or _day_of(step, now)
        step.ends_on = max(day, step.starts_on) if step.starts_on else day
    elif row.event == "claim" and step.before == "stood_down":
        # Nobody went: the tour that was planned counts for no day (§E12).
        step.ends_on = step.starts_on
    elif row.event == "begin_duty":
        day = said.starts_on or max(_day_of(step, now), _earliest(step))
        step.starts_on = min(day, step.ends_on) if step.ends_on else day
    elif row.event == "check_in":
        step.said = {"present": said.heads}
    elif row.event == "ask_extension":
        step.said = {"ends_on": str(said.ends_on)}
    elif row.event == "ask_swap":
        step.said = {"team_id": str(said.team_id), "heads": said.heads or step.heads}
    if step.state in OVER:
        step.answer_by = None
    _refuse_anothers(step, said)


def _take_over(step: Step, question: Step) -> None:
    """Let hold what was asked for."""
    if "ends_on" in question.said:
        step.ends_on = datetime.fromisoformat(question.said["ends_on"]).date()
    if "team_id" in question.said:
        step.team_id, step.heads = UUID(question.said["team_id"]), question.said["heads"]


def _refuse_anothers(step: Step, said: Message) -> None:
    """Refuse a team or package that is not of the home organisation, or not to be read."""
    home_id = step.deployment.home_id
    for model, key in ((Team, said.team_id), (Package, said.package_id)):
        if key is not None and not model.objects.filter(pk=key, tenant_id=home_id).exists():
            raise NotTheirTeam


def _refuse_untimely(deployment: Deployment, last: Step, row: Row, now: datetime) -> None:
    has_lapsed = is_lapsed(last, deployment.incident, now)
    if row.event in BEGINNING | AMENDING or (has_lapsed and row.event not in ENDING):
        demand_open(deployment.incident)
    if row.event == "expire" and not has_lapsed:
        raise NotLapsedYet
    if has_lapsed and row.event not in ENDING:
        raise Lapsed(until=last.answer_by)


def _refuse_other_author(deployment: Deployment, row: Row, actor: Actor) -> None:
    """Refuse to withdraw what another organisation began; the home withdraws its own answer."""
    if row.event == "withdraw" and actor.organisation_id not in {
        deployment.tenant_id,
        deployment.home_id,
    }:
        raise NotTheAuthor


def _find_question(deployment: Deployment, said: Message, row: Row, actor: Actor) -> Step | None:
    """
    Return the open question that *row* answers, None where it answers none.

    Raises:
        OwnQuestion: The side that asked would answer itself.
        NothingToAnswer: There is none, it was answered before, or what is named is of another deployment.
    """
    asked = ANSWERS.get(row.event)
    named = Step.objects.filter(deployment=deployment, pk=said.answers_id)
    if said.answers_id is not None and not named.exists():
        raise NothingToAnswer(event=row.event)
    if asked is None:
        return None
    kinds = [event for event, questions in ANSWERS.items() if set(questions) & set(asked)]
    answered = Step.objects.filter(deployment=deployment, event__in=kinds).values("answers_id")
    rows = Step.objects.filter(deployment=deployment, event__in=asked).exclude(pk__in=answered)
    if said.answers_id is not None:
        rows = rows.filter(pk=said.answers_id)
    questions: list[Step] = list(rows.order_by("-number"))
    if not questions:
        raise NothingToAnswer(event=row.event)
    found = next((each for each in questions if not is_own_question(each, deployment, actor)), None)
    if found is None:
        raise OwnQuestion(side=questions[0].side)
    return found


def _day_of(step: Step, now: datetime) -> Any:
    """Return the day of the device, but none that is still to come."""
    return min(timezone.localdate(step.sent_at), timezone.localdate(now))


def _earliest(step: Step) -> date:
    """Return the day before which no clock of a device is believed: that of the plan, or of the activation."""
    activated_on: date = step.deployment.incident.activated_on
    return min(activated_on, step.starts_on or activated_on)
