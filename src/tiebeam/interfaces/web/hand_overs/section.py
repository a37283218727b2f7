"""The hand-over in the dossier of a pair that ends."""

from django.http import HttpRequest
from django.urls import reverse

from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.pairings.queries.hand_overs import answer_of, find_hand_over, list_lines
from tiebeam.interfaces.web.dossier import Section, dossier_section
from tiebeam.interfaces.web.hand_overs.lists import rows_of
from tiebeam.interfaces.web.hand_overs.words import may_open
from tiebeam.interfaces.web.page import Link, say_to
from tiebeam.interfaces.web.seated import actor_of
from tiebeam.platform.time.periods import AsOf


@dossier_section("hand-over", order=60)
def make_section(request: HttpRequest, pairing: Pairing, as_of: AsOf) -> Section | None:
    """Return the hand-over of the pair; nothing while the pair has no end, and for other days of knowledge."""
    if pairing.valid_until is None or as_of.known_at is not None:
        return None
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
