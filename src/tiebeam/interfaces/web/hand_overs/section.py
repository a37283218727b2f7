"""The hand-over in the dossier of a pair that ends."""

from django.http import HttpRequest
from django.urls import reverse

from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.pairings.queries.hand_overs import (
    answer_of,
    find_hand_over,
    list_lines,
    list_received,
)
from tiebeam.interfaces.web.dossier import Section, dossier_section
from tiebeam.interfaces.web.hand_overs.lists import rows_of
from tiebeam.interfaces.web.hand_overs.words import may_open
from tiebeam.interfaces.web.page import Link, say_to
from tiebeam.interfaces.web.seated import actor_of
from tiebeam.platform.time.periods import AsOf


@dossier_section("hand-over", order=60)
def make_section(request: HttpRequest, pairing: Pairing, as_of: AsOf) -> Section | None:
    """Return the hand-over of the pair that ends, or those to the pair that follows; nothing where none is due."""
    if as_of.known_at is not None:
        return _section_of_today(request, pairing)
    if pairing.valid_until is None:
        return _section_of_successor(request, pairing)
    hand_over = find_hand_over(pairing)
    lines = [] if hand_over is None else list_lines(hand_over)
    unanswered = sum(answer_of(line) == "not_recorded" for line in lines)
    step = None
    if hand_over is not None:
        address = reverse("hand_over", args=[hand_over.pk])
        step = Link(say_to(request, "hand_overs.look"), address)
    elif may_open(actor_of(request), pairing):
        address = reverse("open_hand_over", args=[pairing.pk])
        step = Link(say_to(request, "hand_overs.open"), address)
    state = "missing" if hand_over is None else hand_over.state
    return Section(
        key="hand-over",
        title=say_to(request, f"hand_overs.section.{state}", unanswered=unanswered),
        template="web/hand_overs/section.html",
        values={"rows": rows_of(request, lines, may_answer=False)},
        step=step,
    )


def _section_of_today(request: HttpRequest, pairing: Pairing) -> Section | None:
    """Say that an earlier state is not shown here, where today there is a hand-over."""
    if pairing.valid_until is None or find_hand_over(pairing) is None:
        return None
    return Section(
        key="hand-over",
        title=say_to(request, "hand_overs.name"),
        template="web/hand_overs/not_then.html",
    )


def _section_of_successor(request: HttpRequest, pairing: Pairing) -> Section | None:
    received = list_received(pairing)
    if not received:
        return None
    # One pairing takes over from one as a rule; the latest is shown, each has its page.
    lines = list_lines(received[0])
    return Section(
        key="hand-over",
        title=say_to(
            request,
            "hand_overs.section.received",
            state=say_to(request, f"hand_overs.state.{received[0].state}"),
        ),
        template="web/hand_overs/section.html",
        values={"rows": rows_of(request, lines, may_answer=False)},
        step=Link(say_to(request, "hand_overs.look"), reverse("hand_over", args=[received[0].pk])),
    )
