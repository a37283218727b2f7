"""The page of a front team: its deployments, what can be said of each, and what waits on the device."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tiebeam.apps.emergencies.models import Step
from tiebeam.apps.emergencies.queries.inbox import list_open_questions, list_own_teams
from tiebeam.apps.emergencies.queries.standing import Standing
from tiebeam.apps.emergencies.states import AWAY, list_possible
from tiebeam.interfaces.web.page import language_of, name_of, say_to, show_page
from tiebeam.interfaces.web.seated import actor_of, seated

FRONT_STEPS = ("mobilise", "arrive", "begin_duty", "return")
"""What a team tells of its way, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """
    One thing that can be entered of a deployment.

    Attributes:
        event: Its name in the table of states.
        address: Of the operation.
        verb: On its button.
        text: What was entered, in the list of the device.
        body: What the operation needs beside the fields, as JSON.
        step: Its name in the queue, where it can be done once; empty for what can be said often.
        after: The step that has to be entered before.
        asks: The one thing that it has to say: ``heads``, ``text``, or nothing.
        question: The text that it answers.
    """

    event: str
    address: str
    verb: str
    text: str
    body: str
    step: str = ""
    after: str = ""
    asks: str = ""
    question: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A deployment with what can be entered of it: steps in their order, and what can be said at any time."""

    standing: Standing
    state: str
    steps: tuple[Entry, ...]
    words: tuple[Entry, ...]


@require_safe
@seated
def show_phone(request: HttpRequest) -> HttpResponse:
    """Show the deployments of the teams that the reader is on."""
    actor = actor_of(request)
    standings = [
        row for row in list_own_teams(actor.person_id, timezone.now()) if row.state in AWAY
    ]
    questions = list_open_questions([row.deployment.pk for row in standings])
    code = "phone.title" if standings else "phone.title.none"
    return show_page(
        request,
        "web/phone/phone.html",
        title=say_to(request, code, count=len(standings)),
        cards=[_card_of(request, row, questions.get(row.deployment.pk, [])) for row in standings],
        person=actor.person_id,
    )


def _card_of(request: HttpRequest, standing: Standing, questions: Sequence[Step]) -> Card:
    possible = {row.event for row in list_possible(standing.state, ["team"])}
    coming = _list_coming(standing.state, possible)
    steps = [
        _entry_of(request, standing, event, step=f"{standing.deployment.pk}:{event}",
                  after=f"{standing.deployment.pk}:{before}" if before else "")
        for before, event in zip(("", *coming), coming, strict=False)
    ]  # fmt: skip
    words = [
        _entry_of(request, standing, event, asks=asks)
        for event, asks in (("check_in", "heads"), ("report", "text"), ("ask", "text"))
        if event in possible
    ]
    if "inform" in possible:
        words += [
            _entry_of(request, standing, "inform", asks="text", question=row.text, answers=row.pk)
            for row in questions
            if row.event == "ask" and row.side != "team"
        ]
    return Card(
        standing=standing,
        state=say_to(request, f"emergencies.state.{standing.state}"),
        steps=tuple(steps),
        words=tuple(words),
    )


def _list_coming(state: str, possible: set[str]) -> tuple[str, ...]:
    """List the steps of a team from *state* on: without a connection several follow one another."""
    first = next((at for at, event in enumerate(FRONT_STEPS) if event in possible), None)
    if first is None:
        return ()
    # Only an order of release lets a team go home.
    last = FRONT_STEPS.index("return") if state != "released" else len(FRONT_STEPS)
    return FRONT_STEPS[first:last]


def _entry_of(
    request: HttpRequest,
    standing: Standing,
    event: str,
    *,
    answers: object = None,
    **more: str,
) -> Entry:
    place = name_of(request, standing.deployment.host)
    body: dict[str, object] = {"deployment_id": str(standing.deployment.pk)}
    if answers is not None:
        body["message"] = {"answers_id": str(answers)}
    return Entry(
        event=event,
        address=f"/api/v1/emergencies/{event.replace('_', '-')}?lang={language_of(request)}",
        verb=say_to(request, f"phone.event.{event}"),
        text=say_to(request, f"phone.entered.{event}", place=place),
        body=json.dumps(body),
        **more,
    )
