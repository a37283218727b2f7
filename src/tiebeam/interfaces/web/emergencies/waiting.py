"""What waits for the reader's organisation in emergencies: a page of its own, and lines of the first page."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tiebeam.apps.emergencies.queries.inbox import Waiting, inbox
from tiebeam.errors import both_names
from tiebeam.interfaces.web.emergencies.words import tabs_of
from tiebeam.interfaces.web.home.sections import Item, Words, section
from tiebeam.interfaces.web.home.views import lines_of
from tiebeam.interfaces.web.page import say_to, show_page
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.platform.tenancy.acting import Actor


@require_safe
@seated
def show_inbox(request: HttpRequest) -> HttpResponse:
    """List what waits for the own organisation: the nearest limit first."""
    actor, today = actor_of(request), timezone.localdate()
    items = [item_of(row) for row in inbox(actor.organisation_id, timezone.now())]
    code = "emergencies.inbox_title" if items else "emergencies.inbox_empty"
    return show_page(
        request,
        "web/emergencies/inbox.html",
        title=say_to(request, code, count=len(items)),
        tabs=tabs_of(request, "emergency_inbox"),
        lines=lines_of(request, "waiting", items, today),
    )


@section("waiting")
def list_waiting(actor: Actor, today: date) -> list[Item]:
    """List what waits in emergencies, for the first page."""
    del today  # what waits has a moment, not a day
    return [item_of(row) for row in inbox(actor.organisation_id, timezone.now())]


def item_of(row: Waiting) -> Item:
    """Return one thing that waits as a line."""
    facts: dict[str, object] = {}
    on = timezone.localdate(row.answer_by) if row.answer_by else None
    event = row.events[0]
    if row.standing is not None:
        deployment = row.standing.deployment
        facts = {
            "home": both_names(deployment.home),
            "host": both_names(deployment.host),
            "heads": row.standing.last.heads or 0,
            "step": Words(f"emergencies.event.{event}"),
        }
        address = reverse("deployment", args=[deployment.pk])
        if row.question is not None:
            facts["question"] = Words(f"emergencies.event.{row.question.event}")
    elif row.need is not None:
        need = row.need
        facts = {"place": both_names(need.place), "heads": need.heads}
        address = reverse("need", args=[need.pk])
    else:
        assert row.proposal is not None
        facts = {"home": both_names(row.proposal.home), "heads": row.proposal.heads or 0}
        address = reverse("incident", args=[row.proposal.incident_id])
    return Item(code=f"emergencies.waiting.{row.kind}", facts=facts, address=address, on=on)
