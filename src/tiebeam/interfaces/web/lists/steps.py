"""What the reader may do next with a round or a version, as its state allows."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from tiebeam.apps.pairings.models import PairList
from tiebeam.apps.programmes.models import Round
from tiebeam.interfaces.web.page import Link, say_to
from tiebeam.interfaces.web.programmes.rights import may
from tiebeam.interfaces.web.seated import actor_of
from tiebeam.platform.permissions.operations import is_allowed

OF_STATE = {
    "draft": ("send_for_opinion", "sign_list", "withdraw_list"),
    "consulted": ("sign_list", "send_for_opinion", "withdraw_list"),
    "signed_by_one": ("sign_list", "withdraw_list"),
    "signed_by_both": ("issue_list", "withdraw_list"),
    "issued": ("withdraw_list",),
    "superseded": ("reinstate_list",),
    "withdrawn": ("reinstate_list",),
}


DANGEROUS = frozenset({"withdraw_list", "close_round"})


@dataclass(frozen=True, slots=True)
class Step(Link):
    """Something to do; one that cannot be undone looks so."""

    is_dangerous: bool = False


def list_steps(request: HttpRequest, pair_list: PairList) -> list[Step]:
    """Return what may be done with a version now, the first thing first."""
    programme = pair_list.round.programme
    steps = [
        _step(request, name, pair_list.pk)
        for name in OF_STATE[pair_list.state]
        if may(request, f"pairings.{name}", programme)
        and (name != "reinstate_list" or pair_list.in_force_from is not None)
    ]
    is_asked = is_allowed(actor_of(request), "pairings.give_opinion", programme.pk)
    if pair_list.state == "consulted" and is_asked:
        steps.insert(0, _step(request, "give_opinion", pair_list.pk))
    return steps


def list_round_steps(request: HttpRequest, of_round: Round) -> list[Step]:
    """Return what may be done with a round."""
    names = (
        ("draft_list", "pairings.draft_list"),
        ("draft_list_by_hand", "pairings.draft_list_by_hand"),
        ("change_round", "programmes.change_round"),
        ("close_round", "programmes.close_round"),
    )
    return [
        _step(request, name, of_round.pk)
        for name, code in names
        if may(request, code, of_round.programme)
    ]


def _step(request: HttpRequest, name: str, pk: UUID) -> Step:
    verb = say_to(request, f"lists.verb.{name}")
    return Step(verb, reverse(name, args=[pk]), is_dangerous=name in DANGEROUS)
