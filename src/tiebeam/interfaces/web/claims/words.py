"""What pages beside the books share: their tabs, their marks, and who may do what."""

from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.programmes.models import FORMS
from tiebeam.interfaces.web.money.words import list_beside, say_purpose, trail_to_pair
from tiebeam.interfaces.web.page import Link, say_to
from tiebeam.interfaces.web.tables import Status
from tiebeam.platform.permissions.operations import is_allowed
from tiebeam.platform.tenancy.acting import Actor

CLAIM_MARKS: dict[str, Status] = {
    "requested": "risk",
    "checked": "risk",
    "paid": "good",
    "undone": "bad",
    "refused": "none",
}
TRANCHE_MARKS: dict[str, Status] = {
    "paid": "good",
    "ordered": "risk",
    "overdue": "bad",
    "planned": "none",
}


def may_do(actor: Actor, operation: str, pairing: Pairing, owner_id: UUID) -> bool:
    """Return whether *actor* may call an operation of the side *owner_id* of *pairing*."""
    own = actor.organisation_id == owner_id
    return own and is_allowed(actor, operation, pairing.programme_id)


def tabs_of(request: HttpRequest, pairing: Pairing, shown: str, actor: Actor) -> list[Link]:
    """Return the sides of the money of a pair: its books, and what stands beside them."""
    money = Link(say_to(request, "web.rail.money"), reverse("money_of_pair", args=[pairing.pk]))
    return [money, *list_beside(request, pairing, actor, shown)]


def trail_to(request: HttpRequest, pairing: Pairing, page: str) -> list[Link]:
    """Return the places above a page below one of the three."""
    link = Link(say_to(request, f"claims.tab.{page}"), reverse(page, args=[pairing.pk]))
    return [*trail_to_pair(request, pairing), link]


def list_purposes(request: HttpRequest, pairing: Pairing, used: str = "") -> list[tuple[str, str]]:
    """Return what money of a pair may be for: the forms of its programme, and what is used already."""
    known = dict.fromkeys([*(pairing.programme.forms or FORMS), *([used] if used else [])])
    return [(purpose, say_purpose(request, purpose)) for purpose in known]
