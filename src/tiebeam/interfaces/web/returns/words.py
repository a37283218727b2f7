"""What pages of returns say of a return: its state, its side, its resources, and who may do what with it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from tiebeam.apps.programmes.models import Return, Round
from tiebeam.apps.programmes.operations.rights import OFFICE_OF
from tiebeam.interfaces.web.page import Link, language_of, name_of, say_to
from tiebeam.interfaces.web.tables import Status
from tiebeam.platform.permissions.operations import is_allowed
from tiebeam.platform.tenancy.acting import Actor

MARKS: dict[str, Status] = {
    "missing": "none",
    "draft": "none",
    "submitted": "good",
    "returned": "risk",
    "accepted": "good",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class May:
    """What the acting person may do with a return now."""

    enter: bool
    submit: bool
    decide: bool


def may_do(actor: Actor, of_return: Return, state: str) -> May:
    """Return what *actor* may do with a return that stands in *state*."""
    programme_id = of_return.round.programme_id
    is_own = of_return.tenant_id == actor.organisation_id and actor.has_role(
        OFFICE_OF[of_return.side], programme_id
    )
    is_open = state in {"draft", "returned"}
    return May(
        enter=is_own and is_open,
        submit=is_own and is_open,
        decide=state == "submitted"
        and of_return.round.tenant_id == actor.organisation_id
        and is_allowed(actor, "programmes.decide_return", programme_id),
    )


def name_resource(request: HttpRequest, resource: Mapping[str, str]) -> str:
    """Return the name of a resource in the language of the page."""
    chinese, english = resource["name_zh"], resource["name_en"]
    return (chinese or english) if language_of(request) == "zh" else (english or chinese)


def say_state(request: HttpRequest, state: str) -> str:
    """Return the word for the state of a return."""
    return say_to(request, f"returns.state.{state}")


def say_side(request: HttpRequest, side: str) -> str:
    """Return what is returned on that side: needs or capacities."""
    return say_to(request, f"returns.side.{side}")


def trail_to_round(request: HttpRequest, of_round: Round) -> list[Link]:
    """Return the places above a page of a round."""
    return [
        Link(say_to(request, "web.rail.returns"), reverse("returns")),
        Link(name_of(request, of_round.programme)),
        Link(name_of(request, of_round), reverse("returns_of_round", args=[of_round.pk])),
    ]


def trail_to_return(request: HttpRequest, of_return: Return) -> list[Link]:
    """Return the places above a page of a return, the return itself among them."""
    return [
        *trail_to_round(request, of_return.round),
        Link(name_of(request, of_return.tenant), reverse("return", args=[of_return.pk])),
    ]
