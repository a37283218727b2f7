"""What pages of hand-overs say: a line's answer, a pairing's state, who may do what."""

from django.http import HttpRequest
from django.urls import reverse

from tiebeam.apps.pairings.models import HandOver, HandOverLine, Pairing
from tiebeam.apps.pairings.operations.sides import NotASide, demand_side, find_side
from tiebeam.apps.pairings.queries.hand_overs import answer_of, find_ending, find_successor
from tiebeam.interfaces.messages import has_message
from tiebeam.interfaces.web.agreements.words import pair_address
from tiebeam.interfaces.web.documents.places import name_of_pairing
from tiebeam.interfaces.web.page import Link, name_of, say_to
from tiebeam.interfaces.web.tables import Status
from tiebeam.platform.tenancy.acting import Actor

STATE_MARKS: dict[str, Status] = {"missing": "bad", "open": "risk", "signed": "good"}
ANSWER_MARKS: dict[str, Status] = {"items": "risk", "none": "good", "not_recorded": "bad"}


def may_open(actor: Actor, pairing: Pairing) -> bool:
    """Return whether *actor* may open the hand-over of *pairing*."""
    return find_side(actor, pairing) is not None and pairing.valid_until is not None


def may_keep(actor: Actor, hand_over: HandOver) -> bool:
    """Return whether *actor* may answer, count again and sign."""
    is_own = hand_over.tenant_id == actor.organisation_id and hand_over.state == "open"
    ending = find_ending(hand_over) if is_own else None
    return ending is not None and find_side(actor, ending) is not None


def demand_ending(actor: Actor, name: str, hand_over: HandOver) -> None:
    """
    Ask for the right to *name* in the pairing that ends.

    Raises:
        NotASide: The actor is no side of it, or reads the hand-over as its successor.
    """
    ending = find_ending(hand_over)
    if ending is None:
        raise NotASide
    demand_side(actor, name, ending)


def name_of_ending(request: HttpRequest, hand_over: HandOver) -> str:
    """Return the name of the pairing that ends; to its successor, who may not read it, the place alone."""
    ending = find_ending(hand_over)
    if ending is not None:
        return name_of_pairing(request, ending)
    successor = find_successor(hand_over)
    if successor is None:
        return say_to(request, "hand_overs.hidden_pair")
    return say_to(
        request, "hand_overs.former_pair", recipient=name_of(request, successor.recipient)
    )


def say_kind(request: HttpRequest, kind: str) -> str:
    """Return the word for a kind of things; one that has none is its own."""
    code = f"pairings.hand_over_kind.{kind}"
    return say_to(request, code) if has_message(code) else kind


def say_answer(request: HttpRequest, line: HandOverLine) -> str:
    """Return what a line says: n items, none, or not recorded here."""
    answer = answer_of(line)
    return say_to(request, f"pairings.hand_over_answer.{answer}", items_count=line.items_count)


def trail_to_hand_overs(request: HttpRequest) -> list[Link]:
    """Return the places above a page of one hand-over."""
    return [Link(say_to(request, "hand_overs.name"), reverse("hand_overs"))]


def trail_to_hand_over(request: HttpRequest, hand_over: HandOver) -> list[Link]:
    """Return the places above a page within a hand-over, the hand-over itself among them."""
    name = name_of_ending(request, hand_over)
    return [
        *trail_to_hand_overs(request),
        Link(name, reverse("hand_over", args=[hand_over.pk])),
    ]


def trail_to_pairing(request: HttpRequest, pairing: Pairing) -> list[Link]:
    """Return the places above the page on which a hand-over is opened."""
    return [
        *trail_to_hand_overs(request),
        Link(name_of_pairing(request, pairing), pair_address(pairing)),
    ]
