"""What the reader may do next with a round or a version, as its state allows."""

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


def list_steps(request: HttpRequest, pair_list: PairList) -> list[Link]:
    """Return what may be done with a version now, the first thing first."""
    programme = pair_list.round.programme
    steps = [
        Link(say_to(request, f"lists.verb.{name}"), reverse(name, args=[pair_list.pk]))
        for name in OF_STATE[pair_list.state]
        if may(request, f"pairings.{name}", programme)
        and (name != "reinstate_list" or pair_list.in_force_from is not None)
    ]
    is_asked = is_allowed(actor_of(request), "pairings.give_opinion", programme.pk)
    if pair_list.state == "consulted" and is_asked:
        address = reverse("give_opinion", args=[pair_list.pk])
        steps.insert(0, Link(say_to(request, "lists.verb.give_opinion"), address))
    return steps


def list_round_steps(request: HttpRequest, of_round: Round) -> list[Link]:
    """Return what may be done with a round."""
    steps = []
    for name, code in (
        ("draft_list", "pairings.draft_list"),
        ("draft_list_by_hand", "pairings.draft_list_by_hand"),
        ("change_round", "programmes.change_round"),
        ("close_round", "programmes.close_round"),
    ):
        if may(request, code, of_round.programme):
            verb = say_to(request, f"lists.verb.{name}")
            steps.append(Link(verb, reverse(name, args=[of_round.pk])))
    return steps
